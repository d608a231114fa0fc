"""Reports to the tax administration: the list of periods, one report with all behind it, the files."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from ronda.billing.models import Document
from ronda.company import options
from ronda.countries.fr.data.ereporting import CATEGORIES, Kind
from ronda.countries.fr.data.lifecycle import action_name, name_of, reason_name
from ronda.countries.fr.ereporting_queries import last_versions, reports
from ronda.countries.fr.ereporting_tasks import queue_reports, queue_statuses
from ronda.countries.fr.models import EReport, EReportEntry, InvoiceStatus, OutgoingState
from ronda.countries.fr.options import ReportOptions
from ronda.countries.fr.services import ereporting, ereporting_sending, statuses, statuses_received
from ronda.einvoices.services import channel_code, content
from ronda.kernel.errors import Refusal
from ronda.purchases.models import SupplierInvoice
from ronda.reports.pages import as_file
from ronda.workspace.pages import PageMixin

VIEW, SEND, TELL = (
    "country_fr.view_ereport",
    "country_fr.send_ereport",
    "country_fr.tell_invoicestatus",
)
AREA = "einvoices"
STATE_COLOURS = {
    OutgoingState.DRAFT: "red",
    OutgoingState.NOTHING: "gray",
    OutgoingState.READY: "amber",
    OutgoingState.QUEUED: "blue",
    OutgoingState.FAILED: "red",
    OutgoingState.SENT: "blue",
    OutgoingState.ANSWERED: "green",
    OutgoingState.REJECTED: "red",
    OutgoingState.AGAIN: "gray",
}


def _language() -> str:
    return (get_language() or "fr")[:2]


def _colour(row: EReport | InvoiceStatus) -> str:
    return STATE_COLOURS[OutgoingState(row.state)]


def _figures(row: EReport) -> list[tuple[str, str]]:
    """The sums of a report in people's words, by part and currency ("10.3 base EUR", "10.4 EUR")."""
    words = {"base": _("net"), "vat": _("VAT")}
    found = []
    for name, amount in sorted(row.figures.items()):
        flow, *rest = name.split()
        shown = " ".join(str(words.get(word, word)) for word in rest)
        found.append((f"{EReportEntry.Flow(flow).label}, {shown}", amount))
    return found


class FrenchPage(PageMixin):
    """A screen of French firms; others have no such address."""

    area = AREA

    @property
    def company(self) -> Any:
        found = super().company
        if found.country != "FR":
            raise Http404
        return found


class Reports(FrenchPage, TemplateView):
    """Every period that ended, with the last version of its report."""

    permission_required = VIEW
    page_title = gettext_lazy("Reports to the tax administration")
    template_name = "country_fr/reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, rows = timezone.localdate(), last_versions(self.company)
        years = sorted({row.starts_on.year for row in rows}, reverse=True)
        asked = self.request.GET.get("year", "")
        year = int(asked) if asked.isdecimal() and int(asked) in years else (years or [today.year])[0]
        known = {(row.kind, row.starts_on) for row in rows}
        missing = []
        if reports(self.company):
            found = ereporting.periods_until(self.company, today)
            missing = [one for one in found if (one.kind.value, one.period.start) not in known]
        return super().get_context_data(
            rows=[(row, _colour(row), _figures(row)) for row in rows if row.starts_on.year == year],
            years=years,
            year=year,
            missing=missing,
            today=today,
            reporting=reports(self.company),
            channel=channel_code(self.company),
            **kwargs,
        )


class Report(FrenchPage, TemplateView):
    """One version: what it says, the documents behind each figure, what is wrong with it, its history."""

    permission_required = VIEW
    template_name = "country_fr/report.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = get_object_or_404(
            EReport.objects.filter(company=self.company).select_related("replaces"), pk=self.kwargs["pk"]
        )
        groups = ereporting.figures_of(row)
        for group in groups:
            names = CATEGORIES.get(group["category"], {})
            group["category_name"] = names.get(_language()) or group["category"]
        versions = EReport.objects.filter(company=self.company, kind=row.kind, starts_on=row.starts_on)
        return super().get_context_data(
            row=row,
            colour=_colour(row),
            figures=_figures(row),
            groups=groups,
            versions=[(one, _colour(one)) for one in versions.order_by("-version")],
            is_last=not versions.filter(version__gt=row.version).exists(),
            may_take=row.state in (OutgoingState.READY, OutgoingState.FAILED, OutgoingState.SENT),
            today=timezone.localdate(),
            channel=channel_code(self.company),
            title=str(row),
            breadcrumb=[(_("Reports to the tax administration"), reverse("fr-reports"))],
            **kwargs,
        )


class PrepareReports(FrenchPage, View):
    """POST: prepare every period that ended."""

    http_method_names = ["post"]
    permission_required = SEND

    def post(self, request: HttpRequest) -> HttpResponse:
        company, by = self.company, request.user.get_username()
        try:
            done = ereporting.prepare_due(company, on=timezone.localdate(), by=by)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            count = len(done.made)
            text = ngettext("%d report was prepared.", "%d reports were prepared.", count) % count
            messages.success(request, text)
        return HttpResponseRedirect(reverse("fr-reports"))


