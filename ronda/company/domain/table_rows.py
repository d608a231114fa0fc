"""What the readers of tables share: limits, raw rows, refusals."""

from dataclasses import dataclass

from ronda.company.domain.cells import Cell
from ronda.kernel.errors import Refusal

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TableLimits:
    """`file_bytes` as sent, `unpacked_bytes` inside a spreadsheet; `cells` counts empty ones too."""

    rows: int = 100_000
    columns: int = 500
    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 500 * MEGABYTE
    cells: int = 10_000_000


@dataclass(frozen=True, slots=True)
class RawRow:
    number: int
    cells: tuple[Cell, ...]
    problems: tuple[Refusal, ...] = ()


class TableRefused(Refusal):
    """A file that is not a table we can read."""

    code = "company.table_refused"


class TableTooLarge(TableRefused):
    code = "company.table_too_large"


class BrokenTable(TableRefused):
    """`facts` may hold `line` of a text file."""

    code = "company.table_broken"
