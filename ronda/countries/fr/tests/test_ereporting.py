from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ronda.countries.fr.data.ereporting import VAT_RATES
from ronda.countries.fr.domain.ereporting import (
    Customer,
    Declarant,
    ForeignInvoice,
    ForeignParty,
    Kind,
    Receipt,
    ReceiptPart,
    Regime,
    ReportNotWritable,
    Sale,
    SalePart,
    SendingPlatform,
    VatRow,
    check_content,
    differs,
    payments_of,
    period_at,
    periods_of,
    receipt_channel,
    report,
    sale_channel,
    transactions_of,
)
from ronda.countries.fr.domain.lifecycle import collected_by_rate
from ronda.kernel.periods import Period
from tests.support.schematron import STANDARDS

SCHEMA = STANDARDS / "fr/ereporting-xsd/ereporting.xsd"
needs_schema = pytest.mark.skipif(
    not SCHEMA.exists(), reason="the flux 10 schema is not in ../shared/standards"
)

DECLARANT = Declarant("732829320", "Nettoyage Dupré SARL")
PLATFORM = SendingPlatform("0111", "Plateforme d'essai")
AT = datetime(2026, 10, 12, 8, tzinfo=UTC)
OCTOBER = Period.closed(date(2026, 10, 1), date(2026, 10, 10))
US = ForeignParty("732829320", "0002", "FR", "FR44732829320")
ROMA = ForeignParty("IT00743110157", "0223", "IT", "IT00743110157")


def sale(number, day, *parts, **given):
    rows = tuple(SalePart(*part[:1], *map(Decimal, part[1:])) for part in parts)
    return Sale(number, date(2026, 10, day), rows, **given)


def received(day, *parts, invoice="", issued=None):
    rows = tuple(ReceiptPart(Decimal(rate), Decimal(amount)) for rate, amount in parts)
    return Receipt(date(2026, 10, day), rows, invoice, issued)


def abroad(number="FA-7", day=3, kind="380", **given):
    rows = (VatRow("AE", Decimal(0), Decimal("900.00"), Decimal(0)),)
    return ForeignInvoice(number, date(2026, 10, day), kind, US, ROMA, given.pop("rows", rows), **given)


def sent(content, former=None):
    return report(content, declarant=DECLARANT, platform=PLATFORM, at=AT, former=former)


def values(xml, path):
    return [element.text for element in etree.fromstring(xml).findall(path)]


# Periods


def test_real_monthly_reports_sales_three_times_a_month_and_payments_once():
    found = [one for one in periods_of(Regime.REAL_MONTHLY, 2027) if one.period.start.month == 2]

    assert [(one.kind.value, one.period.start.day, one.period.last_day.day, one.due_on) for one in found] == [
        ("transactions", 1, 10, date(2027, 2, 20)),
        ("payments", 1, 28, date(2027, 3, 10)),
        ("transactions", 11, 20, date(2027, 2, 28)),
        ("transactions", 21, 28, date(2027, 3, 10)),
    ]


@pytest.mark.parametrize(
    ("regime", "kind", "day", "period", "opens", "due"),
    [
        ("real_quarterly", "transactions", (2027, 5, 9), ((5, 1), (5, 31)), (6, 1), (6, 10)),
        ("real_quarterly", "payments", (2027, 5, 9), ((5, 1), (5, 31)), (6, 1), (6, 10)),
        ("simplified", "transactions", (2027, 1, 31), ((1, 1), (1, 31)), (2, 25), (2, 28)),
        ("simplified", "payments", (2027, 3, 1), ((3, 1), (3, 31)), (4, 25), (4, 30)),
        ("franchise", "transactions", (2027, 4, 30), ((3, 1), (4, 30)), (5, 25), (5, 30)),
        ("franchise", "payments", (2027, 3, 1), ((3, 1), (4, 30)), (5, 25), (5, 30)),
        ("real_monthly", "transactions", (2027, 1, 11), ((1, 11), (1, 20)), (1, 21), (1, 30)),
        ("real_monthly", "payments", (2027, 12, 31), ((12, 1), (12, 31)), (1, 1), (1, 10)),
    ],
)
def test_each_regime_has_its_periods_and_last_days(regime, kind, day, period, opens, due):
    found = period_at(Regime(regime), Kind(kind), date(*day))

    assert [(one.month, one.day) for one in (found.period.start, found.period.last_day)] == list(period)
    assert [(one.month, one.day) for one in (found.opens_on, found.due_on)] == [opens, due]


