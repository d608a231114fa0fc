"""Any document our services can issue for a French firm: valid, nothing to object to (P32, R29)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronda.billing.models import DocumentKind
from ronda.billing.services import (
    DraftLine,
    ZeroTotal,
    credit_document,
    deduct_advance,
    draft_document,
    issue_document,
)
from ronda.catalogue.models import Item, VatCode
from ronda.countries.fr.domain.einvoice.brfr import preflight
from ronda.countries.fr.domain.einvoice.building import write_cii, write_ubl
from ronda.countries.fr.domain.einvoice.model import Vat
from ronda.countries.fr.einvoices import Facturx
from ronda.countries.fr.services.invoicing import invoices_of
from ronda.reports.tests.firm import DAY, french_firm, payer
from tests.support.schematron import CII, UBL, Judge, missing

pytestmark = pytest.mark.django_db
D = Decimal
BEFORE = DAY - timedelta(20)
#: One code for each rate: VAT by code is rounded once for each, in the file once for each rate.
TAXED = ("20", "10", "5.5", "8.5", "2.1DEB", "293B", "261-4", "DEBOURS")
ON_DEBITS = ("20DEB", "10DEB", "5.5DEB", "8.5DEB", "MARGE")
#: Customers, and what may be sold to them: a supply out of the scope of VAT stands alone on its invoice.
CUSTOMERS = {
    "firm": (
        {"registration_id": "55208131766522", "tax_id": "03552081317"},
        (TAXED, ON_DEBITS, ("AL-BTP", "20")),
    ),
    "consumer": ({"kind": "person", "tax_id": ""}, (TAXED,)),
    "german firm": (
        {"country": "DE", "tax_id": "DE136695976", "postcode": "10115"},
        (TAXED, ("AL-UE",), ("LIC",)),
    ),
    "american firm": ({"country": "US", "tax_id": "", "postcode": "10001"}, (TAXED, ("HORS-UE",), ("EXP",))),
    "german consumer": ({"kind": "person", "country": "DE", "tax_id": "", "postcode": "10115"}, (TAXED,)),
}


@pytest.fixture
def company(db):
    firm = french_firm()
    for kind in ("article", "service"):
        Item.objects.create(
            company=firm,
            code=kind,
            name=kind,
            kind=kind,
            vat_code=VatCode.objects.get(company=firm, code="20"),
        )
    return firm


PRICES = st.one_of(st.decimals("0.01", "9999", places=4), st.decimals("-50", "-0.01", places=2))


@st.composite
def sold(draw, codes):
    return {
        "code": draw(st.sampled_from(codes)),
        "quantity": draw(st.decimals("0.01", "99", places=2)),
        "price": draw(
            st.one_of(st.decimals("0.01", "9999", places=4), st.decimals("-50", "-0.01", places=2))
        ),
        "discount": draw(st.sampled_from([D(0), D(0), D(5), D("33.33"), D(100)])),
        "item": draw(st.sampled_from(["", "service", "article"])),
        "note": draw(st.booleans()),
        "period": draw(st.booleans()),
    }


@st.composite
def wanted(draw):
    customer = draw(st.sampled_from(sorted(CUSTOMERS)))
    codes = draw(st.sampled_from(CUSTOMERS[customer][1]))
    return {
        "customer": customer,
        "kind": draw(st.sampled_from([DocumentKind.INVOICE, DocumentKind.INVOICE, DocumentKind.ADVANCE])),
        "discount": draw(st.sampled_from([D(0), D(0), D("7.5"), D(50)])),
        "lines": draw(st.lists(sold(codes), min_size=1, max_size=4)),
        "deposit": draw(st.sampled_from([None, None, D("0.07"), D("33.33")])),
        "credited": draw(st.booleans()),
        "method": draw(st.sampled_from(["VIR", "CHQ", "CB"])),
    }


def lines_of(company, asked):
    for one in asked["lines"]:
        if one["note"]:
            yield DraftLine("Texte seul", kind="note")
        yield DraftLine(
            "Prestation « d’essai » €",
            one["quantity"],
            one["price"],
            vat_code=VatCode.objects.get(company=company, code=one["code"]),
            discount=one["discount"],
            item=Item.objects.get(company=company, code=one["item"]) if one["item"] else None,
            starts_on=BEFORE if one["period"] else None,
            ends_on=DAY if one["period"] else None,
        )


def made(company, asked):
    """The documents asked for: the deposit, what was sold, and the credit note on it."""
    facts = {"registration_id": "", "kind": "firm", **CUSTOMERS[asked["customer"]][0]}
    account = payer(company, "Client d’essai", **facts)
    confirmed = frozenset({ZeroTotal.code})
    given = {"by": "anna", "language": "fr", "method": method(company, asked["method"])}
    documents = []
    draft = draft_document(
        account, lines_of(company, asked), on=DAY, kind=asked["kind"], discount=asked["discount"], **given
    )
    if asked["deposit"] and asked["kind"] == DocumentKind.INVOICE:
        code = VatCode.objects.get(company=company, code=asked["lines"][0]["code"])
        rows = [DraftLine("Acompte", D(1), asked["deposit"], vat_code=code)]
        advance = draft_document(account, rows, on=DAY, kind="advance", **given)
        documents.append(issue_document(advance, on=DAY, by="anna", confirmed=confirmed))
        draft = deduct_advance(draft, documents[0], on=DAY, by="anna")
    if draft.gross_total < 0:
        return documents
    documents.append(issue_document(draft, on=DAY, by="anna", confirmed=confirmed))
    if asked["credited"] and documents[-1].gross_total > 0:
        documents.append(credit_document(documents[-1], on=DAY, by="anna"))
    return documents


def method(company, code):
    from ronda.parties.models import PaymentMethod  # noqa: PLC0415

    return PaymentMethod.objects.get(company=company, code=code)


def asked_of(customer, codes, **facts):
    one = {"quantity": D(2), "price": D("10.01"), "discount": D(5), "item": "article", "note": True}
    rows = [{**one, "code": code, "period": at % 2 == 0} for at, code in enumerate(codes)]
    plain = {
        "kind": DocumentKind.INVOICE,
        "discount": D(0),
        "deposit": None,
        "credited": True,
        "method": "VIR",
    }
    return {"customer": customer, "lines": rows, **plain, **facts}


WAYS = [(customer, codes) for customer, (_facts, every) in CUSTOMERS.items() for codes in every]


def objections(document):
    found = Facturx().preflight([document], on=document.date)[document.pk]
    return [(one.code, str(one.text)) for one in found if one.blocks]


@pytest.mark.parametrize(("customer", "codes"), WAYS)
def test_p32_every_way_to_sell_is_valid_for_every_kind_of_customer(company, customer, codes):
    for document in made(company, asked_of(customer, codes)):
        assert objections(document) == []
        invoice = invoices_of([document], on=document.date)[document.pk]
        write_cii(invoice, check_xsd=True)
        write_ubl(invoice, check_xsd=True)


@pytest.fixture(scope="module")
def judge():
    if why := missing(*CII, *UBL):
        pytest.skip(why)
    with Judge() as official:
        yield official


@pytest.mark.slow
def test_p32_the_official_rules_accept_every_way_to_sell(company, judge):
    for customer, codes in WAYS:
        for document in made(company, asked_of(customer, codes)):
            invoice = invoices_of([document], on=document.date)[document.pk]
            for xml, rules in ((write_cii(invoice), CII), (write_ubl(invoice), UBL)):
                for rule_set in rules:
                    assert (customer, codes, judge.failures(rule_set, xml)) == (customer, codes, [])


def test_r29_two_codes_of_one_rate_that_come_to_another_total_are_named(company):
    (document,) = made(company, asked_of("firm", ("20", "20DEB"), credited=False))
    document.gross_total += D("0.01")
    assert [code for code, _text in objections(document)] == ["LOCAL-TOTALS"]


VIOLATIONS = {
    "BR-CO-15": lambda one: replace(one, totals=replace(one.totals, gross=one.totals.gross + 1)),
    "BR-CO-10": lambda one: replace(one, totals=replace(one.totals, lines=one.totals.lines + 1)),
    "BR-FR-02": lambda one: replace(one, number="FA 12 ?"),
    "BR-FR-04": lambda one: replace(one, kind="999"),
    "BR-FR-05": lambda one: replace(one, notes=tuple(n for n in one.notes if n.code != "PMT")),
    "BR-FR-08": lambda one: replace(one, framework="Z9"),
    "BR-FR-10": lambda one: replace(one, seller=replace(one.seller, legal_id="12")),
    "BR-FR-12": lambda one: replace(one, buyer=replace(one.buyer, endpoint="")),
    "BR-FR-13": lambda one: replace(one, seller=replace(one.seller, endpoint="")),
    "BR-FR-16": lambda one: replace(
        one, lines=tuple(replace(row, vat=Vat("S", D("19"))) for row in one.lines)
    ),
    "BR-16": lambda one: replace(one, lines=()),
    "BR-25": lambda one: replace(one, lines=tuple(replace(row, name="") for row in one.lines)),
    "BR-61": lambda one: replace(one, payment=replace(one.payment, iban="")),
    "LOCAL-IBAN": lambda one: replace(one, payment=replace(one.payment, iban="FR7630006000011234567890180")),
    "BR-CO-04": lambda one: replace(
        one, lines=tuple(replace(row, vat=replace(row.vat, category="")) for row in one.lines)
    ),
}


@pytest.mark.parametrize("code", sorted(VIOLATIONS))
def test_p32_what_is_wrong_is_named(company, code):
    (document,) = made(company, asked_of("firm", ("20", "10"), credited=False))
    invoice = invoices_of([document], on=DAY)[document.pk]
    assert preflight(invoice, on=DAY) == []

    assert code in {one.code for one in preflight(VIOLATIONS[code](invoice), on=DAY)}


ANY = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@ANY
@given(wanted())
def test_p32_r29_any_document_is_valid_and_nothing_is_objected(company, asked):
    for document in made(company, asked):
        assert objections(document) == []
        invoice = invoices_of([document], on=document.date)[document.pk]
        assert invoice.totals.due == document.payable
        write_cii(invoice, check_xsd=True)
        write_ubl(invoice, check_xsd=True)
