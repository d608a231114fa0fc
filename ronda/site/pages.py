"""Pages that show several apps at once, and the one that says the process is alive."""

import os
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, F, Model, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.billing.models import BillingRun, Document
from ronda.company import options
from ronda.company.models import Job
from ronda.contracts.models import Contract, ContractProposal
from ronda.countries.fr.ereporting_queries import to_see_to
from ronda.einvoices.domain.states import OPEN_QUESTIONS, SETTLED
from ronda.einvoices.models import Transmission
from ronda.einvoices.options import EinvoiceOptions
from ronda.einvoices.queries import last_attempts
from ronda.kernel.money import ZERO
from ronda.operations.queries import last_check, safety
from ronda.payments.models import Instalment
from ronda.workspace.declare import Area, Page, register_area, register_page
from ronda.workspace.pages import PageMixin
from ronda.workspace.templatetags.assets import asset
from ronda.workspace.visibility import sees_everything, visible_to

register_area(Area("home", "", order=0))
register_page(Page("home", _("Today"), "home", area="home", icon="home", order=0))


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process answers, and which start it is of; says nothing about the data."""
    headers = {"Ronda-Instance": os.environ.get("RONDA_INSTANCE", "")}
    return HttpResponse("ok", content_type="text/plain", headers=headers)


@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, where a browser asks for it by itself: for what has no page of ours around it."""
    return HttpResponseRedirect(asset("favicon.svg"))


class StyleGuide(TemplateView):
    """Every component on one page, for whoever works on them."""

    template_name = "shell/styleguide.html"


class Home(PageMixin, TemplateView):
    """What waits for a decision today, and how the firm stands."""

    permission_required = ""
    area = "home"
    page_title = _("Today")
    template_name = "site/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if getattr(self.request, "company", None) is None:
            return super().get_context_data(**kwargs)
        may: Any = self.request.user
        context: dict[str, Any] = {"today": timezone.localdate()}
        if may.has_perm("billing.view_document"):
            context |= self._documents()
        if may.has_perm("contracts.view_contract"):
            context |= self._contracts()
        if may.has_perm("payments.view_instalment"):
            context |= self._dues()
        if may.has_perm("einvoices.view_transmission"):
            context["einvoices_to_do"] = self._einvoices()
        if may.has_perm("country_fr.view_ereport") and sees_everything(may):
            context["reports_to_do"] = to_see_to(self.company, on=timezone.localdate())
        if may.has_perm("operations.view_datacheck") and sees_everything(may):
            context["data_check"] = last_check(self.company.pk)
        if may.is_superuser:
            context["safety"] = safety(now=timezone.now())
        context["failed_jobs"] = Job.objects.filter(company=self.company, state=Job.State.FAILED).count()
        return super().get_context_data(**context, **kwargs)

    def _mine(self, model: type[Model]) -> QuerySet[Any]:
        """The records of the company that this person sees."""
        return visible_to(model._default_manager.filter(company=self.company), self.request.user)

    def _documents(self) -> dict[str, Any]:
        today = timezone.localdate()
        counted = self._mine(Document).aggregate(
            drafts=Count("pk", filter=Q(status=Document.Status.DRAFT)),
            month_net=Sum("net_total", filter=Q(date__gte=today.replace(day=1), kind="invoice")),
        )
        runs = self._mine(BillingRun).exclude(state=BillingRun.State.DISCARDED)
        return {
            "drafts": counted["drafts"],
            "month_net": counted["month_net"] or ZERO,
            "last_run": runs.order_by("-as_of", "-pk").first(),
            "documents": self._mine(Document).select_related("party").order_by("-date", "-number", "-pk")[:8],
        }

    def _contracts(self) -> dict[str, Any]:
        today = timezone.localdate()
        contracts = self._mine(Contract).filter(status=Contract.Status.ACTIVE)
        sums = contracts.aggregate(
            n=Count("pk"),
            yearly=Sum("yearly_amount"),
            held=Count("pk", filter=Q(billing_hold=True)),
            ending=Count("pk", filter=Q(ends_on__range=(today, today + timedelta(days=60)))),
        )
        open_proposals = self._mine(ContractProposal).filter(state=ContractProposal.State.OPEN)
        return {"contracts": sums, "proposals": open_proposals.count()}

    def _dues(self) -> dict[str, Any]:
        today = timezone.localdate()
        unpaid = self._mine(Instalment).filter(amount__gt=F("settled"))
        sums = unpaid.aggregate(amount=Sum("amount"), settled=Sum("settled"))
        late = unpaid.filter(due_on__lt=today).aggregate(amount=Sum("amount"), settled=Sum("settled"))
        return {"open_dues": _residue(sums), "overdue": _residue(late)}

    def _einvoices(self) -> int:
        """E-invoices that a person has to see to: rejected and the like, or near a deadline."""
        days = options.read(EinvoiceOptions, self.company).alert_days
        near = Q(due_on__lte=timezone.localdate() + timedelta(days=days)) & ~Q(state__in=SETTLED)
        rows = last_attempts(self._mine(Transmission))
        return rows.filter(near | Q(state__in=OPEN_QUESTIONS)).count()


def _residue(sums: dict[str, Any]) -> Any:
    return (sums["amount"] or ZERO) - (sums["settled"] or ZERO)
