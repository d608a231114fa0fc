"""Closings for tests: invoices over a period, and a closing computed at once."""

from datetime import date

from ronda.accounting.models import Account
from ronda.accounting.queries import trial_balance
from ronda.accounting.services import fill_closing, request_closing
from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import line

YEAR_END = date(2025, 12, 31)
FROM, TO = date(2025, 10, 1), date(2026, 9, 30)


def invoice(account, net="1200.00", first=FROM, last=TO, on=FROM, text="Canone", document=None, **facts):
    """An issued invoice with one line over a period; `facts` are the line's, `document` the head's."""
    company = account.party.company
    spread = line(company, net, text=text, starts_on=first, ends_on=last, **facts)
    return issue_document(
        draft_document(account, [spread], by="anna", on=on, **(document or {})), on=on, by="anna"
    )


def close(company, on=YEAR_END, method="days"):
    """The preview of a day, computed at once."""
    return fill_closing(request_closing(company, on=on, method=method, by="anna"))


def balances(company, end):
    """Balances of the accounts at the end of a day, by role or else code; those that are not zero."""
    names = {
        pk: role or code
        for pk, role, code in Account.objects.filter(company=company).values_list("pk", "role", "code")
    }
    rows = trial_balance(company, end, end).rows
    return {names[row.account_id]: row.closing for row in rows if row.closing}
