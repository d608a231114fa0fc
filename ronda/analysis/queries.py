"""Reads of analysis: the facts figures are made of, and the figures themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum

from ronda.analysis.domain.movements import Counted, Lasting, monthly, without
from ronda.analysis.models import Calculation, Figure
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.catalogue.models import Item
from ronda.company.models import Branch, User
from ronda.contracts.domain.summary import Fee, letter, yearly
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, Suspension
from ronda.contracts.queries import LineRow, line_rows, suspended_days
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period
from ronda.renewals.models import Renewal

LIVING = (Contract.Status.ACTIVE, Contract.Status.ENDED)


class Place(NamedTuple):
    """Where a figure belongs; `item` None is a whole contract, or lines without an item."""

    branch: int | None
    owner: int | None
    item: int | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a person looks at: None is everything."""

    branch: int | None = None
    owner: int | None = None
    item: int | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.branch, self.owner, self.item))


class FeeRow(NamedTuple):
    """A recurring line with what it comes to."""

    place: Place
    lasting: Lasting
    yearly: Decimal
    letter: str


def recurring_fees(company_id: int) -> list[FeeRow]:
    """The recurring lines of all contracts but drafts and cancelled ones, in a constant number of statements.

    A contract that was renewed and its successors count as one (R19). While a contract rests and is
    not billed, its lines are not there (R21): a line that rested comes as two rows.
    """
    rows = (
        ContractLine.objects.filter(
            contract__company_id=company_id, contract__status__in=LIVING, void=False
        )
        .exclude(frequency_unit=ContractLine.Frequency.ONCE)
        .order_by()
        .values_list(
            "contract", "contract__branch", "contract__owner", "item", "starts_on", "contract__starts_on",
            "ends_on", "contract__ends_on", "quantity", "price", "discount", "price_basis",
            "frequency_unit", "frequency",
        )
    )  # fmt: skip
    roots, resting = renewed_from(company_id), rest_days(company_id)
    found: list[FeeRow] = []
    for row in rows.iterator(chunk_size=5000):
        found += _fee_rows(row, roots, resting)
    return found


def _fee_rows(
    row: Sequence[Any], roots: Mapping[int, int], resting: Mapping[int, Sequence[Period]]
) -> list[FeeRow]:
    contract, branch, owner, item, starts, contract_starts, ends, contract_ends, *terms = row
    fee = Fee(*terms)
    days = [day for day in (ends, contract_ends) if day is not None]
    starts_on = contract_starts if starts is None else max(starts, contract_starts)
    whole = Lasting(roots.get(contract, contract), starts_on, min(days) if days else None, monthly(fee))
    pieces = without(whole, resting[contract]) if contract in resting else [whole]
    return [FeeRow(Place(branch, owner, item), piece, yearly(fee), letter(fee)) for piece in pieces]


def renewed_from(company_id: int) -> dict[int, int]:
    """The first contract of each chain of renewals, by successor."""
    pairs = dict(Renewal.objects.filter(contract__company_id=company_id).values_list("successor", "contract"))
    found = {}
    for successor, before in pairs.items():
        root = before
        while root in pairs:
            root = pairs[root]
        found[successor] = root
    return found


def rest_days(company_id: int) -> Mapping[int, Sequence[Period]]:
    """The days on which contracts rest and are not billed."""
    found = Suspension.objects.filter(contract__company_id=company_id, bills=False, lifted=False)
    return suspended_days(set(found.values_list("contract", flat=True)))


def forecast_contracts(company_id: int) -> dict[int, tuple[int | None, int | None]]:
    """Branch and salesperson of each contract the forecast counts: living ones that are not on hold."""
    rows = Contract.objects.filter(company_id=company_id, status__in=LIVING, billing_hold=False)
    return {pk: (branch, owner) for pk, branch, owner in rows.values_list("pk", "branch", "owner")}


def on_hold(company_id: int) -> tuple[int, Decimal]:
    """How many contracts are not billed for now, and what they come to in a year."""
    held = Contract.objects.filter(company_id=company_id, status=Contract.Status.ACTIVE, billing_hold=True)
    sums = held.aggregate(count=Count("pk"), amount=Sum("yearly_amount"))
    return sums["count"], sums["amount"] or ZERO


def rows_of(contract_ids: Sequence[int]) -> list[LineRow]:
    """The lines of some contracts."""
    return line_rows(ContractLine.objects.filter(contract__in=contract_ids))


def given_up(company_id: int, since: date) -> Mapping[int, set[date]]:
    """First days of the periods nobody will bill, by line."""
    rows = ChargePeriod.objects.filter(
        line__contract__company_id=company_id, state=ChargePeriod.State.WAIVED, ends_on__gte=since
    )
    found: dict[int, set[date]] = {}
    for line_id, starts_on in rows.values_list("line", "starts_on"):
        found.setdefault(line_id, set()).add(starts_on)
    return found


class BilledRow(NamedTuple):
    """Net of the lines issued in a month; what was given back is negative."""

    month: date
    measure: str
    place: Place
    amount: Decimal


