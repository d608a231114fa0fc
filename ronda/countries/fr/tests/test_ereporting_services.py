"""Reports of flux 10 from documents and payments: what is told, in which version, and nothing twice."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from ronda.company.options import forget
from ronda.countries.fr.domain.ereporting import Kind, VatGroup, receipts_by_day, received_on, sale_parts
from ronda.countries.fr.models import EReport, OutgoingState
from ronda.countries.fr.services import ereporting, ereporting_sending
from ronda.countries.fr.services.ereporting_collecting import collect
from ronda.countries.fr.tests.reporting_firm import (
    NOW,
    OCTOBER,
    TODAY,
    abroad,
    business,
    choose,
    credit,
    goods,
    household,
    invoice,
    line,
    pay,
    platform_of_the_firm,
    reporting_firm,
    undo,
)
from ronda.einvoices import services as einvoices
from ronda.kernel.periods import Period
from ronda.payments.services import allocate_credit
from tests.support.schematron import STANDARDS

pytestmark = pytest.mark.django_db
SCHEMA = STANDARDS / "fr/ereporting-xsd/ereporting.xsd"
needs_schema = pytest.mark.skipif(
    not SCHEMA.exists(), reason="the flux 10 schema is not in ../shared/standards"
)
MONTH = Period(OCTOBER, date(2027, 11, 1))


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    yield
    forget()


@pytest.fixture
def company(db):
    return reporting_firm()


def prepared(company, kind=Kind.TRANSACTIONS, day=OCTOBER, by="anna"):
    return ereporting.prepare(company, kind, day, by=by, now=NOW)


def taken(row):
    return ereporting_sending.taken_by_hand(row, by="anna", now=NOW)


def made_by_night(company):
    """What the nightly look makes that says something."""
    done = ereporting.prepare_due(company, on=TODAY, by="", now=NOW)
    return [row for row in done.made if row.state != OutgoingState.NOTHING]


def xml_of(row):
    return einvoices.content(row.kept)


def days_of(row):
    """Day, category, base, VAT and number of sales of each group of 10.3."""
    root = etree.fromstring(xml_of(row))
    names = ("Date", "CategoryCode", "TaxExclusiveAmount", "TaxTotal", "TransactionsCount")
    return [tuple(one.findtext(name) for name in names) for one in root.iter("Transactions")]


# Sales


def test_10_3_sales_to_consumers_are_summed_by_day_category_and_rate(company):
    home = household(company)
    invoice(home, 3)
    invoice(home, 3, line(company, "50.00"), line(company, "30.00", "10"))
    invoice(home, 4, line(company, "12.00", "20DEB", item=goods(company)))

    row = prepared(company)

    assert days_of(row) == [
        ("20271003", "TPS1", "180.00", "33.00", "2"),
        ("20271004", "TLB1", "12.00", "2.40", "1"),
    ]
    assert row.figures == {"10.3 base EUR": "192.00", "10.3 vat EUR": "35.40"}
    assert (row.state, row.type_code, row.version) == ("ready", "IN", 1)
    assert (row.starts_on, row.ends_on, row.due_on) == (OCTOBER, date(2027, 10, 31), date(2027, 11, 30))


def test_invoices_between_french_businesses_are_told_by_the_platform_and_not_here(company):
    invoice(business(company), 3)

    assert prepared(company).state == OutgoingState.NOTHING


def test_r34_a_credit_note_reduces_the_sales_of_its_own_day(company):
    sold = invoice(household(company), 3)
    credit(sold, 5)

    assert days_of(prepared(company)) == [
        ("20271003", "TPS1", "100.00", "20.00", "1"),
        ("20271005", "TPS1", "-100.00", "-20.00", "1"),
    ]


def test_10_1_an_invoice_to_a_business_abroad_is_told_by_itself(company):
    sold = invoice(abroad(company), 6, line(company, "900.00", "AL-UE"))

    row = prepared(company)

    root = etree.fromstring(xml_of(row))
    assert [one.text for one in root.findall(".//Invoice/ID")] == [sold.label.replace(" ", "-")]
    assert [one.text for one in root.findall(".//Buyer/CompanyId")] == ["IT00743110157"]
    assert [one.text for one in root.findall(".//Seller/TaxRegistrationId")] == ["FR44732829320"]
    assert row.figures == {"10.1 base EUR": "900.00", "10.1 vat EUR": "0.00"}


def test_a_credit_note_abroad_names_its_invoice_and_reduces_the_figure(company):
    sold = invoice(abroad(company), 6, line(company, "900.00", "AL-UE"))
    credit(sold, 7)

    row = prepared(company)

    assert row.state == "ready", row.findings
    assert row.figures["10.1 base EUR"] == "0.00"


def test_what_the_law_leaves_out_is_shown_and_not_told(company):
    invoice(household(company), 3, line(company), line(company, "40.00", "261-7"))

    row = prepared(company)

    assert days_of(row) == [("20271003", "TPS1", "100.00", "20.00", "1")]
    assert [(one.flow, one.amount) for one in row.entries.order_by("pk")] == [
        ("none", Decimal("40.00")),
        ("10.3", Decimal("100.00")),
    ]


def test_every_figure_is_the_sum_of_the_documents_behind_it(company):
    home = household(company)
    documents = [invoice(home, day, line(company, f"{day}.37")) for day in (1, 1, 2, 31)]
    credit(documents[0], 31)

    row = prepared(company)

    assert sum(one.amount for one in row.entries.all()) == Decimal(row.figures["10.3 base EUR"])
    assert sum(one.vat for one in row.entries.all()) == Decimal(row.figures["10.3 vat EUR"])
    groups = ereporting.figures_of(row)
    assert [(one["on"].day, len(one["entries"])) for one in groups] == [(1, 2), (2, 1), (31, 2)]


# Receipts


def test_10_4_what_consumers_paid_for_services_is_told_on_its_day_by_rate(company):
    home = household(company)
    sold = invoice(home, 3, line(company), line(company, "100.00", "10"))
    pay(sold, "115.00", 10)
    pay(sold, "115.00", 12)
    invoice(home, 3)

    row = prepared(company, Kind.PAYMENTS)

    assert [(one.on.day, one.rate, one.amount) for one in row.entries.order_by("on", "rate")] == [
        (10, Decimal(10), Decimal("55.00")),
        (10, Decimal(20), Decimal("60.00")),
        (12, Decimal(10), Decimal("55.00")),
        (12, Decimal(20), Decimal("60.00")),
    ]
    assert row.figures == {"10.4 EUR": "230.00"}


def test_receipts_of_goods_and_by_option_on_debits_are_not_told(company):
    sold = invoice(household(company), 3, line(company, "100.00", "20DEB"), line(company))
    pay(sold, "240.00", 10)

    row = prepared(company, Kind.PAYMENTS)

    assert row.figures == {"10.4 EUR": "120.00"}


def test_10_2_receipts_of_an_invoice_abroad_name_it(company):
    sold = invoice(abroad(company), 3)
    pay(sold, "120.00", 10)

    row = prepared(company, Kind.PAYMENTS)

    root = etree.fromstring(xml_of(row))
    assert [one.text for one in root.findall(".//InvoiceID")] == [sold.label.replace(" ", "-")]
    assert row.figures == {"10.2 EUR": "120.00"}


def test_a_cancelled_payment_is_taken_off_on_the_day_it_was_cancelled(company):
    home = household(company)
    sold, other = invoice(home, 3), invoice(home, 3)
    undo(pay(sold, "120.00", 10), 15)
    pay(other, "120.00", 15)

    found = collect(company, Kind.PAYMENTS, MONTH)

    assert sum(one.amount for one in found.entries) == Decimal("120.00")
    assert prepared(company, Kind.PAYMENTS).figures == {"10.4 EUR": "120.00"}


def test_of_an_invoice_settled_by_a_credit_note_and_by_money_only_the_money_is_told(company):
    home = household(company)
    sold, other = invoice(home, 3), invoice(home, 3)
    pay(sold, "120.00", 4)
    note = credit(sold, 5)
    allocate_credit(note.instalments.get(), other.instalments.get(), on=TODAY, by="anna", amount=Decimal(100))
    pay(other, "20.00", date(2027, 11, 20))

    found = collect(company, Kind.PAYMENTS, Period(date(2027, 11, 1), date(2027, 12, 1)))

    assert [(one.document, one.amount) for one in found.entries] == [(other.pk, Decimal("20.00"))]


def test_what_a_credit_note_settles_is_no_receipt(company):
    sold = invoice(household(company), 3)
    credit(sold, 5)

    assert collect(company, Kind.PAYMENTS, MONTH).receipts == []


def group(rate, gross, exigibility="D"):
    net = Decimal(gross) / (1 + Decimal(rate) / 100)
    net = net.quantize(Decimal("0.01"))
    return VatGroup(Decimal(rate), "", exigibility, net, Decimal(gross) - net)


def test_any_order_of_payments_and_refunds_ends_with_the_same_sums():
    groups = (group(20, "120.01"), group(10, "33.33"), group(5.5, "7.77", "I"))
    movements = tuple(map(Decimal, ("50.00", "-20.01", "131.12")))
    ends = set()
    for order in permutations(movements):
        days = [(date(2027, 10, n), amount) for n, amount in enumerate(order, 1)]
        sums = {}
        for parts in receipts_by_day(groups, days).values():
            for part in parts:
                sums[part.rate] = sums.get(part.rate, 0) + part.amount
        ends.add(tuple(sorted(sums.items())))
    assert ends == {tuple(sorted(received_on(groups, Decimal("161.11")).items()))}
    assert ends == {((Decimal(10), Decimal("33.33")), (Decimal(20), Decimal("120.01")))}


@pytest.mark.parametrize(
    ("nature", "parts"),
    [
        ("", [("TPS1", "60.00", "12.00"), ("TLB1", "40.00", "8.00")]),
        ("VATEX-EU-O", [("TNT1", "100.00", "20.00")]),
        ("VATEX-EU-F", [("TMA1", "100.00", "20.00")]),
        ("VATEX-FR-CGI261-4", []),
        ("VATEX-EU-79-C", []),
    ],
)
def test_g1_68_each_sale_has_its_category(nature, parts):
    amounts = map(Decimal, ("100.00", "20.00", "40.00", "60.00"))
    found = sale_parts(VatGroup(Decimal(20), nature, "I", *amounts))

    assert [(one.category, str(one.base), str(one.vat)) for one in found] == parts


# Versions


def test_what_says_the_same_is_not_prepared_again(company):
    invoice(household(company), 3)
    first = prepared(company)

    assert prepared(company) == first
    assert EReport.objects.count() == 1
    taken(first)
    assert prepared(company).pk == first.pk
    assert made_by_night(company) == []


def test_a_document_that_comes_late_makes_a_version_that_replaces_the_one_taken(company):
    home = household(company)
    invoice(home, 3)
    first = taken(prepared(company))
    invoice(home, 20)

    second = prepared(company)

    assert (second.version, second.type_code, second.replaces) == (2, "RE", first)
    assert second.figures == {"10.3 base EUR": "200.00", "10.3 vat EUR": "40.00"}
    first.refresh_from_db()
    assert first.figures == {"10.3 base EUR": "100.00", "10.3 vat EUR": "20.00"}


def test_what_was_not_sent_yet_is_renewed_in_its_place(company):
    home = household(company)
    invoice(home, 3)
    first = prepared(company)
    invoice(home, 20)

    again = prepared(company)

    assert (again.pk, again.version, again.type_code) == (first.pk, 1, "IN")
    assert again.entries.count() == 2


def test_a_version_on_its_way_is_left_alone_until_it_is_answered(company):
    home = household(company)
    invoice(home, 3)
    row = prepared(company)
    EReport.objects.filter(pk=row.pk).update(state="sent", sent_at=NOW)
    invoice(home, 20)

    with pytest.raises(ereporting.StillUnderWay):
        prepared(company)
    done = ereporting.prepare_due(company, on=TODAY, by="", now=NOW)
    assert [one.pk for one in done.waiting] == [row.pk]


def test_what_was_rejected_replaces_nothing_and_gets_a_number_of_its_own(company):
    invoice(household(company), 3)
    row = prepared(company)
    EReport.objects.filter(pk=row.pk).update(state="rejected", sent_at=NOW, answered_at=NOW)

    assert made_by_night(company) == []
    again = prepared(company)

    assert (again.version, again.type_code, again.replaces) == (2, "IN", None)
    assert again.file_name != row.file_name


def test_a_period_of_which_all_was_credited_is_told_empty_again(company):
    account = household(company)
    sold = invoice(account, 3)
    taken(prepared(company))
    credit(sold, 3)

    row = prepared(company)

    assert (row.type_code, row.figures["10.3 base EUR"]) == ("RE", "0.00")


def test_without_the_number_of_the_platform_the_report_says_what_is_missing(company):
    choose(company, platform_number="")
    invoice(household(company), 3)

    row = prepared(company)

    assert row.state == OutgoingState.DRAFT
    assert [one[0] for one in row.findings] == ["G6.22"]
    choose(company, platform_number="0111")
    assert prepared(company).state == "ready"


@pytest.mark.postgres
def test_two_people_who_prepare_at_once_make_one_report(company, monkeypatch):
    invoice(household(company), 3)
    store, between = ereporting.archiving.store, []

    def slowly(*args, **given):
        if not between:
            between.append(None)
            between[0] = prepared(company, by="berta")
        return store(*args, **given)

    monkeypatch.setattr(ereporting.archiving, "store", slowly)

    mine = prepared(company)

    assert mine == between[0]
    assert mine.made_by == "berta"
    assert EReport.objects.count() == 1


def test_a_report_sent_while_somebody_prepares_it_is_not_overwritten(company, monkeypatch):
    home = household(company)
    invoice(home, 3)
    row = prepared(company)
    invoice(home, 9)
    store = ereporting.archiving.store

    def slowly(*args, **given):
        EReport.objects.filter(pk=row.pk).update(state="sent", sent_at=NOW)
        return store(*args, **given)

    monkeypatch.setattr(ereporting.archiving, "store", slowly)

    with pytest.raises(ereporting.StillUnderWay):
        prepared(company)
    row.refresh_from_db()
    assert row.figures == {"10.3 base EUR": "100.00", "10.3 vat EUR": "20.00"}


def test_every_day_is_reported_once_whatever_the_regime(company):
    home = household(company)
    days = [date(2027, 9, 1) + timedelta(days=n) for n in range(0, 60, 3)]
    for day in days:
        invoice(home, day)
    for regime in ("real_monthly", "real_quarterly", "simplified", "franchise"):
        EReport.objects.all().delete()
        choose(company, regime=regime)
        done = ereporting.prepare_due(company, on=date(2027, 11, 30), by="", now=NOW)
        sales = [row for row in done.made if row.kind == "transactions"]
        entries = [one for row in sales for one in row.entries.all()]
        assert sorted(one.on for one in entries) == days, regime


def test_many_documents_cost_the_queries_of_few(company):
    home, foreign = household(company), abroad(company)
    counts = []
    for day in (3, 9):
        for _each in range(1 if day == 3 else 4):
            pay(invoice(home, day), "120.00", day)
            invoice(foreign, day)
        with CaptureQueriesContext(connection) as queries:
            for kind in Kind:
                collect(company, kind, MONTH)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_companies_that_are_not_french_report_nothing(company):
    company.country = "IT"

    with pytest.raises(ereporting.NotReported):
        prepared(company)


@needs_schema
def test_every_report_is_valid_against_the_official_schema(company):
    home, foreign = household(company), abroad(company)
    sold = invoice(home, 3, line(company), line(company, "9.99", "5.5"), line(company, "5.00", "20DEB"))
    pay(sold, "100.00", 8)
    unit = invoice(foreign, 4, line(company, "70.00", "AL-UE"))
    credit(unit, 5)
    pay(invoice(foreign, 6), "60.00", 7)
    schema = etree.XMLSchema(etree.parse(SCHEMA))

    for kind in Kind:
        row = prepared(company, kind)
        assert row.state == "ready", row.findings
        schema.assertValid(etree.fromstring(xml_of(row)))


# The platform


def test_a_report_goes_to_the_platform_and_its_answer_comes_back(company, tmp_path):
    invoice(household(company), 3)
    row = prepared(company)
    with platform_of_the_firm(company, tmp_path / "platform") as platform:
        assert ereporting_sending.send([row], by="anna", now=NOW).sent == 1
        assert ereporting_sending.send([row], by="anna", now=NOW).sent == 0
        platform.step(2)
        einvoices.take_in(company, by="", now=NOW)

    row.refresh_from_db()
    assert (row.state, row.problem) == ("answered", "")
    assert row.sent_at == NOW


def test_what_the_platform_refuses_says_why(company, tmp_path):
    invoice(household(company), 3)
    row = prepared(company)
    refuse = lambda _syntax, _content: [("file", "InvalidSchema", "not valid")]  # noqa: E731
    with platform_of_the_firm(company, tmp_path / "platform", checks=[refuse]) as platform:
        ereporting_sending.send([row], by="anna", now=NOW)
        platform.step(2)
        einvoices.take_in(company, by="", now=NOW)
        einvoices.take_in(company, by="", now=NOW)

    row.refresh_from_db()
    assert row.state == "rejected"
    assert "not valid" in row.problem
