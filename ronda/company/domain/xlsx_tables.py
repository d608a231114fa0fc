"""Spreadsheets: the sheets are looked through as hostile XML first, then read by calamine.

The first pass costs little and answers what calamine does not: how much the file unpacks to,
how wide it would be in memory (one cell in the last corner makes billions of empty ones),
which cells hold errors and which formulas were never calculated.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from ronda.company.domain import safe_xml, safe_zip
from ronda.company.domain.cells import Cell
from ronda.company.domain.table_rows import BrokenTable, RawRow, TableLimits, TableRefused, TableTooLarge
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

_OLE = b"\xd0\xcf\x11\xe0"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OVERLAP = 1024
_MOST_ERRORS = 1000
_MERGED_SHOWN = 10

_PREFIX = re.compile(rb"(</?)\w+:")
# Seen at a glance: how many letters and digits the places of cells have; what each more allows.
_WIDTHS = tuple(
    (re.compile(rb'r="[$A-Za-z]{%d}' % letters), most)
    for letters, most in ((1, 26), (2, 26 + 26**2), (3, 26 + 26**2 + 26**3), (4, 2**31))
)
_HEIGHTS = tuple(
    (re.compile(rb'r="[$A-Za-z]{0,9}\d{%d}' % digits), most)
    for digits, most in ((1, 10**3), (4, 10**4), (5, 10**5), (6, 10**6), (7, 2**31))
)
_ODD_PLACE = re.compile(rb"r(?:\s+=|=\s|=')")
# Seen with care: every place.
_PLACE = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{0,7})\$?(\d{1,10})["']""")
_ERROR = re.compile(
    rb"""<c\b(?=[^<>]*\bt=["']e["'])[^<>]*?\br=["']([A-Z]+)(\d+)["'][^<>]*>"""
    rb"""(?:<f\b[^<>]*(?:/>|>[^<]*</f>))?<v>([^<]*)<"""
)
_MERGED = re.compile(rb"""<mergeCell\b[^<>]*\bref=["']([A-Z]{1,7}\d{1,10}:[A-Z]{1,7}\d{1,10})["']""")
_UNCALCULATED = re.compile(
    rb"""(?:</f>|<f\b[^<>]*/>)"""
    rb"""(?:<v>\s*</v>|<v\s*/>)?</c>"""
)


class ProtectedTable(TableRefused):
    code = "company.table_protected"


class UnknownSheet(TableRefused):
    code = "company.table_sheet_unknown"


class ErrorCell(TableRefused):
    """`facts`: `row`, `column` (letters) and `read`, the error the spreadsheet shows."""

    code = "company.table_error_cell"


@dataclass(frozen=True, slots=True)
class Workbook:
    rows: Iterator[RawRow]
    sheet_names: tuple[str, ...]
    sheet: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Survey:
    """What the first pass over one sheet found; the last row and column are at least the true ones."""

    filled: bool = False
    last_row: int = 0
    last_column: int = 0
    rows: int = 0
    cells_of_row: int = 0
    uncalculated: int = 0
    merged: set[str] = field(default_factory=set)
    errors: dict[int, list[tuple[str, str]]] = field(default_factory=dict)


def open_workbook(stream: BinaryIO, limits: TableLimits, *, sheet: str | None) -> Workbook:
    """The rows of one sheet: the one asked for, else the first that holds anything.

    Refused: a file with a password, an old .xls, one that is broken, too large once unpacked
    or too wide (`TableTooLarge`), and a sheet that is not there.
    """
    _check_start(stream)
    try:
        surveys = _surveys(stream, limits)
    except (safe_zip.ArchiveTooLarge, safe_zip.ArchiveTooManyFiles, safe_xml.XmlTooLarge) as refusal:
        raise TableTooLarge(refusal.message) from None
    except (safe_xml.NotXml, safe_xml.UnsafeXml, safe_zip.BadArchive, safe_zip.UnsafeArchiveName) as refusal:
        raise _broken(str(refusal.message)) from None
    chosen = _chosen(list(surveys), sheet, surveys)
    survey = surveys[chosen]
    _check_size(survey, limits)
    rows = _rows(_values(stream, chosen), survey)
    return Workbook(rows, tuple(surveys), chosen, tuple(_notes(survey)))


