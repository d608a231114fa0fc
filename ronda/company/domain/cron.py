"""Cron lines: "minute hour day-of-month month day-of-week", read in a time zone's wall time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
# 29 February can be eight years away (1896 to 1904).
_HORIZON_DAYS = 366 * 8 + 2


class InvalidCron(ValueError):
    """The line is not a cron line; the text says which part."""


@dataclass(frozen=True, slots=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    any_day: bool
    any_weekday: bool

    def falls_on(self, day: date) -> bool:
        """As in cron: with both days restricted, either is enough."""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday

    def next_after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The first run strictly after the aware `instant`, in UTC.

        A time that the clock skips in March runs when the clock has moved on; one that comes
        twice in October runs the first time.
        """
        day = instant.astimezone(zone).date()
        for _day in range(_HORIZON_DAYS):
            if self.falls_on(day):
                later = [run for run in self._runs(day, zone) if run > instant]
                if later:
                    return min(later)
            day += timedelta(days=1)
        raise InvalidCron("the line never comes")

    def _runs(self, day: date, zone: ZoneInfo) -> list[datetime]:
        return [
            datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
            for hour in self.hours
            for minute in self.minutes
        ]


def parse_cron(line: str) -> Cron:
    """Read a line with *, lists, ranges and steps; InvalidCron otherwise."""
    parts = line.split()
    if len(parts) != len(_BOUNDS):
        raise InvalidCron(f"“{line}” has {len(parts)} parts, not 5")
    minutes, hours, days, months, weekdays = (
        _values(part, *bounds) for part, bounds in zip(parts, _BOUNDS, strict=True)
    )
    return Cron(
        minutes,
        hours,
        days,
        months,
        frozenset(day % 7 for day in weekdays),
        any_day=parts[2].startswith("*"),
        any_weekday=parts[4].startswith("*"),
    )


def _values(part: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for piece in part.split(","):
        span, _slash, step = piece.partition("/")
        first, dash, last = span.partition("-")
        try:
            start = low if span == "*" else int(first)
            end = high if span == "*" or (step and not dash) else int(last) if dash else start
            values.update(range(start, end + 1, int(step) if step else 1))
        except ValueError as error:
            raise InvalidCron(f"“{piece}” is not a number, range or step") from error
        if not low <= start <= end <= high:
            raise InvalidCron(f"“{piece}” is not within {low}-{high}")
    return frozenset(values)
