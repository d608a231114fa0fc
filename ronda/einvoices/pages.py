"""The page of an e-invoice, what is to be done, and the files themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView

from ronda.billing.models import Document
from ronda.company import options
from ronda.einvoices import services
from ronda.einvoices.domain.findings import Finding
from ronda.einvoices.domain.states import OPEN_QUESTIONS, SETTLED, State
from ronda.einvoices.door import channel_kind, channel_label, format_called, format_for
from ronda.einvoices.models import KeptFile, Quarantined, Receipt, Transmission, TransmissionState
from ronda.einvoices.options import EinvoiceOptions
from ronda.einvoices.queries import (
    deadlines_of,
    judged,
    last_attempts,
    receipts_of,
    to_send,
    waiting,
    without_file,
)
from ronda.reports.pages import as_file
from ronda.workspace.pages import DetailPage, PageMixin
from ronda.workspace.visibility import sees_everything, visible_to

AREA = "einvoices"
SHOWN = 200
STATE_COLOURS = {
    TransmissionState.READY: "gray",
    TransmissionState.QUEUED: "blue",
    TransmissionState.FAILED: "red",
    TransmissionState.SENT: "blue",
    TransmissionState.TAKEN: "blue",
    TransmissionState.DELIVERED: "green",
    TransmissionState.AVAILABLE: "green",
    TransmissionState.REJECTED: "red",
    TransmissionState.ACCEPTED: "green",
    TransmissionState.REFUSED: "red",
    TransmissionState.EXPIRED: "green",
    TransmissionState.DISPUTED: "amber",
    TransmissionState.COLLECTED: "green",
}


class ShownFinding(NamedTuple):
    """A finding with the address of the form that corrects it, "" where there is none."""

    finding: Finding
    url: str


class ShownReceipt(NamedTuple):
    """A receipt in people's words."""

    receipt: Receipt
    label: Any


class ShownTransmission(NamedTuple):
    """One attempt with everything that is told of it."""

    row: Transmission
    colour: str
    reasons: Sequence[Any]
    receipts: Sequence[ShownReceipt]
    channel: Any
    deadlines: Sequence[Any]


def shown(rows: Sequence[Transmission]) -> list[ShownTransmission]:
    """Attempts as pages show them; one query for their receipts."""
    receipts = receipts_of([row.pk for row in rows])
    return [_shown(row, receipts.get(row.pk, [])) for row in rows]


def _shown(row: Transmission, receipts: Sequence[Receipt]) -> ShownTransmission:
    legal_format = format_called(row.format)
    _state, reasons, _id = judged(row, receipts)
    told = [
        ShownReceipt(one, legal_format.label_of(one.kind) if legal_format else one.kind) for one in receipts
    ]
    deadlines = deadlines_of(legal_format, row.document, row, receipts) if legal_format else ()
    colour = STATE_COLOURS[TransmissionState(row.state)]
    return ShownTransmission(row, colour, reasons, told, channel_label(row.channel), deadlines)


def shown_findings(document: Document, *, on: date) -> list[ShownFinding]:
    """What the checks say of a document, the blocking ones first."""
    found = services.findings_of([document], on=on).get(document.pk, [])
    return [
        ShownFinding(one, _form_of(one, document)) for one in sorted(found, key=lambda one: not one.blocks)
    ]


def _form_of(finding: Finding, document: Document) -> str:
    """Where a person corrects it. What an issued document says is corrected by a credit note, not here."""
    subject = finding.field.partition(".")[0]
    places: dict[str, tuple[str, int]] = {
        "party": ("party-edit", document.party_id),
        "company": ("company-edit", document.company_id),
    }
    if document.is_draft:
        places |= dict.fromkeys(("document", "line", "payment"), ("document-edit", document.pk))
    if subject not in places:
        return ""
    name, key = places[subject]
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


def document_tab(document: Document) -> dict[str, Any]:
    """The tab of a document: its checks, its attempts, what is still to happen."""
    today = timezone.localdate()
    legal_format = format_for(document)
    rows = list(
        Transmission.objects.filter(document=document)
        .select_related("document__company", "kept")
        .order_by("-attempt")
    )
    last = State(rows[0].state) if rows else None
    asks = last is None or last in OPEN_QUESTIONS or last is State.READY
    context: dict[str, Any] = {"legal_format": legal_format, "attempts": shown(rows), "today": today}
    if legal_format is not None and asks:
        context["findings"] = shown_findings(document, on=max(today, document.date or today))
        context["checked"] = True
    if legal_format is not None and not rows:
        context["deadlines"] = deadlines_of(legal_format, document, None, ())
    return context


