"""What a contract line owes: its charges up to a day, less those already billed.

A run does not move a "next date" on. It states everything owed and subtracts what is
billed by key, so it can be repeated, interrupted or run late with the same outcome.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from ronda.billing.domain.derivation import Step, number, plain
from ronda.billing.domain.totals import Discount, discounted, line_net
from ronda.contracts.domain.schedule import Schedule, once_period
from ronda.kernel.money import ZERO, running_share, to_unit_price
from ronda.kernel.periods import Period, subtract

Policy = Literal["full", "by_days", "by_30ths", "free", "merge"]
Basis = Literal["period", "month", "year", "day"]
Kind = Literal["regular", "once", "adjustment"]
Part = Literal["whole", "first", "last", "only"]
Key = tuple[date, str]

ONE = Decimal(1)
_DAY = timedelta(days=1)
_YEAR_DAYS = 365
_CENTURY = 1200


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What was agreed on one line.

    starts_on, ends_on: first and last day, both inclusive; no last day = open-ended.
    price: for one unit and one billing period, month, year or day, by `price_basis`.
    first_policy, last_policy: how a period cut by the start or the end is charged (R6, R7):
        in full; by days of the whole period; by_30ths = whole months plus days of the
        cut month; free; merge = together with the next period (at the end: by days).
    free_until: last day of a free start; the first paid period begins on the day after.
    suspended: days that are not billed.
    """

    schedule: Schedule
    starts_on: date
    ends_on: date | None = None
    price: Decimal = ZERO
    price_basis: Basis = "period"
    quantity: Decimal = ONE
    discounts: tuple[Discount, ...] = ()
    first_policy: Policy = "by_days"
    last_policy: Policy = "by_days"
    free_until: date | None = None
    suspended: tuple[Period, ...] = ()
    # Derived: the first day that is paid for, and the day after the last one.
    pays_from: date = field(init=False, repr=False, compare=False)
    stops: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        start = self.starts_on
        if self.free_until is not None and self.free_until >= start:
            start = self.free_until + _DAY
        object.__setattr__(self, "pays_from", start)
        object.__setattr__(self, "stops", date.max if self.ends_on is None else self.ends_on + _DAY)


class Charge(NamedTuple):
    """An amount owed for a period. `key` says which; a second charge of the same key is never owed.

    quantity × (unit_price less discounts), rounded to cents, gives `net` exactly.
    factor: the share of the whole period that is charged, as numerator and denominator.
    invoice_on: the day the schedule means the invoice for, which may precede or follow the run.
    """

    period: Period
    kind: Kind
    part: Part
    invoice_on: date
    quantity: Decimal
    unit_price: Decimal
    discounts: tuple[Discount, ...]
    factor: tuple[int, int]
    net: Decimal
    derivation: tuple[Step, ...]

    @property
    def key(self) -> Key:
        return self.period.start, self.kind


class _Whole(NamedTuple):
    """The amount of a whole period, and the steps that led to it."""

    unit_price: Decimal
    net: Decimal
    steps: list[Step]


class _Share(NamedTuple):
    """The part of a whole period that is charged."""

    part: Fraction
    net: Decimal
    shown: tuple[int, int]
    step: Step | None


def due(
    terms: LineTerms,
    as_of: date,
    billed: Collection[Key] = frozenset(),
    *,
    settled_before: date | None = None,
) -> list[Charge]:
    """Everything that may be billed by `as_of` and is not in `billed`, oldest first.

    billed: keys (first day, kind) of what was billed or waived; give a set.
    settled_before: everything that starts before this day is known to be settled; it
        spares the enumeration of a long past and changes nothing else.
    """
    if terms.stops <= terms.pays_from:
        return []
    schedule, found = terms.schedule, []
    if schedule.unit == "once":
        return [c for c in _once(terms, billed) if billable_from(terms, c.period) <= as_of]
    first = _first_index(terms, settled_before)
    for slot in _slots(terms, first, schedule.last_index_due(as_of), billed):
        if settled_before is not None and slot.starts_on < settled_before:
            continue
        if billable_from(terms, slot.used) > as_of:
            break
        charge = _charge(terms, slot)
        if charge is not None:
            found.append(charge)
    return found


