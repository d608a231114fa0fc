"""What a change of terms means for days that are billed already.

A change ends one version of a fee and begins the next, or shortens, suspends, extends it. Days that
were billed under the old terms are owed anew under the new ones. The difference is settled once; the
memory of the billed days is rewritten so that every day stands in exactly one charge, and the charges
of a fee add up to what its documents say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ronda.contracts.domain.charges import Charge, LineTerms, billable_from, owed
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period, intersect, subtract, union


class Version(NamedTuple):
    """One version of a fee: a line and what was agreed on it."""

    line: int
    terms: LineTerms


class Taken(NamedTuple):
    """Days of a line that are billed, or given up (`waived`), with the amount asked for them."""

    row: int
    line: int
    period: Period
    amount: Decimal
    waived: bool = False


class Owed(NamedTuple):
    """A charge of one version, as it is owed now; `waived` when its days were given up before."""

    version: Version
    charge: Charge
    waived: bool = False

    @property
    def line(self) -> int:
        return self.version.line

    @property
    def period(self) -> Period:
        return self.charge.period

    @property
    def amount(self) -> Decimal:
        return ZERO if self.waived else self.charge.net


@dataclass(frozen=True, slots=True)
class Change:
    """Charges that no longer hold, what takes their place, and the difference in money.

    changed: the days the difference is about, for the text and for its share of the years.
    Nothing in `now`: the days were billed and are not owed any more.
    """

    before: tuple[Taken, ...]
    now: tuple[Owed, ...]
    changed: Period

    @property
    def billed(self) -> Decimal:
        return sum((each.amount for each in self.before if not each.waived), ZERO)

    @property
    def owed(self) -> Decimal:
        return sum((each.amount for each in self.now), ZERO)

    @property
    def difference(self) -> Decimal:
        """Positive: still to bill. Negative: to give back."""
        return self.owed - self.billed


def settle(versions: Sequence[Version], taken: Iterable[Taken], *, on: date) -> list[Change]:
    """The changes of one fee's charges after its terms changed, oldest first; none when all still hold.

    versions: every version of the fee with its terms of today. taken: its regular charges in force.
    A charge that begins on a billed day is settled here, unless it goes on beyond the billed days
    and could not be billed by `on`: then its billed days are given back and the month bills it whole.
    """
    taken = sorted(taken, key=lambda each: each.period)
    if not taken:
        return []
    now = _owed_inside(versions, taken, on)
    return [_change(cluster) for cluster in _clusters(taken, now) if not _holds(cluster)]


def _owed_inside(versions: Sequence[Version], taken: Sequence[Taken], on: date) -> list[Owed]:
    days = union(each.period for each in taken)
    waived = union(each.period for each in taken if each.waived)
    return [
        Owed(version, charge, waived=not subtract([charge.period], waived))
        for version in versions
        if version.terms.schedule.unit != "once"
        for charge in owed(version.terms, days[-1].end)
        if any(period.contains(charge.period.start) for period in days)
        and (not subtract([charge.period], days) or billable_from(version.terms, charge.period) <= on)
    ]


@dataclass(slots=True)
class _Cluster:
    """Charges of before and of now that share days, directly or through one another."""

    before: list[Taken] = field(default_factory=list)
    now: list[Owed] = field(default_factory=list)
    end: date = date.min


def _clusters(taken: Sequence[Taken], now: Sequence[Owed]) -> list[_Cluster]:
    found: list[_Cluster] = []
    everything: list[Taken | Owed] = [*taken, *now]
    for each in sorted(everything, key=lambda one: one.period):
        if not found or each.period.start >= found[-1].end:
            found.append(_Cluster())
        cluster = found[-1]
        cluster.end = max(cluster.end, each.period.end)
        if isinstance(each, Taken):
            cluster.before.append(each)
        else:
            cluster.now.append(each)
    return found


def _holds(cluster: _Cluster) -> bool:
    """Same days on the same line for the same money: nothing happened."""
    before = [(each.line, each.period, ZERO if each.waived else each.amount) for each in cluster.before]
    return before == [(each.line, each.period, each.amount) for each in cluster.now]


def _change(cluster: _Cluster) -> Change:
    return Change(tuple(cluster.before), tuple(cluster.now), _changed(cluster))


def _changed(cluster: _Cluster) -> Period:
    """The days whose charge differs, from the first to the last of them."""
    suspended = [
        day
        for each in cluster.now
        for day in intersect([each.period], each.version.terms.suspended)
        if any(old.line == each.line and old.period == each.period for old in cluster.before)
    ]
    kept = [days for each in cluster.now for days in _unchanged(each, cluster.before)]
    whole = union([*(each.period for each in cluster.before), *(each.period for each in cluster.now)])
    days = suspended or subtract(whole, kept) or whole
    return Period(days[0].start, days[-1].end)


def _unchanged(each: Owed, before: Sequence[Taken]) -> list[Period]:
    """The days a charge shares with the one it replaces, when only its length changed: same rate by day."""
    old = next((b for b in before if b.line == each.line and b.period.start == each.period.start), None)
    if old is None or old.period == each.period:
        return []
    longer = max(old.period.days, each.period.days)
    same = abs(old.amount * each.period.days - each.charge.net * old.period.days) <= longer
    return intersect([old.period], [each.period]) if same else []
