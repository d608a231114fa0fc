"""The page of an agent, that of a statement made to be printed, and the statement as a spreadsheet."""

from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from ronda.agents.models import Statement
from ronda.agents.queries import StatementRows, situation, statement_rows
from ronda.agents.services.statements import heading_of
from ronda.workspace.export import XLSX, harmless
from ronda.workspace.pages import DetailPage, PageMixin


class AgentPage(DetailPage):
    """How an agent stands: what waits, what is to be stated and to be paid."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["agents/agent.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(situation=situation(self.object), **kwargs)


class StatementPage(DetailPage):
    """A statement by customer and document, with the firm's heading."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["agents/statement.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        statement: Statement = self.object
        return super().get_context_data(
            heading=statement.heading or heading_of(statement),
            found=statement_rows(statement),
            xlsx_url=reverse("commission-statement-xlsx", args=[statement.pk]),
            **kwargs,
        )


class StatementSheet(PageMixin, View):
    """The statement as an .xlsx file."""

    permission_required = "agents.view_statement"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Statement.objects.select_related("agent").filter(company=self.company)
        statement = get_object_or_404(rows, pk=pk)
        return spreadsheet(statement, statement_rows(statement))


def spreadsheet(statement: Statement, found: StatementRows) -> HttpResponse:
    """One row per entry and the total: numbers are numbers, texts are never formulas."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _fill(book, statement, found)
    name = f"commissions-{statement.pk}-{statement.ends_on:%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


HEADS = (
    _("Customer"),
    _("Document"),
    _("Document date"),
    _("Contract"),
    _("Description"),
    _("Earned on"),
    _("Net"),
    "%",
    _("Commission"),
)


def _fill(book: Any, statement: Statement, found: StatementRows) -> None:
    sheet = book.add_worksheet(gettext("Commissions")[:31])
    money, bold = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for at, width in enumerate((30, 16, 12, 24, 44, 12, 14, 8, 14)):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, harmless(str(statement)), bold)
    for at, head in enumerate(HEADS):
        sheet.write_string(2, at, str(head), bold)
    sheet.freeze_panes(3, 0)
    at = 3
    for part in found.parts:
        for entry in part.rows:
            one = entry.commission
            sheet.write_string(at, 0, harmless(part.name))
            if one is not None:
                sheet.write_string(at, 1, harmless(str(one.document)))
                sheet.write_datetime(at, 2, one.document.date, day)
                sheet.write_string(at, 3, harmless(str(one.contract or "")))
            sheet.write_string(at, 4, harmless(entry.text if one is None else one.line.text))
            sheet.write_datetime(at, 5, entry.matured_on, day)
            sheet.write_number(at, 6, entry.base, money)
            if one is not None and one.percent is not None:
                sheet.write_number(at, 7, one.percent)
            sheet.write_number(at, 8, entry.amount, money)
            at += 1
    sheet.write_string(at, 0, gettext("Total"), bold)
    sheet.write_number(at, 6, found.base, money)
    sheet.write_number(at, 8, found.amount, money)


urlpatterns = [
    path("commission-statements/<int:pk>/xlsx/", StatementSheet.as_view(), name="commission-statement-xlsx")
]
