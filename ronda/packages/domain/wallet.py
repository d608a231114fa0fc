"""Lots of units or money: taking from them, giving back, expiring, carrying over.

Everything is written as entries, and the balance is always their sum (R52-R54):
balance = Σ grants − Σ uses − expired.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.kernel.money import ZERO, running_share
from ronda.kernel.periods import add_months

WARN_AT = (Decimal(3), Decimal(0), Decimal(-1))


@dataclass(frozen=True, slots=True)
class Lot:
    """Units granted together. `gone` is what was used or expired, less what was given back."""

    key: int
    granted: Decimal
    granted_on: date
    expires_on: date | None = None
    value: Decimal = ZERO
    gone: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.granted - self.gone

    def open_on(self, on: date) -> bool:
        """Whether something can be taken that day; the last day is in."""
        return self.left > 0 and self.granted_on <= on and (self.expires_on is None or on <= self.expires_on)

    def expired_on(self, on: date) -> bool:
        """Whether its last day has passed with something left."""
        return self.left > 0 and self.expires_on is not None and self.expires_on < on

    def worth(self, quantity: Decimal) -> Decimal:
        """The part of the lot's value that the next `quantity` takes; negative gives back.

        Shares run with what is gone, so whatever the order of uses and reversals their sum is
        exactly the share of what is gone now: 100.00 in 3 = 33.33 + 33.34 + 33.33.
        """
        return running_share(self.value, self.gone, quantity, self.granted)


@dataclass(frozen=True, slots=True)
class Part:
    """What one lot gives to a use."""

    lot: int
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Taking:
    """A use over the lots; `over` is what no lot could give."""

    parts: tuple[Part, ...]
    over: Decimal


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """Earliest-expiring first, then oldest; what never expires comes last (R52)."""
    return sorted(lots, key=lambda lot: (lot.expires_on or date.max, lot.granted_on, lot.key))


def take(lots: Iterable[Lot], quantity: Decimal, *, on: date) -> Taking:
    """Share a use out over the lots open that day, earliest-expiring first (R52)."""
    parts, left = [], quantity
    for lot in in_order(lots):
        if left <= 0:
            break
        if lot.open_on(on):
            part = min(left, lot.left)
            parts.append(Part(lot.key, part, lot.worth(part)))
            left -= part
    return Taking(tuple(parts), left)


def available(lots: Iterable[Lot], *, on: date) -> Decimal:
    """What can be taken that day."""
    return sum((lot.left for lot in lots if lot.open_on(on)), ZERO)


def carried(left: Decimal, *, already: Decimal, limit: Decimal) -> Decimal:
    """How much of what is left in an expiring lot moves on; `already` moved on before (R52)."""
    return max(ZERO, min(left, limit - already))


def carried_until(last_day: date, months: int) -> date:
    """The last day of what is carried over from a lot that ended on `last_day`."""
    first = date.fromordinal(last_day.toordinal() + 1)
    return date.fromordinal(add_months(first, months).toordinal() - 1)


def warnings(before: Decimal, after: Decimal, levels: Sequence[Decimal] = WARN_AT) -> tuple[Decimal, ...]:
    """The levels that what remains came down to or passed (R54): 4 → 3 gives 3, 1 → −1 gives 0 and −1."""
    return tuple(level for level in levels if after <= level < before)
