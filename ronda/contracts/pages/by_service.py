"""The contracts in force on a day, by service, on screen and as a spreadsheet (E32)."""

from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.contracts.queries import ByService, by_service
from ronda.workspace.declare import Page, register_page
from ronda.workspace.display import day
from ronda.workspace.export import XLSX, harmless
from ronda.workspace.forms import CompanyForm
from ronda.workspace.pages import PageMixin


class DayForm(CompanyForm):
    """The day a report looks at."""

    on = forms.DateField(label=_("In force on"), required=False)


class ByServicePage(PageMixin, TemplateView):
    """Totals and counts per service of the contracts in force on a day (E32)."""

    permission_required = "contracts.view_contract"
    area = "contracts"
    page_title = _("By service")
    template_name = "contracts/by_service.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "xlsx":
            _form, on = self.chosen()
            return spreadsheet(by_service(self.company.pk, on), on)
        return super().get(request, *args, **kwargs)

    def chosen(self) -> tuple[DayForm, date]:
        """The form and the day it means; an unreadable one is marked and means today."""
        form = DayForm(self.request.GET, company=self.company)
        today = timezone.localdate()
        if not form.is_valid():
            return form, today
        on = form.cleaned_data["on"] or today
        return DayForm({"on": day(on)}, company=self.company), on

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, on = self.chosen()
        found = by_service(self.company.pk, on)
        return super().get_context_data(form=form, on=on, found=found, **kwargs)


def spreadsheet(found: ByService, on: date) -> HttpResponse:
    """The table as an .xlsx file: numbers are numbers, texts are never formulas."""
    file = BytesIO()
    heads = (_("Code"), _("Service"), _("Contracts"), _("Lines"), _("Per year"), f"{_('Share')} %")
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(gettext("By service")[:31])
        money, bold = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bold": True})
        sheet.set_column(1, 1, 40)
        sheet.set_column(4, 4, 14)
        for at, head in enumerate(heads):
            sheet.write_string(0, at, str(head), bold)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(found.rows, start=1):
            sheet.write_string(line, 0, harmless(row.code))
            sheet.write_string(line, 1, harmless(row.name))
            sheet.write_number(line, 2, row.contracts)
            sheet.write_number(line, 3, row.lines)
            sheet.write_number(line, 4, row.yearly, money)
            sheet.write_number(line, 5, row.share)
        last = len(found.rows) + 1
        sheet.write_string(last, 1, gettext("Total"), bold)
        sheet.write_number(last, 2, found.contracts)
        sheet.write_number(last, 3, found.lines)
        sheet.write_number(last, 4, found.yearly, money)
    headers = {"Content-Disposition": f'attachment; filename="contracts-by-service-{on:%Y-%m-%d}.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


register_page(
    Page(
        "contracts-by-service",
        _("By service"),
        "contracts-by-service",
        "contracts",
        icon="chart-column",
        permission="contracts.view_contract",
        keywords=(_("services"), _("totals"), _("analysis")),
        order=50,
    )
)
