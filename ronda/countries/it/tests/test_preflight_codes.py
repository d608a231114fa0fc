"""For every code that can be checked here: one violation, and exactly that code is named."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ronda.countries.it.domain.fatturapa import (
    Attachment,
    Discount,
    OtherData,
    Party,
    Reference,
    Representative,
    Summary,
    TaxId,
    WelfareFund,
    Withholding,
    read_invoice,
)
from ronda.countries.it.domain.preflight import (
    CHECKS,
    NOT_CHECKABLE,
    RULES,
    History,
    preflight,
    preflight_lot,
)
from ronda.countries.it.tests.fatture import (
    ARIA,
    BIANCHI,
    DAY,
    DUPONT,
    INTENT,
    ROSSI,
    SAMPLES,
    STANDARDS,
    invoice,
    line,
    needs_samples,
    simplified,
)
from ronda.einvoices.domain.findings import Weight

D = Decimal
ERRORS = STANDARDS / "sdi_errors.csv"
#: A line with VAT and two without: rates and natures of lines and totals stay the same sets in most changes.
MIXED = invoice(line(1), line(2, "60.00", "0", "N4"), line(3, "40.00", "0", "N4"))
FUND = WelfareFund("TC22", D(4), D("4.00"), D(22), D("100.00"))
PROFESSIONAL = invoice(
    line(withholding=True), welfare_funds=(FUND,), withholdings=(Withholding("RT01", D(20), D(20), "A"),)
)
NO_RECIPIENT = {"recipient_code": ""}
SUPPLIER = replace(DUPONT, tax_regime="RF18", recipient_code="")
WE = replace(ARIA, tax_regime="", recipient_code="M5UXCR1")
FROM_ABROAD = invoice(kind="TD17", seller=SUPPLIER, buyer=WE)
CEILING = invoice(kind="TD21", buyer=WE)
WRONG_DIGIT = "02182030390"


def lines(made, at=0, **changes):
    """The invoice with one line changed and all else as it was."""
    changed = replace(made.lines[at], **changes)
    return replace(made, lines=(*made.lines[:at], changed, *made.lines[at + 1 :]))


def summary(made, at=0, **changes):
    changed = replace(made.summaries[at], **changes)
    return replace(made, summaries=(*made.summaries[:at], changed, *made.summaries[at + 1 :]))


def buyer(made=None, **changes):
    made = made or invoice()
    return replace(made, buyer=replace(made.buyer, **changes))


def seller(made=None, **changes):
    made = made or invoice()
    return replace(made, seller=replace(made.seller, **changes))


def fund(**changes):
    return replace(PROFESSIONAL, welfare_funds=(replace(FUND, **changes),))


def at_zero(**changes):
    """The fund without VAT, among lines that have a nature too; its total stands with theirs."""
    charge = replace(FUND, vat_rate=D(0), nature="N4", withholding=False)
    made = invoice(line(1), line(2, "60.00", "0", "N4"), welfare_funds=(charge,))
    return replace(made, welfare_funds=(replace(charge, **changes),))


def fraction():
    """All in 0.22 per cent, and right as such."""
    return invoice(line(rate="0.22"))


#: Code → (the invoice that breaks it, field a person corrects, line). What else SdI would name goes with it.
MUTATIONS = {
    "00001": (replace(invoice(), source_name="fattura marzo.xml"), "document.file_name", 0),
    "00002": (replace(invoice(), source_name="IT02182030391_00001.xml"), "document.file_name", 0),
    "00003": (
        invoice(attachments=(Attachment("a.pdf", 0, content=bytes(4_000_000)),)), "document.attachments", 0,
    ),
    "00200": (replace(invoice(), number="2026/" + "1" * 20), "document.number", 0),
    "00201": (
        invoice(*(line(n, other_data=(OtherData("MUCH TOO LONG"),)) for n in range(1, 52))),
        "document.format", 0,
    ),
    "00300": (replace(invoice(), transmitter=TaxId("IT", WRONG_DIGIT)), "transmitter.tax_id", 0),
    "00301": (seller(vat_id=WRONG_DIGIT), "company.tax_id", 0),
    "00302": (seller(fiscal_code=WRONG_DIGIT), "company.fiscal_code", 0),
    "00303": (
        seller(representative=Representative("Rep", vat_country="IT", vat_id=WRONG_DIGIT)),
        "company.representative.tax_id", 0,
    ),
    "00304": (
        seller(representative=Representative("Rep", "", "", "IT", ARIA.vat_id, "RSSMRA80A01H501X")),
        "company.representative.fiscal_code", 0,
    ),
    "00305": (buyer(vat_id=WRONG_DIGIT), "party.tax_id", 0),
    "00306": (buyer(fiscal_code="RSSMRA80A01H501X"), "party.fiscal_code", 0),
    "00313": (buyer(recipient_code="XXXXXXX"), "party.recipient_code", 0),
    "00327": (buyer(vat_id="", vat_country="", fiscal_code="00743110157"), "party.tax_id", 0),
    "00399": (buyer(replace(invoice(), format="FPA12"), recipient_code="999999"), "party.recipient_code", 0),
    "00400": (lines(MIXED, 1, nature=""), "line.vat_code", 2),
    "00401": (lines(MIXED, 0, nature="N4"), "line.vat_code", 1),
    "00403": (replace(invoice(), date=DAY + timedelta(1)), "document.date", 0),
    "00404": (replace(invoice(), number="FT 2/2026"), "document.number", 0),
    "00409": (replace(invoice(), position=2), "document.number", 0),
    "00411": (lines(invoice(), withholding=True), "document.withholding", 1),
    "00413": (at_zero(nature=""), "document.fund", 0),
    "00414": (
        replace(MIXED, welfare_funds=(replace(FUND, amount=D("0.00"), nature="N4"),)), "document.fund", 0,
    ),
    "00415": (
        replace(fund(withholding=True), withholdings=(), lines=(line(),)), "document.withholding", 0,
    ),
    "00417": (buyer(vat_id="", vat_country=""), "party.tax_id", 0),
    "00418": (
        replace(invoice(), references=(Reference("invoice", "7", DAY + timedelta(1)),)), "document.date", 0,
    ),
    "00419": (replace(MIXED, lines=(*MIXED.lines, line(4, "10.00", "10"))), "document.vat", 0),
    "00420": (summary(invoice(line(rate="0", nature="N6.3")), exigibility="S"), "line.vat_code", 0),
    "00421": (summary(invoice(), vat=D("22.02")), "document.vat", 0),
    "00422": (summary(invoice(), net=D("101.00"), vat=D("22.22")), "document.net", 0),
    "00423": (lines(invoice(), net=D("100.02")), "line.amount", 1),
    "00424": (fraction(), "line.vat_code", 1),
    "00425": (replace(invoice(), number="FT/A"), "document.number", 0),
    "00427": (buyer(recipient_code="UF1AB2"), "party.recipient_code", 0),
    "00428": (replace(invoice(), format="SDI11"), "document.format", 0),
    "00429": (
        replace(MIXED, summaries=(
            MIXED.summaries[0], Summary(D(0), D("60.00"), D(0), "N4"), Summary(D(0), D("40.00"), D(0)),
        )), "line.vat_code", 0,
    ),
    "00430": (summary(MIXED, 0, nature="N4"), "line.vat_code", 0),
    "00437": (replace(invoice(), discounts=(Discount("SC"),)), "document.discount", 0),
    "00438": (lines(invoice(), discounts=(Discount("SC"),)), "line.discount", 1),
    "00443": (
        replace(invoice(), summaries=(*invoice().summaries, Summary(D(10), D(0), D(0)))), "document.vat", 0,
    ),
    "00444": (summary(MIXED, 1, nature="N2.2"), "line.vat_code", 0),
    "00445": (invoice(line(rate="0", nature="N2")), "line.vat_code", 1),
    "00448": (invoice(line(rate="0", nature="N3"), buyer=DUPONT), "line.vat_code", 1),
    "00459": (seller(tax_regime="RF03"), "company.tax_regime", 0),
    "00460": (simplified(line(net="327.88")), "document.total", 0),
    "00471": (buyer(vat_id=ARIA.vat_id), "party.tax_id", 0),
    "00472": (replace(CEILING, buyer=BIANCHI), "document.kind", 0),
    "00473": (replace(FROM_ABROAD, seller=replace(BIANCHI, recipient_code="")), "party.tax_id", 0),
    "00474": (
        replace(CEILING, lines=(line(), line(2, "0.00", "0", "N1")),
                summaries=(*CEILING.summaries, Summary(D(0), D(0), D(0), "N1"))), "line.vat_code", 2,
    ),
    "00475": (buyer(FROM_ABROAD, vat_id="", vat_country="", fiscal_code="97081660157"), "company.tax_id", 0),
    "00476": (buyer(FROM_ABROAD, vat_country="DE", vat_id="136695976"), "party.tax_id", 0),
    "00477": (
        invoice(line(rate="0", nature="N3.5", other_data=(replace(INTENT, text="1234-1"),))), "line.data", 1,
    ),
}  # fmt: skip
SENT = History(
    file_names={"IT02182030391_00001.xml"}, invoices={replace(invoice(), number="FT 2/2026").key()}
)
#: What the exchange only warns us of, or what it alone can know for certain.
WARNING = {"00300", "00301", "00302", "00303", "00304", "00305", "00306", "00327", "00399", "00477"}


def findings_of(code):
    made, _field, _line = MUTATIONS[code]
    if code == "00409":
        return preflight_lot([replace(made, position=1), made], on=DAY)[1]
    return preflight(made, on=DAY, history=SENT)


@pytest.mark.parametrize("code", CHECKS)
def test_a_violation_is_named_by_its_code_and_by_no_other(code):
    named = {item.code for item in findings_of(code)}

    assert named == ({"00200", "00201"} if code == "00201" else {code})


@pytest.mark.parametrize("code", CHECKS)
def test_a_finding_names_the_field_the_line_and_the_weight(code):
    found = next(item for item in findings_of(code) if item.code == code)
    _made, field, at = MUTATIONS[code]

    assert (found.field, found.line) == (field, at)
    assert found.weight == (Weight.WARNS if code in WARNING else Weight.BLOCKS)
    assert all((str(found.text), str(found.remedy), found.where))


def test_the_invoices_the_mutations_start_from_are_without_objections():
    for made in (MIXED, PROFESSIONAL, FROM_ABROAD, CEILING, at_zero(), invoice(), simplified()):
        assert preflight(made, on=DAY) == []


@pytest.mark.skipif(not ERRORS.exists(), reason=f"the list of controls is not at {ERRORS}")
def test_every_control_of_the_exchange_is_checked_or_said_not_to_be():
    with ERRORS.open(encoding="utf-8") as stream:
        official = {row["code"] for row in csv.DictReader(stream, delimiter=";")}

    assert official == set(CHECKS) | set(NOT_CHECKABLE)
    assert set(CHECKS).isdisjoint(NOT_CHECKABLE)
    assert set(RULES) == official


def test_r42_what_was_sent_is_known_only_from_the_history():
    for code in ("00002", "00404"):
        assert preflight(MUTATIONS[code][0], on=DAY) == []


#: Known mistakes of the official samples, for which the exchange would turn them down or might.
KNOWN = {
    "00300": "the transmitter of gobl's samples has a number of a test system",
    "00301": "the tax office's seller 01234567890 has a wrong check digit",
    "00305": "so have its buyers",
    "00306": "so have their fiscal codes",
}
KNOWN_BY_FILE = {
    "IT01234567890_FPR03.xml": {"00422"},  # its first body says 27.00 for lines of 25.00
    "invoice-b2g.xml": {"00427"},  # a public body with the code ABCDEF1
}


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_official_samples_pass_but_for_their_known_mistakes(path):
    name = path.name if path.parent.name == "samples" else ""
    read = read_invoice(path.read_bytes(), name)
    named = {item.code for each in preflight_lot(read, on=date(2026, 3, 4)) for item in each}

    assert named - set(KNOWN) == KNOWN_BY_FILE.get(path.name, set())


def test_whatever_the_figures_are_the_checks_do_not_fail():
    for odd in ("NaN", "Infinity", "-Infinity", "1e30", "-1e30", "sNaN"):
        value = Decimal(odd)
        made = lines(invoice(), net=value, vat_rate=value, quantity=value, unit_price=value)
        made = replace(summary(made, net=value, rate=value), total=value, date=date(1960, 1, 1))

        assert {"00200"} == {item.code for item in preflight(made, on=DAY)}


def test_an_invoice_of_nothing_at_all_is_described_not_refused():
    empty = replace(invoice(), seller=Party(), buyer=Party(), number="", kind="", lines=(), summaries=())

    assert {item.code for item in preflight(empty, on=DAY)} >= {"00200", "00417"}


def test_a_consumer_without_recipient_code_is_fine():
    assert preflight(invoice(buyer=replace(ROSSI, **NO_RECIPIENT, pec="")), on=DAY) == []


def test_a_simplified_invoice_may_reach_400_euro_and_no_more():
    exact = simplified(line(net="400.00", rate="0", nature="N4"))
    over = simplified(line(net="400.01", rate="0", nature="N4"))

    assert [item.code for made in (exact, over) for item in preflight(made, on=DAY)] == ["00460"]


@pytest.mark.parametrize(
    ("vat", "fits"), [("22.01", True), ("21.99", True), ("22.02", False), ("21.98", False)]
)
def test_vat_may_differ_by_one_cent(vat, fits):
    assert (preflight(summary(invoice(), vat=D(vat)), on=DAY) == []) is fits


@pytest.mark.parametrize(
    ("net", "fits"), [("100.99", True), ("99.01", True), ("101.00", False), ("99.00", False)]
)
def test_taxable_amounts_may_differ_by_less_than_a_euro(net, fits):
    changed = summary(invoice(), net=D(net), vat=(D(net) * 22 / 100).quantize(D("0.01")))

    assert (preflight(changed, on=DAY) == []) is fits


@pytest.mark.parametrize(
    ("net", "fits"), [("100.01", True), ("99.99", True), ("100.02", False), ("99.98", False)]
)
def test_the_amount_of_a_line_may_differ_by_one_cent(net, fits):
    assert (preflight(lines(invoice(), net=D(net)), on=DAY) == []) is fits


def test_a_line_with_intent_must_quote_the_declaration_and_quote_it_on_such_a_line():
    bare = invoice(line(rate="0", nature="N3.5"))
    elsewhere = invoice(line(rate="0", nature="N3.1", other_data=(INTENT,)))
    undated = invoice(line(rate="0", nature="N3.5", other_data=(replace(INTENT, day=None),)))

    for made in (bare, elsewhere, undated):
        assert [(item.code, item.line) for item in preflight(made, on=DAY)] == [("00477", 1)]


def test_generic_natures_are_named_on_a_fund_too_and_were_allowed_before_2021():
    charge = replace(FUND, vat_rate=D(0), nature="N2")
    made = invoice(line(), welfare_funds=(charge,))

    assert [item.code for item in preflight(made, on=DAY)] == ["00445"]
    assert preflight(replace(made, date=date(2020, 12, 31)), on=DAY) == []


def test_a_simplified_invoice_before_there_were_any_is_over_the_limit():
    assert [item.code for item in preflight(simplified(date=date(2012, 6, 1)), on=DAY)] == ["00460"]
