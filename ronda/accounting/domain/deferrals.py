"""What of an amount is earned at a closing date, and what belongs to the time after it (R25-R28).

An amount without VAT is spread evenly over its period. Shares are taken from the start of the
period each time, never from the previous closing, so that errors of rounding do not pile up.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from ronda.billing.domain.derivation import Step, number, plain
from ronda.kernel.money import ZERO, to_cents
from ronda.kernel.periods import Period, add_months, days_in_month, month_start, subtract

Method = Literal["days", "months"]
Pieces = Sequence[Period]

DAY = timedelta(days=1)
HUNDRED = Decimal(100)
# A month has this many parts: the least number that 28, 29, 30 and 31 days divide.
MONTH = 377_580


class Credit(NamedTuple):
    """What a credit note gives back of an amount (positive), and the days it says it is for."""

    amount: Decimal
    period: Period | None = None


class Split(NamedTuple):
    """An amount at a closing date: net = credited + earned + deferred.

    `days` of the period count, `elapsed` of them up to the closing date; suspended ones do not.
    """

    earned: Decimal
    deferred: Decimal
    credited: Decimal
    days: int
    elapsed: int
    steps: tuple[Step, ...]


def split(
    net: Decimal,
    period: Period,
    on: date,
    *,
    method: Method = "days",
    suspended: Pieces = (),
    credits: Sequence[Credit] = (),
    before: Iterable[Step] = (),
) -> Split:
    """Earned and deferred at the end of the day `on`, by days with both ends in, or by months.

    net: the taxable amount; VAT is never deferred (R28). Negative on what is given back.
    suspended: days without service; they take no share (R28).
    credits: R27, undelivered slices are taken back first, from the last one, then earned ones.
        A credit for some days of the period only takes back the slices of those days; one for
        suspended days lowers the amount that the other days share.
    before: steps that led to `net`, shown first.
    """
    steps = [*before, Step("net", {}, plain(net))]
    time = _measure(period, on, method, suspended)
    back = _taken_back(period, on, method, suspended, credits) if credits else _NOTHING
    base = net - back.unserved
    if suspended and time.days != period.days:
        steps.append(Step("suspended", {"days": period.days - time.days}, ""))
    if back.unserved:
        steps.append(Step("unserved", {}, plain(back.unserved)))
    steps.append(_share_step(period, on, method, time))
    left = base - back.rest
    if back.rest:
        steps.append(Step("credited", {}, plain(back.rest)))
    earned = _no_more_than(left, share(base, time.part, time.whole) - back.earned)
    steps.append(Step("earned", {"on": on.isoformat()}, plain(earned)))
    steps.append(Step("deferred", {"on": on.isoformat()}, plain(left - earned)))
    return Split(earned, left - earned, net - left, time.days, time.elapsed, tuple(steps))


class _Time(NamedTuple):
    """How long a period is and how much of it has passed, in days and in units of the method."""

    days: int
    elapsed: int
    whole: int
    part: int


def _measure(period: Period, on: date, method: Method, suspended: Pieces) -> _Time:
    pieces = _served(period, suspended)
    passed = _until(pieces, on + DAY)
    days, elapsed = _days(pieces), _days(passed)
    if method == "days":
        return _Time(days, elapsed, days, elapsed)
    return _Time(days, elapsed, units(pieces, method), units(passed, method))


class _Back(NamedTuple):
    """What is taken back: for days without service, for the rest, and of the rest what was earned."""

    unserved: Decimal
    rest: Decimal
    earned: Decimal


_NOTHING = _Back(ZERO, ZERO, ZERO)


def _taken_back(
    period: Period, on: date, method: Method, suspended: Pieces, credits: Iterable[Credit]
) -> _Back:
    unserved = rest = earned = ZERO
    for credit in credits:
        days = credit.period
        if days is None or days == period or not period.covers(days):
            rest += credit.amount
        elif suspended and not subtract([days], suspended):
            unserved += credit.amount
        else:
            time = _measure(days, on, method, suspended)
            rest += credit.amount
            earned += share(credit.amount, time.part, time.whole)
    return _Back(unserved, rest, earned)


def _share_step(period: Period, on: date, method: Method, time: _Time) -> Step:
    if not time.part:
        return Step("ahead", {"start": period.start.isoformat()}, "")
    facts: dict[str, str | int] = {
        "start": period.start.isoformat(),
        "last": min(on, period.last_day).isoformat(),
    }
    shown = str if method == "days" else _months
    return Step(f"share.{method}", facts, f"{shown(time.part)}/{shown(time.whole)}")


def share(net: Decimal, part: int, whole: int) -> Decimal:
    """The cents of `net` that belong to `part` of `whole`; nothing of an empty whole."""
    if part == whole:
        return net
    return to_cents(net * part / whole) if whole else ZERO


def slices(
    net: Decimal, periods: Sequence[Period], *, method: Method = "days", suspended: Pieces = ()
) -> list[Decimal]:
    """R26: the amount over consecutive periods, each slice rounded; the last takes the remainder.

    The slices add up to `net`. None goes beyond what is left, so no slice changes its sign.
    """
    weights = [units(subtract([each], suspended) if suspended else [each], method) for each in periods]
    return _weighted(net, weights)


def _weighted(net: Decimal, weights: Sequence[int]) -> list[Decimal]:
    whole, left, found = sum(weights), net, []
    last = max((at for at, weight in enumerate(weights) if weight), default=len(weights) - 1)
    for at, weight in enumerate(weights):
        amount = left if at == last else _no_more_than(left, share(net, weight, whole))
        found.append(amount)
        left -= amount
    return found


def release(
    deferred: Decimal,
    period: Period,
    on: date,
    *,
    method: Method = "days",
    suspended: Pieces = (),
    credited: Decimal = ZERO,
) -> Iterator[tuple[int, Decimal]]:
    """When a deferred amount becomes revenue: (year × 12 + month − 1, amount) of each month after `on`.

    credited: what credit notes took from the end of the period already: the last months bear it.
    """
    parts = _by_month(Period(max(period.start, on + DAY), max(period.end, on + DAY)))
    left = deferred
    for part, full in zip(
        parts, slices(deferred + credited, parts, method=method, suspended=suspended), strict=True
    ):
        amount = _no_more_than(left, full)
        if amount:
            yield part.start.year * 12 + part.start.month - 1, amount
        left -= amount


def less_discount(net: Decimal, percent: Decimal) -> tuple[Decimal, tuple[Step, ...]]:
    """What remains of an agreed amount on a document with a discount on the whole, and the steps to it."""
    if not percent:
        return net, ()
    steps = (Step("line", {}, plain(net)), Step("header", {}, number(percent)))
    return to_cents(net * (HUNDRED - percent) / HUNDRED), steps


def units(pieces: Iterable[Period], method: Method) -> int:
    """How much time the pieces are: days, or parts of months where every month counts the same."""
    if method == "days":
        return _days(pieces)
    return sum(_position(piece.end) - _position(piece.start) for piece in pieces)


def _position(day: date) -> int:
    """How many parts of months lie before a day; a cut month counts by its own days."""
    months = day.year * 12 + day.month
    return months * MONTH + (day.day - 1) * (MONTH // days_in_month(day.year, day.month))


def _days(pieces: Iterable[Period]) -> int:
    return sum([piece.days for piece in pieces])


def _served(period: Period, suspended: Pieces) -> Pieces:
    """The days of the period with service; all of them where it was suspended throughout."""
    if not suspended:
        return (period,)
    return subtract([period], suspended) or (period,)


def _until(pieces: Pieces, end: date) -> Pieces:
    if len(pieces) == 1 and pieces[0].start < end < pieces[0].end:
        return (Period(pieces[0].start, end),)
    return tuple(
        piece if piece.end <= end else Period(piece.start, end) for piece in pieces if piece.start < end
    )


def _by_month(period: Period) -> list[Period]:
    start, found = period.start, []
    while start < period.end:
        end = min(period.end, add_months(month_start(start), 1))
        found.append(Period(start, end))
        start = end
    return found


def _no_more_than(limit: Decimal, amount: Decimal) -> Decimal:
    """`amount`, kept between nothing and `limit`, whatever the sign of the limit."""
    if limit >= 0:
        return max(ZERO, min(amount, limit))
    return min(ZERO, max(amount, limit))


def _months(parts: int) -> str:
    """Parts of months as people write them: 3, or 2+17/31."""
    entire, rest = divmod(parts, MONTH)
    if not rest:
        return str(entire)
    cut = Fraction(rest, MONTH)
    return f"({entire}+{cut})" if entire else f"({cut})"
