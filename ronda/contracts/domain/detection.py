"""Recurring contracts found in a firm's past invoices.

A contract shows as the same text to the same customer at a steady distance of months,
at an amount that changes rarely (an index, a new agreement). What was sold once, or at
a different amount each time, is not proposed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median_low
from typing import Literal

from ronda.contracts.domain.descriptions import comparable, read_description
from ronda.kernel.periods import Period, add_months, days_in_month, month_start

FREQUENCIES = (1, 2, 3, 4, 6, 12, 24, 36)
# Invoices of one fee that lie closer than this belong to two fees with the same text.
_SAME_TIME_DAYS = 12
_MONTH_DAYS = Decimal("30.4375")
_STEADY = Decimal("0.20")
# A single invoice for a year says little: a person has to decide.
_ONE_INVOICE = 30


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of an invoice issued in the past. `period` as stated on it; last day inclusive."""

    customer: str
    description: str
    net: Decimal
    issued_on: date
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    vat: str = ""
    period_from: date | None = None
    period_to: date | None = None
    reference: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An invoice line that speaks for a proposal."""

    reference: str
    issued_on: date
    net: Decimal
    description: str


@dataclass(frozen=True, slots=True)
class DetectedContract:
    """A recurring fee: what, how often, how much, since when, and how sure it is.

    frequency: months. net, quantity, unit_price: as invoiced last at the steady amount.
    first_on, last_on: dates of the first and last invoice. next_on: first day of the
    next period (by the periods stated, else by the invoice dates). active: the next
    invoice is not overdue by more than a whole period. confidence: 0 to 100.
    """

    customer: str
    description: str
    frequency: int
    timing: Literal["advance", "arrears"]
    net: Decimal
    quantity: Decimal
    unit_price: Decimal
    vat: str
    first_on: date
    last_on: date
    next_on: date
    active: bool
    confidence: int
    evidence: tuple[Evidence, ...]
    key: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A line with its text read: where it stands in time."""

    line: HistoryLine
    text: str
    period: Period | None

    @property
    def at(self) -> date:
        return self.line.issued_on if self.period is None else self.period.start


def detect(history: Iterable[HistoryLine], *, as_of: date | None = None) -> list[DetectedContract]:
    """Proposals in the order of customer and text; `as_of` defaults to the last invoice."""
    groups: dict[tuple[str, str, str], list[_Sighting]] = {}
    latest = date.min
    for line in history:
        latest = max(latest, line.issued_on)
        if line.net <= 0:
            continue
        sighting = _sight(line)
        key = (line.customer, line.item, comparable(sighting.text))
        groups.setdefault(key, []).append(sighting)
    found = []
    for key, sightings in sorted(groups.items()):
        for number, track in enumerate(_tracks(sightings)):
            proposal = _propose(track, (*key, str(number)), as_of or latest)
            if proposal is not None:
                found.append(proposal)
    return found


def _sight(line: HistoryLine) -> _Sighting:
    text, period = read_description(line.description)
    if line.period_from is not None and line.period_to is not None and line.period_from <= line.period_to:
        period = Period.closed(line.period_from, line.period_to)
    return _Sighting(line, text or line.description.strip(), period)


def _tracks(sightings: list[_Sighting]) -> list[list[_Sighting]]:
    """Fees with the same text invoiced side by side (two lifts of one house), told apart by amount."""
    tracks: list[list[_Sighting]] = []
    for sighting in sorted(sightings, key=lambda s: (s.at, s.line.net, s.line.reference)):
        net = sighting.line.net
        free = [
            track
            for track in tracks
            if (sighting.at - track[-1].at).days > _SAME_TIME_DAYS and _is_near(track[-1].line.net, net)
        ]
        best = min(free, key=lambda track: (abs(track[-1].line.net - net), -len(track)), default=None)
        if best is None:
            tracks.append([sighting])
        else:
            best.append(sighting)
    return tracks


def _is_near(before: Decimal, now: Decimal) -> bool:
    """An index or a small change of price; more than that is another fee, or a sale."""
    return abs(now - before) <= before * _STEADY


def _propose(track: list[_Sighting], identity: Sequence[str], as_of: date) -> DetectedContract | None:
    frequency, misses = _frequency(track)
    if not frequency or not _is_steady(track):
        return None
    last = track[-1]
    next_on, timing = _next(track, frequency), _timing(track)
    line = last.line
    quantity = line.quantity or Decimal(1)
    return DetectedContract(
        customer=line.customer,
        description=last.text,
        frequency=frequency,
        timing=timing,
        net=line.net,
        quantity=quantity,
        unit_price=line.unit_price if line.unit_price is not None else line.net / quantity,
        vat=line.vat,
        first_on=track[0].line.issued_on,
        last_on=line.issued_on,
        next_on=next_on,
        active=add_months(next_on, frequency * (2 if timing == "arrears" else 1)) > as_of,
        confidence=_confidence(track, frequency, misses),
        evidence=tuple(
            Evidence(s.line.reference, s.line.issued_on, s.line.net, s.line.description) for s in track
        ),
        key=hashlib.sha256("\x1f".join(identity).encode()).hexdigest(),
        item=line.item,
    )


