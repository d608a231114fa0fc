"""Screens of their own: the month, a run, a document with its derivations, the credit note."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView, TemplateView

from ronda.billing.domain.reasons import explain
from ronda.billing.domain.reasons import labels as reason_labels
from ronda.billing.domain.runs import ProposedLine
from ronda.billing.forms import CreditForm, MonthForm, quantity_name
from ronda.billing.models import BillingRun, Document, DocumentKind, DocumentLine, RunEntry
from ronda.billing.queries import entry_documents
from ronda.billing.services import (
    OldPeriods,
    confirm_run,
    credit_document,
    creditable,
    discard_run,
    exclude_entries,
    has_old_periods,
    include_entries,
    request_run,
    retry_failed,
)
from ronda.billing.services.kinds import legal_kind_of
from ronda.billing.services.references import references_of
from ronda.company.country import country_pack
from ronda.company.models import Job
from ronda.kernel.errors import Refusal
from ronda.workspace.pages import DetailPage, GuardMixin, PageMixin
from ronda.workspace.saving import error_summary
from ronda.workspace.visibility import visible_to

State = BillingRun.State
RUN_PERMISSION = "billing.run_billing"
VIEW_PERMISSION = "billing.view_billingrun"
ENTRIES_PER_PAGE = 50


class MonthPage(PageMixin, FormView):
    """Choose a day; the preview is made in the background."""

    permission_required = RUN_PERMISSION
    area = "billing"
    page_title = gettext_lazy("The month")
    template_name = "billing/month.html"
    form_class = MonthForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "company": self.company}

    def get_initial(self) -> dict[str, Any]:
        return {"as_of": timezone.localdate()}

    def form_invalid(self, form: MonthForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: MonthForm) -> HttpResponse:
        run = request_run(
            self.company,
            as_of=form.cleaned_data["as_of"],
            document_date=form.cleaned_data["document_date"],
            mode=form.cleaned_data["mode"],
            filters=form.filters(),
            by=str(self.request.user),
        )
        return HttpResponseRedirect(reverse("billingrun-detail", args=[run.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        runs = BillingRun.objects.filter(company=self.company).exclude(state=State.DISCARDED)
        waiting = runs.filter(state=State.PREVIEW).order_by("-pk")[:3]
        drafts = Document.objects.filter(company=self.company, status=Document.Status.DRAFT).count()
        context = super().get_context_data(
            runs=runs.order_by("-as_of", "-pk")[:12], waiting=waiting, drafts=drafts, **kwargs
        )
        return {**context, "errors": error_summary(context["form"])}


class RunPage(DetailPage):
    """A run in whatever state it is: being prepared, to be confirmed, being issued, done."""

    def get_template_names(self) -> list[str]:
        return ["billing/run.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run: BillingRun = self.object
        shown = self.request.GET.get("show", "")
        context = super().get_context_data(**kwargs)
        context.update(
            run=run,
            may_run=self.request.user.has_perm(RUN_PERMISSION),  # type: ignore[union-attr]
            working=run.state in (State.PREPARING, State.CONFIRMED, State.RUNNING),
            progress_url=reverse("run-progress", args=[run.pk]),
            shown=shown,
            counts=self._counts(run),
            difference=self._difference(run),
            old=run.state == State.PREVIEW and has_old_periods(run),
            old_code=OldPeriods.code,
        )
        if shown == "skipped":
            context.update(self._skips(run))
        elif run.state != State.PREPARING:
            context.update(self._entries(run, shown))
        return context

    def _counts(self, run: BillingRun) -> dict[str, int]:
        by_state = dict(run.entries.values_list("state").annotate(Count("pk")).order_by())
        odd = run.entries.exclude(anomaly="").order_by()
        by_anomaly = dict(odd.values_list("anomaly").annotate(Count("pk")))
        return {"all": sum(by_state.values()), "skipped": run.skipped, **by_state, **by_anomaly}

    def _difference(self, run: BillingRun) -> Decimal | None:
        return run.net_total - run.previous.net_total if run.previous else None

    def _entries(self, run: BillingRun, shown: str) -> dict[str, Any]:
        rows: QuerySet[RunEntry] = run.entries.select_related("party", "group").order_by("position")
        if shown in ("new", "up", "down"):
            rows = rows.filter(anomaly=shown)
        elif shown:
            rows = rows.filter(state=shown)
        if text := self.request.GET.get("q", "").strip():
            rows = rows.filter(party__name__icontains=text)
        page = Paginator(rows.defer("charges"), ENTRIES_PER_PAGE).get_page(self.request.GET.get("page"))
        documents = entry_documents(page.object_list)
        return {
            "page": page,
            "rows": [(entry, documents.get(entry.position)) for entry in page],
            "text": text,
        }

    def _skips(self, run: BillingRun) -> dict[str, Any]:
        rows = run.skips.select_related("party").order_by("code", "pk")
        names = reason_labels()
        counted = run.skips.values_list("code").annotate(Count("pk")).order_by("code")
        code = self.request.GET.get("code", "")
        if code:
            rows = rows.filter(code=code)
        page = Paginator(rows, ENTRIES_PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "page": page,
            "skips": [(skip, explain(skip.code, skip.facts)) for skip in page],
            "codes": [(key, names.get(key, key), count, key == code) for key, count in counted],
            "code": code,
        }


class RunMixin(GuardMixin):
    """The run of the address, of this company, for whoever may run the month unless told otherwise."""

    permission_required = RUN_PERMISSION

    def run(self, pk: int) -> BillingRun:
        company = getattr(self.request, "company", None)
        return get_object_or_404(BillingRun.objects.select_related("company"), pk=pk, company=company)


class RunDo(RunMixin, View):
    """The buttons of a run. Each calls one service and comes back to the run."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        run, by = self.run(pk), str(request.user)
        ids = [int(value) for value in request.POST.getlist("id") if value.isdecimal()]
        try:
            self._do(run, verb, ids, by)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        if verb == "discard":
            return HttpResponseRedirect(reverse("month"))
        return HttpResponseRedirect(reverse("billingrun-detail", args=[pk]))

    def _do(self, run: BillingRun, verb: str, ids: list[int], by: str) -> None:
        if verb == "confirm":
            confirm_run(run, by=by, confirmed=frozenset(self.request.POST.getlist("confirmed")))
            messages.success(self.request, _("Confirmed. The documents are being issued."))
        elif verb == "discard":
            discard_run(run, by=by)
            messages.success(self.request, _("The preview was thrown away. Nothing was billed."))
        elif verb == "retry":
            retry_failed(run, by=by)
        elif verb in ("exclude", "include"):
            move = exclude_entries if verb == "exclude" else include_entries
            moved = move(run, ids, by=by)
            told = ngettext("%d document moved.", "%d documents moved.", moved) % moved
            messages.success(self.request, told)