def _check_start(stream: BinaryIO) -> None:
    stream.seek(0)
    if stream.read(4) == _OLE:
        message = _("The spreadsheet has a password or is an old .xls. Save it as .xlsx without a password.")
        raise ProtectedTable(message)
    stream.seek(0)


def _broken(reason: str) -> BrokenTable:
    message = _("The spreadsheet cannot be read (%(reason)s). Open it, save it again as .xlsx, then send it.")
    return BrokenTable(message % {"reason": reason[:120]})


# --- first pass ---


def _surveys(stream: BinaryIO, limits: TableLimits) -> dict[str, _Survey]:
    """By the name of the sheet, in the order of the workbook."""
    most = safe_zip.Limits(
        files=5_000, file_bytes=limits.unpacked_bytes, total_bytes=limits.unpacked_bytes, ratio=1_000
    )
    with safe_zip.open_archive(stream, most) as archive:
        names = set(archive.names)
        paths = _sheet_paths(archive) if "xl/workbook.xml" in names else {}
        if not paths:
            raise _broken("xl/workbook.xml")
        parts = {name.lower(): name for name in names}  # calamine finds parts whatever their case
        if not set(paths.values()) <= set(parts):
            raise _broken("xl/worksheets")
        by_path = {path: _survey_of(archive, parts[path], limits) for path in sorted(set(paths.values()))}
        for part in sorted(set(parts) - set(by_path)):
            if part.endswith((".xml", ".rels")):
                _measure(archive, parts[part])
    return {name: by_path[path] for name, path in paths.items()}


def _measure(archive: safe_zip.Archive, part: str) -> None:
    """Unpack only to count: the archive refuses what is beyond the limits."""
    for _chunk in archive.chunks(part):
        pass


