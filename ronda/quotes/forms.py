"""Forms of quotes: the editor, sending, answers, conversion, and the customer's own page."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from ronda.contracts.models import ContractLine
from ronda.quotes.models import LossReason, Quote, QuoteItemFacts, QuoteLine
from ronda.workspace.forms import CompanyForm, CompanyModelForm

COMPANY_PATHS = {
    "account": "party__company",
    "site": "party__company",
    "contact": "party__company",
    "owner": "memberships__company",
}
MOST_ADDRESSES = 10
ONCE = "once-1"
RHYTHMS = [
    (ONCE, _("once")),
    ("month-1", _("every month")),
    ("month-2", _("every 2 months")),
    ("month-3", _("every 3 months")),
    ("month-4", _("every 4 months")),
    ("month-6", _("every 6 months")),
    ("month-12", _("every year")),
    ("week-1", _("every week")),
    ("week-2", _("every 2 weeks")),
    ("week-4", _("every 4 weeks")),
]


def rhythm_words(unit: str, every: int) -> Any:
    """How often, as the form offers it."""
    known = dict(RHYTHMS).get(f"{unit}-{every}" if unit != "once" else ONCE)
    if known:
        return known
    return (_("every %(n)s weeks") if unit == "week" else _("every %(n)s months")) % {"n": every}


class PictureInput(forms.FileInput):
    """A small button; browsers offer pictures only."""

    def __init__(self) -> None:
        super().__init__({"accept": "image/png,image/jpeg,image/webp"})


class QuoteForm(CompanyModelForm):
    """The head of a draft: for a customer, or for somebody who may become one."""

    company_paths = COMPANY_PATHS
    along = {"site": ("party", "account")}
    fieldsets = (
        (_("For"), ("party", "contact", "site", "account")),
        (
            _("Or for somebody who is no customer yet"),
            ("prospect_name", "prospect_email", "prospect_phone", "prospect_street")
            + ("prospect_postcode", "prospect_city", "prospect_province"),
        ),
        (_("Offer"), ("title", "language", "valid_until", "discount", "owner", "branch", "intro")),
        (_("Conditions"), ("closing",)),
    )
    wide = ("title", "intro", "closing")
    short = ("language", "valid_until", "discount", "prospect_postcode", "prospect_province")
    rows_after = 3

    class Meta:
        model = Quote
        fields = [
            "party",
            "contact",
            "site",
            "account",
            "prospect_name",
            "prospect_email",
            "prospect_phone",
            "prospect_street",
            "prospect_postcode",
            "prospect_city",
            "prospect_province",
            "title",
            "language",
            "valid_until",
            "discount",
            "owner",
            "branch",
            "intro",
            "closing",
        ]
        widgets = {"intro": forms.Textarea(attrs={"rows": 4}), "closing": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].help_text = _("Empty: as many days as the options say.")
        self.fields["discount"].required = False
        self.fields["discount"].help_text = _("Empty: the one agreed with the payer.")
        if self.instance.pk is None:
            self.initial["discount"] = None
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("the customer's")), ("it", "Italiano"), ("fr", "Français"), ("en", "English")],
            required=False,
            initial=self.instance.language if self.instance.pk else "",
        )
        if self.instance.pk is None:
            self.initial["language"] = ""

    def is_multipart(self) -> bool:
        """Pictures come with the lines."""
        return True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        party, contact = data.get("party"), data.get("contact")
        if contact and not party:
            data["party"] = party = contact.party
        account = data.get("account") or (party.accounts.filter(is_default=True).first() if party else None)
        if data.get("discount") is None:
            data["discount"] = account.discount if account else Decimal(0)
        return data


class QuoteLineForm(CompanyModelForm):
    """A line of a draft; an empty text is the item's, an empty price the one agreed with the payer (P6)."""

    price_left_empty = False
    rhythm = forms.ChoiceField(label=_("frequency"), choices=RHYTHMS, initial=ONCE, required=False)
    place = forms.IntegerField(label=_("place"), required=False, min_value=1, max_value=9999)
    upload = forms.FileField(label=_("picture"), required=False, widget=PictureInput())
    no_picture = forms.BooleanField(label=_("no picture"), required=False)

    class Meta:
        model = QuoteLine
        fields = ["kind", "item", "text", "details", "quantity", "unit", "unit_price", "discount"] + [
            "vat_code",
            "is_option",
            "alternative",
            "timing",
        ]
        widgets = {"details": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "unit_price", "quantity", "discount", "timing", "kind"):
            self.fields[name].required = False
        line = self.instance
        if line.pk is None:
            # Left empty it is the price agreed with the payer; a zero would be a price.
            self.initial["unit_price"] = self.initial["discount"] = None
            return
        self.initial["place"] = line.position
        value = ONCE if line.frequency_unit == "once" else f"{line.frequency_unit}-{line.frequency}"
        self.initial["rhythm"] = value
        if value not in dict(RHYTHMS):
            words = rhythm_words(line.frequency_unit, line.frequency)
            self.fields["rhythm"].choices = [*RHYTHMS, (value, words)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["kind"] = data.get("kind") or QuoteLine.Kind.SERVICE
        data["timing"] = data.get("timing") or ContractLine.Timing.ADVANCE
        priced, item = data["kind"] == QuoteLine.Kind.SERVICE, data.get("item")
        if not data.get("text") and not (priced and item):
            self.add_error("text", _("Choose a service or write a description."))
        data["text"] = data.get("text") or (item.name if item else "")
        self.price_left_empty = priced and item is not None and data.get("unit_price") is None
        if priced and item is None and data.get("unit_price") is None:
            self.add_error("unit_price", _("Write the price, or choose a service that has one."))
        for name, usual in (("unit_price", 0), ("quantity", 1), ("discount", 0)):
            data[name] = Decimal(usual) if data.get(name) is None else data[name]
        if priced and not data.get("vat_code") and item is not None:
            data["vat_code"] = item.vat_code
        if priced and item is None and not data.get("vat_code"):
            self.add_error("vat_code", _("Choose how the line is taxed."))
        self._take_rhythm(data.get("rhythm") or ONCE, priced=priced, item=item)
        return data

    def _take_rhythm(self, rhythm: str, *, priced: bool, item: Any) -> None:
        unit, _dash, every = (rhythm if priced else ONCE).partition("-")
        self.instance.frequency_unit, self.instance.frequency = unit, int(every)
        if unit != "once" and item is None:
            self.add_error("item", _("A fee needs a service of the catalogue: the contract bills it."))


class LossReasonForm(CompanyModelForm):
    """A reason and whether it is offered."""

    class Meta:
        model = LossReason
        fields = ["name", "active"]


class FactsForm(CompanyModelForm):
    """What quotes say and show of an item."""

    company_paths = {"item": "company"}
    wide = ("details",)
    upload = forms.FileField(label=_("picture"), required=False, widget=PictureInput())
    no_picture = forms.BooleanField(label=_("no picture"), required=False)

    class Meta:
        model = QuoteItemFacts
        fields = ["item", "details"]
        widgets = {"details": forms.Textarea(attrs={"rows": 6})}

    def is_multipart(self) -> bool:
        return True


def read_addresses(text: str) -> list[str]:
    """E-mail addresses separated by commas, semicolons or line ends; ValidationError names the wrong one."""
    found = [one.strip() for one in text.replace(";", ",").replace("\n", ",").split(",") if one.strip()]
    for one in found:
        try:
            validate_email(one)
        except ValidationError as error:
            raise ValidationError(_("“%(one)s” is not an e-mail address.") % {"one": one}) from error
    if len(found) > MOST_ADDRESSES:
        raise ValidationError(_("At most %(most)s addresses.") % {"most": MOST_ADDRESSES})
    return list(dict.fromkeys(found))


class SendForm(CompanyForm):
    """Where a quote goes, and a few words that go with it."""

    on = forms.DateField(label=_("Date of the quote"))
    to = forms.CharField(
        label=_("Send it to"),
        required=False,
        max_length=500,
        help_text=_("Several addresses with commas. Empty: it is handed over in another way."),
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Comes after the greeting, before the text of the options."),
    )

    def clean_to(self) -> list[str]:
        return read_addresses(self.cleaned_data["to"])


class AnswerForm(CompanyForm):
    """An acceptance that came on paper or by telephone, with the options wanted."""

    on = forms.DateField(label=_("Accepted on"))
    signer = forms.CharField(label=_("By whom"), required=False, max_length=120)

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choices:
            self.fields["options"] = forms.TypedMultipleChoiceField(
                label=_("Options and alternatives chosen"),
                choices=choices,
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


class RefuseForm(CompanyForm):
    """Why an offer is lost."""

    reason = forms.ModelChoiceField(label=_("Reason"), queryset=LossReason.objects.filter(active=True))
    note = forms.CharField(label=_("In the customer's words"), required=False, max_length=500)


class ConvertForm(CompanyForm):
    """What an accepted quote is to become."""

    contract = forms.BooleanField(label=_("A contract of the fees"), required=False, initial=True)
    invoice = forms.BooleanField(
        label=_("A draft invoice of what is billed once"), required=False, initial=True
    )
    starts_on = forms.DateField(label=_("The contract starts on"), required=False)
    ends_on = forms.DateField(
        label=_("Its last day"), required=False, help_text=_("Empty: it goes on until somebody ends it.")
    )


class PublicForm(forms.Form):
    """What the customer sends from the public page; the options are read from the request."""

    signer = forms.CharField(label=_("Your name"), max_length=120)
    signature = forms.CharField(required=False, max_length=60_000, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class PublicRefusalForm(forms.Form):
    """Why the customer refuses, if he says so."""

    reason = forms.ModelChoiceField(
        label=_("Reason"),
        queryset=LossReason.objects.none(),
        required=False,
        empty_label=_("I would rather not say"),
    )
    note = forms.CharField(
        label=_("Anything you want to tell us"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, company: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.queryset = LossReason.objects.filter(company=company, active=True).order_by("name")


class PeriodForm(CompanyForm):
    """The time a report looks at."""

    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)