def billed(company_id: int) -> Iterator[BilledRow]:
    """Issued lines by day, branch, salesperson and item, in one statement; no stamp duty, no social funds.

    The salesperson is the contract's that the line was charged for.
    """
    charged = ChargePeriod.objects.filter(document_line=OuterRef("pk"))
    lines = (
        DocumentLine.objects.filter(document__company_id=company_id, document__status=Document.Status.ISSUED)
        .exclude(kind__in=[DocumentLine.Kind.NOTE, DocumentLine.Kind.STAMP, DocumentLine.Kind.FUND])
        .annotate(seller_of=Subquery(charged.values("line__contract__owner")[:1]))
        .order_by()
        .values_list("document__date", "document__kind", "document__branch", "seller_of", "item")
        .annotate(Sum("net"))
    )
    for day, kind, branch, owner, item, net in lines.iterator(chunk_size=5000):
        credit = kind == DocumentKind.CREDIT_NOTE
        measure = Figure.Measure.CREDITS if credit else Figure.Measure.INVOICES
        yield BilledRow(day.replace(day=1), measure, Place(branch, owner, item), -net if credit else net)


def documents_issued(company_id: int) -> Iterator[tuple[date, str, int | None, int]]:
    """First day of the month, measure, branch and number of documents, in one statement."""
    rows = (
        Document.objects.filter(company_id=company_id, status=Document.Status.ISSUED)
        .order_by()
        .values_list("date", "kind", "branch")
        .annotate(Count("pk"))
    )
    for day, kind, branch, count in rows:
        credit = kind == DocumentKind.CREDIT_NOTE
        yield day.replace(day=1), Figure.Measure.CREDITS if credit else Figure.Measure.INVOICES, branch, count


def contracts_changed(company_id: int) -> datetime | None:
    """When a contract was last written."""
    changed: datetime | None = Contract.objects.filter(company_id=company_id).aggregate(at=Max("updated_at"))[
        "at"
    ]
    return changed


def sums_by_month(
    calculation: Calculation, measures: Iterable[str], only: Restriction, *, whole: bool = False
) -> dict[tuple[date, str], Counted]:
    """Amounts and numbers by month and measure. `whole`: of contracts, unless a service is asked for."""
    rows = _restricted(calculation, measures, only, whole=whole)
    summed = rows.values_list("month", "measure").annotate(Sum("amount"), Sum("count")).order_by()
    return {(month, measure): Counted(amount, count) for month, measure, amount, count in summed}


def sums_by_item(
    calculation: Calculation, month: date, measures: Iterable[str], only: Restriction
) -> list[tuple[int | None, str, str, Counted]]:
    """Item, measure, letter of the frequency, and their sum in a month."""
    rows = _restricted(calculation, measures, only, whole=False).filter(month=month)
    summed = rows.values_list("item", "measure", "rhythm").annotate(Sum("amount"), Sum("count"))
    return [
        (item, measure, rhythm, Counted(amount, count))
        for item, measure, rhythm, amount, count in summed.order_by()
    ]


def sums_by_year(
    calculation: Calculation, by: str, months: Iterable[date], only: Restriction
) -> dict[tuple[Any, int], Decimal]:
    """Net billed in these months by year and by "item", "item__family" or "branch"."""
    rows = _restricted(
        calculation, [Figure.Measure.INVOICES, Figure.Measure.CREDITS], only, whole=False
    ).filter(month__in=list(months))
    found: dict[tuple[Any, int], Decimal] = {}
    rows = rows.filter(count=0)  # not those that count documents
    for key, month, amount in rows.values_list(by, "month").annotate(Sum("amount")).order_by():
        found[key, month.year] = found.get((key, month.year), ZERO) + amount
    return found


def _restricted(
    calculation: Calculation, measures: Iterable[str], only: Restriction, *, whole: bool
) -> QuerySet[Figure]:
    rows = Figure.objects.filter(calculation=calculation, measure__in=list(measures))
    if only.branch is not None:
        rows = rows.filter(branch=only.branch)
    if only.owner is not None:
        rows = rows.filter(owner=only.owner)
    if only.item is not None:
        return rows.filter(item=only.item)
    return rows.filter(item=None) if whole else rows


def months_known(calculation: Calculation) -> tuple[date, date] | None:
    """The first and the last month with figures."""
    found = calculation.figures.order_by("month").values_list("month", flat=True)
    first, last = found.first(), found.last()
    return (first, last) if first and last else None


def names(by: str, keys: Iterable[Any]) -> dict[Any, str]:
    """What people call items, families and branches."""
    wanted = [key for key in keys if key is not None]
    if by == "branch":
        return dict(Branch.objects.filter(pk__in=wanted).values_list("pk", "name"))
    if by == "item":
        return dict(Item.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return dict(Item.objects.filter(family__in=wanted).values_list("family", "family__name"))


def items_named(keys: Iterable[Any]) -> dict[int, tuple[str, str]]:
    """Code and name of items."""
    rows = Item.objects.filter(pk__in=list(keys))
    return {pk: (code, name) for pk, code, name in rows.values_list("pk", "code", "name")}


def salespeople(company_id: int) -> QuerySet[User]:
    """Who has a contract of the company."""
    owners = Contract.objects.filter(company_id=company_id).exclude(owner=None).order_by().values("owner")
    return User.objects.filter(pk__in=owners).order_by("first_name", "last_name", "username")
