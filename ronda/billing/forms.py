"""Forms of documents and runs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ronda.billing.domain.references import line_numbers, said_numbers
from ronda.billing.models import (
    BillingRun,
    Document,
    DocumentKind,
    DocumentLine,
    DocumentReference,
    SocialFund,
)
from ronda.billing.services.kinds import kinds_of
from ronda.company.country import country_pack
from ronda.parties.models import BillingAccount, Party
from ronda.workspace.fields import AmountField, AmountInput
from ronda.workspace.forms import CompanyForm, CompanyModelForm
from ronda.workspace.parsing import show_amount

COMPANY_PATHS = {
    "account": "party__company",
    "group": "account__party__company",
    "site": "party__company",
}

# What a new draft takes from the billing account where the person wrote nothing.
AGREED = ("discount", "terms", "method", "tax_regime", "withholding_code", "purchase_order", "cig", "cup")


class DocumentForm(CompanyModelForm):
    """The head of a draft. Payer and conditions come from the billing account."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (_("Who is billed"), ("account", "group", "kind", "legal_kind", "operation_on")),
        (_("Conditions"), ("terms", "method", "tax_regime", "withholding_code", "discount", "language")),
        (_("References"), ("purchase_order", "cig", "cup", "heading", "notes")),
    )
    wide = ("account", "heading", "notes")

    class Meta:
        model = Document
        fields = [
            "account",
            "group",
            "kind",
            "legal_kind",
            "operation_on",
            "terms",
            "method",
            "tax_regime",
            "withholding_code",
            "discount",
            "language",
            "purchase_order",
            "cig",
            "cup",
            "heading",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Credit notes are made from the document they correct, so that what is left is known.
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"),
            choices=[(k.value, k.label) for k in (DocumentKind.INVOICE, DocumentKind.ADVANCE)],
            initial=self.instance.kind,
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("the customer's")), ("it", "Italiano"), ("fr", "Français"), ("en", "English")],
            required=False,
            initial=self.instance.language if self.instance.pk else "",
        )
        self._offer_legal_kinds()
        if self.instance.pk is None:
            regime = self.fields["tax_regime"]
            regime.choices = [("", _("the customer's")), *BillingAccount.TaxRegime.choices]  # type: ignore[attr-defined]
            regime.required = False
            self.initial["tax_regime"] = ""

    def _offer_legal_kinds(self) -> None:
        """The kinds the country knows; where it gives no choice there is nothing to ask."""
        company, today = self.company or self.instance.company, timezone.localdate()
        offered = [
            each
            for kind in (DocumentKind.INVOICE, DocumentKind.ADVANCE)
            for each in kinds_of(company, kind, on=today)
        ]
        if not offered:
            del self.fields["legal_kind"], self.fields["operation_on"]
            return
        language = get_language() or "en"
        self.fields["legal_kind"] = forms.ChoiceField(
            label=_("Legal kind"),
            choices=[
                ("", _("the usual one")),
                *((each.code, f"{each.code} {each.title(language)}") for each in offered),
            ],
            required=False,
            initial=self.instance.legal_kind,
        )
        self.fields["operation_on"].help_text = _("Of deferred documents: the day of the last delivery.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        group, account = data.get("group"), data.get("account")
        if group and account and group.account_id != account.pk:
            self.add_error("group", _("This billing group belongs to another payer."))
        if account:
            self.instance.party = account.party
            self._take_from(account, data)
        return data

    def _take_from(self, account: BillingAccount, data: dict[str, Any]) -> None:
        """What the person left empty on a new draft is what the customer agreed to."""
        data["language"] = data.get("language") or account.party.language or account.party.company.language
        self.instance.language = data["language"]
        if self.instance.pk is None:
            self.instance.currency = account.currency
            for name in AGREED:
                data[name] = data.get(name) or getattr(account, name)


class LineForm(CompanyModelForm):
    """A line of a draft; an empty text is the item's, an empty price the one agreed with the payer (P6)."""

    price_left_empty = False
    company_paths = COMPANY_PATHS

    class Meta:
        model = DocumentLine
        fields = ["item", "text", "quantity", "unit_price", "discount", "gift", "vat_code", "site"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "vat_code", "unit_price"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        item = data.get("item")
        if item is None and not data.get("text"):
            self.add_error("text", _("Choose an item or write a description."))
        if item is not None:
            data["text"] = data.get("text") or item.description or item.name
            data["vat_code"] = data.get("vat_code") or item.vat_code
            self.price_left_empty = data.get("unit_price") is None
        elif not data.get("vat_code"):
            self.add_error("vat_code", _("Choose how the line is taxed."))
        if data.get("unit_price") is None:
            data["unit_price"] = Decimal(0)
        return data


class ReferenceForm(CompanyModelForm):
    """A row of what a draft refers to; without numbers of lines it is about all of them."""

    class Meta:
        model = DocumentReference
        fields = ["kind", "number", "day", "lines", "item", "job_code", "cig", "cup"]

    def clean_lines(self) -> str:
        try:
            return said_numbers(line_numbers(self.cleaned_data["lines"]))
        except ValueError as wrong:
            raise forms.ValidationError(_("Write numbers of lines, as in “1, 3-5”.")) from wrong

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == DocumentReference.Kind.DELIVERY_NOTE and not data.get("day"):
            self.add_error("day", _("A delivery note is named with its day."))
        return data


class FundForm(CompanyModelForm):
    """What the firm charges for a social fund from a day on."""

    fieldsets = (
        (_("Fund"), ("code", "name", "rate", "starts_on", "ends_on")),
        (_("Tax and accounts"), ("vat_code", "withholding", "revenue_account")),
    )

    class Meta:
        model = SocialFund
        fields = [
            "code",
            "name",
            "rate",
            "starts_on",
            "ends_on",
            "vat_code",
            "withholding",
            "revenue_account",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = country_pack(self.company or self.instance.company).fund_kinds()
        self.fields["code"] = forms.ChoiceField(
            label=_("Fund"),
            choices=[(kind.code, f"{kind.code} {kind.name}") for kind in known],
            initial=self.instance.code,
        )
        self.fields["vat_code"].help_text = _("Empty: taxed as the lines it is charged on.")
        self.fields["revenue_account"].help_text = _("Empty: the account for sales.")
        self.fields["ends_on"].help_text = _("The last day. When the rate changes, end it and add a new one.")


class IssueForm(CompanyForm):
    """When the document is dated."""

    on = forms.DateField(label=_("Document date"))


class MonthForm(CompanyForm):
    """What the month is asked for."""

    as_of = forms.DateField(
        label=_("Everything due by"), help_text=_("Fees whose invoice day comes by this day are billed.")
    )
    document_date = forms.DateField(
        label=_("Document date"), required=False, help_text=_("Empty: the same day.")
    )
    mode = forms.ChoiceField(label=_("Make"), choices=BillingRun.Mode.choices, initial=BillingRun.Mode.ISSUE)
    party = forms.ModelChoiceField(
        label=_("Only this payer"),
        queryset=Party.objects.all(),
        required=False,
        help_text=_("Empty: everybody."),
    )

    def filters(self) -> dict[str, Any]:
        """What the run is restricted to."""
        party = self.cleaned_data.get("party")
        return {"parties": [party.pk]} if party else {}


class TimeMachineForm(CompanyForm):
    """A day to look at, and what to compare it with."""

    on = forms.DateField(label=_("Everything due by"), required=False)
    party = forms.ModelChoiceField(label=_("Only this payer"), queryset=Party.objects.all(), required=False)
    contract = forms.CharField(label=_("Only the contract number"), required=False, max_length=30)
    then = forms.DateField(label=_("Compare with the day"), required=False)
    run = forms.ModelChoiceField(
        label=_("Or with a month that was run"),
        queryset=BillingRun.objects.exclude(
            state__in=[BillingRun.State.DISCARDED, BillingRun.State.PREPARING]
        ).order_by("-as_of", "-pk"),
        required=False,
    )
    unbilled = forms.BooleanField(
        label=_("As if nothing had been billed since"),
        required=False,
        help_text=_(
            "For a past day: charges on documents dated later count as not billed. What was given up or"
            " credited since counts as it does today, and contracts are those of today."
        ),
    )
    apart = forms.BooleanField(
        label=_("Count in the later day only what the earlier would not bill"),
        required=False,
        help_text=_("Compares one month with the next, as if the first had been issued."),
    )


class CreditForm(CompanyForm):
    """A credit note: for everything left, or by line.

    `lines` are the document's lines with the quantity of each that can still be credited.
    """

    on = forms.DateField(label=_("Date of the credit note"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)
    release = forms.BooleanField(
        label=_("Make the credited periods billable again"),
        required=False,
        help_text=_("Tick it when the same days are to be billed again, for instance at another price."),
    )

    def __init__(self, *args: Any, lines: Sequence[tuple[DocumentLine, Decimal]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head = list(self)
        self.lines = lines
        for line, left in lines:
            if left:
                self.fields[quantity_name(line.pk)] = _quantity_field(line, left)

    def rows(self) -> list[tuple[DocumentLine, Decimal, forms.BoundField | None]]:
        """Each line, what is left of it, and where the person writes how much to credit."""
        return [(line, left, self[quantity_name(line.pk)] if left else None) for line, left in self.lines]

    def quantities(self) -> dict[int, Decimal]:
        """What the person wrote, by line id; nothing written is nothing credited."""
        asked = {line.pk: self.cleaned_data.get(quantity_name(line.pk)) for line, _left in self.lines}
        return {pk: quantity for pk, quantity in asked.items() if quantity}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.quantities():
            raise forms.ValidationError(_("Write how much to credit on at least one line."))
        return data


def quantity_name(line_id: int) -> str:
    """The name of the field for a line's quantity."""
    return f"quantity-{line_id}"


def _quantity_field(line: DocumentLine, left: Decimal) -> AmountField:
    return AmountField(
        label=line.text,
        required=False,
        initial=left.normalize(),
        min_value=0,
        max_value=left,
        max_digits=14,
        decimal_places=4,
        widget=AmountInput(attrs={"aria-label": line.text}),
        error_messages={
            "max_value": _("At most %(left)s can still be credited.") % {"left": show_amount(left)},
            "min_value": _("A quantity to credit is not negative."),
        },
    )