class ReportAction(FrenchPage, View):
    """POST: prepare a report again, send it, or note that the platform has it."""

    http_method_names = ["post"]
    permission_required = SEND

    def post(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        rows = EReport.objects.filter(company=self.company).select_related("company")
        row = get_object_or_404(rows, pk=pk)
        actions: dict[str, Callable[[EReport, str], EReport]] = {
            "prepare": _prepare_again,
            "send": _send,
            "taken": lambda one, by: ereporting_sending.taken_by_hand(one, by=by),
        }
        if what not in actions:
            raise Http404
        try:
            row = actions[what](row, request.user.get_username())
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Done."))
        return HttpResponseRedirect(reverse("fr-report", args=[row.pk]))


def _prepare_again(row: EReport, by: str) -> EReport:
    return ereporting.prepare(row.company, Kind(row.kind), row.starts_on, by=by)


def _send(row: EReport, by: str) -> EReport:
    ereporting.refuse_unsendable(row, on=timezone.localdate())
    queue_reports([row], by=by)
    return row


class _FileView(FrenchPage, View):
    """The kept bytes of a report or a status; the browser gets them to keep, never to run."""

    model: type[EReport] | type[InvoiceStatus]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = self.model._default_manager.filter(company=self.company).select_related("kept")
        record: Any = get_object_or_404(rows, pk=pk)
        if record.kept is None:
            raise Http404
        return as_file(content(record.kept), record.kept.name, mime=record.kept.media_type)


class ReportFile(_FileView):
    """The file as it was, or will be, sent."""

    permission_required = VIEW
    model = EReport


class StatusFile(_FileView):
    """A status as it was told or came."""

    permission_required = "country_fr.view_invoicestatus"
    model = InvoiceStatus


class StatusAction(FrenchPage, View):
    """POST: send a status, tell it again after a rejection, or note that the platform has it."""

    http_method_names = ["post"]
    permission_required = TELL

    def post(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        rows = InvoiceStatus.objects.filter(company=self.company, heard=False).select_related("company")
        row = get_object_or_404(rows, pk=pk)
        actions: dict[str, Callable[[InvoiceStatus, str], object]] = {
            "send": lambda one, by: queue_statuses([one], by=by),
            "again": _tell_again,
            "taken": _taken,
        }
        if what not in actions:
            raise Http404
        try:
            actions[what](row, request.user.get_username())
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Done."))
        return HttpResponseRedirect(_page_of(row))


def _tell_again(row: InvoiceStatus, by: str) -> None:
    told = statuses.tell_again(row, by=by)
    queue_statuses(told.made, by=by)
    for _document, refusal in told.failed:
        raise refusal


def _taken(row: InvoiceStatus, by: str) -> None:
    statuses.show_collected(ereporting_sending.taken_by_hand(row, by=by), by=by)


def _page_of(row: InvoiceStatus) -> str:
    if row.document_id:
        return reverse("document-detail", args=[row.document_id]) + "?tab=fr-statuses"
    return reverse("supplierinvoice-detail", args=[row.invoice_id]) + "?tab=fr-statuses"


def shown_statuses(rows: list[InvoiceStatus]) -> list[dict[str, Any]]:
    """Statuses in the reader's words."""
    language = _language()
    return [
        {
            "row": row,
            "name": name_of(row.status, language),
            "colour": _colour(row),
            "reasons": [
                (reason_name(code, language) if code else text, action_name(action, language), note)
                for code, text, action, note in row.reasons
            ],
        }
        for row in rows
    ]


def document_statuses(document: Document) -> dict[str, Any]:
    """The tab of an issued document: what was told of its collection, and what is still to tell."""
    rows = InvoiceStatus.objects.filter(document=document).select_related("kept").order_by("at", "pk")
    open_parts, problem = statuses.still_open(document)
    shown = shown_statuses(list(rows))
    return {"statuses": shown, "open_parts": open_parts, "problem": problem, "is_ours": True}


def invoice_statuses(invoice: SupplierInvoice) -> dict[str, Any]:
    """The tab of a supplier's invoice: what both sides said."""
    rows, answerable = statuses_received.statuses_of(invoice), bool(statuses_received.seller_siren(invoice))
    possible = statuses_received.possible_answers(rows) if answerable else ()
    return {
        "statuses": shown_statuses(rows),
        "possible": [name_of(code, _language()) for code in possible],
        "answerable": answerable,
        "invoice": invoice,
    }


def tells_collected(document: Document) -> bool:
    """Whether the tab is of use: a French firm's issued document that goes to a platform."""
    if document.is_draft or document.company.country != "FR":
        return False
    return options.read(ReportOptions, document.company).tell_collected
