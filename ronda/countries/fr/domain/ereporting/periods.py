"""Which stretches of a year a company reports, and until when."""

from collections.abc import Iterator
from datetime import date, timedelta

from ronda.countries.fr.data.ereporting import RHYTHMS, TEN_DAYS_DUE, Kind, Regime, Rhythm, RhythmRow
from ronda.countries.fr.domain.ereporting.model import ReportPeriod
from ronda.kernel.periods import Period, add_months, day_in_month

_DAY = timedelta(days=1)


def periods_of(
    regime: Regime, year: int, *, kind: Kind | None = None, since: date | None = None
) -> tuple[ReportPeriod, ...]:
    """The periods that begin in `year`, by date; `since`: the first day of the company's duty.

    A period that begins before the duty does is cut to its days of duty. Nothing before 1 September 2026.
    """
    found = []
    for row in RHYTHMS:
        if row.regime is regime and kind in (None, row.kind):
            start = max(row.valid_from, since or row.valid_from)
            found += [one for one in _year(row, year) if one.period.end > start]
            found = [_cut(one, start) if one.kind is row.kind else one for one in found]
    return tuple(sorted(found))


def period_at(regime: Regime, kind: Kind, day: date) -> ReportPeriod | None:
    """The period of `kind` that contains `day`; none before reporting began."""
    found = periods_of(regime, day.year, kind=kind)
    return next((one for one in found if one.period.contains(day)), None)


def _cut(one: ReportPeriod, start: date) -> ReportPeriod:
    if one.period.start >= start:
        return one
    return ReportPeriod(Period(start, one.period.end), one.kind, one.opens_on, one.due_on)


def _year(row: RhythmRow, year: int) -> Iterator[ReportPeriod]:
    step = 2 if row.rhythm is Rhythm.TWO_MONTHS else 1
    for month in range(1, 13, step):
        first = date(year, month, 1)
        after = add_months(first, step)
        if row.rhythm is Rhythm.TEN_DAYS:
            yield from _ten_days(row, first, after)
        else:
            opens, due = day_in_month(after, row.opens), day_in_month(after, row.due)
            yield ReportPeriod(Period(first, after), row.kind, opens, due)


def _ten_days(row: RhythmRow, first: date, after: date) -> Iterator[ReportPeriod]:
    edges = (first, first + 10 * _DAY, first + 20 * _DAY, after)
    for start, end, (due, later) in zip(edges, edges[1:], TEN_DAYS_DUE, strict=False):
        yield ReportPeriod(Period(start, end), row.kind, end, day_in_month(add_months(first, later), due))
