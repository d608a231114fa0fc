"""The renewal cockpit, the pages of batches, proposals and letters, the renewal part of a contract."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.billing.domain.derivation import from_json
from ronda.contracts.models import Contract
from ronda.kernel.periods import add_months
from ronda.renewals import queries, services
from ronda.renewals.domain.indexation import Clause, in_short, next_due, rows, words
from ronda.renewals.forms import CockpitForm
from ronda.renewals.models import IndexBatch, IndexClause, IndexProposal, Renewal, RenewalTerms
from ronda.workspace.declare import Page, register_page
from ronda.workspace.display import number
from ronda.workspace.pages import DetailPage, PageMixin

PER_PAGE = 50
SHOWN = 200
FATES = {
    "open": (_("notice still possible"), "amber"),
    "consent": (_("waits for consent"), "violet"),
    "secured": (_("renews"), "green"),
    "ends": (_("ends"), "gray"),
}


class Cockpit(PageMixin, TemplateView):
    """What ends in the next months, until when notice is in time, and how much depends on it."""

    permission_required = "renewals.view_renewalterms"
    area = "renewals"
    page_title = _("Renewals")
    template_name = "renewals/cockpit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET
        form = CockpitForm(_with_default(given), company=self.company)
        asked = form.cleaned_data if form.is_valid() else {}
        today = timezone.localdate()
        until = add_months(today, asked.get("months") or 6)
        found = queries.ending(
            self.company, on=today, until=until, text=asked.get("q", ""), mode=asked.get("mode", "")
        )
        totals = queries.totals(found)
        shown = [row for row in found if _fits(row, asked.get("fate", ""))]
        page = Paginator(shown, PER_PAGE).get_page(given.get("page"))
        outlooks = queries.outlooks(self.company, {row.pk: row.ends_on for row in page})
        return super().get_context_data(
            form=form,
            today=today,
            until=until,
            totals=totals,
            page=page,
            rows=[(row, *FATES[row.fate], outlooks.get(row.pk)) for row in page],
            fates=[(*FATES[fate], *totals.by_fate[fate]) for fate in FATES],
            query=_without_page(given),
            **kwargs,
        )


def _with_default(given: QueryDict) -> QueryDict:
    """The filters asked for; six months when none are."""
    filled = given.copy()
    filled.setdefault("months", "6")
    return filled


def _without_page(given: QueryDict) -> str:
    left = given.copy()
    left.pop("page", None)
    return left.urlencode()


def _fits(row: "queries.Ending", fate: str) -> bool:
    if fate == "near":
        return row.near
    return not fate or row.fate == fate


class BatchPage(DetailPage):
    """A batch: what it comes to, what is missing, and every contract with its derivation."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["renewals/batch.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch: IndexBatch = self.object
        found = batch.proposals.select_related("contract__party").order_by("state", "contract__number", "pk")
        shown = list(found[: SHOWN + 1])
        return super().get_context_data(
            proposals=[describe(one) for one in shown[:SHOWN]],
            cut=len(shown) > SHOWN,
            difference=batch.new_total - batch.old_total,
            open=batch.state == IndexBatch.State.PREVIEW,
            **kwargs,
        )


STATE_COLOURS = {
    IndexProposal.State.PROPOSED: "blue",
    IndexProposal.State.APPLIED: "green",
    IndexProposal.State.EXCLUDED: "gray",
    IndexProposal.State.PENDING: "amber",
}


def describe(proposal: IndexProposal) -> dict[str, Any]:
    """What pages show of a proposal."""
    steps = from_json(proposal.derivation)
    return {
        "proposal": proposal,
        "colour": STATE_COLOURS[IndexProposal.State(proposal.state)],
        "reason": reason_of(proposal),
        "steps": rows(steps, number),
        "short": in_short(steps, number),
    }


def reason_of(proposal: IndexProposal) -> str:
    """Why it is pending, or why it was left out, in words."""
    if proposal.reason:
        code, args = proposal.reason
        return words(code, args)
    return proposal.note


class ProposalPage(DetailPage):
    """The adjustment of one contract, line by line and step by step."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["renewals/proposal.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(described=describe(self.object), **kwargs)


class AdjustmentLetters(PageMixin, TemplateView):
    """The letters of a batch, one per sheet, to be printed with the browser."""

    permission_required = "renewals.view_indexbatch"
    area = "renewals"
    page_title = _("Adjustment letters")
    template_name = "renewals/letters.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = get_object_or_404(
            IndexBatch.objects.select_related("company"), pk=self.kwargs["pk"], company=self.company
        )
        found = batch.proposals.select_related("contract__party").order_by("pk")
        if "unsent" in self.request.GET:
            found = found.filter(letter=None)
        letters = services.adjustment_letters(batch, list(found))
        return super().get_context_data(
            letters=letters, day=batch.confirmed_on or timezone.localdate(), subject=batch, **kwargs
        )


class RenewalLetters(PageMixin, TemplateView):
    """Letters about the end of the ticked contracts (`?id=3&id=7`), to be printed with the browser."""

    permission_required = "renewals.view_renewalterms"
    area = "renewals"
    page_title = _("Renewal letters")
    template_name = "renewals/letters.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ids = [int(pk) for pk in self.request.GET.getlist("id") if pk.isdecimal() and len(pk) < 19]
        found = Contract.objects.filter(company=self.company, pk__in=ids).select_related("party", "company")
        contracts = list(found.order_by("party__name", "pk"))
        if ids and not contracts:
            raise Http404
        return super().get_context_data(
            letters=services.renewal_letters(self.company, contracts), day=timezone.localdate(), **kwargs
        )


def contract_tab(contract: Contract) -> dict[str, Any]:
    """What the tab of a contract shows: its terms, its clause, notices and the contracts before and after."""
    today = timezone.localdate()
    terms = RenewalTerms.objects.filter(contract=contract).first()
    clause = IndexClause.objects.filter(contract=contract).select_related("series").first()
    last = services.last_day_for(contract, terms) if terms else None
    return {
        "terms": terms,
        "clause": clause,
        "last_useful_on": last,
        "passed": last is not None and last < today,
        "next_adjustment": _next_adjustment(contract, today),
        "never": list(clause.never.all()) if clause else [],
        "notices": list(contract.notices.order_by("-pk")),
        "renewal": Renewal.objects.filter(contract=contract).select_related("successor").first(),
        "came_from": Renewal.objects.filter(successor=contract).select_related("contract").first(),
    }


def _next_adjustment(contract: Contract, today: date) -> date | None:
    found = queries.clause_rows(IndexClause.objects.filter(contract=contract))
    if not found:
        return None
    clause: Clause = found[0].clause
    return next_due(
        clause, clause.last_on or max(contract.starts_on, add_months(today, -clause.every_months))
    )


urlpatterns = [
    path("renewals/", Cockpit.as_view(), name="renewals"),
    path("renewals/letters/", RenewalLetters.as_view(), name="renewal-letters"),
    path("renewals/letters/<int:pk>/", AdjustmentLetters.as_view(), name="adjustment-letters"),
]

register_page(
    Page(
        "renewals",
        _("Renewals"),
        "renewals",
        "renewals",
        icon="calendar-clock",
        permission="renewals.view_renewalterms",
        keywords=(_("notice"), _("expiring"), _("tacit renewal")),
        order=10,
    )
)