def settled_until(terms: LineTerms, first: date, last: date, count: int) -> date | None:
    """The day before which everything is billed, from three aggregates of the regular charges.

    first, last: the earliest and the latest first day of a billed charge; count: how many.
    None when there may be a hole, or when they were billed under another schedule: then
    `due` needs the keys themselves. The answer is meant for its `settled_before`.
    """
    schedule, begins = terms.schedule, terms.pays_from
    if schedule.unit == "once" or first != begins:
        return None
    low, high = schedule.index_of(first), schedule.index_of(last)
    start, end = schedule.boundary(low), schedule.boundary(low + 1)
    if terms.first_policy == "merge" and start < begins < end < terms.stops:
        low, high = low + 1, max(high, low + 1)
    if last not in (schedule.boundary(high), begins) or count != high - low + 1:
        return None
    return schedule.boundary(high + 1)


def owed(terms: LineTerms, until: date) -> Iterator[Charge]:
    """Every charge whose period begins before `until`, whatever its invoice day."""
    if terms.stops <= terms.pays_from:
        return
    if terms.schedule.unit == "once":
        yield from (charge for charge in _once(terms) if charge.period.start < until)
        return
    # A merged charge begins one index before its own period.
    last = terms.schedule.index_of(until) + 1
    for slot in _slots(terms, _first_index(terms, None), last, frozenset()):
        charge = _charge(terms, slot) if slot.starts_on < until else None
        if charge is not None:
            yield charge


def next_charge(terms: LineTerms, billed: Collection[Key], *, after: date) -> Charge | None:
    """The first charge not in `billed` that may not be billed on `after` yet, if any follows.

    A line without charges for a century (suspended for ever) has none.
    """
    if terms.stops <= terms.pays_from:
        return None
    schedule = terms.schedule
    if schedule.unit == "once":
        return next((c for c in _once(terms, billed) if billable_from(terms, c.period) > after), None)
    first = max(_first_index(terms, None), schedule.index_of(after) - 2)
    for slot in _slots(terms, first, first + _CENTURY, billed):
        if billable_from(terms, slot.used) > after:
            charge = _charge(terms, slot)
            if charge is not None:
                return charge
    return None


class _Slot(NamedTuple):
    """A billing period: whole, the part the line lasts, and a cut one billed together with it."""

    k: int
    full: Period
    used: Period
    carried: Period | None

    @property
    def starts_on(self) -> date:
        return self.used.start if self.carried is None else self.carried.start


def _slots(terms: LineTerms, first: int, last: int, billed: Collection[Key]) -> Iterator[_Slot]:
    """The billing periods from `first` to `last` whose key is not in `billed`."""
    schedule, begins, stops = terms.schedule, terms.pays_from, terms.stops
    carried: Period | None = None
    start = schedule.boundary(first)
    for k in range(first, last + 1):
        if start >= stops:
            return
        end = schedule.boundary(k + 1)
        if start < begins < end < stops and terms.first_policy == "merge":
            carried = Period(begins, end)
        else:
            used_start = begins if start < begins else start
            key = used_start if carried is None else carried.start
            if (key, "regular") not in billed:
                full = Period(start, end)
                whole = used_start == start and end <= stops
                yield _Slot(k, full, full if whole else Period(used_start, min(end, stops)), carried)
            carried = None
        start = end


def _first_index(terms: LineTerms, settled_before: date | None) -> int:
    """Where to begin: with the first paid day, or where everything earlier is settled."""
    schedule = terms.schedule
    first = schedule.index_of(terms.pays_from)
    if settled_before is None or settled_before <= terms.pays_from:
        return first
    later = schedule.index_of(settled_before)
    # The period after a merged one must still see what was merged into it.
    return first if terms.first_policy == "merge" and later <= first + 1 else later


def billable_from(terms: LineTerms, used: Period) -> date:
    """The first day a run may bill this period of the line."""
    return terms.schedule.billable_from(used, terms.starts_on)


def _once(terms: LineTerms, billed: Collection[Key] = frozenset()) -> list[Charge]:
    period = once_period(terms.starts_on, terms.ends_on)
    if (period.start, "once") in billed:
        return []
    net = line_net(terms.quantity, terms.price, terms.discounts)
    steps = [Step("price.once", {}, plain(terms.price))]
    return [_finish(terms, period, "once", "whole", period, terms.price, None, net, steps)]


