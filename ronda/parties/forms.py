"""Forms of customers, sites, contacts, billing accounts and payment terms."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.company import options
from ronda.company.country import country_pack
from ronda.parties.models import (
    BankAccount,
    BillingAccount,
    BillingGroup,
    Contact,
    DocumentRecipient,
    Family,
    Party,
    PaymentMethod,
    PaymentTerms,
    Site,
)
from ronda.parties.options import PartyOptions
from ronda.workspace.forms import CompanyForm, CompanyModelForm

COMPANY_PATHS = {
    "account": "party__company",
    "bank_account": "party__company",
    "billing_group": "account__party__company",
    "group": "account__party__company",
    "owner": "memberships__company",
    "party": "company",
    "site": "party__company",
}
LANGUAGES = [("", _("the company's")), ("it", "Italiano"), ("fr", "Français"), ("en", "English")]
MONTHS_SHUT = [
    (1, _("January")),
    (2, _("February")),
    (3, _("March")),
    (4, _("April")),
    (5, _("May")),
    (6, _("June")),
    (7, _("July")),
    (8, _("August")),
    (9, _("September")),
    (10, _("October")),
    (11, _("November")),
    (12, _("December")),
]


def exemption_words() -> dict[str, Any]:
    """Label, length and hint of the exemption from stamp duty, as the billing account has them."""
    field = BillingAccount._meta.get_field("stamp_duty_exemption")
    return {
        "label": capfirst(field.verbose_name),
        "max_length": field.max_length,
        "help_text": field.help_text,
    }


def drop_stamp_duty(form: CompanyModelForm) -> None:
    """Nobody is asked for an exemption where there is no stamp duty."""
    if form.company is not None and not country_pack(form.company).has_stamp_duty:
        del form.fields["stamp_duty_exemption"]


class AutomaticCode(CompanyModelForm):
    """The form of a record whose code is given by its service when the person leaves it empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = False
        self.fields["code"].help_text = _("Empty: the next free code.")

    def clean_code(self) -> str:
        """A known code is not taken away."""
        return str(self.cleaned_data["code"] or self.initial.get("code") or "")

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()
        return excluded if self.cleaned_data.get("code") else excluded | {"code"}


