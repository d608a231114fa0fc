"""Screens outside the workspaces: a customer's statement, who is late, the proposal beside a payment."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.kernel.money import ZERO
from ronda.parties.forms import TermsForm
from ronda.parties.models import Party
from ronda.payments import queries
from ronda.payments.domain.terms import instalments
from ronda.payments.forms import DayForm, StatementForm
from ronda.payments.services.dues import terms_of
from ronda.workspace.declare import Page, register_page
from ronda.workspace.pages import PageMixin
from ronda.workspace.parsing import Unreadable, read_amount
from ronda.workspace.visibility import visible_to


class CustomerStatement(PageMixin, TemplateView):
    """Documents and payments of a customer in a time, the balance at its end; made to be printed."""

    permission_required = "payments.view_payment"
    whole_company = False
    area = "money"
    page_title = _("Customer statement")
    template_name = "payments/statement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET if "party" in self.request.GET else None
        form = StatementForm(given, company=self.company)
        context = super().get_context_data(form=form, **kwargs)
        if form.is_bound and form.is_valid():
            facts = form.cleaned_data
            end = facts["end"] or timezone.localdate()
            context["party"] = facts["party"]
            context["start"], context["end"] = facts["start"], end
            context["statement"] = queries.statement(facts["party"], start=facts["start"], end=end)
            context["dues"] = queries.open_dues_of(facts["party"])
        return context


class OverdueCustomers(PageMixin, TemplateView):
    """Customers with open dues by how late they are (O32)."""

    permission_required = "payments.view_instalment"
    area = "money"
    page_title = _("Who owes what")
    template_name = "payments/overdue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET if "on" in self.request.GET else None
        form = DayForm(given, company=self.company, initial={"on": timezone.localdate()})
        on: date = form.cleaned_data["on"] if form.is_bound and form.is_valid() else timezone.localdate()
        rows = queries.aged(self.company, on=on)
        totals = {
            "not_due": sum((row.not_due for row in rows), ZERO),
            "late": [sum((row.late[n] for row in rows), ZERO) for n in range(4)],
            "credit": sum((row.credit for row in rows), ZERO),
            "owed": sum((row.owed for row in rows), ZERO),
        }
        return super().get_context_data(form=form, on=on, rows=rows, totals=totals, **kwargs)


class Proposal(PageMixin, TemplateView):
    """The open dues of the customer in a payment form and what the amount would settle; a fragment.

    With it comes the way the customer pays, unless the person chose another (`method` is not `proposed`).
    """

    permission_required = "payments.add_payment"
    whole_company = False
    template_name = "payments/proposal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET
        party = None
        if (key := given.get("party", "")).isdecimal() and len(key) < 19:
            party = get_object_or_404(
                visible_to(Party.objects.filter(company=self.company), self.request.user), pk=key
            )
        try:
            amount = read_amount(given.get("amount", ""), places=2)
        except Unreadable:
            amount = None
        context = super().get_context_data(proposal=queries.proposal(party, amount), **kwargs)
        return context | self.proposed_method(party, given)

    def proposed_method(self, party: Party | None, given: QueryDict) -> dict[str, Any]:
        """How the customer pays, and whether the form is to say so now."""
        method, proposed = given.get("method", ""), given.get("proposed", "")
        if method not in ("", proposed):
            return {"proposed": proposed}
        usual = queries.usual_method(party)
        key = str(usual.pk) if usual is not None else ""
        return {"proposed": key, "propose": key != method}


class TermsExample(PageMixin, TemplateView):
    """Due dates of 1000.00 issued today under the payment terms being written; a fragment of their form."""

    permission_required = "parties.view_paymentterms"
    whole_company = False
    template_name = "payments/terms_example.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = TermsForm(self.request.GET, company=self.company)
        context = super().get_context_data(**kwargs)
        if not form.errors.keys() & {"days", "percents", "pay_day", "shift_months", "shift_to_day"}:
            today = timezone.localdate()
            context |= {"on": today, "dues": instalments(Decimal(1000), terms_of(form.instance), today)}
        return context


urlpatterns = [
    path("payments/terms-example/", TermsExample.as_view(), name="terms-example"),
    path("payments/statement/", CustomerStatement.as_view(), name="customer-statement"),
    path("payments/overdue/", OverdueCustomers.as_view(), name="overdue-customers"),
    path("payments/proposal/", Proposal.as_view(), name="payment-proposal"),
]

register_page(
    Page(
        "customer-statement",
        _("Customer statement"),
        "customer-statement",
        "money",
        icon="file-text",
        permission="payments.view_payment",
        keywords=(_("balance"), _("ledger")),
        order=40,
    )
)
register_page(
    Page(
        "overdue-customers",
        _("Who owes what"),
        "overdue-customers",
        "money",
        icon="clock",
        permission="payments.view_instalment",
        keywords=(_("overdue"), _("receivables"), _("late")),
        order=30,
    )
)
