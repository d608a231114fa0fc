"""A closing as a spreadsheet: every line with its derivation, and the totals by account."""

from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ronda.accounting.domain.explaining import formula
from ronda.accounting.models import Closing, DeferralLine
from ronda.accounting.queries import closing_totals
from ronda.billing.domain.derivation import from_json
from ronda.workspace.export import CHUNK, FORMATS, write_cell

WIDTHS = {0: 12, 1: 30, 2: 16, 4: 40, 16: 44}


def closing_workbook(closing: Closing, lines: QuerySet[DeferralLine]) -> bytes:
    """The file; rows are read in chunks and written to disk as they come."""
    file = BytesIO()
    safe = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, safe) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        bold = book.add_format({"bold": True})
        sheet = _sheet(book, _("Lines"), _heads(), bold)
        for at, width in WIDTHS.items():
            sheet.set_column(at, at, width)
        kinds = dict(DeferralLine.Kind.choices)
        for number, line in enumerate(lines.iterator(chunk_size=CHUNK), start=1):
            _write(sheet, number, _cells(line, kinds), formats)
        sheet = _sheet(book, _("By account"), _account_heads(), bold)
        sheet.set_column(1, 1, 40)
        for number, total in enumerate(closing_totals(closing), start=1):
            code, name = (total.account.code, total.account.name) if total.account else (total.key, "")
            _write(sheet, number, [code, name, total.lines, total.deferred, total.accrued], formats)
    return file.getvalue()


def _sheet(book: Any, name: str, heads: list[str], bold: Any) -> Any:
    sheet = book.add_worksheet(name[:31])
    sheet.set_column(0, len(heads) - 1, 13)
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _heads() -> list[str]:
    return [
        _("Kind"),
        _("Customer"),
        _("Document"),
        _("Date"),
        _("Description"),
        _("From"),
        _("To"),
        _("Days"),
        _("Days passed"),
        _("Net"),
        _("Credited"),
        _("Earned"),
        _("Deferred"),
        _("Balance"),
        _("Previous balance"),
        _("Account"),
        _("Derivation"),
    ]


def _account_heads() -> list[str]:
    return [_("Code"), _("Account"), _("Lines"), _("Deferred"), _("Accrued")]


def _cells(line: DeferralLine, kinds: dict[str, Any]) -> list[Any]:
    document = line.document
    return [
        str(kinds[line.kind]),
        line.party.name,
        document.label if document else "",
        document.date if document else None,
        line.label,
        line.starts_on,
        line.ends_on,
        line.days,
        line.elapsed,
        line.net,
        line.credited,
        line.earned,
        line.deferred,
        line.balance,
        line.previous_balance,
        line.account,
        formula(from_json(line.derivation)),
    ]


def _write(sheet: Any, number: int, cells: list[Any], formats: dict[str, Any]) -> None:
    for at, value in enumerate(cells):
        kind = "date" if isinstance(value, date) else "number" if isinstance(value, int) else "money"
        write_cell(sheet, number, at, value, kind, formats)