class PartyForm(AutomaticCode):
    """A customer or supplier: name and address come first, the rest when it is known (S2, S5)."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (
            _("Name and billing address"),
            ("name", "kind", "street", "postcode", "city", "province", "country"),
        ),
        (_("Reaching them"), ("email", "phone", "mobile", "website", "language")),
        (
            _("Tax data and e-invoices"),
            (
                "tax_id",
                "registration_id",
                "recipient_code",
                "pec",
                "first_name",
                "last_name",
                "stamp_duty_exemption",
            ),
        ),
        (_("Payment"), ("terms", "method", "iban")),
        (
            _("Relation"),
            ("is_customer", "is_supplier", "active", "code", "families", "owner", "accounting_code"),
        ),
        (_("Observations"), ("notes",)),
    )
    wide = ("name", "street", "stamp_duty_exemption")
    short = ("postcode", "province", "country")

    terms = forms.ModelChoiceField(
        label=_("Payment terms"), queryset=PaymentTerms.objects.filter(active=True), required=False
    )
    method = forms.ModelChoiceField(
        label=_("Payment method"), queryset=PaymentMethod.objects.filter(active=True), required=False
    )
    iban = forms.CharField(
        label="IBAN", max_length=42, required=False, help_text=_("BIC and bank are found from it.")
    )
    stamp_duty_exemption = forms.CharField(**exemption_words(), required=False)

    class Meta:
        model = Party
        fields = [
            "name",
            "kind",
            "street",
            "postcode",
            "city",
            "province",
            "country",
            "email",
            "phone",
            "mobile",
            "website",
            "language",
            "tax_id",
            "registration_id",
            "recipient_code",
            "pec",
            "first_name",
            "last_name",
            "is_customer",
            "is_supplier",
            "active",
            "code",
            "families",
            "owner",
            "accounting_code",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.confirmed: frozenset[str] = frozenset()
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=LANGUAGES, required=False, initial=self.instance.language
        )
        self._from_account()
        if self.company is not None:
            if self.instance.pk is None:
                self.initial.setdefault("country", self.company.country)
            drop_stamp_duty(self)
            self._mark_mandatory()

    def _from_account(self) -> None:
        """First values of what the default billing account keeps."""
        if self.instance.pk is None:
            return
        kept = self.instance.accounts.filter(is_default=True).select_related("bank_account").first()
        if kept is not None:
            self.initial.update(terms=kept.terms_id, method=kept.method_id)
            self.initial["stamp_duty_exemption"] = kept.stamp_duty_exemption
            self.initial["iban"] = kept.bank_account.iban if kept.bank_account else ""

    def _mark_mandatory(self) -> None:
        """What the company always wants is marked; the service asks for it."""
        settings = options.read(PartyOptions, self.company)
        for name in settings.mandatory:
            self.fields[name].widget.is_required = True
            self.fields[name].label = f"{self.fields[name].label} *"

    def facts(self) -> dict[str, Any]:
        """What the services take."""
        return self.declared_data()


class SiteForm(AutomaticCode):
    """A place of work; coordinates are found from the city, or written by hand."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (_("Site"), ("party", "name", "code", "active")),
        (_("Address"), ("street", "postcode", "city", "province", "country", "latitude", "longitude")),
        (_("Work and invoices"), ("billing_group", "phone", "distance_km", "access_notes")),
    )
    short = ("postcode", "province", "country", "code")

    class Meta:
        model = Site
        fields = [
            "party",
            "name",
            "code",
            "active",
            "street",
            "postcode",
            "city",
            "province",
            "country",
            "latitude",
            "longitude",
            "billing_group",
            "phone",
            "distance_km",
            "access_notes",
        ]
        widgets = {"access_notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["billing_group"].help_text = _(
            "Same letter, one invoice; another letter, an invoice of its own. Empty: the main invoice."
        )
        self.fields["latitude"].help_text = _("Empty: the centre of the municipality.")
        if self.instance.pk is None and self.company is not None:
            self.initial.setdefault("country", self.company.country)


class ContactForm(CompanyModelForm):
    """A person at the customer's."""

    company_paths = COMPANY_PATHS

    class Meta:
        model = Contact
        fields = ["party", "name", "role", "position", "email", "phone", "mobile", "site", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].help_text = _("Empty: for all sites.")


class FamilyForm(CompanyModelForm):
    class Meta:
        model = Family
        fields = ["name"]


