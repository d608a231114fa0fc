"""The whole filtered list as a spreadsheet: typed dates and numbers, no formulas from data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views import View

from ronda.workspace.context import title_of
from ronda.workspace.display import heading, kind_of, plain, show_plain
from ronda.workspace.listing import Listing
from ronda.workspace.pages import Page
from ronda.workspace.tables import door

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 2000
LARGEST_CELL = 32_767
EARLIEST = date(1900, 3, 1)
CSV = "text/csv; charset=utf-8"
# What a spreadsheet program may take for a formula at the start of a text (OWASP: CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
FORMATS = {
    "money": "#,##0.00",
    "number": "#,##0.########",
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}


def harmless(text: str) -> str:
    """A text no spreadsheet takes for a formula: a leading = + - @ gets an apostrophe before it.

    So does one that begins with such apostrophes already: the import takes exactly one off.
    """
    text = text[: LARGEST_CELL - 1]
    return f"'{text}" if text.lstrip("'").startswith(DANGEROUS) else text


class ExportView(Page, View):
    """All rows of the filter, the columns chosen; holds one chunk of rows and the packed file at a time.

    `form=import` writes the columns of the form instead, as the import reads them; `format=csv` a text file.
    """

    def get(self, request: HttpRequest) -> HttpResponseBase:
        today = timezone.localdate()
        listing = Listing(self.workspace, request, request.GET, today=today)
        file = BytesIO()
        tables = door()
        as_csv = request.GET.get("format") == "csv" and tables is not None
        rows = self.rows(listing, as_csv=as_csv)
        if rows is None or tables is None:
            write(file, listing)
        elif as_csv:
            tables.write_csv(file, rows, request)
        else:
            tables.write_xlsx(file, rows, title_of(self.workspace))
        file.seek(0)
        ending, content_type = ("csv", CSV) if as_csv else ("xlsx", XLSX)
        name = f"{self.workspace.base()}-{today:%Y-%m-%d}.{ending}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)

    def rows(self, listing: Listing, *, as_csv: bool) -> Iterable[Sequence[Any]] | None:
        """The rows to write; None for the list as it is seen, as a spreadsheet."""
        if self.request.GET.get("form") == "import":
            tables = door()
            found = tables.rows(listing, self.request) if tables else None
            if found is None:
                raise Http404
            return found
        return seen_rows(listing) if as_csv else None


def seen_rows(listing: Listing) -> Iterator[Sequence[Any]]:
    """The list as it is seen, headers first."""
    yield [heading(column, listing.model) for column in listing.columns]
    for record in listing.stream(CHUNK):
        yield [shown_value(plain(column, record)) for column in listing.columns]


def shown_value(value: Any) -> Any:
    """Numbers and days by themselves, what else there is in words."""
    return value if isinstance(value, int | Decimal | date | str) or value is None else show_plain(value)


def write(file: IO[bytes], listing: Listing) -> int:
    """Write the listing's rows to an open file; returns how many."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(
            title_of(listing.workspace)[:31].translate(str.maketrans("", "", "[]:*?/\\'"))
        )
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        bold = book.add_format({"bold": True})
        columns = [(column, kind_of(column, listing.model)) for column in listing.columns]
        for at, (column, kind) in enumerate(columns):
            sheet.set_column(at, at, 30 if kind == "text" else 14)
            sheet.write_string(0, at, harmless(heading(column, listing.model)), bold)
        sheet.freeze_panes(1, 0)
        line = 0
        for line, record in enumerate(listing.stream(CHUNK), start=1):
            for at, (column, kind) in enumerate(columns):
                write_cell(sheet, line, at, plain(column, record), kind, formats)
        return line


def write_cell(sheet: Any, line: int, at: int, value: Any, kind: str, formats: dict[str, Any]) -> None:
    """One value with its own type: numbers stay numbers, dates stay dates, texts are never formulas."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, at, show_plain(value))
    elif isinstance(value, (int, Decimal)):
        sheet.write_number(line, at, value, formats.get(kind if kind == "money" else "number"))
    elif isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(line, at, local.replace(tzinfo=None), formats["datetime"])
    elif isinstance(value, date) and value >= EARLIEST:
        sheet.write_datetime(line, at, value, formats["date"])
    else:
        sheet.write_string(line, at, harmless(show_plain(value)))
