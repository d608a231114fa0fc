"""Deposits, final invoices and what takes them back, as files (R34, R41; XP Z12-012: 386, 380, 381, 503)."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.services import (
    DraftLine,
    ZeroTotal,
    credit_document,
    deduct_advance,
    draft_document,
    issue_document,
)
from ronda.countries.fr.domain.einvoice.building import write_cii, write_ubl
from ronda.countries.fr.einvoices import Facturx
from ronda.countries.fr.services.invoicing import invoices_of
from ronda.reports.tests.firm import DAY, french_firm, issued, payer, vat
from tests.support.schematron import CII, UBL, Judge, missing

pytestmark = pytest.mark.django_db
LATER = date(2026, 4, 2)


@pytest.fixture
def company(db):
    return french_firm()


@pytest.fixture
def account(company):
    return payer(company, "Bouchon SARL", kind="firm", registration_id="55208131766522", tax_id="03552081317")


@pytest.fixture(scope="module")
def judge():
    if why := missing(*CII, *UBL):
        pytest.skip(why)
    with Judge() as official:
        yield official


def deposit(account, *nets, codes=None):
    company = account.party.company
    rows = [
        DraftLine("Acompte", Decimal(1), Decimal(net), vat_code=(codes or {}).get(at, vat(company)))
        for at, net in enumerate(nets)
    ]
    return issued(account, rows, kind="advance")


def final(account, advance, *nets, codes=None):
    company = account.party.company
    rows = [
        DraftLine("Travaux", Decimal(1), Decimal(net), vat_code=(codes or {}).get(at, vat(company)))
        for at, net in enumerate(nets)
    ]
    draft = draft_document(account, rows, by="anna", on=LATER, language="fr")
    draft = deduct_advance(draft, advance, on=LATER, by="anna")
    return issue_document(draft, on=LATER, by="anna", confirmed=frozenset({ZeroTotal.code}))


def invoice_of(document):
    found = Facturx().preflight([document], on=document.date)[document.pk]
    assert [(one.code, str(one.text)) for one in found] == []
    invoice = invoices_of([document], on=document.date)[document.pk]
    write_cii(invoice, check_xsd=True)
    write_ubl(invoice, check_xsd=True)
    return invoice


def number(document):
    return document.label.replace(" ", "-")


def test_r41_a_deposit_is_a_386_of_its_own(account):
    invoice = invoice_of(deposit(account, "300"))

    assert (invoice.kind, invoice.framework, invoice.totals.due) == ("386", "S1", 360)
    assert invoice.references == ()


def test_r41_a_final_invoice_states_all_of_the_work_and_the_deposit_as_paid(account):
    advance = deposit(account, "300")
    invoice = invoice_of(final(account, advance, "1000"))

    assert (invoice.kind, invoice.framework) == ("380", "S4")
    assert [line.net for line in invoice.lines] == [1000]
    assert (invoice.totals.gross, invoice.totals.paid, invoice.totals.due) == (1200, 360, 840)
    assert [(one.number, one.issued_on) for one in invoice.references] == [(number(advance), DAY)]


def test_r41_what_is_left_of_a_cent_is_said_as_rounding(account):
    advance = deposit(account, "33.32")
    document = final(account, advance, "100.04")
    invoice = invoice_of(document)

    assert invoice.totals.due == document.gross_total
    assert invoice.totals.gross - invoice.totals.paid + invoice.totals.rounding == invoice.totals.due
    assert abs(invoice.totals.rounding) <= Decimal("0.01")


def test_r41_two_deposits_are_two_references(account):
    first, second = deposit(account, "100"), deposit(account, "50")
    rows = [DraftLine("Travaux", Decimal(1), Decimal(500), vat_code=vat(account.party.company))]
    draft = draft_document(account, rows, by="anna", on=LATER, language="fr")
    for advance in (first, second):
        draft = deduct_advance(draft, advance, on=LATER, by="anna")
    invoice = invoice_of(issue_document(draft, on=LATER, by="anna"))

    assert {one.number for one in invoice.references} == {number(first), number(second)}
    assert (invoice.totals.paid, invoice.totals.due) == (180, 420)


def test_r41_a_deposit_that_paid_for_everything_leaves_nothing_due(account):
    invoice = invoice_of(final(account, deposit(account, "300"), "300"))

    assert (invoice.framework, invoice.totals.due) == ("S4", 0)


def test_r34_what_takes_a_deposit_back_is_a_503(account):
    advance = deposit(account, "300")
    note = credit_document(advance, on=LATER, by="anna")
    invoice = invoice_of(note)

    assert (invoice.kind, invoice.framework, invoice.totals.due) == ("503", "S1", 360)
    assert [one.number for one in invoice.references] == [number(advance)]


def test_r34_a_credit_note_on_a_final_invoice_names_it_and_its_deposit(account):
    advance = deposit(account, "300")
    document = final(account, advance, "1000")
    note = credit_document(document, on=LATER, by="anna")
    invoice = invoice_of(note)

    assert (invoice.kind, invoice.framework) == ("381", "S4")
    assert (invoice.totals.gross, invoice.totals.paid, invoice.totals.due) == (1200, 360, 840)
    assert {one.number for one in invoice.references} == {number(document), number(advance)}


def test_r34_a_credit_note_on_some_lines_of_a_final_invoice_is_an_ordinary_one(account):
    document = final(account, deposit(account, "300"), "1000")
    line = document.lines.get(kind="sale")
    note = credit_document(document, on=LATER, by="anna", amounts={line.pk: Decimal(100)})
    invoice = invoice_of(note)

    assert (invoice.kind, invoice.framework, invoice.totals.due) == ("381", "S1", 120)


def test_an_amount_due_that_is_not_the_documents_is_stopped(account):
    document = final(account, deposit(account, "300"), "1000")
    document.payable += 1

    codes = [one.code for one in Facturx().preflight([document], on=LATER)[document.pk]]

    assert codes == ["LOCAL-TOTALS"]


@pytest.mark.slow
def test_r41_r34_the_official_rules_accept_deposits_finals_and_what_takes_them_back(account, judge):
    advance, whole = deposit(account, "33.32"), deposit(account, "300")
    document = final(account, advance, "100.04")
    settled = final(account, whole, "300")
    notes = [
        credit_document(document, on=LATER, by="anna"),
        credit_document(deposit(account, "77"), on=LATER, by="anna"),
    ]
    for each in (advance, whole, document, settled, *notes):
        invoice = invoices_of([each], on=each.date)[each.pk]
        for xml, rules in ((write_cii(invoice), CII), (write_ubl(invoice), UBL)):
            for rule_set in rules:
                assert (each.label, judge.failures(rule_set, xml)) == (each.label, [])
