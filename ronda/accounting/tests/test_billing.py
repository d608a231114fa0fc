"""Documents of billing's own making, from the draft to the books."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.accounting import queries
from ronda.accounting.models import Account, JournalEntry
from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import credit_document, draft_document, issue_document
from ronda.billing.tests.firm import line, make_account, make_firm
from ronda.payments import queries as payments
from ronda.payments.services import allocate_credit
from tests.found import found

BOOKS = ("accounting.balance", "accounting.documents")
pytestmark = pytest.mark.django_db

TODAY, LAST = date(2026, 3, 2), date(2026, 12, 31)


@pytest.fixture
def firm(db):
    return make_firm()


def invoice(account, *lines, **header):
    draft = draft_document(account, lines, by="anna", on=TODAY, **header)
    return issue_document(draft, on=TODAY, by="anna")


def balances(company):
    roles = dict(Account.objects.filter(company=company).values_list("pk", "role"))
    rows = queries.trial_balance(company, TODAY, LAST).rows
    return {roles[row.account_id]: row.closing for row in rows if row.closing}


def healthy(company):
    return found(company, "payments.dues", "payments.allocations", *BOOKS) == []


def test_r45_an_issued_invoice_has_its_due_and_its_entry(firm):
    document = invoice(make_account(firm), line(firm, "100.10"))

    assert [(due.due_on, due.amount) for due in document.instalments.all()] == [
        (date(2026, 4, 1), Decimal("122.12"))
    ]
    assert balances(firm) == {
        "customers": Decimal("122.12"),
        "sales": Decimal("-100.10"),
        "vat_payable": Decimal("-22.02"),
    }
    assert healthy(firm)


def test_r37_split_payment_from_the_account_is_owed_net(firm):
    document = invoice(make_account(firm, tax_regime="split"), line(firm, "1000"))

    assert document.instalments.get().amount == Decimal("1000.00")
    assert balances(firm) == {"customers": Decimal(1000), "sales": Decimal(-1000)}
    assert healthy(firm)


def test_a_discount_on_the_whole_document_is_in_the_sales(firm):
    invoice(make_account(firm), line(firm, "100"), line(firm, "50"), discount=Decimal(10))

    assert balances(firm)["sales"] == Decimal("-135.00")
    assert healthy(firm)


def test_invoice_and_credit_note_of_all_of_it_leave_nothing(firm):
    document = invoice(make_account(firm), line(firm, "100.10"), line(firm, "33.33", "10"))
    note = credit_document(document, on=TODAY, by="anna")
    allocate_credit(note.instalments.get(), document.instalments.get(), on=TODAY, by="anna")

    assert balances(firm) == {}
    assert payments.balance(document.party).owed == 0
    assert healthy(firm)


def test_r41_an_advance_invoice_is_no_revenue(firm):
    invoice(make_account(firm), line(firm, "300"), kind=DocumentKind.ADVANCE)

    assert balances(firm)["advances_received"] == Decimal(-300)


def test_a_failed_posting_leaves_no_document_and_no_gap(firm, monkeypatch):
    account = make_account(firm)
    draft = draft_document(account, [line(firm)], by="anna", on=TODAY)

    def fail(*_given):
        raise RuntimeError

    monkeypatch.setattr("ronda.accounting.receivers.post_documents", fail)
    with pytest.raises(RuntimeError):
        issue_document(draft, on=TODAY, by="anna")
    monkeypatch.undo()

    assert Document.objects.get(pk=draft.pk).is_draft
    assert not JournalEntry.objects.exists()
    assert invoice(account, line(firm)).number == 1
