"""Tables from strangers: .xlsx and .csv files as headers and numbered rows of plain values.

Cells are text, Decimal, date, datetime, time or bool; "" is an empty cell. A number of a
spreadsheet is taken with the 15 digits the spreadsheet shows, never as binary float.
Read the values with `ronda.company.domain.cells`, match the columns with `header_matching`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from ronda.company.domain.cells import Cell
from ronda.company.domain.csv_tables import csv_rows
from ronda.company.domain.table_rows import RawRow, TableLimits, TableRefused, TableTooLarge
from ronda.company.domain.xlsx_tables import open_workbook
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

SPREADSHEETS = frozenset({".xlsx", ".xlsm"})
TEXTS = frozenset({".csv", ".txt", ".tsv"})
HEADER_SEARCH = 20  # rows looked at to find the headers under a title


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is that of the file, from 1; `cells` are as many as the headers."""

    number: int
    cells: tuple[Cell, ...]
    problems: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`headers` are all different and none is blank; `rows` can be gone through once.

    `notes` says what was done to the headers and what the spreadsheet does not hold (formulas
    never calculated); `encoding` and `delimiter` are those of a text file, else "".
    """

    headers: tuple[str, ...]
    rows: Iterator[Row]
    sheet_names: tuple[str, ...] = ()
    sheet: str = ""
    header_row: int = 1
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = ()


class UnknownTableKind(TableRefused):
    code = "company.table_kind_unknown"


class EmptyTable(TableRefused):
    code = "company.table_empty"


def read_table(
    stream: BinaryIO,
    name: str,
    limits: TableLimits | None = None,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Table:
    """The table in `stream`, a seekable file called `name`.

    `sheet` picks one of a workbook, the first that holds something by default; `header_row`
    (from 1) says where the headers are when the guess is wrong: by default the first row
    that fills most columns. Blank rows are passed over, their numbers are kept.
    Raises a `TableRefused`; going through `rows` may raise `TableTooLarge`.
    """
    chosen = limits or TableLimits()
    suffix = PurePath(name.lower()).suffix
    if suffix in SPREADSHEETS:
        book = open_workbook(stream, chosen, sheet=sheet)
        return _table(
            book.rows, chosen, header_row, list(book.notes), sheet_names=book.sheet_names, sheet=book.sheet
        )
    if suffix in TEXTS:
        text = csv_rows(stream, chosen)
        return _table(text.rows, chosen, header_row, [], encoding=text.encoding, delimiter=text.delimiter)
    message = _("“%(name)s” is not a table this program reads. Save it as .xlsx or .csv, then send it again.")
    raise UnknownTableKind(message % {"name": name[-80:]}, name=name)


def _table(
    raw: Iterable[RawRow], limits: TableLimits, header_row: int | None, notes: list[str], **facts: object
) -> Table:
    filled = (row for row in raw if row.cells.count("") < len(row.cells) or row.problems)
    first: list[RawRow] = []
    for row in filled:
        first.append(row)
        if len(first) == HEADER_SEARCH and header_row is None or row.number == header_row:
            break
    at = _header_at(first, header_row)
    used = max(_last_filled(row.cells) for row in first[at:])
    headers = _named(first[at].cells[:used], limits, notes)
    rest = _rows(first[at + 1 :], filled, len(headers), limits)
    return Table(headers, rest, header_row=first[at].number, notes=tuple(notes), **facts)  # type: ignore[arg-type]


def _header_at(first: list[RawRow], header_row: int | None) -> int:
    """The row asked for, else the first with text in most of the columns that the rows use."""
    for at, row in enumerate(first):
        if row.number == header_row:
            return at
    if not first or header_row is not None:
        raise EmptyTable(_("The table has no headers. Put the names of the columns in its first row."))
    widths = [sum(1 for cell in row.cells if isinstance(cell, str) and cell) for row in first]
    wide = max(_width(row) for row in first)
    return next((at for at, width in enumerate(widths) if width * 2 > wide), 0)


def _width(row: RawRow) -> int:
    return sum(1 for cell in row.cells if cell != "")


def _last_filled(cells: tuple[Cell, ...]) -> int:
    return max((position for position, cell in enumerate(cells, 1) if cell != ""), default=0)


def _named(cells: tuple[Cell, ...], limits: TableLimits, notes: list[str]) -> tuple[str, ...]:
    texts = [" ".join(str(cell).split()) for cell in cells]
    if len(texts) > limits.columns:
        message = _("The table has more than %(limit)s columns. Leave out those that are not needed.")
        raise TableTooLarge(message % {"limit": limits.columns}, limit=limits.columns)
    names: list[str] = []
    taken = {text.casefold() for text in texts}
    seen: set[str] = set()
    for position, text in enumerate(texts, 1):
        name = text or str(_("Column %(letters)s") % {"letters": column_letters(position)})
        if text and text.casefold() not in seen:
            seen.add(text.casefold())
        else:
            name = _free(name, taken, repeated=bool(text))
            taken.add(name.casefold())
            notes.append(_note_of(position, text, name))
        names.append(name)
    return tuple(names)


def _free(name: str, taken: set[str], *, repeated: bool) -> str:
    copy, free = 2, f"{name} (2)" if repeated else name
    while free.casefold() in taken:
        copy += 1
        free = f"{name} ({copy})"
    return free


def _note_of(position: int, text: str, name: str) -> str:
    letters = column_letters(position)
    if text:
        message = _("Column %(letters)s has the same header as another, “%(text)s”: it is called “%(name)s”.")
        return str(message % {"letters": letters, "text": text[:60], "name": name[:60]})
    return str(
        _("Column %(letters)s has no header: it is called “%(name)s”.") % {"letters": letters, "name": name}
    )


def column_letters(position: int) -> str:
    """The letters of a column as a spreadsheet shows them: 1 is A, 27 is AA."""
    letters = ""
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _rows(first: list[RawRow], rest: Iterator[RawRow], width: int, limits: TableLimits) -> Iterator[Row]:
    count = 0
    for part in (first, rest):
        for raw in part:
            count += 1
            if count > limits.rows:
                message = _("The table has more than %(limit)s rows. Split it into several files.")
                raise TableTooLarge(message % {"limit": limits.rows}, limit=limits.rows)
            yield _fitted(raw, width)


class CellBeyondHeaders(TableRefused):
    code = "company.table_cell_beyond_headers"


def _fitted(raw: RawRow, width: int) -> Row:
    cells, problems = raw.cells, raw.problems
    if len(cells) < width:
        cells += ("",) * (width - len(cells))
    elif len(cells) > width:
        beyond = next((cell for cell in cells[width:] if cell != ""), None)
        cells = cells[:width]
        if beyond is not None:
            message = _("Row %(row)s: “%(read)s” stands beyond the last header. Add a header or remove it.")
            read = str(beyond)[:40]
            text = message % {"row": raw.number, "read": read}
            problems += (CellBeyondHeaders(text, row=raw.number, read=read),)
    return Row(raw.number, cells, problems)
