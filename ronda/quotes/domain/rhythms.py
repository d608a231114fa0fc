"""How often a line of a quote is billed, and what that comes to in a year."""

from dataclasses import dataclass
from decimal import Decimal

from ronda.kernel.money import to_cents

ONCE = "once"
_A_YEAR = {"month": 12, "week": 52}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`unit` is once, month or week; `every` counts the units between two bills."""

    unit: str = ONCE
    every: int = 1

    @property
    def recurring(self) -> bool:
        return self.unit != ONCE

    def yearly(self, amount: Decimal) -> Decimal:
        """What an amount billed at this rhythm comes to in a year of 12 months or 52 weeks; once is once."""
        if not self.recurring:
            return amount
        return to_cents(amount * _A_YEAR[self.unit] / self.every)

    @property
    def place(self) -> tuple[int, int]:
        """Once first, then the most frequent first."""
        if not self.recurring:
            return (0, 0)
        return (1, self.every * (52 if self.unit == "month" else 12))
