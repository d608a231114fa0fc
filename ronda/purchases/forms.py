"""What people enter about suppliers' invoices."""

import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.accounting.models import Account
from ronda.purchases.models import Payable, SupplierInvoice, SupplierInvoiceLine, SupplierPayment
from ronda.purchases.queries import open_payables
from ronda.workspace.display import money
from ronda.workspace.forms import CompanyForm, CompanyModelForm
from ronda.workspace.parsing import Unreadable, read_amount

PART = "part-"


class InvoiceForm(CompanyModelForm):
    """Whose invoice it is; what the file says does not change."""

    class Meta:
        model = SupplierInvoice
        fields = ("supplier",)


class LineForm(CompanyModelForm):
    """What a line is for us. Text and amount are those of the file."""

    class Meta:
        model = SupplierInvoiceLine
        fields = ("account", "vat_code", "deductible", "item")

    @property
    def shown(self) -> dict[str, Any]:
        """What the file says of the line."""
        line: SupplierInvoiceLine = self.instance
        return {"text": line.text, "net": money(line.net), "rate": line.rate, "nature": line.nature}


class RegisterForm(CompanyForm):
    """The day of the register."""

    on = forms.DateField(
        label=_("Registered on"), help_text=_("Numbers follow the dates: never before the last one.")
    )


class UnregisterForm(CompanyForm):
    """When the opposite entry is posted, and why."""

    on = forms.DateField(label=_("Taken back on"))
    reason = forms.CharField(label=_("Reason"), max_length=250, required=False)


class RefuseForm(CompanyForm):
    """Why the invoice is not accepted."""

    reason = forms.CharField(label=_("Reason"), max_length=250)


def money_accounts() -> QuerySet[Account]:
    """Accounts money can leave from: bank and cash first, then assets that are used for nothing else."""
    first = Case(
        When(role="bank", then=Value(0)), When(role="cash", then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    rows = Account.objects.filter(active=True, kind=Account.Kind.ASSET, role__in=("bank", "cash", ""))
    return rows.order_by(first, "code")


def result_accounts() -> QuerySet[Account]:
    """Accounts a difference can go to."""
    kinds = (Account.Kind.REVENUE, Account.Kind.EXPENSE)
    return Account.objects.filter(active=True, kind__in=kinds).order_by("code")


class SupplierPaymentForm(CompanyModelForm):
    """A payment to a supplier. Inputs named `part-<id>` say what it settles; without any, the oldest first.

    `once` is a key of the page's own: the same form sent twice records one payment.
    """

    once = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    fieldsets = (
        (_("Whom and how much"), ("supplier", "amount")),
        (_("How"), ("date", "account", "reference", "notes")),
        (_("Where more is settled than was paid"), ("difference_account",)),
    )

    class Meta:
        model = SupplierPayment
        fields = ("supplier", "amount", "date", "account", "difference_account", "reference", "notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        supplier, account = self.fields["supplier"], self.fields["account"]
        supplier.queryset = supplier.queryset.filter(is_supplier=True)  # type: ignore[attr-defined]
        account.queryset = money_accounts().filter(company=self.company)  # type: ignore[attr-defined]
        rest = self.fields["difference_account"]
        rest.queryset = result_accounts().filter(company=self.company)  # type: ignore[attr-defined]
        rest.help_text = _("Such as a discount taken. Up to 1.00 is a rounding and needs no account.")
        self.fields["amount"].help_text = _("Empty: the sum of what is settled below.")
        self.fields["amount"].required = False
        self.initial.setdefault("date", timezone.localdate())
        self.initial.setdefault("once", secrets.token_hex(16))
        first = account.queryset.first()  # type: ignore[attr-defined]
        if first is not None:
            self.initial.setdefault("account", first.pk)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["shares"] = self._shares(cleaned)
        return cleaned

    def _shares(self, cleaned: Mapping[str, Any]) -> list[tuple[Payable, Decimal]] | None:
        """The amounts beside the payables; None when the person was shown none."""
        given = parts_given(self.data)
        supplier = cleaned.get("supplier")
        if given is None or supplier is None:
            return None
        wanted: dict[int, Decimal] = {}
        for key, text in given.items():
            try:
                wanted[key] = read_amount(text, places=2) if text.strip() else Decimal(0)
            except Unreadable as unreadable:
                self.add_error(None, str(unreadable.message))
        found = open_payables(supplier).filter(pk__in=wanted)
        return [(payable, wanted[payable.pk]) for payable in found if wanted[payable.pk]]


def parts_given(data: Mapping[str, Any]) -> dict[int, str] | None:
    """What was entered beside each payable, by its id; None where there was none to enter."""
    keys = [name.removeprefix(PART) for name in data if name.startswith(PART)]
    return {int(key): str(data[PART + key]) for key in keys if key.isdecimal() and len(key) < 19} or None


class PayForm(CompanyForm):
    """How ticked payables are paid."""

    company_paths = {"account": "company"}

    date = forms.DateField(label=_("Paid on"), initial=timezone.localdate)
    account = forms.ModelChoiceField(money_accounts(), label=_("Paid from"))
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)


class TakeBackForm(CompanyForm):
    """When and why a payment is taken back."""

    on = forms.DateField(label=_("Taken back on"), initial=timezone.localdate)
    reason = forms.CharField(label=_("Reason"), max_length=250)


class AgeingForm(CompanyForm):
    """A day to look from."""

    on = forms.DateField(label=_("On"), initial=timezone.localdate)
