"""How much computing a finished PDF takes: `ronda bench pdf` prints it beside the budget (15 ms)."""

import time
from dataclasses import dataclass

from ronda.reports.domain import rendering
from ronda.reports.domain.documents import print_context
from ronda.reports.domain.samples import sample
from ronda.reports.queries import default_layout

BUDGET_MS = 15
_LINES = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """`cpu` seconds of this process for `count` documents of `size` bytes together."""

    count: int
    cpu: float
    size: int

    @property
    def each_ms(self) -> float:
        return self.cpu * 1000 / self.count


def render_many(n: int) -> Measured:
    """Print `n` invented invoices of eight lines; the first one, which compiles the layout, not counted.

    Languages take turns. Without the database: facts in, PDF out.
    """
    layout = default_layout()
    languages = ("it", "fr", "en")
    for language in languages:
        rendering.to_pdf(layout, print_context(sample("invoice", language, lines=_LINES)))
    size = 0
    start = time.process_time()
    for number in range(n):
        facts = sample("invoice", languages[number % len(languages)], lines=_LINES)
        size += len(rendering.to_pdf(layout, print_context(facts)))
    return Measured(n, time.process_time() - start, size)
