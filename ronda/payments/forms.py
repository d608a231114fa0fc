"""What people enter about money in and money back."""

import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.parties.models import Party, PaymentMethod
from ronda.payments.models import Instalment, Payment
from ronda.payments.queries import OPEN
from ronda.workspace.forms import CompanyForm, CompanyModelForm
from ronda.workspace.parsing import Unreadable, read_amount

DUE = "due-"


def methods() -> Any:
    return PaymentMethod.objects.filter(active=True).order_by("name", "pk")


class PaymentForm(CompanyModelForm):
    """A payment received. Inputs named `due-<id>` say which dues it settles; without any, the oldest.

    `once` is a key of the caller's own: the same form sent twice records one payment.
    """

    once = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    fieldsets = (
        (_("Who and how much"), ("party", "amount")),
        (_("How"), ("date", "method", "reference", "notes")),
    )

    class Meta:
        model = Payment
        fields = ("party", "amount", "date", "method", "reference", "notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].queryset = self.fields["method"].queryset.filter(active=True)  # type: ignore[attr-defined]
        self.initial.setdefault("date", timezone.localdate())
        self.initial.setdefault("once", secrets.token_hex(16))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["instalments"] = self._shares()
        return cleaned

    def _shares(self) -> list[tuple[Instalment, Decimal]] | None:
        """The amounts beside the dues; None when the person was shown no due."""
        given = dues_given(self.data)
        if given is None:
            return None
        wanted: dict[int, Decimal] = {}
        for key, text in given.items():
            try:
                wanted[key] = read_amount(text, places=2) if text.strip() else Decimal(0)
            except Unreadable as unreadable:
                self.add_error(None, str(unreadable.message))
        found = Instalment.objects.filter(company=self.company, pk__in=wanted).select_related("document")
        return [(due, wanted[due.pk]) for due in found.order_by("pk") if wanted[due.pk]]


def dues_given(data: Mapping[str, Any]) -> dict[int, str] | None:
    """What was entered beside each due, by its id; None where there was none to enter."""
    names = [name for name in data if name.startswith(DUE) and name.removeprefix(DUE).isdecimal()]
    return {int(name.removeprefix(DUE)): str(data[name]) for name in names} or None


class PayDuesForm(CompanyForm):
    """How ticked dues were paid."""

    date = forms.DateField(label=_("Paid on"), initial=timezone.localdate)
    method = forms.ModelChoiceField(methods(), label=_("Method"))
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)


class UseCreditForm(CompanyForm):
    """Which credit note settles a due, and how much of it."""

    company_paths = {"credit": "company"}

    credit = forms.ModelChoiceField(
        Instalment.objects.filter(OPEN, amount__lt=0)
        .select_related("document", "party")
        .order_by("due_on", "pk"),
        label=_("Credit note"),
    )
    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=12,
        decimal_places=2,
        required=False,
        min_value=Decimal("0.01"),
        help_text=_("As much as possible when left empty."),
    )
    on = forms.DateField(label=_("Date"), initial=timezone.localdate)


class OnForm(CompanyForm):
    """A date, nothing else."""

    on = forms.DateField(label=_("Date"), initial=timezone.localdate)


class CancelForm(OnForm):
    """When and why a payment is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class RefundForm(CompanyForm):
    """What is given back to the customer."""

    date = forms.DateField(label=_("Paid on"), initial=timezone.localdate)
    amount = forms.DecimalField(label=_("Amount"), max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    method = forms.ModelChoiceField(methods(), label=_("Method"))
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)


class StatementForm(CompanyForm):
    """Whose statement, from when, up to when."""

    party = forms.ModelChoiceField(Party.objects.order_by("name", "pk"), label=_("Customer"))
    start = forms.DateField(label=_("From"), required=False)
    end = forms.DateField(label=_("To"), required=False)


class DayForm(CompanyForm):
    """A day to look from."""

    on = forms.DateField(label=_("On"), initial=timezone.localdate)