class TransmissionPage(DetailPage):
    """One file: what became of it, all receipts, and the attempts before and after."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["einvoices/transmission.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row: Transmission = self.object
        rows = (
            Transmission.objects.filter(document=row.document_id).select_related("kept").order_by("attempt")
        )
        (attempt,) = shown([row])
        return super().get_context_data(
            attempt=attempt,
            others=[other for other in rows if other.pk != row.pk],
            today=timezone.localdate(),
            **kwargs,
        )


class Desk(PageMixin, TemplateView):
    """What is to be done: documents without a file, what was rejected, deadlines, files set aside."""

    permission_required = "einvoices.view_transmission"
    whole_company = False
    area = AREA
    page_title = _("E-invoices: what is to be done")
    template_name = "einvoices/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, user = timezone.localdate(), self.request.user
        chosen = options.read(EinvoiceOptions, self.company)
        kind = channel_kind(self.company, chosen.channel)
        mine = visible_to(last_attempts(Transmission.objects.filter(company=self.company)), user)
        late = visible_to(waiting(self.company, on=today, days=chosen.alert_days), user)
        missing = visible_to(without_file(self.company, on=today, since=chosen.since), user)
        context = {
            "counts": _counts(mine),
            "missing": to_send(missing[:SHOWN]),
            "questions": _with_reasons(
                mine.filter(state__in=OPEN_QUESTIONS).select_related("document__party")[:SHOWN]
            ),
            "late": late.exclude(state__in=OPEN_QUESTIONS).select_related("document__party")[:SHOWN],
            "channel": channel_label(chosen.channel) if chosen.channel else "",
            "practice": bool(kind and kind.practice),
            "may_upload": sees_everything(user),
            "colours": STATE_COLOURS,
            "today": today,
        }
        if sees_everything(user) and user.has_perm("einvoices.view_quarantined"):  # type: ignore[union-attr]
            odd = Quarantined.objects.filter(company=self.company, settled_at=None)
            context["set_aside"] = odd.count()
        return super().get_context_data(**context, **kwargs)


def _with_reasons(rows: Any) -> list[tuple[Transmission, str]]:
    """Each with why it is where it is: what the exchange or the customer said, else what the state means."""
    found = list(rows)
    receipts = receipts_of([row.pk for row in found])
    told = []
    for row in found:
        _state, reasons, _id = judged(row, receipts.get(row.pk, []))
        said = [str(reason.text) for reason in reasons]
        told.append((row, row.problem or " ".join(said[1:] or said)))
    return told


def _counts(rows: Any) -> list[tuple[Any, str, str, int]]:
    """State, its colour, its code and how many there are; those that are settled last."""
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    states = sorted(TransmissionState, key=lambda one: State(one.value) in SETTLED)
    return [
        (one.label, STATE_COLOURS[one], one.value, found[one.value]) for one in states if one.value in found
    ]


class _FileView(PageMixin, View):
    """The kept bytes of a record; the browser gets them to keep, never to run."""

    model: type[Model]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = self.model._default_manager.filter(company=self.company).select_related("kept")
        record: Any = get_object_or_404(visible_to(rows, request.user), pk=pk)
        kept: KeptFile = record.kept
        return as_file(services.content(kept), kept.name, mime=kept.media_type)


class TransmissionFile(_FileView):
    permission_required = "einvoices.view_transmission"
    whole_company = False
    model = Transmission


class ReceiptFile(_FileView):
    permission_required = "einvoices.view_transmission"
    whole_company = False
    model = Receipt

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A receipt is seen by whoever sees what it is about."""
        seen = visible_to(Transmission.objects.filter(company=self.company), request.user)
        receipt = get_object_or_404(Receipt.objects.select_related("kept"), pk=pk, transmission__in=seen)
        return as_file(services.content(receipt.kept), receipt.kept.name, mime=receipt.kept.media_type)


class QuarantinedFile(_FileView):
    permission_required = "einvoices.view_quarantined"
    model = Quarantined
