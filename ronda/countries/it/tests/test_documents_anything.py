"""Any document our services can issue: valid by the official schema, nothing to object to, our totals."""

from datetime import date, timedelta
from decimal import Decimal

import fatturapa as independent
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronda.billing.models import DocumentKind, DocumentReference, SocialFund
from ronda.billing.services import DraftLine, ZeroTotal, credit_document, draft_document, issue_document
from ronda.billing.tests.firm import vat_code
from ronda.catalogue.models import VatCode
from ronda.countries.it.domain.fatturapa import Summary, read_invoice, write_invoice
from ronda.countries.it.domain.preflight import objections, preflight
from ronda.countries.it.services.invoicing import invoices_of
from ronda.countries.it.tests.fatture import assert_valid
from ronda.kernel.money import ZERO
from ronda.reports.tests.firm import DAY, italian_firm, payer, vat

pytestmark = pytest.mark.django_db
D = Decimal
Kind = DocumentReference.Kind
NATURES = ("N1", "N2.2", "N3.1", "N4", "N5", "N6.3")
WITHHOLDINGS = ("", "", "PROF", "COND-PG", "AGENTE-E")
CUSTOMERS = {
    "firm": {"recipient_code": "ABCDEF1"},
    "certified mail": {"pec": "rossi@pec.example"},
    "consumer": {"kind": "person", "tax_id": "", "registration_id": "RSSMRA80A01F205X"},
    "public body": {"kind": "public", "recipient_code": "UFABCD", "tax_regime": "split"},
    "german": {"country": "DE", "tax_id": "DE136695976", "postcode": "10115", "province": ""},
    "san marino": {
        "country": "SM",
        "tax_id": "SM03473",
        "postcode": "47890",
        "province": "",
        "recipient_code": "2R4GTO8",
    },
}
FUNDS = {
    "none": [],
    "professional": [{"code": "TC04", "rate": D(4)}],
    "rivalsa": [{"code": "TC22", "rate": D(4), "withholding": True}],
    "both": [{"code": "TC02", "rate": D("4.5")}, {"code": "TC22", "rate": D(4), "withholding": True}],
    "own rate": [{"code": "TC21", "rate": D(2), "own": True}],
}


def make_firm(name, funds):
    firm = italian_firm(name)
    vat_code(firm, "22", exigibility="D")
    for facts in funds:
        given = {key: value for key, value in facts.items() if key != "own"}
        own = vat(firm) if facts.get("own") else None
        given |= {"name": f"Cassa {given['code']}", "starts_on": date(2020, 1, 1), "vat_code": own}
        SocialFund.objects.create(company=firm, **given)
    return firm


class Firms(dict):
    """Firms by what they charge for, made when they are first asked for."""

    def __missing__(self, name):
        self[name] = make_firm(name, FUNDS[name])
        return self[name]


@pytest.fixture
def firms(db):
    return Firms()


@st.composite
def sold(draw, split):
    """How one line is sold: its tax by nature, or by rate and exigibility."""
    natures = [nature for nature in NATURES if not (split and nature.startswith("N6"))]
    return {
        "tax": draw(st.sampled_from(["", "", "10", "D", *natures])),
        "quantity": draw(st.decimals("0.01", "99", places=2)),
        "price": draw(st.decimals("0.01", "9999", places=4)),
        "discount": draw(st.sampled_from([D(0), D(0), D(5), D("33.33"), D(100)])),
        "gift": draw(st.sampled_from(["", "", "", "discount", "total_allowance", "net_allowance"])),
        "withholding": draw(st.booleans()),
        "note": draw(st.booleans()),
    }


