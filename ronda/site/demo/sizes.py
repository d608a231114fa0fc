"""How large the demonstration is, and the calendar it lives in: never the clock."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from ronda.kernel.periods import add_months

Progress = Callable[[int, int], None]
LAST_BILLED = date(2026, 10, 1)


@dataclass(frozen=True, slots=True)
class Size:
    """`months` are billed here, the last of them October 2026; what is older was billed before Ronda."""

    name: str
    months: int
    italian: tuple[int, int, int]  # customers, sites, contracts
    french: tuple[int, int, int]
    credit_notes: int
    drafts: int

    @property
    def taken_over_on(self) -> date:
        """The first day that Ronda bills."""
        return add_months(LAST_BILLED, 1 - self.months)

    @property
    def month_ends(self) -> list[date]:
        """The last day of each billed month, in order."""
        first = self.taken_over_on
        return [add_months(first, n + 1) - timedelta(days=1) for n in range(self.months)]


FULL = Size("full", 12, (400, 1_100, 900), (150, 420, 320), credit_notes=24, drafts=6)
SMALL = Size("small", 3, (12, 34, 44), (12, 30, 24), credit_notes=3, drafts=2)


def chosen_size() -> Size:
    """RONDA_DEMO_SIZE=small for tests; the full demonstration otherwise."""
    return SMALL if os.environ.get("RONDA_DEMO_SIZE") == "small" else FULL


class Steps:
    """Counts what is done and tells it."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.count = progress, total, 0

    def did(self, steps: int = 1) -> None:
        self.count += steps
        self.progress(min(self.count, self.total), self.total)
