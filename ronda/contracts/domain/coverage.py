"""Every day of a line is exactly one of: billed, to bill, suspended, free. What is not, is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ronda.contracts.domain.charges import LineTerms, owed
from ronda.kernel.periods import Period, intersect, repeated, subtract, total_days, union

State = Literal["billed", "to_bill", "suspended", "free", "gap", "overlap"]
STATES: tuple[State, ...] = ("billed", "to_bill", "suspended", "free", "gap", "overlap")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    period: Period
    state: State


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days of a line, in order, each in exactly one segment.

    gap: days billed by nobody although later ones are billed: revenue that leaks.
    overlap: days billed more than once.
    outside: billed days that do not belong to the line (billed after its end, say).
    """

    segments: tuple[Segment, ...]
    outside: tuple[Period, ...] = ()

    def days(self, state: State) -> int:
        return total_days(segment.period for segment in self.segments if segment.state == state)

    def periods(self, state: State) -> list[Period]:
        return [segment.period for segment in self.segments if segment.state == state]

    @property
    def sound(self) -> bool:
        """Nothing forgotten, nothing twice, nothing beyond the line."""
        return not self.outside and not any(s.state in ("gap", "overlap") for s in self.segments)


def coverage(
    terms: LineTerms,
    billed: Iterable[Period],
    *,
    until: date,
    waived: Iterable[Period] = (),
) -> Coverage:
    """The state of each day from the line's first to its last, or to the day before `until`.

    billed: periods of charges in force; waived: periods given up with a reason, which
    count as free like the days of a free start or of a free policy. Days of rest are suspended
    although the period around them is billed: its amount leaves them out.
    """
    span = _span(terms, until)
    billed = list(billed)
    everything = [*billed, *waived]
    beyond = subtract(everything, [Period(terms.starts_on, max(terms.starts_on, terms.stops))])
    if span is None:
        return Coverage((), tuple(beyond))
    twice = intersect([span], repeated(everything))
    rests = subtract(intersect([span], terms.suspended), twice)
    covered = subtract(intersect([span], billed), [*twice, *rests])
    free = subtract([span], [*_charged_days(terms, span), *covered, *twice, *rests])
    free = union([*free, *subtract(intersect([span], waived), [*twice, *rests])])
    left = subtract([span], [*covered, *twice, *free, *rests])
    forgotten = _forgotten(left, billed)
    states: list[tuple[State, list[Period]]] = [
        ("overlap", twice),
        ("billed", covered),
        ("suspended", rests),
        ("free", free),
        ("gap", forgotten),
        ("to_bill", subtract(left, forgotten)),
    ]
    segments = [Segment(period, state) for state, periods in states for period in periods]
    return Coverage(tuple(sorted(segments, key=lambda s: s.period.start)), tuple(beyond))


def _span(terms: LineTerms, until: date) -> Period | None:
    if terms.schedule.unit == "once":
        last = terms.ends_on or terms.starts_on
        return Period.closed(terms.starts_on, max(last, terms.starts_on))
    end = min(terms.stops, until)
    return Period(terms.starts_on, end) if terms.starts_on < end else None


def _charged_days(terms: LineTerms, span: Period) -> list[Period]:
    """Days the terms ask money for; the others are free by agreement."""
    return subtract([charge.period for charge in owed(terms, span.end)], terms.suspended)


def _forgotten(left: list[Period], billed: list[Period]) -> list[Period]:
    """Days to bill that lie before the last billed one."""
    if not billed:
        return []
    last = max(period.end for period in billed)
    return intersect(left, [Period(date.min, last)])


def gaps(terms: LineTerms, billed: Iterable[Period], *, until: date) -> list[Period]:
    """Only the forgotten days, for a list of all lines."""
    return coverage(terms, billed, until=until).periods("gap")


def overlaps(billed: Iterable[Period]) -> list[Period]:
    """Days billed more than once."""
    return repeated(billed)