@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize("kind", Kind)
def test_the_periods_of_a_year_leave_no_day_out_and_count_none_twice(regime, kind):
    found = periods_of(regime, 2028, kind=kind)

    assert (found[0].period.start, found[-1].period.end) == (date(2028, 1, 1), date(2029, 1, 1))
    assert all(one.period.end == after.period.start for one, after in zip(found, found[1:], strict=False))
    assert all(one.period.last_day < one.due_on for one in found)


def test_nothing_is_reported_before_the_duty_begins():
    assert periods_of(Regime.SIMPLIFIED, 2025) == ()
    assert period_at(Regime.SIMPLIFIED, Kind.PAYMENTS, date(2026, 8, 31)) is None
    first = periods_of(Regime.FRANCHISE, 2026, kind=Kind.TRANSACTIONS)[0]
    assert first.period == Period(date(2026, 9, 1), date(2026, 11, 1))
    assert periods_of(Regime.FRANCHISE, 2027, since=date(2027, 10, 1))[0].period.start == date(2027, 10, 1)


# Sums


def test_sales_to_consumers_are_added_up_by_day_currency_and_category():
    content = transactions_of(
        OCTOBER,
        sales=[
            sale("F1", 1, ("TPS1", "10", "100.00", "10.00"), ("TPS1", "20", "50.00", "10.00")),
            sale("F2", 1, ("TPS1", "10", "30.00", "3.00"), ("TLB1", "20", "8.00", "1.60")),
            sale("A1", 1, ("TPS1", "10", "-30.00", "-3.00")),
            sale("F3", 2, ("TPS1", "10", "10.00", "1.00"), on_debits=True),
            sale("F4", 2, ("TNT1", "0", "5.00", "0"), currency="CHF"),
            sale("F5", 11, ("TPS1", "10", "999.00", "99.90")),
        ],
    )

    found = [
        (day.on.day, day.currency, day.category, day.tax_due, day.rows, day.count) for day in content.sales
    ]
    assert found == [
        (1, "EUR", "TLB1", "", ((20, 8, Decimal("1.60")),), 1),
        (1, "EUR", "TPS1", "72", ((10, 100, 10), (20, 50, 10)), 3),
        (2, "CHF", "TNT1", "", ((0, 5, 0),), 1),
        (2, "EUR", "TPS1", "5", ((10, 10, 1),), 1),
    ]
    assert sent(content).totals == {
        "10.3 base EUR": Decimal(168),
        "10.3 vat EUR": Decimal("22.60"),
        "10.3 base CHF": Decimal(5),
        "10.3 vat CHF": Decimal(0),
    }


def test_receipts_are_added_up_by_day_or_by_invoice_and_by_rate():
    issued = date(2026, 9, 30)
    content = payments_of(
        OCTOBER,
        receipts=[
            received(2, ("10", "55.00")),
            received(2, ("10", "11.00"), ("20", "24.00")),
            received(3, ("20", "120.00"), invoice="FA-1", issued=issued),
            received(3, ("20", "-20.00"), invoice="FA-1", issued=issued),
            received(4, ("20", "20.00"), invoice="FA-1", issued=issued),
            received(5, ("20", "7.00")),
            received(5, ("20", "-7.00")),
            received(12, ("20", "1000.00")),
        ],
    )

    assert [(one.invoice, one.on.day, one.rows) for one in content.receipts] == [
        ("FA-1", 3, ((20, 100),)),
        ("FA-1", 4, ((20, 20),)),
        ("", 2, ((10, 66), (20, 24))),
    ]
    assert sent(content).totals == {"10.2 EUR": Decimal(120), "10.4 EUR": Decimal(90)}