class BankAccountForm(CompanyModelForm):
    """An IBAN; BIC and bank are found from it."""

    company_paths = COMPANY_PATHS

    class Meta:
        model = BankAccount
        fields = ["party", "iban", "holder", "bic", "bank_name", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["iban"] = forms.CharField(label="IBAN", max_length=42)
        for name in ("bic", "bank_name"):
            self.fields[name].help_text = _("Empty: found from the IBAN.")

    def clean_iban(self) -> str:
        return "".join(self.cleaned_data["iban"].split()).upper()


class AccountForm(CompanyModelForm):
    """Who pays and on which conditions."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (_("Payer"), ("party", "name", "is_default")),
        (_("Payment"), ("terms", "method", "bank_account", "discount", "currency")),
        (_("Tax"), ("tax_regime", "withholding_code", "stamp_duty_exemption")),
        (_("References on invoices"), ("purchase_order", "cig", "cup")),
    )
    wide = ("stamp_duty_exemption",)
    short = ("currency", "discount")

    class Meta:
        model = BillingAccount
        fields = [
            "party",
            "name",
            "is_default",
            "terms",
            "method",
            "bank_account",
            "discount",
            "currency",
            "tax_regime",
            "withholding_code",
            "stamp_duty_exemption",
            "purchase_order",
            "cig",
            "cup",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("For payers with several accounts: department, branch, order.")
        drop_stamp_duty(self)

    def _get_validation_exclusions(self) -> set[str]:
        """The service moves the mark of the default account."""
        excluded: set[str] = super()._get_validation_exclusions()
        return excluded | {"is_default"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        bank, party = data.get("bank_account"), data.get("party")
        if bank and party and bank.party_id != party.pk:
            self.add_error("bank_account", _("This bank account belongs to another customer."))
        return data


class GroupRow(CompanyModelForm):
    """A letter of a billing account."""

    class Meta:
        model = BillingGroup
        fields = ["code", "name", "layout"]


class GroupForm(CompanyModelForm):
    """A letter with its layout; who receives its documents is in the rows."""

    company_paths = COMPANY_PATHS

    class Meta:
        model = BillingGroup
        fields = ["account", "code", "name", "layout"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Empty: the main invoice of the account.")


class RecipientRow(CompanyModelForm):
    """An address that receives the documents."""

    company_paths = COMPANY_PATHS

    class Meta:
        model = DocumentRecipient
        fields = ["email", "name", "site", "part_only"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if facts.get("part_only") and not facts.get("site"):
            self.add_error("part_only", _("Choose the site whose part is to be sent."))
        return facts


class Numbers(forms.CharField):
    """Whole numbers separated by commas or blanks, kept as a list."""

    takes_list = True

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            value = self.prepare_value(value)
        parts = [part for part in str(value or "").replace(";", ",").replace(" ", ",").split(",") if part]
        try:
            return [self.number(part) for part in parts]
        except (ValueError, InvalidOperation) as error:
            raise ValidationError(_("Write numbers separated by commas: 30, 60, 90.")) from error

    def number(self, part: str) -> Any:
        found = int(part)
        if not 0 <= found <= 3650:
            raise ValueError(part)
        return found


class Percents(Numbers):
    """Percentages separated by commas, kept as texts: exact, whatever keeps them."""

    def number(self, part: str) -> Any:
        found = Decimal(part)
        if not 0 < found <= 100:
            raise ValueError(part)
        return str(found)


class TermsForm(CompanyModelForm):
    """How a total is split into due dates (R45)."""

    fieldsets = (
        (_("Payment terms"), ("name", "code", "active")),
        (_("Due dates"), ("days", "percents", "in_months", "end_of_month", "pay_day")),
        (_("Months without due dates"), ("shift_months", "shift_to_day", "remainder_on_first")),
    )

    days = Numbers(
        label=_("Days after the document"),
        initial=[30],
        help_text=_("One number per instalment: “30, 60, 90”. “0” is on receipt."),
    )
    percents = Percents(
        label=_("Percentages"),
        required=False,
        help_text=_("One per instalment, adding up to 100. Empty: equal parts."),
    )
    shift_months = forms.TypedMultipleChoiceField(
        label=_("Nothing falls due in"),
        choices=MONTHS_SHUT,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PaymentTerms
        fields = [
            "name",
            "code",
            "active",
            "days",
            "percents",
            "in_months",
            "end_of_month",
            "pay_day",
            "shift_months",
            "shift_to_day",
            "remainder_on_first",
        ]

    def clean_shift_months(self) -> list[int]:
        months = list(self.cleaned_data["shift_months"])
        if len(months) >= 12:
            raise ValidationError(_("At least one month must be left to pay in."))
        return months

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days, percents = data.get("days"), data.get("percents")
        if days and percents:
            if len(days) != len(percents):
                self.add_error("percents", _("Write one percentage per instalment."))
            elif sum(map(Decimal, percents)) != 100:
                self.add_error("percents", _("The percentages add up to 100."))
        for name in ("pay_day", "shift_to_day"):
            if data.get(name) is not None and not 1 <= data[name] <= 31:
                self.add_error(name, _("A day of the month is between 1 and 31."))
        return data


class MethodForm(CompanyModelForm):
    """How money arrives."""

    account_role = forms.ChoiceField(
        label=_("Money arrives in"), choices=[("bank", _("bank")), ("cash", _("cash"))]
    )

    class Meta:
        model = PaymentMethod
        fields = ["name", "code", "legal_code", "account_role", "active"]


class AddFamilyForm(CompanyForm):
    """A family for the ticked customers."""

    family = forms.ModelChoiceField(label=_("Family"), queryset=Family.objects.all())
