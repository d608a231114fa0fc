"""The trial balance and the ledger of an account."""

from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.accounting import queries
from ronda.accounting.forms import PeriodForm
from ronda.accounting.models import Account
from ronda.workspace.declare import Page, register_page
from ronda.workspace.display import day
from ronda.workspace.export import XLSX, harmless
from ronda.workspace.pages import PageMixin

ROWS = 200


class PeriodPage(PageMixin, TemplateView):
    """A screen over a time chosen with `start` and `end`; the year so far at first."""

    permission_required = "accounting.view_journalentry"
    area = "books"

    def period(self) -> tuple[PeriodForm, date, date]:
        """The form and the days it means; an unreadable one means the year so far."""
        form = PeriodForm(self.request.GET, company=self.company)
        chosen = form
        if not form.is_valid():
            chosen = PeriodForm({}, company=self.company)
            chosen.is_valid()
        start, end = chosen.cleaned_data["start"], chosen.cleaned_data["end"]
        if form is chosen:
            # The days that were meant stand in the fields, also where they were left empty.
            form = PeriodForm({"start": day(start), "end": day(end)}, company=self.company)
        return form, start, end


class TrialBalancePage(PeriodPage):
    """Every account that moved with opening, debit, credit and closing; the totals are equal."""

    page_title = _("Trial balance")
    template_name = "accounting/trial_balance.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "xlsx":
            _form, start, end = self.period()
            return spreadsheet(queries.trial_balance(self.company, start, end), start, end)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, start, end = self.period()
        balance = queries.trial_balance(self.company, start, end)
        return super().get_context_data(form=form, start=start, end=end, balance=balance, **kwargs)


class LedgerPage(PeriodPage):
    """The movements of one account with the running balance."""

    template_name = "accounting/ledger.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = get_object_or_404(Account, company=self.company, pk=self.kwargs["pk"])
        form, start, end = self.period()
        pages = Paginator(queries.ledger_lines(account, start, end), ROWS)
        page = pages.get_page(self.request.GET.get("page"))
        ledger = queries.ledger(account, start, end, skip=(page.number - 1) * ROWS, limit=ROWS)
        known = {"account": account, "start": start, "end": end, "ledger": ledger, "page": page}
        return super().get_context_data(**{"title": str(account), "form": form, **known, **kwargs})


def spreadsheet(balance: queries.TrialBalance, start: date, end: date) -> HttpResponse:
    """The trial balance as an .xlsx file: numbers are numbers, texts are never formulas."""
    file = BytesIO()
    heads = (_("Code"), _("Account"), _("Opening"), _("Debit"), _("Credit"), _("Closing"))
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(gettext("Trial balance")[:31])
        money, bold = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bold": True})
        sheet.set_column(1, 1, 40)
        sheet.set_column(2, 5, 14)
        for at, head in enumerate(heads):
            sheet.write_string(0, at, str(head), bold)
        sheet.freeze_panes(1, 0)
        line = 0
        for line, row in enumerate(balance.rows, start=1):
            sheet.write_string(line, 0, harmless(row.code))
            sheet.write_string(line, 1, harmless(row.name))
            for at, amount in enumerate((row.opening, row.debit, row.credit, row.closing), start=2):
                sheet.write_number(line, at, amount, money)
        sheet.write_string(line + 1, 1, gettext("Total"), bold)
        for at, amount in enumerate(
            (balance.opening, balance.debit, balance.credit, balance.closing), start=2
        ):
            sheet.write_number(line + 1, at, amount, money)
    name = f"trial-balance-{start:%Y-%m-%d}-{end:%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


register_page(
    Page(
        "trial-balance",
        _("Trial balance"),
        "trial-balance",
        "books",
        icon="scale",
        permission="accounting.view_journalentry",
        keywords=(_("balance"), _("totals")),
        order=20,
    )
)