@st.composite
def wanted(draw):
    """A document as a person may ask for it."""
    customer = draw(st.sampled_from(sorted(CUSTOMERS)))
    kind = draw(st.sampled_from([DocumentKind.INVOICE, DocumentKind.INVOICE, DocumentKind.ADVANCE]))
    legal = (
        ["", "TD03"] if kind == DocumentKind.ADVANCE else ["", "TD01", "TD05", "TD06", "TD24", "TD25", "TD26"]
    )
    return {
        "firm": draw(st.sampled_from(sorted(FUNDS))),
        "customer": customer,
        "kind": kind,
        "legal_kind": draw(st.sampled_from(legal)),
        "withholding_code": draw(st.sampled_from(WITHHOLDINGS)),
        "discount": draw(st.sampled_from([D(0), D(0), D("7.5"), D(50)])),
        "lines": draw(st.lists(sold(customer == "public body"), min_size=1, max_size=4)),
        "references": draw(st.lists(st.sampled_from(Kind.values), max_size=3)),
        "codes": draw(st.booleans()),
        "credited": draw(st.sampled_from(["", "whole", "line"])),
    }


def tax_code(firm, tax):
    if tax == "D":
        return VatCode.objects.get(company=firm, code="T22")
    if tax.startswith("N"):
        return vat(firm, tax)
    return vat_code(firm, tax) if tax else vat(firm)


def lines_of(firm, asked):
    for one in asked["lines"]:
        if one["note"]:
            yield DraftLine("Solo testo", kind="note")
        yield DraftLine(
            "Prestazione – “prova” €",
            one["quantity"],
            one["price"],
            vat_code=tax_code(firm, one["tax"]),
            discount=one["discount"],
            gift=one["gift"],
            withholding=one["withholding"],
            starts_on=DAY - timedelta(30),
            ends_on=DAY,
        )


def made(firms, asked):
    """The issued document, and its credit note where one is asked for."""
    firm = firms[asked["firm"]]
    account = payer(firm, "Cliente di prova", **CUSTOMERS[asked["customer"]])
    codes = {"cig": "Z123456789", "cup": "J31B11000050001"} if asked["codes"] else {}
    facts = {name: asked[name] for name in ("kind", "legal_kind", "withholding_code", "discount")}
    draft = draft_document(
        account, lines_of(firm, asked), by="anna", on=DAY, operation_on=DAY - timedelta(5), **facts, **codes
    )
    for at, kind in enumerate(asked["references"]):
        DocumentReference.objects.create(
            document=draft, kind=kind, number=f"R {at}", day=DAY - timedelta(9), lines="1" if at else ""
        )
    document = issue_document(draft, on=DAY, by="anna", confirmed=frozenset({ZeroTotal.code}))
    yield document
    lines = [line for line in document.lines.filter(kind="sale") if line.quantity]
    if asked["credited"] == "whole" and document.gross_total:
        yield credit_document(document, on=DAY, by="anna")
    elif asked["credited"] == "line" and lines[0].net > 1:
        yield credit_document(document, on=DAY, by="anna", quantities={lines[0].pk: lines[0].quantity / 2})


def figures(found):
    told = (found.importo_totale, found.totale_imponibile, found.totale_imposta)
    return tuple(D(figure.replace(".", "").replace(",", ".")) for figure in told)


def check(document):
    invoice = invoices_of([document], on=DAY)[document.pk]
    assert preflight(invoice, on=DAY) == []
    content = write_invoice(invoice)

    assert_valid(content, invoice.format)
    assert objections(content, on=DAY) == []
    (found,) = independent.parse(content)
    assert figures(found) == (document.gross_total, document.net_total, document.vat_total)
    (back,) = read_invoice(content)
    assert sum((fund.amount for fund in back.welfare_funds), ZERO) == sum(
        (line.net for line in document.lines.filter(kind="fund")), ZERO
    )
    assert sum((one.amount for one in back.withholdings), ZERO) == document.withholding_total
    owed = {summary.exigibility for summary in back.summaries if isinstance(summary, Summary)}
    assert owed <= {"", "I", "D", "S"}
    if document.payable:
        assert sum((one.amount for one in back.payments), ZERO) == abs(document.payable)


@given(wanted())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_p32_any_document_our_services_can_issue_is_valid_and_states_our_totals(firms, asked):
    for document in made(firms, asked):
        check(document)
