"""Days on which nobody receives a registered letter: national public holidays, by country."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

# (month, day, first year) of the fixed ones.
# Italy: legge 27 May 1949 n. 260 with later changes; 4 October again from 2026 (legge 151/2025).
# France: Code du travail, art. L3133-1.
_FIXED: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "IT": (
        (1, 1, 0), (1, 6, 0), (4, 25, 0), (5, 1, 0), (6, 2, 0), (8, 15, 0), (10, 4, 2026), (11, 1, 0),
        (12, 8, 0), (12, 25, 0), (12, 26, 0),
    ),
    "FR": (
        (1, 1, 0), (5, 1, 0), (5, 8, 0), (7, 14, 0), (8, 15, 0), (11, 1, 0), (11, 11, 0), (12, 25, 0),
    ),
}  # fmt: skip
# Days after Easter Sunday: Monday; in France Ascension and Whit Monday as well.
_MOVING: Mapping[str, tuple[int, ...]] = {"IT": (1,), "FR": (1, 39, 50)}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus)."""
    golden, century = year % 19, year // 100
    leap = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = leap - (leap // 28) * (1 - (29 // (leap + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


@cache
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The national holidays of a year; none for a country that is not in the tables."""
    fixed = {date(year, m, d) for m, d, since in _FIXED.get(country, ()) if year >= since}
    return frozenset(fixed | {easter(year) + timedelta(days=n) for n in _MOVING.get(country, ())})


class Holidays:
    """All holidays of a country: `day in Holidays("IT")`."""

    def __init__(self, country: str) -> None:
        self.country = country

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in public_holidays(self.country, day.year)
