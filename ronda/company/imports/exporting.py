"""A list written out as the import of its workspace reads it, and the example file of a kind of table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ronda.company.domain.cells import clearing_word, guarded
from ronda.company.imports.declare import Importer, ImportField
from ronda.company.imports.own_fields import cell_of, shown
from ronda.company.models import Company
from ronda.workspace.export import EARLIEST, LARGEST_CELL

AT_ONCE = 500
CHOICES_SHOWN = 200
CSV_MARK = "\ufeff"  # spreadsheet programs take a text file that begins with it for UTF-8
DELIMITER = ";"


def table_rows(importer: Importer, company: Company, records: QuerySet[Any]) -> Iterator[list[Any]]:
    """The headers, then each record as one row or several, some hundred records at a time."""
    yield headers_of(importer)
    names = [field.name for field in importer.fields]
    if importer.rows is None:
        return
    for chunk in chunks_of(records):
        own = shown(importer, company, chunk)
        for pk, row in importer.rows(company, chunk):
            beside = own.get(pk, {})
            yield [row[name] if name in row else cell_of(beside.get(name, "")) for name in names]


def headers_of(importer: Importer) -> list[str]:
    return [str(field.label) for field in importer.fields]


def chunks_of(records: QuerySet[Any]) -> Iterator[list[Any]]:
    """The records in their order, some hundred at a time, none twice."""
    pks = list(dict.fromkeys(records.values_list("pk", flat=True)))
    model = records.model
    for start in range(0, len(pks), AT_ONCE):
        some = pks[start : start + AT_ONCE]
        found = model._base_manager.in_bulk(some)
        yield [found[pk] for pk in some if pk in found]


def write_csv(file: IO[bytes], rows: Iterable[Sequence[Any]], *, language: str) -> int:
    """Rows as text: semicolons, days by the year first, numbers by the language without thousands."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    text.write(CSV_MARK)
    writer = csv.writer(text, delimiter=DELIMITER)
    count = -1
    for row in rows:
        writer.writerow([csv_cell(value, language) for value in row])
        count += 1
    text.detach()
    return count


def csv_cell(value: Any, language: str) -> str:
    """A value as text that the import reads back; no spreadsheet takes it for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, int | Decimal):
        plain = number(value)
        return plain if language == "en" else plain.replace(".", ",")
    if isinstance(value, date | time):
        return written_day(value)
    return guarded(str(value))


def number(value: int | Decimal) -> str:
    """Digits without thousands and without idle zeros."""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def written_day(value: date | time) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


def write_xlsx(
    file: IO[bytes], rows: Iterable[Sequence[Any]], *, name: str, importer: Importer | None = None
) -> int:
    """Rows with their types: numbers stay numbers, days stay days, texts are never formulas."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(sheet_name(name))
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows):
            if not count:
                sheet.set_column(0, max(0, len(row) - 1), 22)
            for at, value in enumerate(row):
                _write(sheet, count, at, value, bold if not count else None, day)
        if importer is not None:
            _explain(book, importer)
    return count


def sheet_name(name: str) -> str:
    return name[:31].translate(str.maketrans("", "", "[]:*?/\\'")) or "1"


def _write(sheet: Any, line: int, at: int, value: Any, bold: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, at, str(_("Yes") if value else _("No")))
    elif isinstance(value, int | Decimal) and len(str(value).lstrip("-").replace(".", "")) <= 15:
        sheet.write_number(line, at, value)
    elif isinstance(value, date) and not isinstance(value, datetime) and value >= EARLIEST:
        sheet.write_datetime(line, at, value, day)
    elif isinstance(value, int | Decimal | date | time):
        sheet.write_string(
            line, at, number(value) if isinstance(value, int | Decimal) else written_day(value)
        )
    elif len(text := guarded(str(value))) <= LARGEST_CELL:
        # A longer text fits no cell: blank, it stays as it is when the table comes back.
        sheet.write_string(line, at, text, bold)


def example_rows(importer: Importer) -> list[list[str]]:
    """The headers and one line to be replaced."""
    return [headers_of(importer), [_example(field) for field in importer.fields]]


def _example(field: ImportField) -> str:
    if field.example:
        return field.example
    choices = list(field.choices() if field.choices is not None else ())
    return choices[0] if choices else ""


def explanations(importer: Importer) -> Iterator[Sequence[str]]:
    """A line for each column: what it holds, whether it is needed, what may be written."""
    yield (_("Column"), _("Needed"), _("Kind"), _("What may be written"), _("Note"))
    for field in importer.fields:
        choices = list(field.choices() if field.choices is not None else ())
        shown = "; ".join(choices[:CHOICES_SHOWN])
        needed = _("for new records") if field.required else ""
        yield (str(field.label), needed, str(field.kind), shown, str(field.help or ""))


def _explain(book: Any, importer: Importer) -> None:
    sheet, bold = book.add_worksheet(sheet_name(_("Columns"))), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 2, 24)
    sheet.set_column(3, 4, 60)
    line = 0
    for line, row in enumerate(explanations(importer)):
        for at, text in enumerate(row):
            sheet.write_string(line, at, guarded(text)[:LARGEST_CELL], None if line else bold)
    for text in (str(importer.help), *rules()):
        line += 1
        sheet.write_string(line + 1, 0, guarded(text))


def rules() -> list[str]:
    """What holds for every table."""
    words = ", ".join(dict.fromkeys(clearing_word(language) for language in ("it", "fr", "en")))
    return [
        _("A blank cell leaves a known record as it is. To empty a field, write one of: %(words)s.")
        % {"words": words},
        _(
            "Records are named by code, number or name; keys of several parts are written with “ / ” between "
            "them."
        ),
        _(
            "A text that begins with = + - or @ has an apostrophe before it, which is taken off when the "
            "table is read."
        ),
    ]
