"""Reads on contracts that pages, the run and the checks share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery

from ronda.billing.domain.totals import Discount
from ronda.contracts.domain.charges import Key, LineTerms
from ronda.contracts.domain.schedule import Schedule
from ronda.contracts.models import ChargePeriod, Contract, ContractLine

DAY = timedelta(days=1)
TAKEN = ~Q(state=ChargePeriod.State.RELEASED)

# What the run reads of a line: the order is that of LineRow.
_FIELDS = (
    "pk",
    "contract_id",
    "item_id",
    "site_id",
    "text",
    "quantity",
    "price",
    "price_basis",
    "discount",
    "vat_code_id",
    "frequency_unit",
    "frequency",
    "timing",
    "alignment",
    "anchor_on",
    "month_end",
    "invoice_day",
    "invoice_day_number",
    "offset_days",
    "lead_days",
    "first_partial",
    "last_partial",
    "starts_on",
    "ends_on",
    "free_until",
    "contract__starts_on",
    "contract__ends_on",
)


@dataclass(slots=True)
class LineRow:
    """A contract line as plain values, with what has been charged on it."""

    pk: int
    contract_id: int
    item_id: int
    site_id: int | None
    text: str
    quantity: Decimal
    price: Decimal
    price_basis: str
    discount: Decimal
    vat_code_id: int | None
    frequency_unit: str
    frequency: int
    timing: str
    alignment: str
    anchor_on: date | None
    month_end: bool
    invoice_day: str
    invoice_day_number: int | None
    offset_days: int
    lead_days: int
    first_partial: str
    last_partial: str
    starts_on: date | None
    ends_on: date | None
    free_until: date | None
    contract_starts_on: date
    contract_ends_on: date | None

    def terms(self) -> LineTerms:
        """What was agreed, for `contracts.domain.charges`."""
        starts_on = self.first_day
        return LineTerms(
            Schedule(
                self.anchor_on or starts_on,
                unit=self.frequency_unit,  # type: ignore[arg-type]
                every=self.frequency,
                alignment=self.alignment,  # type: ignore[arg-type]
                timing=self.timing,  # type: ignore[arg-type]
                invoice_day=self.invoice_day,  # type: ignore[arg-type]
                invoice_day_number=self.invoice_day_number or 1,
                offset_days=self.offset_days,
                lead_days=self.lead_days,
                month_end_anchor=self.month_end,
            ),
            starts_on,
            self.last_day,
            price=self.price,
            price_basis=self.price_basis,  # type: ignore[arg-type]
            quantity=self.quantity,
            discounts=(Discount(percent=self.discount),) if self.discount else (),
            first_policy=self.first_partial,  # type: ignore[arg-type]
            last_policy=self.last_partial,  # type: ignore[arg-type]
            free_until=self.free_until,
        )

    @property
    def first_day(self) -> date:
        """The line's own first day, never before the contract's activation."""
        if self.starts_on is None:
            return self.contract_starts_on
        return max(self.starts_on, self.contract_starts_on)

    @property
    def last_day(self) -> date | None:
        """The earlier of the line's and the contract's last day; None when both are open."""
        ends = [day for day in (self.ends_on, self.contract_ends_on) if day is not None]
        return min(ends) if ends else None


def line_rows(lines: QuerySet[ContractLine]) -> list[LineRow]:
    """The lines as plain values, in contract order, in one query."""
    ordered = lines.order_by("contract_id", "position", "pk")
    return [LineRow(*row) for row in ordered.values_list(*_FIELDS)]


def line_terms(line: ContractLine) -> LineTerms:
    """What was agreed on one line."""
    return line_rows(ContractLine.objects.filter(pk=line.pk))[0].terms()


@dataclass(frozen=True, slots=True)
class Charged:
    """Three aggregates of a line's regular charges, and the last amount."""

    first: date
    last: date
    count: int


def charged_summaries(line_ids: Sequence[int]) -> Mapping[int, Charged]:
    """First, last and number of regular charges by line, in one grouped query."""
    rows = (
        ChargePeriod.objects.filter(TAKEN, line__in=line_ids, kind="regular")
        .values_list("line_id")
        .annotate(Min("starts_on"), Max("starts_on"), Count("pk"))
    )
    return {pk: Charged(first, last, count) for pk, first, last, count in rows}


def charged_keys(line_ids: Iterable[int]) -> Mapping[int, set[Key]]:
    """Every key (first day, kind) charged or waived, by line: what `due` subtracts (R11)."""
    keys: dict[int, set[Key]] = {}
    rows = ChargePeriod.objects.filter(TAKEN, line__in=list(line_ids))
    for line_id, starts_on, kind in rows.values_list("line_id", "starts_on", "kind"):
        keys.setdefault(line_id, set()).add((starts_on, kind))
    return keys


def last_amounts(line_ids: Sequence[int]) -> Mapping[int, Decimal]:
    """The amount of each line's latest billed period: what the preview compares with."""
    latest = ChargePeriod.objects.filter(line=OuterRef("pk"), state=ChargePeriod.State.BILLED).order_by(
        "-starts_on"
    )
    rows = ContractLine.objects.filter(pk__in=line_ids).annotate(last=Subquery(latest.values("amount")[:1]))
    return {pk: last for pk, last in rows.values_list("pk", "last") if last is not None}


def billable_contracts(company_id: int, filters: Mapping[str, Any]) -> QuerySet[Contract]:
    """Contracts a run looks at: all but drafts and void ones, restricted by the run's filters."""
    rows = Contract.objects.filter(company_id=company_id).exclude(
        status__in=[Contract.Status.DRAFT, Contract.Status.VOID]
    )
    if contracts := filters.get("contracts"):
        rows = rows.filter(pk__in=contracts)
    if parties := filters.get("parties"):
        rows = rows.filter(account__party_id__in=parties)
    if branch := filters.get("branch"):
        rows = rows.filter(branch_id=branch)
    if item := filters.get("item"):
        rows = rows.filter(lines__item_id=item).distinct()
    if filters.get("activation_month"):
        rows = rows.filter(starts_on__month=filters["activation_month"])
    return rows


@dataclass(frozen=True, slots=True)
class Overlap:
    """Days of one line that two regular charges bill: what `check-data` reports."""

    contract: str
    line: str
    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.contract}: {self.line}: billed twice from {self.first} to {self.last}"


def overlapping_charges(company_id: int) -> list[Overlap]:
    """Regular charges of a line, billed or given up, that share days (R11); reads them once, in order."""
    rows = (
        ChargePeriod.objects.filter(TAKEN, line__contract__company_id=company_id, kind="regular")
        .order_by("line_id", "starts_on", "pk")
        .values_list("line_id", "starts_on", "ends_on", "line__text", "line__contract__number")
    )
    found: list[Overlap] = []
    line, until = 0, date.min
    for line_id, starts_on, ends_on, text, number in rows.iterator(chunk_size=5000):
        if line_id != line:
            line, until = line_id, date.min
        if starts_on <= until:
            found.append(Overlap(number, text, starts_on, min(until, ends_on)))
        until = max(until, ends_on)
    return found
