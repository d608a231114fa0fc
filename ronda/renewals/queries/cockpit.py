"""What ends soon: contracts, the last day for notice, and the yearly amounts that are at risk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from ronda.company.calendar import holidays_of
from ronda.company.models import Company
from ronda.contracts.models import Amendment, Contract
from ronda.kernel.money import ZERO
from ronda.renewals.domain.indexation import Change, Pending, change, due_on, words
from ronda.renewals.domain.notice import NoticeRule, last_useful_day, renewal_date
from ronda.renewals.models import IndexClause, Notice, RenewalTerms
from ronda.renewals.queries.adjusting import (
    IN_FORCE,
    adjusted,
    clause_rows,
    fees,
    never_adjusted,
    registers,
)

# How many days before the last one for notice a contract is shown in red.
NEAR = timedelta(days=30)
AT_RISK = ("open", "consent")
# Contracts by consent stay on the screen for so long after their end.
WAITED = timedelta(days=31)
_FIELDS = (
    "pk",
    "number",
    "title",
    "party_id",
    "party__name",
    "yearly_amount",
    "ends_on",
    "renewal_terms__mode",
    "renewal_terms__term_months",
    "renewal_terms__notice_number",
    "renewal_terms__notice_unit",
    "renewal_terms__working_day",
)


@dataclass(slots=True)
class Ending:
    """A contract that ends soon. `fate`: open, consent, secured or ends; `near`: hurry."""

    pk: int
    number: str
    title: str
    party_id: int
    party: str
    yearly: Decimal
    ends_on: date
    mode: str
    months: int
    last_useful_on: date | None
    fate: str
    near: bool
    notice: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Yearly amounts and numbers of contracts by fate. What is open or waits for consent is at risk."""

    yearly: Decimal
    count: int
    by_fate: Mapping[str, tuple[Decimal, int]]

    @property
    def at_risk(self) -> Decimal:
        return sum((self.by_fate[fate][0] for fate in AT_RISK), ZERO)


def ending(company: Company, *, on: date, until: date, text: str = "", mode: str = "") -> list[Ending]:
    """Contracts in force that end from `on` to `until`, the most urgent first; three statements."""
    found = _contracts(company, on, until, text, mode)
    notices = dict(
        Notice.objects.filter(contract__in=found)
        .exclude(state=Notice.State.WITHDRAWN)
        .order_by("pk")
        .values_list("contract_id", "state")
    )
    ended = _terminated(found)
    last_days = _LastDays(company)
    rows = []
    for pk, number, title, party_id, party, yearly, end, mode, months, *rule in found.values_list(*_FIELDS):
        last: date | None = None if mode is None else last_days(end, *rule)
        fate = _fate(mode, last, on, given_up=pk in ended)
        if fate == "consent":
            last = end  # until then the customer can agree
        elif mode == RenewalTerms.Mode.NONE:
            last = None
        near = fate in AT_RISK and last is not None and last - on <= NEAR
        sent = notices.get(pk, "")
        facts = (party_id, party, yearly, end, mode or "", months or 0, last, fate, near, sent)
        rows.append(Ending(pk, number, title, *facts))
    return sorted(rows, key=_urgency)


class _LastDays:
    """Last days for notice, each computed once: thousands of contracts share a few ends and rules."""

    def __init__(self, company: Company) -> None:
        self._holidays = holidays_of(company)
        self._known: dict[Any, date] = {}

    def __call__(self, *key: Any) -> date:
        if key not in self._known:
            end, *rule = key
            self._known[key] = last_useful_day(end, NoticeRule(*rule), self._holidays)
        return self._known[key]


def _urgency(row: Ending) -> tuple[bool, date, date, int]:
    """What can still be decided comes first, by the day until which it can."""
    return (row.fate not in AT_RISK, row.last_useful_on or row.ends_on, row.ends_on, row.pk)


def _contracts(company: Company, on: date, until: date, text: str, mode: str) -> QuerySet[Contract]:
    waiting = Q(renewal_terms__mode=RenewalTerms.Mode.CONSENT, ends_on__gte=on - WAITED)
    found = Contract.objects.filter(
        Q(ends_on__gte=on) | waiting,
        company=company,
        status__in=IN_FORCE,
        ends_on__lte=until,
        renewal=None,
    ).order_by()
    if mode == "unknown":
        found = found.filter(renewal_terms=None)
    elif mode:
        found = found.filter(renewal_terms__mode=mode)
    if text:
        found = found.filter(
            Q(party__name__icontains=text) | Q(number__icontains=text) | Q(title__icontains=text)
        )
    return found


def _terminated(contracts: QuerySet[Contract]) -> set[int]:
    kinds = (Amendment.Kind.TERMINATION, Amendment.Kind.RESUMPTION)
    rows = Amendment.objects.filter(contract__in=contracts, kind__in=kinds).order_by("contract_id", "number")
    last = dict(rows.values_list("contract_id", "kind"))
    return {pk for pk, kind in last.items() if kind == Amendment.Kind.TERMINATION}


def _fate(mode: str | None, last: date | None, on: date, *, given_up: bool) -> str:
    if given_up or mode is None or mode == RenewalTerms.Mode.NONE:
        return "ends"
    if mode == RenewalTerms.Mode.CONSENT:
        return "consent"
    return "open" if last is not None and on <= last else "secured"


def totals(rows: Iterable[Ending]) -> Totals:
    """What the rows come to."""
    by_fate: dict[str, tuple[Decimal, int]] = dict.fromkeys(("open", "consent", "secured", "ends"), (ZERO, 0))
    for row in rows:
        yearly, count = by_fate[row.fate]
        by_fate[row.fate] = (yearly + row.yearly, count + 1)
    return Totals(
        sum((yearly for yearly, _count in by_fate.values()), ZERO),
        sum(count for _yearly, count in by_fate.values()),
        by_fate,
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the price will do at the renewal: a percentage with the new yearly amount, or why not yet."""

    percent: Decimal | None
    yearly: Decimal
    pending: str = ""
    change: Change | None = None


def outlooks(company: Company, ends: Mapping[int, date]) -> Mapping[int, Outlook]:
    """The adjustment each contract's clause proposes for the day after its end; five statements."""
    ids: Sequence[int] = list(ends)
    rows = clause_rows(IndexClause.objects.filter(contract__in=ids, contract__company=company))
    if not rows:
        return {}
    register, never = registers(company.pk), never_adjusted(company.pk)
    lines = fees([row.contract_id for row in rows])
    found = {}
    for row in rows:
        day = renewal_date(ends[row.contract_id])
        due = due_on(row.clause, day)
        if due is None:
            continue
        moved = change(row.clause, register.get(row.series_id or 0), due)
        if isinstance(moved, Pending):
            found[row.contract_id] = Outlook(None, ZERO, words(moved.code, moved.args))
            continue
        seen = adjusted(
            lines.get(row.contract_id, ()), ends[row.contract_id], moved, row.clause.rounding, never
        )
        found[row.contract_id] = Outlook(moved.percent, seen.new_yearly, change=moved)
    return found
