"""Reads on contracts that pages, the run and the checks share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery

from ronda.billing.domain.totals import Discount
from ronda.contracts.domain.charges import Key, LineTerms
from ronda.contracts.domain.schedule import Schedule
from ronda.contracts.domain.summary import Fee, yearly
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, Suspension
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period, union
from ronda.parties.models import BillingAccount

DAY = timedelta(days=1)
NOT_ASKED_FOR = (ChargePeriod.State.WAIVED, ChargePeriod.State.EARLIER)
TAKEN = Q(state__in=[ChargePeriod.State.BILLED, *NOT_ASKED_FOR])

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
    "void",
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
    void: bool = False
    suspended: tuple[Period, ...] = ()

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
            starts_on - DAY if self.void else self.last_day,
            price=self.price,
            price_basis=self.price_basis,  # type: ignore[arg-type]
            quantity=self.quantity,
            discounts=(Discount(percent=self.discount),) if self.discount else (),
            first_policy=self.first_partial,  # type: ignore[arg-type]
            last_policy=self.last_partial,  # type: ignore[arg-type]
            free_until=self.free_until,
            suspended=self.suspended,
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
    """The lines as plain values with the days they rest, in contract order, in two queries."""
    ordered = lines.order_by("contract_id", "position", "pk")
    rows = [LineRow(*row) for row in ordered.values_list(*_FIELDS)]
    resting = suspended_days({row.contract_id for row in rows})
    for row in rows:
        row.suspended = resting.get(row.contract_id, ())
    return rows


def suspended_days(contract_ids: Iterable[int]) -> Mapping[int, tuple[Period, ...]]:
    """The days on which a contract rests and is not billed, each once (R21)."""
    found: dict[int, list[Period]] = {}
    rows = Suspension.objects.filter(contract__in=list(contract_ids), bills=False, lifted=False)
    for contract_id, first, last in rows.values_list("contract_id", "starts_on", "ends_on"):
        found.setdefault(contract_id, []).append(Period.closed(first, last))
    return {contract_id: tuple(union(days)) for contract_id, days in found.items()}


def line_terms(line: ContractLine) -> LineTerms:
    """What was agreed on one line."""
    return line_rows(ContractLine.objects.filter(pk=line.pk))[0].terms()


@dataclass(frozen=True, slots=True)
class Charged:
    """Three aggregates of a line's regular charges, and the last amount."""

    first: date
    last: date
    count: int


def known_by(day: str) -> Q:
    """What counts as billed as if nothing had been since a day (2026-03-31); TAKEN when it is empty.

    What was given up, or credited since, counts as it does today: of these no day is kept.
    """
    return TAKEN & (Q(document=None) | Q(document__date__lte=day)) if day else TAKEN


def charged_summaries(line_ids: Sequence[int], taken: Q = TAKEN) -> Mapping[int, Charged]:
    """First, last and number of regular charges by line, in one grouped query."""
    rows = (
        ChargePeriod.objects.filter(taken, line__in=line_ids, kind="regular")
        .values_list("line_id")
        .annotate(Min("starts_on"), Max("starts_on"), Count("pk"))
    )
    return {pk: Charged(first, last, count) for pk, first, last, count in rows}


def charged_keys(line_ids: Iterable[int], taken: Q = TAKEN) -> Mapping[int, set[Key]]:
    """Every key (first day, kind) charged or waived, by line: what `due` subtracts (R11)."""
    keys: dict[int, set[Key]] = {}
    rows = ChargePeriod.objects.filter(taken, line__in=list(line_ids))
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


def contracts_of_payers(
    company_id: int, party_ids: Sequence[int], filters: Mapping[str, Any]
) -> QuerySet[Contract]:
    """`billable_contracts` of some payers, found by their accounts.

    The company is asked of the accounts, not of the contracts: SQLite would read all contracts of the
    company for each few hundred payers, and the cost of a run would grow with the square of its size.
    """
    accounts = BillingAccount.objects.filter(party__in=party_ids, party__company=company_id)
    return _billable(Contract.objects.filter(account__in=accounts.values("pk")), filters)


def billable_contracts(company_id: int, filters: Mapping[str, Any]) -> QuerySet[Contract]:
    """Contracts a run looks at: all but drafts and void ones, restricted by the run's filters."""
    return _billable(Contract.objects.filter(company_id=company_id), filters)


def _billable(rows: QuerySet[Contract], filters: Mapping[str, Any]) -> QuerySet[Contract]:
    rows = rows.exclude(status__in=[Contract.Status.DRAFT, Contract.Status.VOID])
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
class ServiceRow:
    """What the contracts in force bring for one service; `share` is per cent of all, with one decimal."""

    item_id: int
    code: str
    name: str
    contracts: int
    lines: int
    yearly: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class ByService:
    """The services, the largest first. A contract with several services counts once in `contracts`."""

    rows: list[ServiceRow]
    contracts: int
    lines: int
    yearly: Decimal


def lines_in_force(company_id: int, on: date) -> QuerySet[ContractLine]:
    """Lines whose days, and those of their contract, include `on`; no drafts, nothing cancelled."""
    return ContractLine.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on),
        Q(starts_on=None) | Q(starts_on__lte=on),
        Q(contract__ends_on=None) | Q(contract__ends_on__gte=on),
        void=False,
        contract__company_id=company_id,
        contract__status__in=[Contract.Status.ACTIVE, Contract.Status.ENDED],
        contract__starts_on__lte=on,
    ).order_by()


def by_service(company_id: int, on: date) -> ByService:
    """Contracts, lines and net of a full year by service (E32), in three statements.

    The database counts the lines of equal terms; the sum of each is that of the contract's own page,
    to the cent, on every database.
    """
    found = lines_in_force(company_id, on)
    amounts: dict[int, Decimal] = {}
    terms = ("item_id", "quantity", "price", "discount", "price_basis", "frequency_unit", "frequency")
    for item_id, *fee, times in found.values_list(*terms).annotate(Count("pk")):
        amounts[item_id] = amounts.get(item_id, ZERO) + yearly(Fee(*fee)) * times
    total = sum(amounts.values(), ZERO)
    counted = found.values_list("item_id", "item__code", "item__name").annotate(
        Count("contract", distinct=True), Count("pk")
    )
    rows = [
        ServiceRow(pk, code, name, contracts, lines, amounts[pk], _share(amounts[pk], total))
        for pk, code, name, contracts, lines in counted
    ]
    return ByService(
        sorted(rows, key=lambda row: (-row.yearly, row.name, row.item_id)),
        Contract.objects.filter(Exists(found.filter(contract=OuterRef("pk"))), company_id=company_id).count(),
        sum(row.lines for row in rows),
        total,
    )


def _share(part: Decimal, total: Decimal) -> Decimal:
    return (part * 100 / total).quantize(Decimal("0.1")) if total else ZERO
