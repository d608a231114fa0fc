"""Trial balance, ledgers, and whether books and documents agree."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from ronda.accounting.domain.postings import VAT_ROLES
from ronda.accounting.models import Account, Closing, DeferralLine, JournalEntry, JournalLine
from ronda.accounting.options import AccountingOptions
from ronda.billing.models import Document, DocumentKind, VatSummary
from ronda.company import options
from ronda.company.models import Company
from ronda.kernel.money import ZERO, to_cents

CHUNK = 500


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account over a period: what was there before, what moved, what is left; debit positive."""

    account_id: int
    code: str
    name: str
    kind: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The accounts that moved, by code. Σ opening = Σ closing = 0 and Σ debit = Σ credit."""

    rows: tuple[BalanceRow, ...]

    @property
    def opening(self) -> Decimal:
        return sum((row.opening for row in self.rows), ZERO)

    @property
    def debit(self) -> Decimal:
        return sum((row.debit for row in self.rows), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((row.credit for row in self.rows), ZERO)

    @property
    def closing(self) -> Decimal:
        return sum((row.closing for row in self.rows), ZERO)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line of an account with the balance after it."""

    entry_id: int
    date: date
    text: str
    party_id: int | None
    party: str | None
    amount: Decimal
    balance: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A stretch of an account's lines; `carried` is the balance before the first of them."""

    carried: Decimal
    rows: tuple[LedgerRow, ...]

    @property
    def closing(self) -> Decimal:
        return self.rows[-1].balance if self.rows else self.carried


def trial_balance(company: Company, start: date, end: date) -> TrialBalance:
    """Every account that has moved by `end`, over `start`..`end`, both included; one grouped query."""
    inside = Q(entry__date__gte=start)
    sums: dict[str, Any] = {
        "opening": Sum("amount", filter=Q(entry__date__lt=start), default=ZERO),
        "debit": Sum("amount", filter=inside & Q(amount__gt=0), default=ZERO),
        "credit": Sum("amount", filter=inside & Q(amount__lt=0), default=ZERO),
    }
    lines = JournalLine.objects.filter(entry__company=company, entry__date__lte=end)
    grouped: Any = lines.values("account_id", "account__code", "account__name", "account__kind").annotate(
        **sums
    )
    return TrialBalance(
        tuple(
            BalanceRow(
                row["account_id"],
                row["account__code"],
                row["account__name"],
                row["account__kind"],
                to_cents(row["opening"]),
                to_cents(row["debit"]),
                -to_cents(row["credit"]),
            )
            for row in grouped.order_by("account__code")
        )
    )


def ledger_lines(account: Account, start: date, end: date) -> QuerySet[JournalLine]:
    """The account's lines from `start` to `end`, both included, oldest first."""
    lines = JournalLine.objects.filter(account=account, entry__date__gte=start, entry__date__lte=end)
    return lines.order_by("entry__date", "entry_id", "pk")


def ledger(account: Account, start: date, end: date, *, skip: int = 0, limit: int | None = None) -> Ledger:
    """The account's lines with the running balance; three queries whatever the length.

    `skip` and `limit` cut out a page: its `carried` is the balance where the page begins.
    """
    before = JournalLine.objects.filter(account=account, entry__date__lt=start)
    running = before.aggregate(sum=Sum("amount"))["sum"] or ZERO
    lines = ledger_lines(account, start, end)
    if skip:
        running += lines[:skip].aggregate(sum=Sum("amount"))["sum"] or ZERO
    carried = running = to_cents(running)
    stop = None if limit is None else skip + limit
    rows = []
    fields = ("entry_id", "entry__date", "entry__text", "party_id", "party__name", "amount")
    for entry_id, day, text, party_id, party, amount in lines[skip:stop].values_list(*fields):
        running += amount
        rows.append(LedgerRow(entry_id, day, text, party_id, party, amount, running))
    return Ledger(carried, tuple(rows))


def first_open_day(company_id: int) -> date | None:
    """The day after the books were closed; None when they never were. One query."""
    closed = options.read(AccountingOptions, company_id).books_closed_until
    return closed + timedelta(days=1) if closed else None


