"""Forms of packages: for sale, being sold, being used; and of the wallet."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentKind
from ronda.catalogue.models import Item, VatCode
from ronda.packages.models import Deposit, Package, PackageTemplate, TemplateLine
from ronda.parties.forms import AutomaticCode
from ronda.parties.models import BillingAccount, Party, PaymentMethod
from ronda.workspace.forms import CompanyForm, CompanyModelForm

COMPANY_PATHS = {"account": "party__company", "site": "party__company"}
CENT = Decimal("0.01")


class TemplateForm(AutomaticCode):
    """A package of the catalogue."""

    fieldsets = (
        (_("Package"), ("name", "code", "kind", "amount", "description", "active")),
        (_("Price"), ("price", "vat_code")),
        (_("Time"), ("valid_months", "valid_days", "period_months", "carry_limit", "carry_months")),
        (_("Rules"), ("over_use", "transferable")),
    )
    wide = ("name", "description")
    short = ("valid_months", "valid_days")
    rows_after = 2

    class Meta:
        model = PackageTemplate
        fields = [
            "name",
            "code",
            "kind",
            "amount",
            "description",
            "active",
            "price",
            "vat_code",
            "valid_months",
            "valid_days",
            "period_months",
            "carry_limit",
            "carry_months",
            "over_use",
            "transferable",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.company is not None:
            usual = VatCode.objects.filter(company=self.company, is_default=True).first()
            self.initial.setdefault("vat_code", usual.pk if usual else None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("period_months") and not (data.get("valid_months") or data.get("valid_days")):
            self.add_error("valid_months", _("A subscription needs a last day."))
        return data


class TemplateLineForm(CompanyModelForm):
    """How many of a service."""

    class Meta:
        model = TemplateLine
        fields = ["item", "quantity", "extra_price"]


class SellForm(CompanyModelForm):
    """Selling a package of the catalogue to a customer."""

    company_paths = COMPANY_PATHS
    along = {"site": ("party",)}
    fieldsets = (
        (_("Sale"), ("template", "party", "account", "site", "price", "number")),
        (_("Time"), ("sold_on", "starts_on", "expires_on", "anchor_on")),
        (_("Documents"), ("bill",)),
        (_("Inside"), ("notes",)),
    )
    wide = ("notes", "bill")
    rows_after = 3
    bill = forms.ChoiceField(
        label=_("Invoice"),
        choices=[
            ("issue", _("issue it now")),
            ("draft", _("leave it as a draft")),
            ("later", _("bill later")),
        ],
        help_text=_("With deposits, those due by the day of sale are billed by advance invoices."),
    )

    class Meta:
        model = Package
        fields = [
            "template",
            "party",
            "account",
            "site",
            "price",
            "number",
            "sold_on",
            "starts_on",
            "expires_on",
            "anchor_on",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].required = True
        template: Any = self.fields["template"]
        template.queryset = template.queryset.filter(active=True).order_by("name", "pk")
        optional = {
            "account": _("Empty: the customer pays."),
            "price": _("Empty: the price of the package for sale."),
            "number": _("Empty: the next one of the year."),
            "starts_on": _("Empty: from the day of sale."),
            "expires_on": _("Empty: as the package for sale says."),
            "anchor_on": _("For a subscription that follows the days of a contract."),
        }
        for name, help_text in optional.items():
            self.fields[name].required, self.fields[name].help_text = False, help_text
        self.initial.setdefault("sold_on", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        party = data.get("party")
        if party and not data.get("account"):
            data["account"] = party.accounts.filter(is_default=True).first()
            if data["account"] is None:
                self.add_error("account", _("This customer has no billing account yet: choose who pays."))
        return data


class DepositRow(CompanyModelForm):
    """A deposit of the plan."""

    class Meta:
        model = Deposit
        fields = ["due_on", "amount"]


class OnForm(CompanyForm):
    """A day."""

    on = forms.DateField(label=_("Date"), initial=timezone.localdate)


class ReasonForm(OnForm):
    """A day and why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class UseForm(OnForm):
    """What was done for the customer."""

    field_order = ("item", "quantity", "on", "reference")
    item = forms.ModelChoiceField(
        Item.objects.filter(active=True).order_by("code", "pk"),
        label=_("Service"),
        required=False,
        help_text=_("Empty: the only one of the package, or a plain amount."),
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=2, min_value=CENT, initial=1
    )
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)


class ExtendForm(ReasonForm):
    """More time."""

    field_order = ("expires_on", "on", "reason")
    expires_on = forms.DateField(label=_("New last day"))


class BillForm(OnForm):
    """The day of a document, and whether it is issued at once."""

    issue = forms.BooleanField(label=_("Issue it now"), required=False, initial=True)


class TransferForm(CompanyForm):
    """Who gets the package."""

    company_paths = COMPANY_PATHS
    account = forms.ModelChoiceField(
        BillingAccount.objects.order_by("party__name", "pk"), label=_("Customer who gets it")
    )


class MoneyForm(OnForm):
    """An amount on a day."""

    field_order: Any = ("amount", "on")
    amount = forms.DecimalField(label=_("Amount"), max_digits=12, decimal_places=2, min_value=CENT)


class SetAsideForm(MoneyForm):
    """A credit for the customer's wallet."""

    field_order = ("document", "amount", "on", "reason")
    document = forms.ModelChoiceField(
        Document.objects.filter(kind=DocumentKind.CREDIT_NOTE, status=Document.Status.ISSUED).order_by(
            "-date", "-pk"
        ),
        label=_("Credit note"),
        required=False,
        help_text=_("Empty: a present of the firm, booked as a discount."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


def methods() -> Any:
    return PaymentMethod.objects.filter(active=True).order_by("name", "pk")


class PaidForm(MoneyForm):
    """Money that comes in or goes out, and how."""

    field_order = ("amount", "on", "method", "reference")
    method = forms.ModelChoiceField(methods(), label=_("Method"))
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)


class SpendForm(OnForm):
    """The document to pay."""

    field_order = ("document", "amount", "on")
    document = forms.ModelChoiceField(
        Document.objects.filter(status=Document.Status.ISSUED)
        .exclude(kind=DocumentKind.CREDIT_NOTE)
        .order_by("-date", "-pk"),
        label=_("Document"),
    )
    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=12,
        decimal_places=2,
        min_value=CENT,
        required=False,
        help_text=_("Empty: as much as is open and the wallet holds."),
    )


class StatementForm(CompanyForm):
    """Whose statement, from when to when."""

    party = forms.ModelChoiceField(Party.objects.order_by("name", "pk"), label=_("Customer"))
    start = forms.DateField(label=_("From"), required=False)
    end = forms.DateField(label=_("To"), required=False)
