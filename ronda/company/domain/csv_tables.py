"""Text tables: encoding and delimiter found by looking, then read strictly."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ronda.company.domain import safe_xml
from ronda.company.domain.table_rows import BrokenTable, RawRow, TableLimits, TableTooLarge
from ronda.kernel.i18n import _

DELIMITERS = ";,\t|"

_SAMPLE_LINES = 50
_SAMPLE_CHARACTERS = 64 * 1024


@dataclass(frozen=True, slots=True)
class CsvTable:
    rows: Iterator[RawRow]
    encoding: str
    delimiter: str


def csv_rows(stream: BinaryIO, limits: TableLimits) -> CsvTable:
    """The rows of a text file, with the encoding and the delimiter found.

    Refused: too many bytes (`TableTooLarge`), binary content or a quotation mark left open
    (`BrokenTable` with the line).
    """
    try:
        data = safe_xml.read_limited(stream, max_bytes=limits.file_bytes)
    except safe_xml.XmlTooLarge as refusal:
        raise TableTooLarge(refusal.message, limit=limits.file_bytes) from None
    text, encoding = decode(data)
    if "\0" in text:
        raise BrokenTable(_("The file is not a text table. Save it as .csv or .xlsx, then send it again."))
    stated, text, skipped = _stated_delimiter(text)
    delimiter = stated or find_delimiter(text)
    return CsvTable(_rows(text, delimiter, skipped), encoding, delimiter)


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding: by the mark at the start, else UTF-8, Windows-1252, Latin-1.

    Strict UTF-8 hardly ever accepts another encoding by accident; Latin-1 accepts anything.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), "utf-16"
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", "replace"), "utf-8-sig"
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _stated_delimiter(text: str) -> tuple[str, str, int]:
    """Excel's own first line "sep=;" with the text after it and the lines skipped."""
    line, _end, rest = text.partition("\n")
    line = line.strip().strip('"')
    if line.lower().startswith("sep=") and line[4:] in (*DELIMITERS,):
        return line[4:], rest, 1
    return "", text, 0


def find_delimiter(text: str) -> str:
    """The one of ; , tab | that gives most lines the same number of cells, more than one."""
    lines = text[:_SAMPLE_CHARACTERS].splitlines()[:_SAMPLE_LINES]
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    usual = max(set(widths), key=widths.count)
    return (widths.count(usual), usual) if usual > 1 else (0, 0)


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = skipped + 1
    try:
        for cells in reader:
            yield RawRow(start, tuple(map(str.strip, cells)))
            start = reader.line_num + skipped + 1
    except csv.Error as error:
        message = _(
            "The row that begins on line %(line)s is broken (%(reason)s): look for a quotation mark alone."
        )
        raise BrokenTable(message % {"line": start, "reason": str(error)}, line=start) from None
