"""What people enter about agents, their shares and their statements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.agents.models import Agent, CommissionRule, GeneralRule
from ronda.workspace.forms import CompanyForm, CompanyModelForm

PATHS = {"line": "contract__company", "user": "memberships__company"}


class AgentForm(CompanyModelForm):
    """An agent. Gross commissions only: withholding and the agents' own funds are not computed."""

    company_paths = PATHS
    fieldsets = (
        (_("Who"), ("name", "party", "user", "active")),
        (_("Usual share"), ("percent", "following", "base")),
        (
            _("For statements"),
            ("street", "postcode", "city", "province", "tax_id", "registration_id", "email", "phone"),
        ),
        (_("Inside"), ("notes",)),
    )
    wide = ("notes",)
    short = ("percent", "following", "base", "postcode", "province")
    rows_after = 2

    class Meta:
        model = Agent
        fields = [
            "name",
            "party",
            "user",
            "active",
            "percent",
            "following",
            "base",
            "street",
            "postcode",
            "city",
            "province",
            "tax_id",
            "registration_id",
            "email",
            "phone",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}


class GeneralRuleRow(CompanyModelForm):
    """A rule that names no contract, inside the agent's form."""

    class Meta:
        model = GeneralRule
        fields = [
            "party",
            "item",
            "starts_on",
            "ends_on",
            "percent",
            "following",
            "beyond_contracts",
        ]
        labels = {"following": _("then %"), "beyond_contracts": _("all invoices")}


class RuleForm(CompanyModelForm):
    """One rule with everything it can say."""

    company_paths = PATHS
    along = {"line": ("contract",)}
    fieldsets = (
        (_("Who earns on what"), ("agent", "contract", "line", "party", "item", "beyond_contracts")),
        (_("Time"), ("starts_on", "ends_on", "counted_from")),
        (_("How much"), ("percent", "following", "fixed", "base", "notes")),
    )
    wide = ("notes",)
    short = ("starts_on", "ends_on", "counted_from", "percent", "following", "fixed", "base")

    class Meta:
        model = CommissionRule
        fields = [
            "agent",
            "contract",
            "line",
            "party",
            "item",
            "beyond_contracts",
            "starts_on",
            "ends_on",
            "counted_from",
            "percent",
            "following",
            "fixed",
            "base",
            "notes",
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("line") is not None and data.get("contract") is None:
            data["contract"] = data["line"].contract
        return data


class AssignForm(CompanyForm):
    """An agent for the ticked contracts."""

    agent = forms.ModelChoiceField(Agent.objects.filter(active=True).order_by("name", "pk"), label=_("Agent"))
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("To"), required=False)
    percent = forms.DecimalField(
        label="%",
        min_value=0,
        max_value=100,
        decimal_places=4,
        required=False,
        help_text=_("Empty: the agent's usual one."),
    )
    following = forms.DecimalField(
        label=_("% after the first year"),
        min_value=0,
        max_value=100,
        decimal_places=4,
        required=False,
        help_text=_("Empty: the same as in the first year."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data


def refuse_backwards(form: forms.Form, data: dict[str, Any]) -> None:
    first, last = data.get("starts_on"), data.get("ends_on")
    if first and last and last < first:
        form.add_error("ends_on", _("The last day cannot come before the first."))


class PeriodForm(CompanyForm):
    """From a day to a day, both in."""

    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data


class LastDayForm(CompanyForm):
    """The last day of rules."""

    ends_on = forms.DateField(label=_("Last day"))


class ConfirmForm(CompanyForm):
    """The day of the number."""

    on = forms.DateField(label=_("Date"))


class PayForm(CompanyForm):
    """How a statement was paid."""

    on = forms.DateField(label=_("Paid on"))
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)


class EntryForm(CompanyForm):
    """An amount by hand."""

    on = forms.DateField(label=_("Date"))
    amount = forms.DecimalField(
        label=_("Amount"), max_digits=12, decimal_places=2, help_text=_("With a minus: a deduction.")
    )
    text = forms.CharField(label=_("Description"), max_length=200)
