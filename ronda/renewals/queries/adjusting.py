"""Reads on indices, clauses and fees that services and pages share; in lists, few statements each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from ronda.contracts.domain.summary import Fee, yearly
from ronda.contracts.models import Amendment, Contract, ContractLine
from ronda.kernel.money import ZERO
from ronda.renewals.domain.indexation import Change, Clause, Series, Value, new_price
from ronda.renewals.models import IndexClause, IndexSeries, IndexValue

CHUNK = 10_000
IN_FORCE = (Contract.Status.ACTIVE, Contract.Status.ENDED)


def registers(company_id: int) -> Mapping[int, Series]:
    """Every index of a company with its values, by id, in two statements."""
    values: dict[int, list[Value]] = {}
    rows = IndexValue.objects.filter(series__company=company_id).values_list(
        "series_id", "series__base", "month", "value", "base", "published", "published_two_years", "link"
    )
    for pk, usual, month, value, base, *rest in rows:
        values.setdefault(pk, []).append(Value(month, value, base or usual, *rest))
    return {
        one.pk: Series(one.code, values.get(one.pk, []), decimals=one.decimals, every=one.every)
        for one in IndexSeries.objects.filter(company=company_id)
    }


@dataclass(slots=True)
class ClauseRow:
    """A clause as plain values, with what is needed of its contract."""

    contract_id: int
    series_id: int | None
    clause: Clause
    starts_on: date
    ends_on: date | None


_CLAUSE = (
    "contract_id",
    "series_id",
    "mode",
    "share",
    "fixed_percent",
    "reference_month",
    "lag_months",
    "floor",
    "cap",
    "rounding",
    "every_months",
    "first_after_months",
    "last_on",
    "last_month",
    "anchor_on",
    "contract__starts_on",
    "contract__ends_on",
)


def clause_rows(clauses: QuerySet[IndexClause]) -> list[ClauseRow]:
    """The clauses as plain values, in one statement."""
    rows = []
    for pk, series_id, *terms, anchor_on, starts_on, ends_on in clauses.order_by("contract_id").values_list(
        *_CLAUSE
    ):
        rows.append(ClauseRow(pk, series_id, Clause(anchor_on or starts_on, *terms), starts_on, ends_on))
    return rows


@dataclass(slots=True)
class FeeRow:
    """A line of a contract as an adjustment needs it."""

    line_id: int
    root: int
    text: str
    fee: Fee
    starts_on: date | None
    ends_on: date | None
    # A later version is agreed already: this one takes no other price any more.
    closed: bool = False

    def in_force(self, on: date) -> bool:
        """Whether `on` is one of the line's own days."""
        return (self.starts_on is None or self.starts_on <= on) and (
            self.ends_on is None or on <= self.ends_on
        )


def fees(contract_ids: "Sequence[int] | QuerySet[Any]") -> Mapping[int, list[FeeRow]]:
    """The recurring lines of contracts by contract id; what is billed once follows no index."""
    found: dict[int, list[FeeRow]] = {}
    for ids in chunks(contract_ids):
        lines = (
            ContractLine.objects.filter(contract__in=ids, void=False)
            .exclude(frequency_unit=ContractLine.Frequency.ONCE)
            .order_by("contract_id", "position", "pk")
        )
        for pk, lineage, text, name, contract_id, starts_on, ends_on, closed_by, *terms in lines.values_list(
            "pk",
            "lineage",
            "text",
            "item__name",
            "contract_id",
            "starts_on",
            "ends_on",
            "closed_by",
            "quantity",
            "price",
            "discount",
            "price_basis",
            "frequency_unit",
            "frequency",
        ):
            row = FeeRow(
                pk, lineage or pk, text or name, Fee._make(terms), starts_on, ends_on, closed_by is not None
            )
            found.setdefault(contract_id, []).append(row)
    return found


def never_adjusted(company_id: int) -> frozenset[int]:
    """Roots of the lines that were agreed never to be adjusted, whichever version was ticked."""
    through = IndexClause.never.through.objects.filter(contractline__contract__company=company_id)
    rows = through.values_list("contractline_id", "contractline__lineage")
    return frozenset(lineage or pk for pk, lineage in rows)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Old and new prices of the lines of one contract, and what a year comes to."""

    lines: tuple[tuple[int, str, Decimal, Decimal], ...]
    old_yearly: Decimal
    new_yearly: Decimal
    closed: bool = False


def adjusted(
    rows: Iterable[FeeRow], on: date, moved: Change, rounding: str, never: frozenset[int]
) -> Adjusted:
    """What a change makes of the lines in force on it. Expired ones and those never adjusted stay (R17)."""
    lines, old, new, closed = [], ZERO, ZERO, False
    for row in rows:
        if not row.in_force(on):
            continue
        before = yearly(row.fee)
        old += before
        price = row.fee.price if row.root in never else new_price(row.fee.price, moved, rounding)
        new += before if price == row.fee.price else yearly(row.fee._replace(price=price))
        if row.root not in never:
            lines.append((row.line_id, row.text, row.fee.price, price))
            closed = closed or row.closed
    return Adjusted(tuple(lines), old, new, closed)


def terminated(contract_ids: Sequence[int]) -> frozenset[int]:
    """Contracts whose last amendment about their end is a termination: these are not renewed."""
    kinds = (Amendment.Kind.TERMINATION, Amendment.Kind.RESUMPTION)
    last: dict[int, str] = {}
    for ids in chunks(contract_ids):
        rows = Amendment.objects.filter(contract__in=ids, kind__in=kinds).order_by("contract_id", "number")
        last.update(rows.values_list("contract_id", "kind"))
    return frozenset(pk for pk, kind in last.items() if kind == Amendment.Kind.TERMINATION)


def chunks(ids: "Sequence[int] | QuerySet[Any]") -> "Iterator[Sequence[int] | QuerySet[Any]]":
    """Parts short enough for one statement; a subquery is one however much it finds."""
    if isinstance(ids, QuerySet):
        yield ids
        return
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def adjustable(company_id: int, as_of: date) -> QuerySet[IndexClause]:
    """Clauses of contracts in force; those done for the day already are left to `due_on`."""
    return IndexClause.objects.filter(
        Q(last_on=None) | Q(last_on__lt=as_of),
        contract__company_id=company_id,
        contract__status=Contract.Status.ACTIVE,
        contract__starts_on__lte=as_of,
    )
