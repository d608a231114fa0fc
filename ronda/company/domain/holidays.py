"""Public holidays as dated rules: the country packs hold the rules, this computes their days."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day nobody works on, with its name in the language of the country."""

    day: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRule:
    """A holiday of every year from `since` to `until`, both included; `until` None: still one.

    Either `month` and `day`, or `after_easter`, a number of days after Easter Sunday (below zero: before).
    With `postcodes`, only where the postcode begins with one of them.
    """

    name: str
    month: int = 0
    day: int = 0
    after_easter: int | None = None
    since: int = 0
    until: int | None = None
    postcodes: tuple[str, ...] = ()

    def holds(self, year: int, postcode: str) -> bool:
        """Whether it is a holiday in that year and place."""
        in_time = self.since <= year and (self.until is None or year <= self.until)
        return in_time and (not self.postcodes or postcode.startswith(self.postcodes))

    def on(self, year: int) -> date:
        """Its day in a year, whether or not it held then."""
        if self.after_easter is None:
            return date(year, self.month, self.day)
        return easter(year) + timedelta(days=self.after_easter)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, from 1583 on (the anonymous computus)."""
    golden, century = year % 19, year // 100
    leap = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = leap - (leap // 28) * (1 - (29 // (leap + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


def holidays_by(rules: Iterable[HolidayRule], year: int, *, postcode: str = "") -> tuple[Holiday, ...]:
    """The holidays of a year in a place, in order; two may fall on one day. No postcode: everywhere."""
    found = [Holiday(rule.on(year), rule.name) for rule in rules if rule.holds(year, postcode)]
    return tuple(sorted(found, key=lambda each: (each.day, each.name)))


def month_and_day(text: str) -> tuple[int, int]:
    """The month and the day of "06-29"; ValueError where no year has it."""
    month, _dash, day = text.strip().partition("-")
    found = date(2000, int(month), int(day))  # a leap year: 29 February may be kept
    return found.month, found.day


class Holidays:
    """The holidays of every year, for `day in holidays`; each year is computed once."""

    def __init__(
        self, of_year: Callable[[int], Iterable[Holiday]], local: Iterable[tuple[int, int]] = ()
    ) -> None:
        self._of_year = of_year
        self._local = frozenset(local)
        self._known: dict[int, frozenset[date]] = {}

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day.year not in self._known:
            self._known[day.year] = frozenset(each.day for each in self._of_year(day.year))
        return (day.month, day.day) in self._local or day in self._known[day.year]
