"""What people enter about suppliers' invoices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.purchases.models import SupplierInvoice, SupplierInvoiceLine
from ronda.workspace.display import money
from ronda.workspace.forms import CompanyForm, CompanyModelForm


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
