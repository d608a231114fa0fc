"""When a contract line is billed: its periods and the day each one is invoiced.

One schedule belongs to one line (never to the header), and every boundary is counted
from the schedule's own origin, so the index of a period is found by arithmetic.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from ronda.kernel.periods import (
    Period,
    add_months,
    day_in_month,
    index_at,
    month_last_day,
    month_start,
    nth,
)

ScheduleUnit = Literal["month", "week", "once"]
Alignment = Literal["anniversary", "calendar", "activation_month"]
Timing = Literal["advance", "arrears"]
InvoiceDay = Literal[
    "period_start", "period_end", "day_after", "first_of_month", "last_of_month", "day_of_month"
]

UNITS: tuple[ScheduleUnit, ...] = ("month", "week", "once")
ALIGNMENTS: tuple[Alignment, ...] = ("anniversary", "calendar", "activation_month")
TIMINGS: tuple[Timing, ...] = ("advance", "arrears")
INVOICE_DAYS: tuple[InvoiceDay, ...] = (
    "period_start",
    "period_end",
    "day_after",
    "first_of_month",
    "last_of_month",
    "day_of_month",
)
_MONTH_DAYS = frozenset(("first_of_month", "last_of_month", "day_of_month"))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rhythm of one contract line.

    unit, every: a period lasts `every` months or weeks; "once" has a single period.
    alignment: periods count from `anchor` (anniversary), from 1 January or, for weeks,
        from Monday (calendar), from the first day of the anchor's month (activation_month).
    month_end_anchor: boundaries fall on the last day of the month. Without it an anchor
        on the 28th stays on the 28th and one on the 31st is clipped where needed.
    timing: "advance" is invoiced from the first day of the period, "arrears" never
        before its last day.
    invoice_day: in advance "period_start" is the first day and "period_end" the last; in
        arrears both are the last day, because nothing is billed before it; "day_after" is
        the day after the period. The three month rules look at the month of the first day
        (advance) or last day (arrears), and in arrears go on to the next month rather than
        bill early.
    offset_days: days after (+) or before (-) the day so found.
    lead_days: how many days before its invoice day a period may be billed, and the
        most that anything may be billed before the line starts.
    """

    anchor: date
    unit: ScheduleUnit = "month"
    every: int = 1
    alignment: Alignment = "anniversary"
    timing: Timing = "advance"
    invoice_day: InvoiceDay = "period_start"
    invoice_day_number: int = 1
    offset_days: int = 0
    lead_days: int = 0
    month_end_anchor: bool = False
    origin: date = field(init=False, repr=False, compare=False)
    _month_end: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("a billing period lasts at least one month or week")
        if not 1 <= self.invoice_day_number <= 31:
            raise ValueError("the day of the month is between 1 and 31")
        if self.lead_days < 0:
            raise ValueError("lead days cannot be negative")
        for value, allowed in (
            (self.unit, UNITS),
            (self.alignment, ALIGNMENTS),
            (self.timing, TIMINGS),
            (self.invoice_day, INVOICE_DAYS),
        ):
            if value not in allowed:
                raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
        object.__setattr__(self, "origin", self._find_origin())
        month_end = self.month_end_anchor and self.unit == "month" and self.alignment == "anniversary"
        object.__setattr__(self, "_month_end", month_end)

    def _find_origin(self) -> date:
        if self.alignment == "anniversary" or self.unit == "once":
            return self.anchor
        if self.unit == "week":
            return self.anchor - timedelta(days=self.anchor.weekday())
        if self.alignment == "calendar":
            return date(self.anchor.year, 1, 1)
        return month_start(self.anchor)

    def boundary(self, k: int) -> date:
        """First day of period `k`; period 0 starts at the origin. Not for "once"."""
        if self.unit == "month":
            return add_months(self.origin, self.every * k, month_end=self._month_end)
        return nth(self.origin, "week", self.every, k)

    def index_of(self, day: date) -> int:
        """Index of the period that contains `day`. Not for "once"."""
        unit: Literal["month", "week"] = "month" if self.unit == "month" else "week"
        return index_at(self.origin, unit, self.every, day, month_end=self._month_end)

    def full_period(self, k: int) -> Period:
        """The whole period `k`, whatever part of it the line lasts."""
        return Period(self.boundary(k), self.boundary(k + 1))

    def sub_months(self, k: int) -> list[Period]:
        """The single months period `k` is made of, for a share in months and days."""
        edges = [
            add_months(self.origin, self.every * k + month, month_end=self._month_end)
            for month in range(self.every + 1)
        ]
        return [Period(start, end) for start, end in zip(edges, edges[1:], strict=False)]

    def invoice_on(self, used: Period) -> date:
        """The day the invoice for the used part of a period is meant for."""
        day = self._advance_day(used) if self.timing == "advance" else self._arrears_day(used.last_day)
        return day + timedelta(days=self.offset_days) if self.offset_days else day

    def _advance_day(self, used: Period) -> date:
        rule = self.invoice_day
        if rule in _MONTH_DAYS:
            return self._in_month(used.start)
        if rule == "period_end":
            return used.last_day
        return used.end if rule == "day_after" else used.start

    def _arrears_day(self, last_day: date) -> date:
        rule = self.invoice_day
        if rule in _MONTH_DAYS:
            day = self._in_month(last_day)
            return day if day >= last_day else self._in_month(add_months(month_start(last_day), 1))
        return last_day + _DAY if rule == "day_after" else last_day

    def _in_month(self, day: date) -> date:
        if self.invoice_day == "first_of_month":
            return month_start(day)
        if self.invoice_day == "last_of_month":
            return month_last_day(day)
        return day_in_month(day, self.invoice_day_number)

    def billable_from(self, used: Period, starts_on: date) -> date:
        """The first day a run may bill the period: never before the line's start less lead days."""
        return max(self.invoice_on(used), starts_on) - timedelta(days=self.lead_days)

    def last_index_due(self, as_of: date) -> int:
        """An index no period due by `as_of` lies beyond; at most a few periods too high."""
        earliest = as_of + timedelta(days=self.lead_days - self.offset_days)
        if self.timing == "advance" and self.invoice_day in _MONTH_DAYS:
            earliest += timedelta(days=31)
        return self.index_of(earliest)


def once_period(starts_on: date, ends_on: date | None) -> Period:
    """The single period of a one-off line: its own dates, or one day when it has no end."""
    return Period.closed(starts_on, max(ends_on or starts_on, starts_on))


def periods(schedule: Schedule, starts_on: date, ends_on: date | None, *, until: date) -> Iterator[Period]:
    """The used periods of a line that begin before `until`, cut at its first and last day.

    `ends_on` is the last day, inclusive. They touch each other without gap or overlap.
    """
    if ends_on is not None and ends_on < starts_on:
        return
    if schedule.unit == "once":
        if starts_on < until:
            yield once_period(starts_on, ends_on)
        return
    stop = until if ends_on is None else min(until, ends_on + _DAY)
    last = None if ends_on is None else ends_on + _DAY
    k, start = schedule.index_of(starts_on), starts_on
    while start < stop:
        k += 1
        end = schedule.boundary(k)
        yield Period(start, end if last is None else min(end, last))
        start = end
