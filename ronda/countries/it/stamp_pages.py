"""The stamp report of a quarter, on screen and as a spreadsheet."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView

from ronda.company.country import country_pack
from ronda.countries.it.domain.stamp_report import FIRST_YEAR, Payment, Place, Quarter, working_day
from ronda.countries.it.models import StampPayment
from ronda.countries.it.queries import StampYear, stamp_year, stated
from ronda.kernel.money import ZERO
from ronda.workspace.export import CHUNK, FORMATS, XLSX, harmless
from ronda.workspace.pages import PageMixin

PERMISSION = "country_it.view_stamppayment"
#: Rows of a list that a page shows; the spreadsheet has all of them.
SHOWN = 100


class _OfAQuarter(PageMixin):
    """Of firms in Italy; the quarter is in the address, else it is the last one that is over."""

    permission_required = PERMISSION
    area = "einvoices"

    @property
    def company(self) -> Any:
        company = super().company
        if company.country != "IT":
            raise Http404
        return company

    def quarter(self) -> Quarter:
        year, number = (self.request.GET.get(name, "") for name in ("year", "quarter"))
        if year.isdecimal() and number in {"1", "2", "3", "4"} and FIRST_YEAR <= int(year) <= 2199:
            return Quarter(int(year), int(number))
        return Quarter.of(timezone.localdate()).previous


class StampReport(_OfAQuarter, TemplateView):
    """Lists A and B of a quarter, what to pay, by when, and what was paid."""

    page_title = _("Stamp duty on e-invoices")
    template_name = "country_it/stamp_report.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company, quarter = self.company, self.quarter()
        found = stamp_year(company, quarter.year)
        rows = found.listed.get(quarter.number, [])
        on_b = [row for row in rows if row.place is Place.B]
        left_out = [row for row in rows if row.place is Place.LEFT_OUT]
        count, duty = found.stated.get(quarter.number, (0, ZERO))
        payments = StampPayment.objects.filter(company=company, year=quarter.year, quarter=quarter.number)
        return super().get_context_data(
            quarter=quarter,
            earlier=quarter.previous if quarter.previous.year >= FIRST_YEAR else None,
            later=quarter.following,
            list_a=stated(company, quarter)[:SHOWN],
            count_a=count,
            duty_a=duty,
            list_b=on_b[:SHOWN],
            count_b=len(on_b),
            duty_b=sum((row.amount for row in on_b), ZERO),
            left_out=left_out[:SHOWN],
            count_out=len(left_out),
            terms=_terms(company, found),
            duty=found.duty_of(quarter.number),
            to_pay=found.open_of(quarter.number),
            paid=payments.order_by("paid_on", "pk"),
            today=timezone.localdate(),
            shown=SHOWN,
            xlsx_url=f"{reverse('it-stamp-xlsx')}?year={quarter.year}&quarter={quarter.number}",
            **kwargs,
        )


def _terms(company: Any, found: StampYear) -> list[dict[str, Any]]:
    """The four quarters with what they owe, when it is due and what is left to pay."""
    terms: list[Payment] = found.payments()
    pack = country_pack(company)
    years = {term.due_on.year for term in terms}
    holidays = {one.day for year in years for one in pack.holidays(year)}
    return [
        {
            "quarter": term.quarter,
            "amount": term.amount,
            "due_on": working_day(term.due_on, holidays),
            "moved": term.moved,
            "left": found.open_of(term.quarter.number),
            "url": f"{reverse('it-stamp')}?year={term.quarter.year}&quarter={term.quarter.number}",
        }
        for term in terms
    ]


HEADS = (
    _("List"),
    _("Document"),
    _("Date"),
    _("Customer"),
    _("Amount without VAT that counts"),
    _("Stamp duty"),
    _("Why"),
)
Row = tuple[str, str, date | None, str, Any, Any, str]


class StampSheet(_OfAQuarter, View):
    """Both lists of a quarter as an .xlsx file, every document of them."""

    def get(self, request: HttpRequest) -> FileResponse:
        company, quarter, file = self.company, self.quarter(), BytesIO()
        with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False}) as book:
            _fill(book, _rows(company, quarter))
        file.seek(0)
        name = f"stamp-{quarter.year}-{quarter.number}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _rows(company: Any, quarter: Quarter) -> Iterator[Row]:
    for document in stated(company, quarter).iterator(chunk_size=CHUNK):
        name, facts = document.party.name, (document.label, document.date)
        yield (Place.A.value, *facts, name, None, document.stamp_duty, "")
    for row in stamp_year(company, quarter.year).listed.get(quarter.number, ()):
        place = gettext("left out") if row.place is Place.LEFT_OUT else row.place.value
        yield (place, row.label, row.date, row.customer, row.relevant, row.amount, row.reason)


def _fill(book: Any, rows: Iterator[Row]) -> None:
    sheet = book.add_worksheet(gettext("Stamp duty")[:31])
    money, day = (book.add_format({"num_format": FORMATS[kind]}) for kind in ("money", "date"))
    bold = book.add_format({"bold": True})
    for at, (head, width) in enumerate(zip(HEADS, (8, 16, 12, 36, 16, 12, 40), strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, str(head), bold)
    sheet.freeze_panes(1, 0)
    for at, (place, label, on, customer, relevant, duty, reason) in enumerate(rows, 1):
        sheet.write_string(at, 0, place)
        sheet.write_string(at, 1, harmless(label))
        sheet.write_datetime(at, 2, on, day)
        sheet.write_string(at, 3, harmless(customer))
        if relevant is not None:
            sheet.write_number(at, 4, relevant, money)
        sheet.write_number(at, 5, duty, money)
        sheet.write_string(at, 6, harmless(reason))
