"""Calendar periods, half-open: the first day is in, the last is out.

Every boundary is counted from the original anchor, never from the previous boundary:
what starts on the 31st comes back to the 31st after February.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month"]

_DAY = timedelta(days=1)
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_LENGTHS[month - 1]


def add_months(anchor: date, months: int, *, month_end: bool = False) -> date:
    """The day `months` after `anchor`, kept inside the month (31 Jan + 1 = 28/29 Feb).

    With `month_end` the answer is always the last day of the month: "the 28th" and
    "the last day" are two rules, and only the caller knows which one was agreed.
    """
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    length = days_in_month(year, month0 + 1)
    return date(year, month0 + 1, length if month_end else min(anchor.day, length))


def month_start(day: date) -> date:
    """The first of the month of `day`."""
    return day.replace(day=1)


def month_last_day(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=days_in_month(day.year, day.month))


def day_in_month(day: date, number: int) -> date:
    """Day `number` of the month of `day`, or the last one where the month is shorter."""
    return day.replace(day=min(number, days_in_month(day.year, day.month)))


def nth(anchor: date, unit: Unit, n: int, k: int, *, month_end: bool = False) -> date:
    """Boundary `k` of a rhythm of `n` units: `anchor` + k·n units; `k` may be negative."""
    if unit == "month":
        return add_months(anchor, n * k, month_end=month_end)
    return anchor + timedelta(days=n * k * (7 if unit == "week" else 1))


def index_at(anchor: date, unit: Unit, n: int, day: date, *, month_end: bool = False) -> int:
    """The `k` whose period contains `day`: nth(k) <= day < nth(k + 1). No enumeration."""
    if unit != "month":
        return (day - anchor).days // (n * (7 if unit == "week" else 1))
    k = ((day.year - anchor.year) * 12 + day.month - anchor.month) // n
    return k if add_months(anchor, n * k, month_end=month_end) <= day else k - 1


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The days from `start` to the day before `end`; empty where the two are equal."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"period ends on {self.end}, before it starts on {self.start}")

    @classmethod
    def closed(cls, first: date, last: date) -> "Period":
        """As people write it: both days are in."""
        return cls(first, last + _DAY)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - _DAY

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def covers(self, other: "Period") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.end and other.start < self.end

    def common(self, other: "Period") -> "Period | None":
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))


def every(
    n: int, *, anchor: date, until: date, unit: Unit = "month", month_end: bool = False
) -> Iterator[Period]:
    """Back-to-back periods of `n` units from `anchor`; the last one contains `until - 1 day`."""
    if n < 1:
        raise ValueError(f"a billing period lasts at least one {unit}")
    k, start = 0, anchor
    while start < until:
        k += 1
        end = nth(anchor, unit, n, k, month_end=month_end)
        yield Period(start, end)
        start = end


def union(periods: Iterable[Period]) -> list[Period]:
    """The same days without repetition: sorted, disjoint, touching ones joined."""
    joined: list[Period] = []
    for period in sorted(p for p in periods if p.start < p.end):
        if joined and period.start <= joined[-1].end:
            if period.end > joined[-1].end:
                joined[-1] = Period(joined[-1].start, period.end)
        else:
            joined.append(period)
    return joined


def subtract(periods: Iterable[Period], holes: Iterable[Period]) -> list[Period]:
    """The days of `periods` that are in none of `holes`: sorted and disjoint."""
    cuts, left = union(holes), []
    for period in union(periods):
        start = period.start
        for cut in cuts:
            if cut.end <= start or cut.start >= period.end:
                continue
            if cut.start > start:
                left.append(Period(start, cut.start))
            start = cut.end
        if start < period.end:
            left.append(Period(start, period.end))
    return left


def intersect(first: Iterable[Period], second: Iterable[Period]) -> list[Period]:
    """The days that are in both sets: sorted and disjoint."""
    ours = union(first)
    return subtract(ours, subtract(ours, second))


def repeated(periods: Iterable[Period]) -> list[Period]:
    """The days that occur in more than one of `periods`."""
    seen_until, twice = date.min, []
    for period in sorted(p for p in periods if p.start < p.end):
        if period.start < seen_until:
            twice.append(Period(period.start, min(period.end, seen_until)))
        seen_until = max(seen_until, period.end)
    return union(twice)


def total_days(periods: Iterable[Period]) -> int:
    """Days in the periods, each counted as often as it occurs."""
    return sum(period.days for period in periods)
