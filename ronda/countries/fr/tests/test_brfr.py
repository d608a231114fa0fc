"""Each check names its violation; the official rule set names it as well, where it has such a rule."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ronda.countries.fr.domain.einvoice.brfr import CODES, preflight
from ronda.countries.fr.domain.einvoice.building import write_cii, write_ubl
from ronda.countries.fr.domain.einvoice.model import (
    SIRET,
    Address,
    Allowance,
    Attachment,
    Delivery,
    Kind,
    Note,
    Party,
    Reference,
    Span,
    Totals,
    Vat,
    VatDue,
)
from ronda.countries.fr.domain.einvoice.totals import complete
from ronda.countries.fr.tests.einvoice_samples import (
    BUYER,
    FRANCHISE,
    INTRA,
    ITALIAN,
    ON,
    OUTSIDE,
    REVERSE,
    SELLER,
    STANDARD,
    TRANSFER,
    every_kind,
    full,
    invoice,
    line,
)
from tests.support.schematron import RULES, Judge, missing

NO_RULE = ""
GOOD = invoice(line(1, "3", "1.02"), line(2, "2", "50"))
CREDIT = invoice(kind=Kind.CREDIT_NOTE, references=(Reference("FA-1", ON),))
LONG = "9" * 36


def head(**changes):
    return replace(GOOD, **changes)


def lined(**changes):
    """The first line changed, the totals worked out again."""
    return complete(replace(GOOD, lines=(replace(GOOD.lines[0], **changes), *GOOD.lines[1:])))


def frozen(**changes):
    """The first line changed, the totals left as they were."""
    return replace(GOOD, lines=(replace(GOOD.lines[0], **changes), *GOOD.lines[1:]))


def sold(**changes):
    return head(seller=replace(SELLER, **changes))


def bought(**changes):
    return head(buyer=replace(BUYER, **changes))


def summed(**changes):
    return head(totals=replace(GOOD.totals, **changes))


def rowed(**changes):
    return head(vat_rows=(replace(GOOD.vat_rows[0], **changes),))


def noted(*notes):
    return head(notes=notes)


def without(code):
    return noted(*(note for note in GOOD.notes if note.code != code))


def extra(**more):
    return complete(head(allowances=(Allowance(Decimal(1), **{"reason": "Remise", "vat": STANDARD} | more),)))


def inner(**more):
    return lined(
        allowances=(Allowance(Decimal(1), **{"reason": "Remise"} | more),), net=Decimal("4.06") if more.get(
            "charge"
        ) else Decimal("2.06"),
    )  # fmt: skip


def paid(**changes):
    return head(payment=replace(TRANSFER, **changes))


def untaxed(vat, **more):
    return invoice(line(vat=vat), **more)


TEXT = Note("Pas d'escompte pour paiement anticipé", "AAB")
ABROAD = Address("1 Main St", city="Boston", country="US")
JULY = date(2026, 7, 1)
#: The code of ours, the broken invoice, the official rule that names it: the same, another, or none.
SAME = None
VIOLATIONS = [
    ("BR-02", head(number=""), NO_RULE),
    ("BR-FR-01", head(number=LONG), SAME),
    ("BR-FR-01", replace(CREDIT, references=(Reference(LONG, ON),)), SAME),
    ("BR-FR-02", head(number="FA 1"), SAME),
    ("BR-FR-02", head(number="FÀ1"), SAME),
    ("BR-FR-02", replace(CREDIT, references=(Reference("n° 1", ON),)), SAME),
    ("BR-FR-03", head(issued_on=date(1999, 12, 31)), SAME),
    ("BR-FR-03", head(due_on=date(2101, 1, 1)), SAME),
    ("BR-FR-03", replace(CREDIT, references=(Reference("FA-1", date(1999, 1, 1)),)), SAME),
    ("BR-FR-03", frozen(period=Span(date(1999, 1, 1), ON)), SAME),
    ("BR-FR-03", head(delivery=Delivery(date(2100, 1, 1))), SAME),
    ("LOCAL-DATE", head(issued_on=ON + timedelta(days=1)), NO_RULE),
    ("BR-29", head(period=Span(ON, JULY)), NO_RULE),
    ("BR-30", frozen(period=Span(ON, JULY)), NO_RULE),
    ("BR-CO-19", head(period=Span()), NO_RULE),
    ("BR-CO-20", frozen(period=Span()), NO_RULE),
    ("BR-FR-04", head(kind="325"), SAME),
    ("BR-FR-05", without("PMT"), SAME),
    ("BR-FR-05", without("PMD"), SAME),
    ("BR-FR-05", without("AAB"), SAME),
    ("BR-FR-06", noted(*GOOD.notes, TEXT), SAME),
    ("LOCAL-NOTE", noted(*(replace(n, text=".") if n.code == "PMD" else n for n in GOOD.notes)), NO_RULE),
    ("LOCAL-EMPTY-NOTE", noted(*GOOD.notes, Note(" ")), NO_RULE),
    ("BR-CL-08", noted(*GOOD.notes, Note("Bonjour", "QQQ")), SAME),
    ("BR-FR-20", GOOD.with_note("BAR", "B2X"), SAME),
    ("BR-FR-31", noted(*GOOD.notes, Note("B2C", "BAR")), SAME),
    ("LOCAL-BAR", without("BAR"), NO_RULE),
    ("BR-FR-08", head(framework=""), SAME),
    ("BR-FR-08", head(framework="S0"), SAME),
    ("LOCAL-FRAMEWORK", head(framework="S8"), "BR-FR-MV"),
    ("BR-FR-CO-08", head(framework="S4", kind=Kind.DEPOSIT), SAME),
    ("BR-FR-CO-09", head(framework="S2"), SAME),
    ("BR-FR-CO-09", replace(every_kind()["already paid"], due_on=None), SAME),
    ("BR-FR-CO-03", head(kind=Kind.REBATE), SAME),
    ("BR-FR-CO-04", head(kind=Kind.CORRECTIVE), SAME),
    ("BR-FR-CO-05", head(kind=Kind.CREDIT_NOTE), SAME),
    ("BR-FR-CO-05", replace(CREDIT, references=(Reference("FA-1"),)), SAME),
    ("BR-55", replace(CREDIT, references=(*CREDIT.references, Reference("", ON))), NO_RULE),
    ("BR-FR-CO-07", head(due_on=ON - timedelta(days=1)), SAME),
    ("BR-CO-25", head(due_on=None), NO_RULE),
    ("BR-CO-03", head(tax_point=ON, vat_due=VatDue.PAYMENT), NO_RULE),
    ("BR-CL-06", head(vat_due="sometime"), SAME),
    ("BR-CL-07", head(object_id="A", object_scheme="abc"), SAME),
    ("BR-CL-10", sold(identifiers=(("9999", "1"),)), SAME),
    ("BR-CL-11", bought(legal_scheme="9999", endpoint=BUYER.endpoint), SAME),
    ("BR-CL-04", head(currency="XXQ"), NO_RULE),
    ("BR-CL-05", head(accounting_currency="XXQ"), NO_RULE),
    ("BR-53", head(accounting_currency="CHF"), SAME),
    ("BR-FR-CO-12", head(currency="CHF"), SAME),
    ("BR-FR-CO-14", sold(identifiers=(*SELLER.identifiers, ("0231", "732829320"))), SAME),
    ("BR-FR-CO-15", sold(identifiers=(*SELLER.identifiers, ("0231", "732829320"))), SAME),
    ("BR-52", head(attachments=(Attachment("", url="https://a.fr"),)), NO_RULE),
    ("BR-FR-17", head(attachments=(Attachment("A", "PHOTO", url="https://a.fr"),)), SAME),
    ("BR-FR-18", head(attachments=(Attachment("A", "LISIBLE"), Attachment("B", "LISIBLE"))), SAME),
    ("BR-CL-24", head(attachments=(Attachment("A", "", b"x", "text/html", "a.html"),)), SAME),
    ("LOCAL-ATTACHMENT", head(attachments=(Attachment("A", "", b"x", "text/csv", ""),)), NO_RULE),
    ("BR-06", sold(name=" "), NO_RULE),
    ("BR-07", bought(name=""), NO_RULE),
    ("BR-17", head(payee=Party()), NO_RULE),
    ("BR-18", head(representative=Party(vat_number="FR44732829320", address=SELLER.address)), NO_RULE),
    ("BR-09", sold(address=replace(SELLER.address, country="")), NO_RULE),
    ("BR-11", bought(address=replace(BUYER.address, country="")), NO_RULE),
    ("BR-20", head(representative=Party("R", Address(city="Lyon"), vat_number="FR44732829320")), NO_RULE),
    ("BR-56", head(representative=Party("R", SELLER.address)), SAME),
    ("BR-57", head(delivery=Delivery(address=Address(city="Lyon"))), NO_RULE),
    ("BR-CL-14", bought(address=replace(BUYER.address, country="XX")), SAME),
    ("LOCAL-ADDRESS", bought(address=Address(country="FR")), NO_RULE),
    ("BR-FR-10", sold(legal_id=""), SAME),
    ("BR-FR-10", sold(legal_id="73282932"), SAME),
    ("BR-FR-11", bought(legal_id="", identifiers=()), SAME),
    ("BR-FR-32", bought(legal_id="40483304X"), SAME),
    ("BR-FR-09", bought(identifiers=((SIRET, "73282932000074"),)), SAME),
    ("BR-FR-09", sold(identifiers=((SIRET, "7328293200007"),)), SAME),
    ("BR-FR-09", head(delivery=Delivery(ON, "X", BUYER.address, ((SIRET, "12"),))), SAME),
    ("LOCAL-SIREN", sold(legal_id="732829321", identifiers=(), vat_number="", tax_number="1"), NO_RULE),
    ("LOCAL-SIRET", sold(identifiers=((SIRET, "73282932000075"),)), NO_RULE),
    ("BR-FR-CO-10", sold(identifiers=(("0088", "1"), ("0088", "2"))), NO_RULE),
    ("BR-FR-CO-10", bought(identifiers=(("", "C-12"),)), NO_RULE),
    ("BR-FR-24", bought(identifiers=(*BUYER.identifiers, ("0224", "A B"))), SAME),
    ("BR-FR-26", bought(identifiers=(*BUYER.identifiers, ("0224", "A" * 101))), SAME),
    ("BR-FR-12", bought(endpoint=""), SAME),
    ("BR-FR-13", sold(endpoint=""), SAME),
    ("BR-62", sold(endpoint_scheme=""), NO_RULE),
    ("BR-63", bought(endpoint_scheme=""), NO_RULE),
    ("BR-CL-25", sold(endpoint_scheme="1234"), SAME),
    ("BR-FR-21", bought(endpoint="732829320"), SAME),
    ("BR-FR-21", bought(endpoint="a@b.fr", endpoint_scheme="EM"), SAME),
    ("BR-FR-22", replace(GOOD, kind="389", seller=replace(SELLER, endpoint="404833048")), SAME),
    ("BR-FR-23", bought(endpoint="404833048 A"), SAME),
    ("BR-FR-25", bought(endpoint="404833048_" + "A" * 120), SAME),
    ("BR-CO-09", sold(vat_number="44732829320"), SAME),
    ("LOCAL-VAT-KEY", sold(vat_number="FR45732829320"), NO_RULE),
    ("LOCAL-VAT-SIREN", sold(vat_number="FR83404833048"), NO_RULE),
    ("BR-CO-26", sold(identifiers=(), legal_id="", vat_number=""), SAME),
    ("BR-16", complete(head(lines=())), SAME),
    ("BR-21", frozen(number=""), NO_RULE),
    ("LOCAL-LINE-NUMBER", frozen(number="2"), NO_RULE),
    ("BR-25", frozen(name=" "), NO_RULE),
    ("BR-23", frozen(unit=""), NO_RULE),
    ("BR-CL-23", frozen(unit="heures"), SAME),
    ("BR-CL-23", frozen(unit="ZZ9"), SAME),
    ("BR-27", lined(price=Decimal(-1), net=Decimal(-3)), SAME),
    ("BR-28", frozen(gross_price=Decimal(-1), discount=Decimal("-2.02")), SAME),
    ("LOCAL-BASE-QUANTITY", frozen(base_quantity=Decimal(0)), NO_RULE),
    ("LOCAL-LINE", lined(net=Decimal(4)), NO_RULE),
    ("LOCAL-GROSS-PRICE", frozen(gross_price=Decimal(5), discount=Decimal(1)), NO_RULE),
    ("BR-33", extra(reason=""), SAME),
    ("BR-38", extra(reason="", charge=True), SAME),
    ("BR-42", inner(reason=""), SAME),
    ("BR-44", inner(reason="", charge=True), SAME),
    ("BR-CL-19", extra(reason_code="ZZ"), SAME),
    ("BR-CL-20", extra(reason_code="99", charge=True), SAME),
    ("LOCAL-ALLOWANCE", complete(head(allowances=(Allowance(Decimal(-1), "R", vat=STANDARD),))), NO_RULE),
    ("BR-32", extra(vat=None), SAME),
    ("BR-37", extra(vat=None, charge=True), SAME),
    ("BR-FR-DEC-01", summed(net=Decimal("103.061")), SAME),
    ("BR-FR-DEC-01", frozen(net=Decimal("3.0601")), SAME),
    ("BR-FR-DEC-01", summed(paid=Decimal("123456789012345678.99")), SAME),
    ("BR-FR-DEC-02", frozen(quantity=Decimal("3.00001")), SAME),
    ("BR-FR-DEC-03", frozen(price=Decimal("1.0200001")), SAME),
    ("BR-FR-DEC-04", frozen(vat=Vat("S", Decimal("20.001"))), SAME),
    ("BR-FR-15", lined(vat=Vat("L", Decimal(20))), SAME),
    ("BR-FR-15", lined(vat=Vat("B", Decimal(20))), SAME),
    ("BR-CO-04", frozen(vat=Vat("", Decimal(20))), NO_RULE),
    ("BR-FR-16", lined(vat=Vat("S", Decimal(21))), SAME),
    ("BR-CO-10", summed(lines=Decimal(100)), SAME),
    ("BR-CO-11", summed(allowances=Decimal(5)), SAME),
    ("BR-CO-12", summed(charges=Decimal(5)), SAME),
    ("BR-CO-13", summed(net=Decimal(100)), SAME),
    ("BR-CO-14", summed(vat=Decimal(20)), SAME),
    ("BR-CO-15", summed(gross=Decimal(100)), SAME),
    ("BR-CO-16", summed(due=Decimal(100)), SAME),
    ("BR-CO-17", rowed(tax=Decimal(25)), SAME),
    ("BR-CO-18", head(vat_rows=()), SAME),
    ("BR-S-01", rowed(category="Z"), "BR-Z-01"),
    ("BR-S-05", lined(vat=Vat("S", Decimal(0))), SAME),
    ("BR-S-06", extra(vat=Vat("S", Decimal(0))), SAME),
    ("BR-S-07", extra(vat=Vat("S", Decimal(0)), charge=True), SAME),
    ("BR-S-08", rowed(base=Decimal(100)), SAME),
    ("BR-S-02", sold(vat_number=""), SAME),
    ("BR-S-03", replace(extra(), lines=(), seller=replace(SELLER, vat_number="")), SAME),
    ("BR-S-04", replace(extra(charge=True), lines=(), seller=replace(SELLER, vat_number="")), SAME),
    ("BR-S-10", rowed(reason="Exonération"), SAME),
    ("BR-Z-02", untaxed(Vat("Z", Decimal(0)), seller=replace(SELLER, vat_number="")), SAME),
    ("BR-Z-10", untaxed(Vat("Z", Decimal(0), "Exonération")), SAME),
    ("BR-E-01", replace(untaxed(FRANCHISE), vat_rows=GOOD.vat_rows), SAME),
    ("BR-E-02", untaxed(FRANCHISE, seller=replace(SELLER, vat_number="")), SAME),
    ("BR-E-05", untaxed(replace(FRANCHISE, rate=Decimal(20))), SAME),
    ("BR-E-10", untaxed(replace(FRANCHISE, reason="", reason_code="")), SAME),
    ("BR-AE-02", untaxed(REVERSE, buyer=replace(ITALIAN, vat_number=""), addressee="B2BINT"), SAME),
    ("BR-AE-05", untaxed(replace(REVERSE, rate=Decimal(20))), SAME),
    ("BR-AE-10", untaxed(replace(REVERSE, reason="", reason_code="")), SAME),
    ("BR-IC-02", replace(every_kind()["intra"], buyer=replace(ITALIAN, vat_number="")), SAME),
    ("BR-IC-05", untaxed(replace(INTRA, rate=Decimal(20))), SAME),
    ("BR-IC-10", untaxed(replace(INTRA, reason="", reason_code="")), SAME),
    ("BR-IC-11", replace(every_kind()["intra"], delivery=Delivery(address=ITALIAN.address)), SAME),
    ("BR-IC-12", replace(every_kind()["intra"], delivery=Delivery(ON)), SAME),
    ("BR-G-02", replace(every_kind()["export"], seller=replace(SELLER, vat_number="")), SAME),
    ("BR-G-10", untaxed(Vat("G", Decimal(0))), SAME),
    ("BR-O-02", replace(every_kind()["outside"], seller=SELLER), SAME),
    ("BR-O-10", replace(every_kind()["outside"], vat_rows=(
        replace(every_kind()["outside"].vat_rows[0], reason="", reason_code=""),)), SAME),
    ("BR-O-11", invoice(line(1, vat=OUTSIDE), line(2), seller=replace(SELLER, vat_number="")), SAME),
    ("BR-CL-22", untaxed(replace(FRANCHISE, reason_code="VATEX-FR-293B")), SAME),
    ("LOCAL-VATEX", untaxed(replace(REVERSE, reason_code="VATEX-EU-IC")), NO_RULE),
    ("LOCAL-EU", replace(every_kind()["intra"], delivery=Delivery(ON, address=ABROAD)), NO_RULE),
    ("BR-49", paid(code=""), NO_RULE),
    ("BR-CL-16", paid(code="99"), SAME),
    ("BR-61", paid(iban="", account_name=""), "ubl BR-61"),
    ("LOCAL-IBAN", paid(iban="FR7630006000011234567890188"), NO_RULE),
    ("LOCAL-BIC", paid(bic="AGRI"), NO_RULE),
    ("LOCAL-MANDATE", paid(code="59", creditor="FR72ZZZ123456"), NO_RULE),
    ("LOCAL-CREDITOR", paid(code="59", mandate="RUM-1"), NO_RULE),
]  # fmt: skip
OFFICIAL = [(code, bad, rule or code) for code, bad, rule in VIOLATIONS if rule != NO_RULE]


@pytest.mark.parametrize(("code", "bad"), [row[:2] for row in VIOLATIONS], ids=[row[0] for row in VIOLATIONS])
def test_a_violation_is_named(code, bad):
    assert preflight(GOOD, on=ON) == []

    found = {finding.code: finding for finding in preflight(bad, on=ON)}

    assert code in found
    finding = found[code]
    assert all((str(finding.text), str(finding.remedy), finding.where, finding.field))
    assert "%" not in str(finding.text).replace(" %", "")


#: Where the rules for UBL name a violation otherwise, or not at all.
IN_UBL = {"BR-FR-31": "BR-FR-30", "BR-Z-01": "BR-S-01", "BR-IC-11": NO_RULE}


@pytest.mark.slow
@pytest.mark.parametrize("syntax", ["cii", "ubl"])
def test_the_official_rules_name_the_same_violations(syntax):
    if why := missing(f"en16931-{syntax}", f"brfr-{syntax}"):
        pytest.skip(why)
    write, otherwise = (write_ubl, IN_UBL) if syntax == "ubl" else (write_cii, {})
    unnamed = []
    with Judge() as judge:
        for code, bad, rule in OFFICIAL:
            expected = otherwise.get(rule.removeprefix("ubl "), rule.removeprefix("ubl "))
            if expected == NO_RULE or (rule.startswith("ubl ") and syntax == "cii"):
                continue
            rules = f"brfr-{syntax}" if expected.startswith("BR-FR") else f"en16931-{syntax}"
            named = {failure.rule for failure in judge.failures(rules, write(bad))}
            if not any(
                name == expected or name.startswith((f"{expected}_", f"{expected}-")) for name in named
            ):
                unnamed.append((code, expected, sorted(named)))

    assert unnamed == []
    assert len({rule for _code, _bad, rule in OFFICIAL}) >= 80


def test_every_code_of_a_rule_of_its_own_is_tried():
    """Those with a family (BR-E-08 like BR-S-08) are tried once for the family."""
    tried = {code for code, _bad, _rule in VIOLATIONS}
    families = {code.rpartition("-")[2] for code in tried if code.startswith(("BR-S-", "BR-E-", "BR-O-"))}
    alone = {code for code in CODES - tried if not _in_family(code)}

    assert alone == set()
    assert {"01", "02", "05", "06", "07", "08", "10"} <= families


def _in_family(code):
    name = code.split("-")[1]
    return name in {"S", "Z", "E", "AE", "IC", "G", "O"}


#: Asserts of XP Z12-012 that no invoice of ours can break: what they speak of is not in the level EN 16931 or
#: in our model, or is one value where they forbid two.
NOT_OURS = {
    "BR-FR-27": "attributes of an article (BG-32)",
    "BR-FR-28": "attributes of an article (BG-32)",
    "BR-FR-29": "two invoiced objects (BT-18)",
    "BR-FR-30": "invoiced objects of a line (BT-128)",
    "BR-FR-MV": "invoices of several sellers: refused as LOCAL-FRAMEWORK",
    "BR-FR-BD": "invoices of several sellers: refused as LOCAL-FRAMEWORK",
}


def test_every_fatal_assert_of_the_reform_has_its_check_or_cannot_be_broken():
    rules = RULES["brfr-cii"].with_suffix(".sch")
    if not rules.exists():
        pytest.skip(f"{rules.name} is not in ../shared/standards")
    found = re.findall(r'<[^<>]*assert[^<>]*\bid="(BR-FR-[^"]+)"', rules.read_text(encoding="utf-8"))
    families = {re.match(r"BR-FR-(?:CO-|DEC-|MV|BD)?\d*", name).group().rstrip("-") for name in found}

    assert len(found) >= 170
    assert families - set(NOT_OURS) - CODES == set()
    assert set(NOT_OURS) <= families


def test_a_figure_no_one_can_add_up_is_named():
    huge = frozen(quantity=Decimal(10) ** 20, price=Decimal(10) ** 20)

    assert {"BR-FR-DEC-02", "BR-FR-DEC-03"} <= {row.code for row in preflight(huge, on=ON)}
    assert "BR-FR-DEC-01" in {row.code for row in preflight(frozen(net=Decimal("NaN")), on=ON)}


def test_what_is_only_a_warning_does_not_stop_the_invoice():
    tomorrow = head(issued_on=ON + timedelta(days=1), due_on=ON + timedelta(days=30))

    assert [(finding.code, finding.blocks) for finding in preflight(tomorrow, on=ON)] == [
        ("LOCAL-DATE", False)
    ]


def test_a_finding_of_a_line_says_which():
    second = replace(
        full(), lines=(*full().lines[:1], replace(full().lines[1], unit="heures"), *full().lines[2:])
    )

    assert [(row.code, row.line, row.field) for row in preflight(second, on=ON)] == [
        ("BR-CL-23", 2, "line.unit")
    ]


def test_nothing_stated_at_all_is_named_and_not_a_crash():
    empty = replace(
        GOOD, number="", lines=(), seller=Party(), buyer=Party(), totals=Totals(), notes=(), vat_rows=()
    )

    codes = {finding.code for finding in preflight(empty, on=ON)}

    assert {"BR-02", "BR-06", "BR-07", "BR-09", "BR-11", "BR-16", "BR-FR-05", "BR-FR-10", "BR-CO-18"} <= codes
