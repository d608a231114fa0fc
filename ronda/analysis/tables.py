"""Tables that are shown and exported alike: every value keeps its type until it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal, NamedTuple

import xlsxwriter
from django.http import HttpResponse

from ronda.workspace.display import money, number
from ronda.workspace.export import FORMATS, XLSX, harmless, write_cell

Kind = Literal["text", "code", "month", "money", "number", "percent"]
Value = Decimal | int | str | None
_WORDS: dict[str, str] = {"text": "", "code": "nowrap muted", "month": "nowrap"}
NOT_IN_SHEET_NAMES = str.maketrans("", "", "[]:*?/\\'")


class Head(NamedTuple):
    label: Any
    kind: Kind = "text"

    @property
    def numeric(self) -> bool:
        return self.kind not in _WORDS


class Cell(NamedTuple):
    """A value in words; `css` aligns figures and mutes what is nothing."""

    text: str
    css: str


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, rows and a line of totals; "" in a total is left empty."""

    title: Any
    heads: Sequence[Head]
    rows: Sequence[Sequence[Value]] = field(default=())
    total: Sequence[Value] = field(default=())

    def body(self) -> Iterator[list[Cell]]:
        return (self.cells(row) for row in self.rows)

    def foot(self) -> list[Cell]:
        return self.cells(self.total) if self.total else []

    def cells(self, row: Sequence[Value]) -> list[Cell]:
        return [
            Cell(shown(value, head.kind), _css(value, head.kind))
            for head, value in zip(self.heads, row, strict=True)
        ]


def _css(value: Value, kind: Kind) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    return "num muted" if value is None or value == 0 else "num"


def shown(value: Value, kind: Kind) -> str:
    """A value by the language in use."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if kind == "money":
        return money(value)
    return f"{number(value, 1)}\u00a0%" if kind == "percent" else number(value)


def spreadsheet(name: str, tables: Sequence[Table]) -> HttpResponse:
    """A sheet per table in an .xlsx file: numbers are numbers, texts are never formulas."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        bold = book.add_format({"bold": True})
        for at, table in enumerate(tables, start=1):
            title = str(table.title).translate(NOT_IN_SHEET_NAMES)[:27]
            sheet = book.add_worksheet(f"{at} {title}" if len(tables) > 1 else title)
            _write(sheet, table, formats, bold)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def _write(sheet: Any, table: Table, formats: dict[str, Any], bold: Any) -> None:
    for at, head in enumerate(table.heads):
        sheet.set_column(at, at, 14 if head.numeric else 30)
        text = f"{head.label} %" if head.kind == "percent" and "%" not in str(head.label) else str(head.label)
        sheet.write_string(0, at, harmless(text), bold)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate([*table.rows, *([table.total] if table.total else [])], start=1):
        for at, (head, value) in enumerate(zip(table.heads, row, strict=True)):
            write_cell(sheet, line, at, value, head.kind, formats)