def _charge(terms: LineTerms, slot: _Slot) -> Charge | None:
    """The charge of a billing period, or None when no day of it is charged."""
    k, full, used, carried = slot
    whole = _whole(terms, k, full)
    if used is full and carried is None and not terms.suspended:
        return _finish(terms, full, "regular", "whole", full, whole.unit_price, None, whole.net, whole.steps)
    shares = [_share(terms, k, full, used, whole.net)]
    if carried is None:
        return _partial(terms, full, used, whole, shares, used)
    before = Period(terms.schedule.boundary(k - 1), full.start)
    shares.insert(0, _share(terms, k - 1, before, carried, _whole(terms, k - 1, before).net))
    return _partial(terms, full, Period(carried.start, used.end), whole, shares, used)


def _partial(
    terms: LineTerms, full: Period, used: Period, whole: _Whole, shares: list[_Share], invoiced: Period
) -> Charge | None:
    total = sum((share.part for share in shares), Fraction(0))
    if not total:
        return None
    factor = shares[0].shown if len(shares) == 1 else (total.numerator, total.denominator)
    steps = whole.steps + [share.step for share in shares if share.step is not None and len(shares) == 1]
    if len(shares) > 1:
        steps.append(Step("merged", {}, ""))
        steps.append(Step("share.by_days", _days(used), f"{total.numerator}/{total.denominator}"))
    net = sum((share.net for share in shares), ZERO)
    first = used.start == terms.pays_from and used.start != full.start
    last = used.end == terms.stops and used.end != full.end
    part: Part = "only" if first and last else "first" if first else "last" if last else "whole"
    return _finish(terms, used, "regular", part, invoiced, whole.unit_price, factor, net, steps)


def _whole(terms: LineTerms, k: int, full: Period) -> _Whole:
    """The amount of the whole period `k` for the agreed basis."""
    basis, price, schedule = terms.price_basis, terms.price, terms.schedule
    steps = [Step(f"price.{basis}", {"every": schedule.every, "unit": schedule.unit}, plain(price))]
    if basis == "period":
        return _Whole(price, line_net(terms.quantity, price, terms.discounts), steps)
    if basis == "day":
        unit_price = price * full.days
        steps.append(Step("scale.days", {}, str(full.days)))
    elif schedule.unit == "week":
        return _share_of_year(terms, price if basis == "year" else price * 12, 7 * k, _YEAR_DAYS, steps)
    elif basis == "year" and schedule.every % 12:
        return _share_of_year(terms, price, k, 12, steps)
    else:
        times = schedule.every if basis == "month" else schedule.every // 12
        unit_price = price * times
        if times > 1:
            steps.append(Step("scale.months", {}, str(times if basis == "month" else times * 12)))
    return _Whole(unit_price, line_net(terms.quantity, unit_price, terms.discounts), steps)


def _share_of_year(terms: LineTerms, price: Decimal, position: int, whole: int, steps: list[Step]) -> _Whole:
    """A running share of the year's amount: the parts of a year add up to its price."""
    every = terms.schedule.every
    size = every if whole == 12 else 7 * every
    before = position * every
    if whole == 12:
        before %= 12 if not 12 % every else 12 * every
    year_net = line_net(terms.quantity, price, terms.discounts)
    code = "scale.year" if whole == 12 else "scale.weeks"
    steps.append(Step(code, {}, f"{size}/{whole}"))
    return _Whole(to_unit_price(price * size / whole), running_share(year_net, before, size, whole), steps)


def _share(terms: LineTerms, k: int, full: Period, used: Period, whole: Decimal) -> _Share:
    """What is charged of a period used in part.

    The running share is taken from the start of the whole period, so that however a
    period is cut, its parts add up to its amount.
    """
    first = terms.first_policy if used.start > full.start else None
    last = terms.last_policy if used.end < full.end else None
    if "free" in (first, last):
        return _Share(Fraction(0), ZERO, (0, 1), None)
    window = Period(full.start if first == "full" else used.start, full.end if last == "full" else used.end)
    pieces = subtract([window], terms.suspended) if terms.suspended else [window]
    if pieces == [full]:
        return _Share(
            Fraction(1), whole, (1, 1), Step("share.full", _days(used), "") if used != full else None
        )
    by_months = "by_30ths" in (first, last) and terms.schedule.unit == "month"
    net, days = ZERO, sum(piece.days for piece in pieces)
    if not by_months:
        for piece in pieces:
            net += running_share(whole, (piece.start - full.start).days, piece.days, full.days)
        step = Step("share.by_days", _days(used), f"{days}/{full.days}")
        return _Share(Fraction(days, full.days), net, (days, full.days), step)
    return _share_by_months(terms.schedule, k, pieces, used, whole)