def open_day(company_id: int, day: date) -> date:
    """The day itself, or the first open one after it: nothing is posted in a closed period (R27)."""
    first = first_open_day(company_id)
    return day if first is None or first <= day else first


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """What a closing posts on one revenue account. `account` is None where the chart lost it."""

    key: str
    account: Account | None
    lines: int
    deferred: Decimal
    accrued: Decimal


def closing_totals(closing: Closing) -> list[AccountTotal]:
    """The closing by revenue account, in order of code; one query whatever the number of lines."""
    found: dict[str, dict[str, tuple[int, Decimal]]] = {}
    for kind, key, _counterpart, count, total in closing.totals:
        before, sum_before = found.setdefault(key, {}).get(kind, (0, ZERO))
        found[key][kind] = (before + count, sum_before + Decimal(total))
    accounts = accounts_by_name(closing.company_id, found)
    nothing = (0, ZERO)
    totals = [
        AccountTotal(
            key,
            accounts.get(key),
            sum(count for count, _total in kinds.values()),
            kinds.get(DeferralLine.Kind.DEFERRAL.value, nothing)[1],
            kinds.get(DeferralLine.Kind.ACCRUAL.value, nothing)[1],
        )
        for key, kinds in found.items()
    ]
    return sorted(totals, key=lambda total: total.account.code if total.account else total.key)


def accounts_by_name(company_id: int, names: Iterable[str]) -> dict[str, Account]:
    """Accounts by role or by code, as entries name them: a role goes before a code."""
    wanted = set(names)
    rows = Account.objects.filter(company_id=company_id).filter(Q(code__in=wanted) | Q(role__in=wanted))
    accounts = list(rows)
    by_code = {account.code: account for account in accounts if account.code in wanted}
    return by_code | {account.role: account for account in accounts if account.role in wanted}


class Misposted(NamedTuple):
    """An issued document that has no entry ("unposted"), or one that says something else ("differs")."""

    code: str
    pk: int
    label: str


def misposted(company: Company, ids: Sequence[int]) -> Iterator[Misposted]:
    """Those of these documents that the books do not have as they are; four statements."""
    sources = {f"billing.document:{pk}": pk for pk in ids}
    entries = JournalEntry.objects.filter(company=company, source__in=sources)
    posted: dict[int, dict[str, Decimal]] = {
        sources[source]: {} for source in entries.values_list("source", flat=True)
    }
    lines = JournalLine.objects.filter(entry__in=entries).order_by()
    grouped = lines.values_list("entry__source", "account__role").annotate(Sum("amount"))
    for source, role, amount in grouped:
        posted[sources[source]][role] = to_cents(amount)
    expected = _expected(ids)
    for pk, (label, owed, by_role) in expected.items():
        wanted = {"customers": owed, **by_role}
        if pk not in posted:
            if any(wanted.values()):
                yield Misposted("unposted", pk, label)
        elif any(posted[pk].get(role, ZERO) != amount for role, amount in wanted.items()):
            yield Misposted("differs", pk, label)


def _expected(ids: Sequence[int]) -> dict[int, tuple[str, Decimal, dict[str, Decimal]]]:
    """Of each document: its label, what the customer is to owe, the VAT by account role."""
    found: dict[int, tuple[str, Decimal, dict[str, Decimal]]] = {}
    signs: dict[int, int] = {}
    rows = Document.objects.filter(pk__in=ids).order_by("pk")
    for pk, kind, label, payable, withheld in rows.values_list(
        "pk", "kind", "label", "payable", "withholding_total"
    ):
        signs[pk] = -1 if kind == DocumentKind.CREDIT_NOTE else 1
        found[pk] = (label, signs[pk] * (payable + withheld), {"vat_split_payment": ZERO})
    groups = VatSummary.objects.filter(document_id__in=ids).exclude(exigibility="S").order_by()
    for pk, exigibility, vat in groups.values_list("document_id", "exigibility").annotate(Sum("vat")):
        found[pk][2][VAT_ROLES[exigibility]] = -signs[pk] * to_cents(vat)
    return found
