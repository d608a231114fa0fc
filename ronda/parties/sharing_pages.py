"""Customers of the other companies of the group: taken over, and kept in step (P8)."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.company.models import Company
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.parties.models import TakenParty
from ronda.parties.services.sharing import let_follow, offered, sharing_companies, take_over
from ronda.workspace.pages import PageMixin

SHOWN = 50


class TakeOver(PageMixin, TemplateView):
    """Search the other companies of the group, take a customer over, choose which copies follow."""

    template_name = "parties/take_over.html"
    permission_required = "parties.add_party"  # type: ignore[misc]
    page_title = gettext_lazy("Take customers over")
    area = "customers"
    breadcrumb: ClassVar[Any] = ()

    @cached_property
    def others(self) -> list[Company]:
        user: Any = self.request.user
        return sharing_companies(self.company, user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        text = self.request.GET.get("q", "").strip()[:100].replace("\x00", "")
        rows = offered(self.company, user)
        if text:
            rows = rows.filter(Q(name__icontains=text) | Q(tax_id__icontains=text) | Q(city__icontains=text))
        found = list(rows[: SHOWN + 1]) if self.others else []
        taken = TakenParty.objects.filter(party__company=self.company)
        # Who may not see the other company's customers is not told which one it was.
        return super().get_context_data(
            others=self.others,
            seen={company.pk for company in self.others},
            found=found[:SHOWN],
            more=len(found) > SHOWN,
            taken=taken.select_related("party", "source__company").order_by("party__name", "pk")[:SHOWN],
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if key := request.POST.get("follow"):
            return self._let_follow(key)
        user: Any = request.user
        source = get_object_or_404(offered(self.company, user), pk=_key(request.POST.get("source", "")))
        confirmed = frozenset(request.POST.getlist("confirmed"))
        in_step = "in_step" in request.POST
        try:
            party = take_over(source, self.company, user=user, in_step=in_step, confirmed=confirmed)
        except NeedsConfirmation as asked:
            question = {
                "text": asked.message, "source": source, "in_step": in_step,
                "confirmed": sorted({*confirmed, asked.code}),
            }  # fmt: skip
            return self.render_to_response(self.get_context_data(question=question))
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse("party-take-over"))
        messages.success(request, _("“%(party)s” is taken over.") % {"party": party})
        return HttpResponseRedirect(reverse("party-detail", args=[party.pk]))

    def _let_follow(self, key: str) -> HttpResponse:
        taken = get_object_or_404(TakenParty, pk=_key(key), party__company=self.company)
        in_step = self.request.POST.get("in_step") == "on"
        if in_step and (taken.source is None or taken.source.company_id not in {x.pk for x in self.others}):
            raise Http404
        let_follow(taken, in_step=in_step, by=self.request.user.get_username())
        return HttpResponseRedirect(reverse("party-take-over"))


def _key(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