class RunProgress(RunMixin, View):
    """How far the background job of a run is, for the progress bar."""

    permission_required = VIEW_PERMISSION

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        run = self.run(pk)
        key = f"billing.issue:{pk}:{run.rounds}" if run.rounds else f"billing.prepare:{pk}"
        job = Job.objects.filter(key=key).first()
        finished = run.state not in (State.PREPARING, State.CONFIRMED, State.RUNNING)
        if job is None or finished:
            return JsonResponse({"done": 1, "total": 1, "state": "done", "text": run.get_state_display()})
        text = _("waiting for the worker") if job.state == Job.State.QUEUED else run.get_state_display()
        state = "failed" if job.state in (Job.State.FAILED, Job.State.STOPPED) else "running"
        return JsonResponse({"done": job.done, "total": job.total, "state": state, "text": text})


class EntryPage(PageMixin, TemplateView):
    """One document to be: its lines, and how every amount came about."""

    permission_required = VIEW_PERMISSION
    area = "billing"
    template_name = "billing/entry.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry = get_object_or_404(
            RunEntry.objects.select_related("run", "party", "group", "account"),
            pk=self.kwargs["pk"],
            run__company=self.company,
        )
        lines = [ProposedLine.from_json(row) for row in entry.charges[1]]
        return super().get_context_data(
            entry=entry,
            run=entry.run,
            title=entry.party,
            lines=lines,
            document=entry_documents([entry]).get(entry.position),
            breadcrumb=[(entry.run, reverse("billingrun-detail", args=[entry.run_id]))],
            **kwargs,
        )


