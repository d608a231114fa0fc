"""What contracts will bill in the months to come, by the day of the invoice and by the days it is for.

The amounts are those of `contracts.domain.charges.owed`. A period that lasts whole costs the same
every time, so it is asked for once and repeated by arithmetic; only periods that are cut, suspended
or priced in weeks are computed one by one. Sums are integers of cents: nothing is rounded twice.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ronda.contracts.domain.charges import Charge, LineTerms, due, owed
from ronda.contracts.domain.schedule import Schedule
from ronda.kernel.periods import Period, add_months

DAY = timedelta(days=1)
_YEAR = 12
_NEAR = date(2000, 1, 1)
_EVERY_MONTH_HAS = 28


class _Part(NamedTuple):
    """Days of a period that fall into a month: how many, and how many came before."""

    month: int
    before: int
    days: int


class _Slot(NamedTuple):
    """A whole billing period that touches the months looked at."""

    k: int
    start: date
    end: date
    invoice_on: date
    month: int | None
    days: int
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class Months:
    """So many calendar months from the first day of one."""

    first: date
    count: int
    edges: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.first.day != 1 or self.count < 1:
            raise ValueError("a forecast begins on the first of a month and lasts at least one")
        edges = tuple(add_months(self.first, at) for at in range(self.count + 1))
        object.__setattr__(self, "edges", edges)

    @property
    def period(self) -> Period:
        return Period(self.first, self.edges[-1])

    def index(self, day: date) -> int | None:
        """Which of the months a day is in; None outside."""
        at = (day.year - self.first.year) * _YEAR + day.month - self.first.month
        return at if 0 <= at < self.count else None

    def parts(self, period: Period) -> tuple[_Part, ...]:
        """The days of a period in each of the months."""
        start, end = max(period.start, self.first), min(period.end, self.edges[-1])
        found = []
        while start < end:
            at = self.index(start) or 0
            stop = min(end, self.edges[at + 1])
            found.append(_Part(at, (start - period.start).days, (stop - start).days))
            start = stop
        return tuple(found)


@dataclass(slots=True)
class Forecast:
    """Cents by month: when the invoice is made, and for which days it is."""

    months: Months
    invoiced: list[int] = field(init=False)
    earned: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.invoiced = [0] * self.months.count
        self.earned = [0] * self.months.count

    def add(self, terms: LineTerms, waived: Collection[date] = ()) -> None:
        """Count a line. `waived`: first days of periods that were given up and are not billed."""
        if terms.stops <= terms.pays_from:
            return
        phases = _phases(terms)
        if not phases or waived or terms.suspended:
            for charge in _one_by_one(terms, self.months):
                if charge.period.start not in waived:
                    self._count(charge)
            return
        whole, cut = _cut(terms, self.months)
        for charge in cut:
            self._count(charge)
        self._repeat(terms, whole, phases)

    def _count(self, charge: Charge) -> None:
        net = int(charge.net.scaleb(2))
        at = self.months.index(charge.invoice_on)
        if at is not None:
            self.invoiced[at] += net
        self._spread(net, charge.period.days, self.months.parts(charge.period))

    def _repeat(self, terms: LineTerms, whole: Period, phases: int) -> None:
        """The periods that last whole, each at the amount of its place in the year."""
        nets: dict[int, int] = {}
        rhythm, shift = _rhythm(terms.schedule)
        for slot in _pattern(rhythm, self.months):
            if slot.start < whole.start or slot.end > whole.end:
                continue
            phase = (slot.k - shift) % phases
            if phase not in nets:
                nets[phase] = _whole_net(terms, slot)
            month = slot.month
            if slot.invoice_on < terms.starts_on:
                month = self.months.index(_first_invoice_on(terms, slot))
            if month is not None:
                self.invoiced[month] += nets[phase]
            self._spread(nets[phase], slot.days, slot.parts)

    def _spread(self, net: int, days: int, parts: tuple[_Part, ...]) -> None:
        for month, before, inside in parts:
            self.earned[month] += (
                net
                if inside == days
                else _rounded(net * (before + inside), days) - _rounded(net * before, days)
            )

    def amounts(self) -> list[tuple[date, Decimal, Decimal]]:
        """First day of each month, what is invoiced in it, what is earned in it."""
        edges = self.months.edges
        return [
            (edges[at], Decimal(self.invoiced[at]).scaleb(-2), Decimal(self.earned[at]).scaleb(-2))
            for at in range(self.months.count)
        ]


def forecast(lines: Iterable[LineTerms], months: Months) -> Forecast:
    """The months of many lines together."""
    found = Forecast(months)
    for terms in lines:
        found.add(terms)
    return found


def _rounded(value: int, whole: int) -> int:
    """`value / whole` to the nearest integer, halves away from zero, like `money.to_cents`."""
    quotient = (2 * abs(value) + whole) // (2 * whole)
    return quotient if value >= 0 else -quotient


def _phases(terms: LineTerms) -> int:
    """After how many periods the amount of a whole one repeats; 0 where it does not."""
    schedule, basis = terms.schedule, terms.price_basis
    if schedule.unit == "once" or basis == "day":
        return 0
    if basis == "period":
        return 1
    if schedule.unit == "week":
        return 0
    if basis == "month" or not schedule.every % _YEAR:
        return 1
    return _YEAR // schedule.every if not _YEAR % schedule.every else _YEAR


def _reach(schedule: Schedule) -> timedelta:
    """No invoice day is further from its period, and no period longer."""
    longest = schedule.every * (31 if schedule.unit == "month" else 7)
    return timedelta(days=2 * longest + 93 + abs(schedule.offset_days) + schedule.lead_days)


def _one_by_one(terms: LineTerms, months: Months) -> list[Charge]:
    reach, window = _reach(terms.schedule), months.period
    if terms.schedule.unit == "once":
        return list(owed(terms, window.end + reach))
    return due(terms, window.end + reach, settled_before=window.start - reach)


class _Rhythm(NamedTuple):
    """What decides where whole periods are; the same for schedules that differ by whole periods only."""

    unit: str
    every: int
    origin: date
    month_end: bool
    timing: str
    invoice_day: str
    invoice_day_number: int
    offset_days: int
    lead_days: int


def _rhythm(schedule: Schedule) -> tuple[_Rhythm, int]:
    """The schedule brought near the year 2000, and by how many periods.

    Thousands of contracts have other first days and the same periods. A day that some months do not
    have stays where it is.
    """
    origin, every, shift = schedule.origin, schedule.every, 0
    month_end = schedule.month_end_anchor and schedule.alignment == "anniversary"
    if schedule.unit == "week":
        shift = (origin - _NEAR).days // (7 * every)
        origin -= timedelta(days=7 * every * shift)
    elif month_end or origin.day <= _EVERY_MONTH_HAS:
        shift = (origin.year * _YEAR + origin.month - _NEAR.year * _YEAR - 1) // every
        origin = add_months(origin.replace(day=1), -every * shift).replace(
            day=_EVERY_MONTH_HAS if month_end else origin.day
        )
    rhythm = _Rhythm(
        schedule.unit,
        every,
        origin,
        month_end,
        schedule.timing,
        schedule.invoice_day,
        schedule.invoice_day_number,
        schedule.offset_days,
        schedule.lead_days,
    )
    return rhythm, shift


@lru_cache(maxsize=8192)
def _pattern(rhythm: _Rhythm, months: Months) -> tuple[_Slot, ...]:
    """The whole periods of a schedule that are invoiced or earned in the months."""
    schedule = Schedule(
        rhythm.origin,
        unit=rhythm.unit,  # type: ignore[arg-type]
        every=rhythm.every,
        timing=rhythm.timing,  # type: ignore[arg-type]
        invoice_day=rhythm.invoice_day,  # type: ignore[arg-type]
        invoice_day_number=rhythm.invoice_day_number,
        offset_days=rhythm.offset_days,
        lead_days=rhythm.lead_days,
        month_end_anchor=rhythm.month_end,
    )
    reach, window = _reach(schedule), months.period
    found = []
    for k in range(schedule.index_of(window.start - reach), schedule.index_of(window.end + reach) + 1):
        period = schedule.full_period(k)
        invoice_on = schedule.invoice_on(period)
        month, parts = months.index(invoice_on), months.parts(period)
        # An invoice before the period waits for the line to begin, and may wait until these months.
        if parts or month is not None or invoice_on < period.start:
            found.append(_Slot(k, period.start, period.end, invoice_on, month, period.days, parts))
    return tuple(found)


def _cut(terms: LineTerms, months: Months) -> tuple[Period, list[Charge]]:
    """The days on which periods last whole, and the charges of the first and last one where they do not."""
    schedule, begins, stops = terms.schedule, terms.pays_from, terms.stops
    whole_from, whole_until, found = begins, stops, list[Charge]()
    at = schedule.index_of(begins)
    if schedule.boundary(at) != begins:
        whole_from = schedule.boundary(at + 1)
        if terms.first_policy == "merge" and whole_from < stops:
            whole_from = schedule.boundary(at + 2)
        if _near(begins, whole_from, schedule, months):
            found += owed(terms, begins + DAY)
    if stops != date.max:
        at = schedule.index_of(stops - DAY)
        if schedule.boundary(at + 1) != stops:
            whole_until = schedule.boundary(at)
            if whole_until >= whole_from and _near(whole_until, stops, schedule, months):
                found += due(terms, stops + _reach(schedule), settled_before=whole_until)
    return Period(whole_from, max(whole_from, whole_until)), found


def _near(start: date, end: date, schedule: Schedule, months: Months) -> bool:
    """Whether a period may be invoiced or earned in the months."""
    reach, window = _reach(schedule), months.period
    return start < window.end + reach and end > window.start - reach


def _whole_net(terms: LineTerms, slot: _Slot) -> int:
    """What a whole period costs, in cents, from the charge itself."""
    return int(next(_charges_from(terms, slot)).net.scaleb(2))


def _charges_from(terms: LineTerms, slot: _Slot) -> Iterator[Charge]:
    billable = terms.schedule.billable_from(Period(slot.start, slot.end), terms.starts_on)
    yield from due(terms, billable, settled_before=slot.start)


def _first_invoice_on(terms: LineTerms, slot: _Slot) -> date:
    """As in `charges`: before the line starts nothing is invoiced, but for its lead days."""
    billable = terms.schedule.billable_from(Period(slot.start, slot.end), terms.starts_on)
    return max(slot.invoice_on, billable)
