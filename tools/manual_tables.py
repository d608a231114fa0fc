"""The worked tables of docs/algorithms.md, computed by the program's own arithmetic.

Every function marked `@table` returns the rows of one table, headings first. Dates and amounts are given here
and not read from a clock, so that a table changes only when the arithmetic does.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from ronda.kernel.periods import Period

Rows = list[Sequence[object]]
TABLES: dict[str, Callable[[], Rows]] = {}


def table(make: Callable[[], Rows]) -> Callable[[], Rows]:
    TABLES[make.__name__] = make
    return make


def d(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def span(period: Period) -> str:
    return f"{d(period.start)} – {d(period.last_day)}"


def euro(text: str) -> Decimal:
    return Decimal(text)


def markdown(rows: Iterable[Sequence[object]]) -> str:
    """Rows as a Markdown table; the first one holds the headings."""
    head, *rest = [[str(cell).replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
