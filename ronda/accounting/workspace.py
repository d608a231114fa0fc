"""Screens of the chart and of the journal."""

from decimal import Decimal

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ronda.accounting.forms import AccountForm
from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.kernel.money import ZERO
from ronda.workspace.declare import Area, Column, RangeFilter, Tab, Workspace, register_area

KINDS = {
    Account.Kind.ASSET: "blue",
    Account.Kind.LIABILITY: "violet",
    Account.Kind.EQUITY: "gray",
    Account.Kind.REVENUE: "green",
    Account.Kind.EXPENSE: "orange",
}
JOURNALS = {
    JournalEntry.Journal.SALES: "green",
    JournalEntry.Journal.BANK: "blue",
    JournalEntry.Journal.CASH: "teal",
    JournalEntry.Journal.PURCHASES: "orange",
    JournalEntry.Journal.OTHER: "gray",
}

register_area(Area("books", _("Accounting"), icon="book-open", order=50))


def ledger_url(account: Account) -> str:
    return reverse("ledger", args=[account.pk])


class Accounts(Workspace):
    model = Account
    area = "books"
    icon = "list"
    order_in_area = 40
    title = _("chart of accounts")
    columns = (
        Column("code", link=True),
        Column("name"),
        Column("kind", badges=KINDS),
        Column("role"),
        Column("active", default=False),
    )
    filters = ("kind", "active")
    search = ("code", "name", "role")
    order = ("code", "pk")
    form_class = AccountForm
    tabs = (
        Tab(
            "lines",
            _("Last movements"),
            (
                Column("entry__date", _("date")),
                Column("entry"),
                Column("party"),
                Column("amount"),
            ),
            rows=lambda account: account.lines.select_related("entry", "party").order_by(
                "-entry__date", "-entry_id", "-pk"
            ),
            more=ledger_url,
            permission="accounting.view_journalentry",
        ),
    )


def moved(entry: JournalEntry) -> Decimal:
    """Σ debits of the entry, from the lines read with it."""
    return sum((line.amount for line in entry.lines.all() if line.amount > 0), ZERO)  # type: ignore[attr-defined]


class JournalEntries(Workspace):
    model = JournalEntry
    no_import = _("Entries are posted by documents and payments and never change.")
    whole_company = True
    area = "books"
    icon = "book-open"
    order_in_area = 10
    title = _("journal")
    columns = (
        Column("date"),
        Column("text", link=True),
        Column("journal", badges=JOURNALS),
        Column("moved", _("amount"), kind="money", value=moved),
        Column("source", default=False),
        Column("created_at", default=False),
    )
    facts = (
        Column("date"),
        Column("journal"),
        Column("text"),
        Column("source"),
        Column("created_at"),
    )
    filters = ("journal", RangeFilter("date"))
    search = ("text", "source")
    prefetch = (Prefetch("lines", JournalLine.objects.select_related("account", "party").order_by("pk")),)
    order = ("-date", "-pk")
    may_add = False
    empty_text = _("Entries are posted when documents are issued and payments recorded.")
