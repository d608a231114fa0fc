"""Forms of the catalogue."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.catalogue.models import (
    CustomerPrice,
    Item,
    ItemFamily,
    ListPrice,
    PriceList,
    Unit,
    VatCode,
    VatRate,
)
from ronda.parties.forms import AutomaticCode
from ronda.workspace.forms import CompanyForm, CompanyModelForm

COMPANY_PATHS = {"accounts": "party__company", "party": "company", "item": "company"}


class ItemForm(AutomaticCode):
    """A service or an article."""

    fieldsets = (
        (_("Service or article"), ("name", "kind", "code", "family")),
        (_("Price"), ("price", "unit", "vat_code", "cost")),
        (_("On documents and in the accounts"), ("description", "revenue_account", "withholding", "active")),
    )
    wide = ("name",)

    class Meta:
        model = Item
        fields = [
            "name",
            "kind",
            "code",
            "family",
            "price",
            "unit",
            "vat_code",
            "cost",
            "description",
            "revenue_account",
            "withholding",
            "active",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["description"].help_text = _("Empty: the name.")
        self.fields["revenue_account"].help_text = _("Empty: the account for sales.")
        if self.instance.pk is None and self.company is not None:
            usual = VatCode.objects.filter(company=self.company, is_default=True).first()
            self.initial.setdefault("vat_code", usual.pk if usual else None)

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return self.declared_data()


class FamilyForm(CompanyModelForm):
    class Meta:
        model = ItemFamily
        fields = ["name"]


class UnitForm(CompanyModelForm):
    """A unit with the code that European e-invoices know."""

    class Meta:
        model = Unit
        fields = ["code", "name", "legal_code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_code"].help_text = _(
            "UN/ECE Recommendation 20: C62 one, HUR hour, DAY day, MON month, ANN year, KGM kilogram."
        )


class VatCodeForm(CompanyModelForm):
    """A way of taxing a line; its percentages are in the rows."""

    fieldsets = (
        (_("VAT code"), ("code", "name", "is_default", "active")),
        (_("When no tax is charged"), ("nature", "category", "exempt_code", "exempt_text")),
        (_("Special cases"), ("exigibility", "stamp_relevant", "reverse_charge")),
    )
    wide = ("exempt_text",)

    class Meta:
        model = VatCode
        fields = [
            "code",
            "name",
            "is_default",
            "active",
            "nature",
            "category",
            "exempt_code",
            "exempt_text",
            "exigibility",
            "stamp_relevant",
            "reverse_charge",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].required = False
        self.fields["nature"].help_text = _("Needed for a rate of zero: N1 to N7 in Italy.")

    def _get_validation_exclusions(self) -> set[str]:
        """The service moves the mark of the usual code."""
        excluded: set[str] = super()._get_validation_exclusions()
        return excluded | {"is_default"}

    def clean_category(self) -> str:
        return str(self.cleaned_data["category"] or "S").upper()


class RateRow(CompanyModelForm):
    """A percentage from a day on."""

    class Meta:
        model = VatRate
        fields = ["valid_from", "percent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["percent"].min_value = Decimal(0)  # type: ignore[attr-defined]


class ValidityForm(CompanyModelForm):
    """What is valid in a time ends after it begins."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day is before the first one."))
        return data


class PriceListForm(ValidityForm):
    """Prices for a kind of customer, in a time."""

    company_paths = COMPANY_PATHS
    wide = ("accounts",)

    class Meta:
        model = PriceList
        fields = ["name", "valid_from", "valid_to", "accounts"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accounts"].label = _("Who has this list")


class ListPriceRow(CompanyModelForm):
    """An item's price in the list."""

    class Meta:
        model = ListPrice
        fields = ["item", "from_quantity", "price"]


class CustomerPriceForm(ValidityForm):
    """What one customer pays, or the discount he has."""

    company_paths = COMPANY_PATHS

    class Meta:
        model = CustomerPrice
        fields = ["party", "item", "price", "discount", "valid_from", "valid_to"]


class IncreaseForm(CompanyForm):
    """A percentage on all prices of a list."""

    percent = forms.DecimalField(
        label=_("Change in per cent"),
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(-99),
        max_value=Decimal(1000),
        help_text=_("3.5 raises the prices, -3.5 lowers them."),
    )
    step = forms.TypedChoiceField(
        label=_("Round to"),
        choices=[("0.01", "0.01"), ("0.05", "0.05"), ("0.10", "0.10"), ("0.50", "0.50"), ("1", "1")],
        coerce=Decimal,
        initial="0.01",
    )


class RateForm(CompanyForm):
    """A new percentage."""

    percent = forms.DecimalField(
        label=_("VAT %"), max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100)
    )
    valid_from = forms.DateField(label=_("From"))
