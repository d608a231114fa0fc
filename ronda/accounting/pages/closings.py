"""Accruals and deferrals: the closings, and one of them explained line by line."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView

from ronda.accounting.forms import ClosingForm, ReversalForm
from ronda.accounting.models import Closing, DeferralLine
from ronda.accounting.options import AccountingOptions
from ronda.accounting.pages.closing_sheet import closing_workbook
from ronda.accounting.queries import closing_totals, open_day
from ronda.accounting.services import (
    PeriodClosed,
    post_closing,
    request_closing,
    reverse_closing,
    withdraw_closing,
)
from ronda.company import options
from ronda.company.models import Job
from ronda.kernel.errors import Refusal
from ronda.kernel.money import ZERO
from ronda.workspace.declare import Page, register_page
from ronda.workspace.export import XLSX
from ronda.workspace.pages import GuardMixin, PageMixin
from ronda.workspace.saving import error_summary

VIEW_PERMISSION = "accounting.view_closing"
ADD_PERMISSION = "accounting.add_closing"
POST_PERMISSION = "accounting.post_closing"
CLOSINGS_PER_PAGE = 50
LINES_PER_PAGE = 100
DAY = timedelta(days=1)
State = Closing.State


class DeferralsPage(PageMixin, FormView):
    """The closings of the company, the latest first; a new one is previewed in the background."""

    permission_required = VIEW_PERMISSION
    area = "books"
    page_title = gettext_lazy("Accruals and deferrals")
    template_name = "accounting/deferrals.html"
    form_class = ClosingForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "company": self.company}

    def get_initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        method = options.read(AccountingOptions, self.company).spread_by
        return {"on": date(today.year - 1, 12, 31), "method": method}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(ADD_PERMISSION):
            return self.handle_no_permission()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ClosingForm) -> HttpResponse:
        try:
            closing = request_closing(self.company, by=str(self.request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal.message))
            return self.form_invalid(form)
        return HttpResponseRedirect(reverse("closing", args=[closing.pk]))

    def form_invalid(self, form: ClosingForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        closings = (
            Closing.objects.filter(company=self.company).order_by("-on", "-pk").defer("release", "totals")
        )
        page = Paginator(closings, CLOSINGS_PER_PAGE).get_page(self.request.GET.get("page"))
        may_add = self.request.user.has_perm(ADD_PERMISSION)  # type: ignore[union-attr]
        context = super().get_context_data(page=page, may_add=may_add, **kwargs)
        return {**context, "errors": error_summary(context["form"])}


class ClosingMixin(GuardMixin):
    """The closing of the address, of this company."""

    permission_required = VIEW_PERMISSION

    def closing(self, pk: int) -> Closing:
        company = getattr(self.request, "company", None)
        rows = Closing.objects.select_related("company", "previous")
        return get_object_or_404(rows, pk=pk, company=company)


class ClosingPage(ClosingMixin, PageMixin, TemplateView):
    """One closing: totals, accounts, months to come, and every line with its derivation."""

    area = "books"
    template_name = "accounting/closing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        closing = self.closing(self.kwargs["pk"])
        working = closing.state == State.PREPARING
        context = super().get_context_data(
            closing=closing,
            title=_("Accruals and deferrals at %(day)s") % {"day": f"{closing.on:%d/%m/%Y}"},
            working=working,
            may_add=self.request.user.has_perm(ADD_PERMISSION),  # type: ignore[union-attr]
            may_post=self.request.user.has_perm(POST_PERMISSION),  # type: ignore[union-attr]
            **kwargs,
        )
        if working:
            return {**context, "progress_url": reverse("closing-progress", args=[closing.pk])}
        return {**context, **self._buttons(closing), **self._figures(closing), **self._lines(closing)}

    def _buttons(self, closing: Closing) -> dict[str, Any]:
        day = open_day(closing.company_id, closing.on)
        opening = open_day(closing.company_id, closing.on + DAY)
        form = ReversalForm(initial={"on": opening}, company=self.company, prefix="reversal")
        return {
            "posting_day": day,
            "opening_day": opening,
            "moved": day != closing.on,
            "period_closed": PeriodClosed.code,
            "reversal": form,
            "entries": closing.entries.select_related("entry").order_by("pk"),  # type: ignore[attr-defined]
        }

    def _figures(self, closing: Closing) -> dict[str, Any]:
        before = closing.previous.deferred_total if closing.previous else ZERO
        totals = closing_totals(closing)
        months = release_by_year(closing)
        return {
            "totals": totals,
            "before": before,
            "released": before - closing.carried_total,
            "added": closing.deferred_total - closing.carried_total,
            "release": months,
            "beyond": sum(
                (amount for at, amount in release_rows(closing) if at >= _index(closing) + 12), ZERO
            ),
            "counts": counts_by_kind(closing),
        }

    def _lines(self, closing: Closing) -> dict[str, Any]:
        rows = filtered_lines(closing, self.request.GET)
        chosen = {name: self.request.GET.get(name, "") for name in ("kind", "account", "q", "order")}
        pages = Paginator(rows, LINES_PER_PAGE)
        if not (chosen["account"] or chosen["q"].strip()):
            # What is known already is not counted again.
            pages.count = counts_by_kind(closing).get(chosen["kind"], closing.lines_count)  # type: ignore[misc]
        page = pages.get_page(self.request.GET.get("page"))
        return {"page": page, "lines": page.object_list, "chosen": chosen}


def filtered_lines(closing: Closing, given: Any) -> QuerySet[DeferralLine]:
    """The lines a person asked for: `kind`, `account`, `q` (customer, text or document), `order`."""
    rows: QuerySet[DeferralLine] = closing.lines.select_related("party", "document_line__document")  # type: ignore[attr-defined]
    if given.get("kind") in DeferralLine.Kind.values:
        rows = rows.filter(kind=given["kind"])
    if account := given.get("account", ""):
        rows = rows.filter(account=account)
    if text := given.get("q", "").strip():
        found = (
            Q(party__name__icontains=text) | Q(label__icontains=text) | Q(document_line__document__label=text)
        )
        rows = rows.filter(found)
    return rows.order_by("-balance", "pk") if given.get("order") == "amount" else rows.order_by("pk")


def counts_by_kind(closing: Closing) -> dict[str, int]:
    """How many deferrals and how many accruals."""
    counts: dict[str, int] = {}
    for kind, _account, _counterpart, count, _total in closing.totals:
        counts[kind] = counts.get(kind, 0) + count
    return counts


def release_rows(closing: Closing) -> list[tuple[int, Decimal]]:
    """(year × 12 + month − 1, amount) as kept with the closing."""
    return [(at, Decimal(amount)) for at, amount in closing.release]


def release_by_year(closing: Closing) -> list[tuple[int, Decimal, list[tuple[date, Decimal]]]]:
    """When the deferred balance becomes revenue: each year with its total and its months."""
    years: dict[int, list[tuple[date, Decimal]]] = {}
    for at, amount in release_rows(closing):
        years.setdefault(at // 12, []).append((date(at // 12, at % 12 + 1, 1), amount))
    return [(year, sum((a for _m, a in rows), ZERO), rows) for year, rows in sorted(years.items())]


def _index(closing: Closing) -> int:
    """The number of the first month after the closing, as `release` counts them."""
    following = closing.on + DAY
    return following.year * 12 + following.month - 1


class ClosingDo(ClosingMixin, View):
    """The buttons of a closing. Each calls one service and comes back."""

    http_method_names = ["post"]
    permission_required = POST_PERMISSION

    def get_permission_required(self) -> tuple[str]:
        """A preview is made and thrown away by whoever may make one."""
        preview = self.kwargs["verb"] in ("again", "discard")
        return (ADD_PERMISSION if preview else POST_PERMISSION,)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        closing = self.closing(pk)
        try:
            self._do(closing, verb)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        return HttpResponseRedirect(
            reverse("deferrals") if verb == "discard" else reverse("closing", args=[pk])
        )

    def _do(self, closing: Closing, verb: str) -> None:
        by = str(self.request.user)
        if verb in ("post", "post-only"):
            self._post(closing, reverse=verb == "post", by=by)
        elif verb == "reverse":
            reverse_closing(closing, on=self._day(), by=by)
            messages.success(self.request, _("The opposite entries are posted."))
        elif verb == "again":
            request_closing(closing.company, on=closing.on, method=closing.method, by=by)
        elif verb == "discard" and not closing.is_posted:
            withdraw_closing(closing, by=by)
            messages.success(self.request, _("The preview was thrown away. Nothing was posted."))
        elif verb == "withdraw":
            withdraw_closing(closing, by=by)
            messages.success(self.request, _("The closing was taken back. The day can be closed anew."))
        else:
            raise Http404

    def _post(self, closing: Closing, *, reverse: bool, by: str) -> None:
        agreed = frozenset(self.request.POST.getlist("confirmed"))
        closing = post_closing(closing, by=by, reverse=reverse, confirmed=agreed)
        if closing.state == State.PREPARING:
            told = _("Documents changed since the preview: it is made anew. Look at it, then post.")
            messages.warning(self.request, told)
        else:
            messages.success(self.request, _("The closing is posted."))

    def _day(self) -> date | None:
        """The day asked for; the day after the closing where none was given or it cannot be read."""
        form = ReversalForm(self.request.POST, prefix="reversal")
        if form.is_valid():
            return form.cleaned_data["on"]  # type: ignore[no-any-return]
        if self.request.POST.get("reversal-on"):
            raise Refusal(_("This is not a day: %(text)s") % {"text": self.request.POST["reversal-on"]})
        return None


class ClosingProgress(ClosingMixin, View):
    """How far the computation is, for the progress bar."""

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        closing = self.closing(pk)
        job = Job.objects.filter(key=f"accounting.closing:{pk}:{closing.rounds}").first()
        if job is None or closing.state != State.PREPARING:
            return JsonResponse({"done": 1, "total": 1, "state": "done", "text": closing.get_state_display()})
        text = _("waiting for the worker") if job.state == Job.State.QUEUED else closing.get_state_display()
        state = "failed" if job.state in (Job.State.FAILED, Job.State.STOPPED) else "running"
        return JsonResponse({"done": job.done, "total": job.total, "state": state, "text": text})


class ClosingExport(ClosingMixin, View):
    """The lines asked for as a spreadsheet, with the totals by account on a second sheet."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        closing = self.closing(pk)
        content = closing_workbook(closing, filtered_lines(closing, request.GET))
        headers = {"Content-Disposition": f'attachment; filename="deferrals-{closing.on:%Y-%m-%d}.xlsx"'}
        return HttpResponse(content, content_type=XLSX, headers=headers)


register_page(
    Page(
        "deferrals",
        gettext_lazy("Accruals and deferrals"),
        "deferrals",
        "books",
        icon="calendar-clock",
        permission=VIEW_PERMISSION,
        keywords=(gettext_lazy("closing"), gettext_lazy("deferred income"), gettext_lazy("accrued income")),
        order=30,
    )
)
