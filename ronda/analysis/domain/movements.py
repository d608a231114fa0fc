"""What recurs every month, and why it changed between two days: new, more, less, lost, back again.

Every line counts its year divided by twelve, in cents, so that whatever is added up here adds up
again: what there was, and the movements, are what there is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from ronda.contracts.domain.summary import MONTHS, Fee, yearly
from ronda.kernel.money import ZERO, to_cents
from ronda.kernel.periods import Period, subtract

Movement = Literal["new", "expansion", "contraction", "lost", "reactivated"]
MOVEMENTS: tuple[Movement, ...] = ("new", "reactivated", "expansion", "contraction", "lost")
_TENTH = Decimal("0.1")
_DAY = timedelta(days=1)


class Lasting(NamedTuple):
    """A fee of a contract: what it comes to in a month, and its first and last day, both inclusive."""

    key: Hashable
    starts_on: date
    ends_on: date | None
    amount: Decimal


def monthly(fee: Fee) -> Decimal:
    """A twelfth of the year's amount, in cents."""
    return to_cents(yearly(fee) / MONTHS)


@dataclass(slots=True)
class Counted:
    """An amount and how many contracts make it up. What was lost is a negative amount."""

    amount: Decimal = ZERO
    count: int = 0

    def add(self, amount: Decimal) -> None:
        self.amount += amount
        self.count += 1


@dataclass(frozen=True, slots=True)
class Change:
    """From one day to a later one: `before` + the five movements = `after`, to the cent."""

    before: Counted = field(default_factory=Counted)
    after: Counted = field(default_factory=Counted)
    new: Counted = field(default_factory=Counted)
    reactivated: Counted = field(default_factory=Counted)
    expansion: Counted = field(default_factory=Counted)
    contraction: Counted = field(default_factory=Counted)
    lost: Counted = field(default_factory=Counted)

    @property
    def difference(self) -> Decimal:
        return sum((getattr(self, name).amount for name in MOVEMENTS), ZERO)

    @property
    def churn(self) -> Decimal | None:
        """Contracts lost, per cent of those there were; None when there were none."""
        return rate(Decimal(self.lost.count), Decimal(self.before.count))

    @property
    def revenue_churn(self) -> Decimal | None:
        """Amount lost with contracts that ended, per cent of the amount there was."""
        return rate(-self.lost.amount, self.before.amount)

    @property
    def revenue_given_up(self) -> Decimal | None:
        """Amount lost with contracts that ended or shrank, per cent of the amount there was."""
        return rate(-self.lost.amount - self.contraction.amount, self.before.amount)

    @property
    def average(self) -> Decimal | None:
        """What a contract brings in a month."""
        return to_cents(self.after.amount / self.after.count) if self.after.count else None


def without(line: Lasting, holes: Iterable[Period]) -> list[Lasting]:
    """What is left of a line when it is not there on some days."""
    end = date.max if line.ends_on is None else line.ends_on + _DAY
    left = subtract([Period(line.starts_on, end)], holes) if end > line.starts_on else []
    return [
        line._replace(starts_on=part.start, ends_on=None if part.end == date.max else part.last_day)
        for part in left
    ]


def rate(part: Decimal, whole: Decimal) -> Decimal | None:
    """Per cent with one decimal; None of nothing."""
    return (part * 100 / whole).quantize(_TENTH) if whole else None


def standing(lines: Iterable[Lasting], days: Sequence[date]) -> list[dict[Hashable, Decimal]]:
    """For each of the days, in ascending order, what each contract in force brings in a month."""
    found: list[dict[Hashable, Decimal]] = [{} for _day in days]
    for key, starts_on, ends_on, amount in lines:
        last = len(days) if ends_on is None else bisect_right(days, ends_on)
        for at in range(bisect_left(days, starts_on), last):
            held = found[at]
            held[key] = held.get(key, ZERO) + amount
    return found


def first_days(lines: Iterable[Lasting]) -> dict[Hashable, date]:
    """The first day on which each contract was in force."""
    found: dict[Hashable, date] = {}
    for line in lines:
        if line.ends_on is None or line.ends_on >= line.starts_on:
            known = found.get(line.key)
            found[line.key] = line.starts_on if known is None else min(known, line.starts_on)
    return found


def change(
    before: Mapping[Hashable, Decimal],
    after: Mapping[Hashable, Decimal],
    since: Mapping[Hashable, date],
    day: date,
) -> Change:
    """What happened from `day` (the day of `before`) to the day of `after`.

    since: the first day of each contract: one that was there before `day`, but not on it, comes back.
    """
    found = Change()
    for key, amount in before.items():
        found.before.add(amount)
        if key not in after:
            found.lost.add(-amount)
        elif after[key] != amount:
            more = after[key] - amount
            (found.expansion if more > 0 else found.contraction).add(more)
    for key, amount in after.items():
        found.after.add(amount)
        if key not in before:
            (found.reactivated if since[key] <= day else found.new).add(amount)
    return found


def trend(lines: Sequence[Lasting], days: Sequence[date]) -> list[Change]:
    """The change from each day to the next one; one less than there are days."""
    held, since = standing(lines, days), first_days(lines)
    return [change(held[at], held[at + 1], since, days[at]) for at in range(len(days) - 1)]