def _share_by_months(
    schedule: Schedule, k: int, pieces: list[Period], used: Period, whole: Decimal
) -> _Share:
    """Whole months, plus the days of a cut month out of that month's own length."""
    months = schedule.sub_months(k)
    net, total, shown = ZERO, Fraction(0), []
    for piece in pieces:
        before, part, words = _months_and_days(months, piece)
        net += _running_share_of(whole, before, part, schedule.every)
        total += part
        shown += words
    share = total / schedule.every
    value = f"({' + '.join(shown)})/{schedule.every}" if schedule.every > 1 else " + ".join(shown)
    step = Step("share.by_30ths", _days(used), value)
    return _Share(share, net, (share.numerator, share.denominator), step)


def _running_share_of(total: Decimal, before: Fraction, part: Fraction, whole: int) -> Decimal:
    """`running_share` on exact fractions."""
    scale = before.denominator * part.denominator
    return running_share(total, int(before * scale), int(part * scale), whole * scale)


def _months_and_days(months: list[Period], piece: Period) -> tuple[Fraction, Fraction, list[str]]:
    """Months before the piece, months in it, and the latter in words: "12/31", "1"."""
    before, part, entire, words = Fraction(0), Fraction(0), 0, []
    for month in months:
        inside = month.common(piece)
        if inside is None:
            before += 1 if month.end <= piece.start else 0
            continue
        before += Fraction((inside.start - month.start).days, month.days)
        part += Fraction(inside.days, month.days)
        if inside == month:
            entire += 1
        else:
            words.append(f"{inside.days}/{month.days}")
    return before, part, ([str(entire)] if entire else []) + words


def _days(used: Period) -> dict[str, str | int]:
    return {"start": used.start.isoformat(), "last": used.last_day.isoformat()}


def _finish(
    terms: LineTerms,
    period: Period,
    kind: Kind,
    part: Part,
    invoiced: Period,
    unit_price: Decimal,
    factor: tuple[int, int] | None,
    net: Decimal,
    steps: list[Step],
) -> Charge:
    discounts = terms.discounts
    if factor is not None and factor[0] != factor[1]:
        unit_price = unit_price * factor[0] / factor[1]
        if discounts:
            discounts = tuple(_scaled(each, factor) for each in discounts)
    unit_price = _reproducing(net, terms.quantity, unit_price, discounts)
    if terms.quantity != ONE:
        steps.insert(1, Step("quantity", {}, number(terms.quantity)))
    for each in terms.discounts:
        if each.percent:
            steps.append(Step("discount.percent", {}, number(each.percent)))
        if each.amount:
            steps.append(Step("discount.amount", {}, plain(each.amount)))
    steps.append(Step("total", {}, plain(net)))
    return Charge(
        period,
        kind,
        part,
        _invoice_on(terms, invoiced),
        terms.quantity,
        unit_price,
        discounts,
        factor or (1, 1),
        net,
        tuple(steps),
    )


def _invoice_on(terms: LineTerms, invoiced: Period) -> date:
    """The schedule's day; before the line starts, the first day it may be billed."""
    schedule = terms.schedule
    invoice_on = schedule.invoice_on(invoiced)
    if invoice_on < terms.starts_on:
        return max(invoice_on, schedule.billable_from(invoiced, terms.starts_on))
    return invoice_on


def _scaled(discount: Discount, factor: tuple[int, int]) -> Discount:
    if not discount.amount:
        return discount
    return Discount(discount.percent, to_unit_price(discount.amount * factor[0] / factor[1]))


def _reproducing(
    net: Decimal, quantity: Decimal, unit_price: Decimal, discounts: tuple[Discount, ...]
) -> Decimal:
    """A unit price of at most eight decimals that gives `net` again on the document."""
    unit_price = to_unit_price(unit_price)
    if line_net(quantity, unit_price, discounts) == net:
        return unit_price
    nothing = discounted(ZERO, discounts)
    slope = discounted(ONE, discounts) - nothing
    if not slope or not quantity:
        return unit_price
    return to_unit_price((net / quantity - nothing) / slope)