class DocumentPage(DetailPage):
    """A document as it will be printed, with the derivation of every line on request."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["billing/document.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document: Document = self.object
        lines = list(document.lines.select_related("vat_code", "site", "corrects__document"))
        may_credit = self.request.user.has_perm("billing.issue_document")  # type: ignore[union-attr]
        return super().get_context_data(
            lines=lines,
            sections=_by_site(document, lines),
            references=references_of(document),
            legal_title=_legal_title(document),
            vat_groups=document.vat_groups.order_by("-rate"),
            corrections=document.corrections.order_by("date", "pk"),
            can_credit=may_credit and not document.is_draft and document.kind != DocumentKind.CREDIT_NOTE,
            **kwargs,
        )


def _legal_title(document: Document) -> str:
    """The legal kind a person chose, with its name in the reader's language."""
    day = document.date or document.created_at.date()
    chosen = legal_kind_of(document, country_pack(document.company), on=day)
    return f"{chosen.code} {chosen.title(get_language() or 'en')}" if chosen else ""


def _by_site(document: Document, lines: list[DocumentLine]) -> list[tuple[Any, list[DocumentLine]]]:
    """Lines under the site they are for (R14), in the order of the document."""
    sections: dict[int | None, tuple[Any, list[DocumentLine]]] = {}
    for line in lines:
        sections.setdefault(line.site_id, (line.site, []))[1].append(line)
    return list(sections.values())


class CreditPage(PageMixin, FormView):
    """Credit everything that is left, or quantities of some lines; a review comes before the number."""

    permission_required = "billing.issue_document"
    whole_company = False
    area = "billing"
    template_name = "billing/credit.html"
    form_class = CreditForm
    page_title = gettext_lazy("New credit note")

    @cached_property
    def document(self) -> Document:
        return get_object_or_404(
            visible_to(Document.objects.select_related("party", "account"), self.request.user),
            pk=self.kwargs["pk"],
            company=self.company,
            status=Document.Status.ISSUED,
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        left = creditable(self.document)
        lines = [(line, left[line.pk]) for line in self.document.lines.filter(pk__in=left)]
        return {**super().get_form_kwargs(), "company": self.company, "lines": lines}

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def form_valid(self, form: CreditForm) -> HttpResponse:
        try:
            note = credit_document(
                self.document,
                on=form.cleaned_data["on"],
                by=str(self.request.user),
                quantities=form.quantities(),
                release=form.cleaned_data["release"],
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            field = _field_of(refusal)
            form.add_error(field if field in form.fields else None, str(refusal.message))
            return self.form_invalid(form)
        messages.success(self.request, _("%(note)s was issued.") % {"note": note})
        return HttpResponseRedirect(reverse("document-detail", args=[note.pk]))

    def form_invalid(self, form: CreditForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            document=self.document,
            breadcrumb=[(self.document, reverse("document-detail", args=[self.document.pk]))],
            **kwargs,
        )
        return {**context, "errors": error_summary(context["form"])}


def _field_of(refusal: Refusal) -> str | None:
    """The field a refusal of a credit note speaks of."""
    if "line" in refusal.facts:
        return quantity_name(refusal.facts["line"])
    return refusal.field