def _sheet_paths(archive: safe_zip.Archive) -> dict[str, str]:
    """Name of the sheet → its part of the archive, in lower case."""
    links = "xl/_rels/workbook.xml.rels"
    relations = safe_xml.parse(archive.read(links)) if links in archive.names else ()
    targets = {item.get("Id", ""): item.get("Target", "") for item in relations}
    paths = {}
    for item in safe_xml.parse(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        target = targets.get(item.get(_RELATION, ""), "").removeprefix("/").lower()
        paths[item.get("name", "")] = target if target.startswith("xl/") else f"xl/{target}"
    return paths


def _survey_of(archive: safe_zip.Archive, part: str, limits: TableLimits) -> _Survey:
    """At a glance; with care only where the glance finds the sheet too large."""
    survey = _survey(archive.chunks(part), _extent_at_a_glance)
    if _size(survey) > limits.cells:
        survey = _survey(archive.chunks(part), _exact_extent)
    return survey


def _size(survey: _Survey) -> int:
    return survey.last_row * max(survey.last_column, 1)


def _survey(chunks: Iterator[bytes], extent: Callable[[bytes], tuple[int, int]]) -> _Survey:
    """Look through the sheet in pieces, each with the end of the one before."""
    survey, tail = _Survey(), b""
    for chunk in chunks:
        piece = tail + chunk
        bare = _PREFIX.sub(rb"\1", piece) if b":row" in piece or b":c" in piece else piece
        row, column = extent(bare)
        _count_implied(_PREFIX.sub(rb"\1", chunk) if bare is not piece else chunk, survey)
        survey.last_row = max(survey.last_row, row, survey.rows)
        survey.last_column = max(survey.last_column, column)
        survey.filled = survey.filled or b"<v" in bare or b"<is" in bare
        if b"<f" in bare or b"/f>" in bare:
            survey.uncalculated += sum(1 for found in _UNCALCULATED.finditer(bare) if found.end() > len(tail))
        if b"<mergeCell " in bare:
            survey.merged |= {found.decode("ascii") for found in _MERGED.findall(bare)}
        if b't="e"' in bare or b"t='e'" in bare:
            _note_errors(bare, survey)
        tail = piece[-_OVERLAP:]
    return survey


def _count_implied(chunk: bytes, survey: _Survey) -> None:
    """Rows and cells may leave out their place: then it is their count that makes the size."""
    segments = chunk.split(b"<row")
    survey.rows += len(segments) - 1
    for at, segment in enumerate(segments):
        cells = segment.count(b"<c")
        survey.cells_of_row = survey.cells_of_row + cells if at == 0 else cells
        survey.last_column = max(survey.last_column, survey.cells_of_row)


def _extent_at_a_glance(piece: bytes) -> tuple[int, int]:
    """A row and a column beyond which no place of the piece lies, up to ten times too far."""
    if _ODD_PLACE.search(piece):
        return _exact_extent(piece)
    piece = piece.replace(b':r="', b"")  # xmlns:r, on every sheet, is no place
    return _most(_HEIGHTS, piece), _most(_WIDTHS, piece)


def _most(steps: tuple[tuple[re.Pattern[bytes], int], ...], piece: bytes) -> int:
    """What the longest place found allows: each step contains the next."""
    found = 0
    for pattern, most in steps:
        if not pattern.search(piece):
            break
        found = most
    return found


def _exact_extent(piece: bytes) -> tuple[int, int]:
    places = set(_PLACE.findall(piece))
    row = max((int(digits) for _letters, digits in places), default=0)
    return row, max((_column(letters) for letters, _digits in places), default=0)


def _note_errors(piece: bytes, survey: _Survey) -> None:
    for letters, row, text in _ERROR.findall(piece):
        found = survey.errors.setdefault(int(row), [])
        error = (letters.decode("ascii"), text.decode("utf-8", "replace")[:20])
        if error not in found and len(survey.errors) <= _MOST_ERRORS:
            found.append(error)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_size(survey: _Survey, limits: TableLimits) -> None:
    if _size(survey) > limits.cells:
        message = _(
            "The sheet reaches to row %(row)s and column %(column)s. Delete the empty rows and columns."
        )
        facts: dict[str, Any] = {"row": survey.last_row, "column": survey.last_column}
        raise TableTooLarge(message % facts, **facts)


def _notes(survey: _Survey) -> Iterator[str]:
    if survey.uncalculated:
        message = _(
            "%(count)s formulas were never calculated and read as empty: open and save the spreadsheet."
        )
        yield str(message % {"count": survey.uncalculated})
    if survey.merged:
        message = _(
            "The merged cells %(ranges)s hold one value each: it stands in their first cell, the others are "
            "blank."
        )
        yield str(message % {"ranges": ", ".join(sorted(survey.merged)[:_MERGED_SHOWN])})
    if survey.errors:
        message = _("%(count)s rows hold an error such as #N/A: correct them or leave them out.")
        yield str(message % {"count": len(survey.errors)})


# --- second pass ---


def _chosen(names: list[str], sheet: str | None, surveys: dict[str, _Survey]) -> str:
    if sheet is None:
        return next((name for name in names if surveys[name].filled), names[0])
    if sheet not in surveys:
        message = _("There is no sheet “%(sheet)s”. Choose one of: %(names)s.")
        raise UnknownSheet(message % {"sheet": sheet[:60], "names": ", ".join(names)[:200]}, sheet=sheet)
    return sheet


def _values(stream: BinaryIO, sheet: str) -> list[list[Any]]:
    stream.seek(0)
    try:
        return (
            CalamineWorkbook.from_filelike(stream).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        )
    except PasswordError as error:
        raise ProtectedTable(
            _("The spreadsheet has a password. Save it without, then send it again.")
        ) from error
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        raise _broken(str(error)) from error


def _rows(values: list[list[Any]], survey: _Survey) -> Iterator[RawRow]:
    for number, cells in enumerate(values, 1):
        problems = tuple(_error_cell(number, *found) for found in survey.errors.get(number, ()))
        yield RawRow(
            number,
            tuple([cell.strip() if cell.__class__ is str else _cell(cell) for cell in cells]),
            problems,
        )


def _error_cell(row: int, column: str, read: str) -> Refusal:
    message = _("Cell %(column)s%(row)s holds the error %(read)s. Correct it in the spreadsheet.")
    facts: dict[str, Any] = {"row": row, "column": column, "read": read}
    return ErrorCell(message % facts, **facts)


def _cell(value: Any) -> Cell:
    if isinstance(value, float):
        return (
            Decimal(int(value))
            if value.is_integer() and abs(value) < 10**15
            else Decimal(format(value, ".15g"))
        )
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, date | time):
        return value
    return Decimal(value) if isinstance(value, int) else str(value)