CENTS = st.integers(-100_000, 1_000_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.sampled_from(sorted(map(Decimal, VAT_RATES)))
PARTS = st.builds(SalePart, st.sampled_from(["TLB1", "TPS1", "TNT1", "TMA1"]), RATES, CENTS, CENTS)
SALES = st.builds(
    Sale,
    st.text("ABC123", min_size=1, max_size=4),
    st.dates(date(2026, 9, 28), date(2026, 10, 12)),
    st.lists(PARTS, min_size=1, max_size=3).map(tuple),
    on_debits=st.booleans(),
)
RECEIPTS = st.builds(
    Receipt,
    st.dates(date(2026, 9, 28), date(2026, 10, 12)),
    st.lists(st.builds(ReceiptPart, RATES, CENTS), min_size=1, max_size=3).map(tuple),
    st.sampled_from(["", "FA-1", "FA-2"]),
    st.just(date(2026, 9, 1)),
)


@needs_schema
@settings(max_examples=40, deadline=None)
@given(st.lists(SALES, max_size=8), st.lists(RECEIPTS, max_size=8), st.randoms(use_true_random=False))
def test_the_sums_of_a_report_are_those_of_its_documents_and_the_schema_holds(sales, receipts, random):
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    inside = [one for one in sales if OCTOBER.contains(one.on)]
    mixed = random.sample(sales, len(sales))
    sold, paid = transactions_of(OCTOBER, sales=sales), payments_of(OCTOBER, receipts=receipts)

    assert transactions_of(OCTOBER, sales=mixed) == sold
    for content in (sold, paid):
        transmission = sent(content)
        assert schema.validate(etree.fromstring(transmission.xml)), schema.error_log
    assert sum(map(Decimal, values(sent(sold).xml, ".//TaxSubtotal/TaxableAmount"))) == sum(
        part.base for one in inside for part in one.parts
    )
    assert sum(map(Decimal, values(sent(paid).xml, ".//SubTotals/Amount"))) == sum(
        part.amount for one in receipts if OCTOBER.contains(one.on) for part in one.parts
    )


def test_receipts_split_by_rate_reach_the_report_to_the_cent():
    gross = {Decimal(20): Decimal("33.33"), Decimal(10): Decimal("66.68"), Decimal("5.5"): Decimal("0.02")}
    receipts, before = [], Decimal(0)
    for day, amount in enumerate(map(Decimal, ("10.01", "50.00", "-3.33", "43.35")), 1):
        parts = collected_by_rate(gross, before=before, receipt=amount)
        receipts.append(Receipt(date(2026, 10, day), tuple(ReceiptPart(p.rate, p.amount) for p in parts)))
        before += amount

    totals = {}
    for day in payments_of(OCTOBER, receipts=receipts).receipts:
        for rate, amount in day.rows:
            totals[rate] = totals.get(rate, 0) + amount
    assert totals == gross


@pytest.mark.parametrize(
    ("customer", "services", "on_debits", "reverse_charge", "sale", "receipt"),
    [
        ("business", True, False, False, "e-invoice", "212"),
        ("business", True, True, False, "e-invoice", ""),
        ("business", False, False, False, "e-invoice", ""),
        ("foreign", True, False, False, "10.1", "10.2"),
        ("foreign", True, False, True, "10.1", ""),
        ("consumer", True, False, False, "10.3", "10.4"),
        ("consumer", False, False, False, "10.3", ""),
    ],
)
def test_each_sale_and_receipt_has_one_way(customer, services, on_debits, reverse_charge, sale, receipt):
    who = Customer(customer)

    assert sale_channel(who) == sale
    assert (
        receipt_channel(who, services=services, on_debits=on_debits, reverse_charge=reverse_charge) == receipt
    )


# What is sent


@needs_schema
def test_an_invoice_abroad_is_valid_and_complete():
    full = abroad(
        kind="381",
        references=(("FA-1", date(2026, 9, 2)),),
        currency="USD",
        vat_in_eur=Decimal("18.00"),
        due_on=date(2026, 11, 2),
        tax_due="72",
        delivered_on=date(2026, 10, 1),
        period=Period.closed(date(2026, 9, 1), date(2026, 9, 30)),
        rows=(
            VatRow("S", Decimal(20), Decimal("100.00"), Decimal("20.00")),
            VatRow("E", Decimal(0), Decimal("5.00"), Decimal(0), "Exonération", "VATEX-FR-FRANCHISE"),
        ),
    )
    xml = sent(transactions_of(OCTOBER, invoices=[full, abroad(day=12)])).xml

    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(etree.fromstring(xml)), schema.error_log
    assert values(xml, ".//Invoice/ID") == ["FA-7"]
    assert values(xml, ".//MonetaryTotal/TaxAmount") == ["18.00"]
    assert values(xml, ".//Buyer/CompanyId") == ["IT00743110157"]


def test_the_first_report_is_initial_and_a_changed_one_replaces_it():
    content = transactions_of(OCTOBER, sales=[sale("F1", 1, ("TPS1", "10", "100.00", "10.00"))])
    first = sent(content)
    later = transactions_of(
        OCTOBER,
        sales=[
            sale("F1", 1, ("TPS1", "10", "100.00", "10.00")),
            sale("F9", 9, ("TPS1", "10", "1.00", "0.10")),
        ],
    )
    second = sent(later, first)

    assert (first.type_code, first.replaces, first.sequence) == ("IN", "", 1)
    assert (second.type_code, second.replaces, second.sequence) == ("RE", first.identifier, 2)
    assert values(second.xml, "ReportDocument/TypeCode") == ["RE"]
    assert (differs(content, first), differs(later, first), differs(later, second)) == (False, True, False)


def test_an_amount_written_differently_is_no_change():
    first = sent(transactions_of(OCTOBER, sales=[sale("F1", 1, ("TPS1", "10", "100.00", "10.00"))]))

    assert not differs(transactions_of(OCTOBER, sales=[sale("F1", 1, ("TPS1", "10.0", "100", "10"))]), first)


def test_an_empty_period_is_sent_only_where_something_was_sent_before():
    empty = payments_of(OCTOBER)

    assert not differs(empty, None)
    assert differs(empty, sent(payments_of(OCTOBER, receipts=[received(1, ("20", "5.00"))])))


def test_sales_and_payments_are_transmissions_of_their_own():
    sold = sent(transactions_of(OCTOBER, sales=[sale("F1", 1, ("TPS1", "10", "1.00", "0.10"))]))
    paid = sent(payments_of(OCTOBER, receipts=[received(1, ("20", "5.00"))]))

    assert [element.tag for element in etree.fromstring(sold.xml)] == ["ReportDocument", "TransactionsReport"]
    assert [element.tag for element in etree.fromstring(paid.xml)] == ["ReportDocument", "PaymentsReport"]
    assert sold.identifier != paid.identifier
    assert len(sold.identifier) <= 50


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"number": "FA 1 €"}, "G1.05"),
        ({"number": "F" * 36}, "G1.05"),
        ({"kind": "999"}, "G1.01"),
        ({"framework": "Z1"}, "G1.02"),
        ({"framework": "S4", "kind": "386"}, "G1.60"),
        ({"kind": "381"}, "G1.32"),
        ({"kind": "384"}, "G1.32"),
        ({"buyer": ForeignParty("", "0227", "CH")}, "G6.28"),
        ({"buyer": ForeignParty("732829321", "0002", "FR", "x")}, "G2.19"),
        ({"buyer": ForeignParty("IT1", "0223", "IT")}, "G2.33"),
        ({"buyer": ForeignParty("CH1", "0227", "")}, "G2.01"),
        ({"rows": ()}, "G1.53"),
        ({"rows": (VatRow("L", Decimal(0), Decimal(1), Decimal(0)),)}, "G2.31"),
        ({"rows": (VatRow("S", Decimal(22), Decimal(1), Decimal(0)),)}, "G1.24"),
        ({"rows": (VatRow("E", Decimal(0), Decimal(1), Decimal(0)),)}, "G1.40"),
        ({"rows": (VatRow("S", Decimal(20), Decimal("1.001"), Decimal(0)),)}, "G1.14"),
        ({"currency": "USD"}, "G6.23"),
    ],
)
def test_what_would_be_refused_is_named_before(changes, rule):
    content = transactions_of(OCTOBER, invoices=[replace(abroad(), **changes)])

    assert [one.code for one in check_content(content)] == [rule]
    with pytest.raises(ReportNotWritable):
        sent(content)


def test_a_day_with_more_refunds_than_receipts_is_written_and_pointed_out():
    transmission = sent(payments_of(OCTOBER, receipts=[received(1, ("20", "-5.00"))]))

    assert values(transmission.xml, ".//Amount") == ["-5.00"]
    assert [one.code for one in transmission.warnings] == ["G1.16"]


def test_a_company_without_siren_or_platform_cannot_report():
    with pytest.raises(ReportNotWritable) as refused:
        report(
            payments_of(OCTOBER),
            declarant=Declarant("123", "x"),
            platform=SendingPlatform("1", "y"),
            at=AT,
        )
    assert [one.code for one in refused.value.facts["findings"]] == ["G6.26", "G6.22"]
