"""Forms of contracts and their lines."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.contracts.models import Contract, ContractLine
from ronda.contracts.services import next_number
from ronda.workspace.forms import CompanyForm, CompanyModelForm

COMPANY_PATHS = {
    "account": "party__company",
    "group": "account__party__company",
    "site": "party__company",
    "contract": "company",
}
MONTHS = ContractLine.Frequency.MONTH
RHYTHMS = [
    ("month-1", _("every month")),
    ("month-2", _("every 2 months")),
    ("month-3", _("every 3 months")),
    ("month-4", _("every 4 months")),
    ("month-6", _("every 6 months")),
    ("month-12", _("every year")),
    ("week-1", _("every week")),
    ("week-2", _("every 2 weeks")),
    ("week-4", _("every 4 weeks")),
    ("once-1", _("once")),
]


def rhythm_words(line: ContractLine) -> Any:
    """How often a line is billed, as the form offers it: "every 3 months"."""
    unit, n = line.frequency_unit, line.frequency
    if known := dict(RHYTHMS).get(f"{unit}-{n}"):
        return known
    if unit == ContractLine.Frequency.WEEK:
        return ngettext("every week", "every %(n)s weeks", n) % {"n": n}
    return ngettext("every month", "every %(n)s months", n) % {"n": n}


class ContractForm(CompanyModelForm):
    """The head of a contract. The payer is the customer's own billing account unless another is chosen."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (_("Agreement"), ("party", "account", "group", "number", "title", "kind", "status")),
        (_("Time"), ("signed_on", "starts_on", "ends_on")),
        (_("Documents"), ("purchase_order", "cig", "cup", "document_text", "branch")),
        (_("Inside"), ("owner", "notes")),
    )
    wide = ("title", "document_text", "notes")

    class Meta:
        model = Contract
        fields = [
            "party",
            "account",
            "group",
            "number",
            "title",
            "kind",
            "status",
            "signed_on",
            "starts_on",
            "ends_on",
            "purchase_order",
            "cig",
            "cup",
            "document_text",
            "branch",
            "owner",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].required = False
        self.fields["number"].help_text = _("Empty: the next one of the year.")
        self.fields["account"].required = False
        self.fields["account"].help_text = _("Empty: the customer pays.")
        status = self.fields["status"]
        status.choices = self._status_choices()  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial.setdefault("status", Contract.Status.ACTIVE)

    def _status_choices(self) -> list[tuple[Any, Any]]:
        """A new contract is a draft or active; later changes of state have their own buttons."""
        status = Contract.Status
        if self.instance.pk is None or self.instance.status == status.DRAFT:
            return [(s.value, s.label) for s in (status.ACTIVE, status.DRAFT)]
        return [(self.instance.status, self.instance.get_status_display())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        party, starts_on = data.get("party"), data.get("starts_on")
        if party and not data.get("account"):
            data["account"] = party.accounts.filter(is_default=True).first()
            if data["account"] is None:
                self.add_error("account", _("This customer has no billing account yet: choose who pays."))
        if starts_on and not data.get("number") and self.company is not None:
            data["number"] = next_number(self.company, starts_on)
        return data


class QuickLineForm(CompanyModelForm):
    """A line inside the contract's form: what is enough nine times out of ten.

    An empty price is the one agreed with the payer, or that of his price lists (P6).
    """

    price_left_empty = False
    company_paths = COMPANY_PATHS
    rhythm = forms.ChoiceField(label=_("frequency"), choices=RHYTHMS, initial="month-1")

    class Meta:
        model = ContractLine
        fields = ["item", "text", "site", "quantity", "price", "price_basis", "timing"]

    field_order = ("item", "text", "site", "quantity", "price", "price_basis", "rhythm", "timing")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].required = False
        line = self.instance
        if line.pk is not None:
            value = f"{line.frequency_unit}-{line.frequency}"
            self.initial["rhythm"] = value
            field = self.fields["rhythm"]
            if value not in dict(RHYTHMS):
                field.choices = [*RHYTHMS, (value, rhythm_words(line))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.price_left_empty = data.get("price") is None
        if self.price_left_empty:
            data["price"] = Decimal(0)
        unit, _dash, every = (data.get("rhythm") or "month-1").partition("-")
        self.instance.frequency_unit, self.instance.frequency = unit, int(every)
        return data


class LineForm(CompanyModelForm):
    """Everything that can be agreed about one fee."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (_("Fee"), ("item", "text", "site", "quantity", "price", "price_basis", "discount", "vat_code")),
        (_("Periods"), ("frequency", "frequency_unit", "alignment", "anchor_on", "month_end", "timing")),
        (_("Invoice day"), ("invoice_day", "invoice_day_number", "offset_days", "lead_days")),
        (_("Beginning and end"), ("starts_on", "ends_on", "free_until", "first_partial", "last_partial")),
    )
    wide = ("text",)

    class Meta:
        model = ContractLine
        fields = [
            "item",
            "text",
            "site",
            "quantity",
            "price",
            "price_basis",
            "discount",
            "vat_code",
            "frequency",
            "frequency_unit",
            "alignment",
            "anchor_on",
            "month_end",
            "timing",
            "invoice_day",
            "invoice_day_number",
            "offset_days",
            "lead_days",
            "starts_on",
            "ends_on",
            "free_until",
            "first_partial",
            "last_partial",
        ]


class EndForm(CompanyForm):
    """The last day of a contract."""

    ends_on = forms.DateField(label=_("Last day"))


class HoldForm(CompanyForm):
    """Why a contract is not billed for now."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class WaiveForm(CompanyForm):
    """A period that will not be billed."""

    starts_on = forms.DateField(label=_("First day of the period"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
