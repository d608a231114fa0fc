"""Analyses: billed by month, yearly amounts by service, trends, forecast.

A page adds up figures that were computed before; it never computes them itself. Where there are none, or
they are of another day, it asks for them and shows how far they are.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView

from ronda.analysis import queries, reports
from ronda.analysis.forms import MonthsForm, RestrictionForm
from ronda.analysis.models import Calculation
from ronda.analysis.services import has_changed, latest
from ronda.analysis.services import request as request_figures
from ronda.analysis.tables import spreadsheet
from ronda.company.models import Job
from ronda.workspace.pages import PageMixin

Kind = Calculation.Kind
CONTRACTS, DOCUMENTS = "contracts.view_contract", "billing.view_document"


class FiguresPage(PageMixin, TemplateView, ABC):
    """Filters, a few numbers, charts, tables; `?format=xlsx` gives the tables."""

    area = "analysis"
    template_name = "analysis/figures.html"
    kind: ClassVar[str] = ""
    url_name: ClassVar[str] = ""
    file_name: ClassVar[str] = ""
    permission_required = CONTRACTS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "xlsx":
            day = timezone.localdate()
            return spreadsheet(f"{self.file_name}-{day:%Y-%m-%d}", self.report.tables)
        return super().get(request, *args, **kwargs)

    @cached_property
    def calculation(self) -> Calculation:
        return latest(
            self.company, self.kind, on=timezone.localdate(), now=timezone.now(), by=str(self.request.user)
        )

    @cached_property
    def form(self) -> RestrictionForm:
        return RestrictionForm(self.request.GET, company=self.company)

    @cached_property
    def report(self) -> reports.Report:
        return self.make_report()

    @abstractmethod
    def make_report(self) -> reports.Report:
        """What the page shows, from figures that were computed before."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        calculation = self.calculation
        working = calculation.state == Calculation.State.WAITING
        return super().get_context_data(
            form=self.form,
            report=self.report,
            restricted=bool(self.form.restriction),
            calculation=calculation,
            working=working,
            changed=not working and has_changed(calculation),
            refresh_url=reverse("analysis-refresh", args=[self.url_name]),
            progress_url=reverse("analysis-progress", args=[self.url_name]),
            export_query=urlencode([*_given(self.request), ("format", "xlsx")]),
            **kwargs,
        )


def _given(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values if name != "format"]


class MonthsPage(FiguresPage):
    """Billed by month, beside the year before (E30)."""

    kind, url_name, file_name = Kind.BILLED, "analysis-months", "billed-by-month"
    page_title = _("Monthly analysis")
    permission_required = DOCUMENTS

    @cached_property
    def form(self) -> MonthsForm:
        known = queries.months_known(self.calculation)
        today = timezone.localdate()
        first, last = (known[0].year, known[1].year) if known else (today.year, today.year)
        years = range(max(last, today.year), first - 1, -1)
        return MonthsForm(self.request.GET, company=self.company, years=list(years))

    def make_report(self) -> reports.Report:
        form = self.form
        return reports.billed(
            self.calculation, form.chosen_year, form.group, form.restriction,
            on=timezone.localdate(), currency=self.company.currency,
        )  # fmt: skip


class ServicesPage(FiguresPage):
    """What the lines in force come to in a year, by service and frequency (E32)."""

    kind, url_name, file_name = Kind.TREND, "analysis-services", "yearly-by-service"
    page_title = _("Per year by service")

    def make_report(self) -> reports.Report:
        return reports.services(self.calculation, self.form.restriction, currency=self.company.currency)


class TrendsPage(FiguresPage):
    """Recurring revenue over 24 months, and what changed it (E33)."""

    kind, url_name, file_name = Kind.TREND, "analysis-trends", "trends"
    page_title = _("Trends")

    def make_report(self) -> reports.Report:
        return reports.trends(self.calculation, self.form.restriction, currency=self.company.currency)


class ForecastPage(FiguresPage):
    """What the contracts will bill in 24 months (E22)."""

    kind, url_name, file_name = Kind.FORECAST, "analysis-forecast", "forecast"
    page_title = _("Forecast")

    def make_report(self) -> reports.Report:
        return reports.forecast(self.calculation, self.form.restriction, currency=self.company.currency)


PAGES: dict[str, type[FiguresPage]] = {
    page.url_name: page for page in (MonthsPage, ServicesPage, TrendsPage, ForecastPage)
}


class OfAPage(PageMixin, View):
    """What belongs to one of the pages above, with its permission."""

    permission_required = CONTRACTS

    def shown(self) -> type[FiguresPage]:
        found = PAGES.get(self.kwargs["page"])
        if found is None:
            raise Http404
        return found

    def get_permission_required(self) -> tuple[str]:
        return (self.shown().permission_required,)


class Refresh(OfAPage):
    """Compute the figures again."""

    def post(self, request: HttpRequest, page: str) -> HttpResponse:
        request_figures(self.company, self.shown().kind, by=str(request.user))
        return HttpResponseRedirect(reverse(page))


class Progress(OfAPage):
    """How far the figures are, for the progress bar."""

    def get(self, request: HttpRequest, page: str) -> JsonResponse:
        found = Calculation.objects.filter(company=self.company, kind=self.shown().kind).first()
        if found is None or found.state == Calculation.State.DONE:
            return JsonResponse({"done": 1, "total": 1, "state": "done", "text": gettext("computed")})
        job = Job.objects.filter(key=found.job_key).first()
        if job is None or job.state in (Job.State.FAILED, Job.State.STOPPED):
            text = gettext("The figures could not be computed.")
            return JsonResponse({"done": 0, "total": 1, "state": "failed", "text": text})
        queued = job.state == Job.State.QUEUED
        text = gettext("waiting for the worker") if queued else gettext("being computed")
        return JsonResponse({"done": job.done, "total": job.total, "state": "running", "text": text})
