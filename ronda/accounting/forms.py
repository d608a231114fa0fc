"""What people enter about the books."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.accounting.models import Account, Closing
from ronda.workspace.forms import CompanyForm, CompanyModelForm


class AccountForm(CompanyModelForm):
    """An account of the chart. What the programs use it for is set with the chart and stays."""

    class Meta:
        model = Account
        fields = ("code", "name", "kind", "active")


class PeriodForm(CompanyForm):
    """From and to, both included; the year so far when left empty."""

    start = forms.DateField(label=_("From"), required=False)
    end = forms.DateField(label=_("To"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        today = timezone.localdate()
        cleaned["end"] = cleaned.get("end") or today
        cleaned["start"] = cleaned.get("start") or cleaned["end"].replace(month=1, day=1)
        if cleaned["start"] > cleaned["end"]:
            self.add_error("end", _("The end comes before the beginning."))
        return cleaned


class ClosingForm(CompanyForm):
    """The day at which accruals and deferrals are computed, and how amounts are spread."""

    on = forms.DateField(
        label=_("Closing day"), help_text=_("Usually the last day of a year or of a month; it belongs to it.")
    )
    method = forms.ChoiceField(
        label=_("Spread"),
        choices=Closing.Method.choices,
        help_text=_("By days, both ends included; or by months, each of which counts the same."),
    )


class ReversalForm(CompanyForm):
    """When the opposite of a closing is posted."""

    on = forms.DateField(label=_("Reverse on"))