def _frequency(track: list[_Sighting]) -> tuple[int, int]:
    """(months between invoices, invoices missing), or (0, 0) when there is no rhythm."""
    stated = _stated_months(track)
    if len(track) == 1:
        return (stated, 0) if stated >= 6 else (0, 0)
    distances = [_months_between(a.at, b.at) for a, b in zip(track, track[1:], strict=False)]
    frequency = stated if stated in distances else Counter(sorted(distances)).most_common(1)[0][0]
    if frequency not in FREQUENCIES or any(d % frequency or not d for d in distances):
        return 0, 0
    misses = sum(distances) // frequency - len(distances)
    # One invoice in six may be missing, and one in any history of four.
    allowed = max(len(track) // 6, 1 if len(track) >= 4 else 0)
    enough = len(track) >= 3 or frequency >= 6 or stated == frequency
    return (frequency, misses) if misses <= allowed and enough else (0, 0)


def _stated_months(track: list[_Sighting]) -> int:
    """The length of the periods stated, where most lines state the same whole months."""
    lengths = Counter(_whole_months(s.period) for s in track if s.period is not None)
    if not lengths:
        return 0
    months, count = lengths.most_common(1)[0]
    return months if months in FREQUENCIES and count * 2 > len(track) else 0


def _whole_months(period: Period) -> int:
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    return months if months > 0 and add_months(period.start, months) == period.end else 0


def _months_between(first: date, second: date) -> int:
    """Nearest number of months: invoices slip by some days, around the turn of a month too."""
    return int(((second - first).days / _MONTH_DAYS).quantize(Decimal(1)))


def _is_steady(track: list[_Sighting]) -> bool:
    """The amount changes at most once a year, and once more where a first period was cut."""
    nets = [sighting.line.net for sighting in track]
    changes = sum(1 for a, b in zip(nets, nets[1:], strict=False) if a != b)
    years = (track[-1].at - track[0].at).days // 365 + 1
    return changes <= years + (1 if len(track) >= 6 else 0)


def _timing(track: list[_Sighting]) -> Literal["advance", "arrears"]:
    """In arrears when most periods stated were over, or in their last days, at the invoice."""
    stated = [(s.line.issued_on, s.period) for s in track if s.period is not None and s.period.days > 20]
    late = sum(1 for issued_on, period in stated if (period.end - issued_on).days <= 7)
    return "arrears" if late * 2 > len(stated) else "advance"


def _next(track: list[_Sighting], frequency: int) -> date:
    """First day of the period after the last one seen."""
    last = track[-1]
    if last.period is not None and _whole_months(last.period) == frequency:
        return last.period.end
    usual_day = median_low(sorted(_anchor_day(s.at, track) for s in track))
    month = add_months(month_start(last.at), frequency)
    if usual_day <= 5 and last.at.day > 25:
        month = add_months(month, 1)
    return month.replace(day=min(usual_day, days_in_month(month.year, month.month)))


def _anchor_day(day: date, track: list[_Sighting]) -> int:
    """The day of the month; an end of month counts as 31 among others that reach it."""
    is_last = day.day == days_in_month(day.year, day.month)
    return 31 if is_last and any(s.at.day == 31 for s in track) else day.day


def _confidence(track: list[_Sighting], frequency: int, misses: int) -> int:
    """More invoices, stated periods and equal amounts speak for it; missing ones against."""
    score = min(60, 20 * len(track))
    score += 20 if _stated_months(track) == frequency else 0
    jitter = _jitter(track, frequency)
    score += 15 if jitter <= 3 else 8 if jitter <= 8 else 0
    score += 5 if len({s.line.net for s in track}) == 1 else 0
    if len(track) == 1:
        score = _ONE_INVOICE
    return max(5, min(100, score - 10 * misses))


def _jitter(track: list[_Sighting], frequency: int) -> int:
    """The largest distance, in days, between an invoice and where the rhythm wants it."""
    start, worst = track[0].at, 0
    for sighting in track[1:]:
        k = round(Decimal(_months_between(start, sighting.at)) / frequency)
        worst = max(worst, abs((sighting.at - add_months(start, k * frequency)).days))
    return worst
