"""Forms of contracts and their lines."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.catalogue.models import Item
from ronda.catalogue.services import price_for
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine, Settlement
from ronda.contracts.queries import TAKEN
from ronda.contracts.services import FREE_ON_A_BILLED_LINE, LineChange, NewLine, next_number
from ronda.parties.models import BillingAccount, Site
from ronda.workspace.forms import CompanyForm, CompanyModelForm, seen

COMPANY_PATHS = {
    "account": "party__company",
    "group": "account__party__company",
    "site": "party__company",
    "contract": "company",
    "owner": "memberships__company",
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
    return every(line.frequency_unit, line.frequency)


def every(unit: str, n: int) -> Any:
    """A frequency in words."""
    if known := dict(RHYTHMS).get(f"{unit}-{n}"):
        return known
    if unit == ContractLine.Frequency.WEEK:
        return ngettext("every week", "every %(n)s weeks", n) % {"n": n}
    return ngettext("every month", "every %(n)s months", n) % {"n": n}


def read_rhythm(value: str) -> dict[str, Any]:
    """The fields of a line that a choice of `RHYTHMS` means."""
    unit, _dash, n = (value or "month-1").partition("-")
    return {"frequency_unit": unit, "frequency": int(n)}


def offer_rhythm(form: forms.Form | forms.ModelForm, line: ContractLine) -> None:
    """Begin with the line's own frequency, also when it is not among those offered."""
    value = f"{line.frequency_unit}-{line.frequency}"
    form.initial["rhythm"] = value
    if value not in dict(RHYTHMS):
        form.fields["rhythm"].choices = [*RHYTHMS, (value, rhythm_words(line))]  # type: ignore[attr-defined]


def rows_of_the_form() -> QuerySet[ContractLine]:
    """Fees as they are agreed now, with `is_charged`: replaced versions are history, not rows of a form."""
    charged = ChargePeriod.objects.filter(TAKEN, line=OuterRef("pk"))
    return ContractLine.objects.filter(closed_by=None, void=False).annotate(is_charged=Exists(charged))


def is_charged(line: ContractLine) -> bool:
    """Whether days of the line are billed or given up: then its terms change from a day only (R17)."""
    if line.pk is None:
        return False
    known = getattr(line, "is_charged", None)
    return line.charges.filter(TAKEN).exists() if known is None else bool(known)


def hold_fast(form: CompanyModelForm, names: Iterable[str]) -> None:
    """Show fields without letting them be changed; the API is refused by the service instead."""
    if not form.canonical:
        for name in names:
            if name in form.fields:
                form.fields[name].disabled = True


class ContractForm(CompanyModelForm):
    """The head of a contract. The payer is the customer's own billing account unless another is chosen."""

    company_paths = COMPANY_PATHS
    fieldsets = (
        (_("Agreement"), ("party", "account", "title", "number", "kind", "group", "status")),
        (_("Time"), ("signed_on", "starts_on", "ends_on")),
        (_("When it rests or ends"), ("suspension_bills", "suspension_extends", "settles_by")),
        (_("Documents"), ("purchase_order", "cig", "cup", "document_text", "branch")),
        (_("Inside"), ("owner", "notes")),
    )
    wide = ("document_text", "notes")
    short = ("number", "kind", "status", "signed_on", "starts_on", "ends_on")
    rows_after = 2

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
            "suspension_bills",
            "suspension_extends",
            "settles_by",
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
        self.fields["settles_by"].required = False
        self.fields["account"].required = False
        self.fields["account"].help_text = _("Empty: the customer pays.")
        status = self.fields["status"]
        status.choices = self._status_choices()  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial.setdefault("status", Contract.Status.ACTIVE)
        elif ChargePeriod.objects.filter(TAKEN, line__contract=self.instance).exists():
            hold_fast(self, ("starts_on", "ends_on"))

    def _status_choices(self) -> list[tuple[Any, Any]]:
        """A new contract is a draft or active; later changes of state have their own buttons."""
        status = Contract.Status
        if self.instance.pk is None or self.instance.status == status.DRAFT:
            return [(s.value, s.label) for s in (status.ACTIVE, status.DRAFT)]
        return [(self.instance.status, self.instance.get_status_display())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["settles_by"] = data.get("settles_by") or self.instance.settles_by
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
    along = {"site": ("party", "account")}  # of the contract's form
    rhythm = forms.ChoiceField(label=_("frequency"), choices=RHYTHMS, initial="month-1")

    class Meta:
        model = ContractLine
        fields = ["item", "text", "site", "quantity", "price", "price_basis", "timing"]

    field_order = ("item", "text", "site", "quantity", "price", "price_basis", "rhythm", "timing")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].required = False
        if self.instance.pk is not None:
            offer_rhythm(self, self.instance)
            if is_charged(self.instance):
                hold_fast(self, set(self.fields) - FREE_ON_A_BILLED_LINE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.price_left_empty = data.get("price") is None
        if self.price_left_empty:
            data["price"] = Decimal(0)
        for name, value in read_rhythm(data.get("rhythm", "")).items():
            setattr(self.instance, name, value)
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        contract = self.instance.contract
        sites: Any = self.fields["site"]
        theirs = Q(party=contract.party_id) | Q(party=contract.account.party_id) | Q(pk=self.instance.site_id)
        sites.queryset = sites.queryset.filter(theirs)
        if is_charged(self.instance):
            hold_fast(self, set(self.fields) - FREE_ON_A_BILLED_LINE - {"seen"})

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


class HoldForm(CompanyForm):
    """Why a contract is not billed for now."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class WaiveForm(CompanyForm):
    """A period that will not be billed."""

    starts_on = forms.DateField(label=_("First day of the period"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


AS_AGREED = ("", _("as the contract says"))
SETTLEMENTS = [AS_AGREED, *Settlement.choices]


class PolicyField(forms.TypedChoiceField):
    """Yes, no, or what the contract says (None)."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [AS_AGREED, ("True", _("yes")), ("False", _("no"))]
        coerce = "True".__eq__
        super().__init__(choices=choices, coerce=coerce, empty_value=None, required=False, **kwargs)


#: The day something was agreed.
AGREED: dict[str, Any] = {
    "label": _("Agreed on"),
    "required": False,
    "help_text": _("Empty: today. The document that settles it has this date."),
}


class LifeForm(CompanyForm):
    """What the buttons of a contract ask; `seen` is what the contract was when the page was opened."""

    company_paths = COMPANY_PATHS
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class SuspendForm(LifeForm):
    """Days on which the contract rests."""

    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("To"), help_text=_("The last day without service."))
    bills = PolicyField(label=_("Billed all the same"))
    extends = PolicyField(label=_("Moves the last day"))
    settles_by = forms.ChoiceField(label=_("What was billed too much"), choices=SETTLEMENTS, required=False)
    decided_on = forms.DateField(**AGREED)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class TerminateForm(LifeForm):
    """The last day, and what becomes of money billed beyond it."""

    ends_on = forms.DateField(label=_("Last day"))
    settles_by = forms.ChoiceField(label=_("What was billed beyond it"), choices=SETTLEMENTS, required=False)
    decided_on = forms.DateField(**AGREED)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class TakeUpForm(LifeForm):
    """The day an ended contract goes on."""

    from_day = forms.DateField(label=_("From"), help_text=_("The days in between rest and are not billed."))
    ends_on = forms.DateField(
        label=_("New last day"), required=False, help_text=_("Leave empty for an open-ended contract.")
    )
    decided_on = forms.DateField(**AGREED)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class TransferForm(LifeForm):
    """Who pays from a day on."""

    company_paths = {"account": "party__company"}
    account = forms.ModelChoiceField(BillingAccount.objects.all(), label=_("New payer"))
    effective_on = forms.DateField(label=_("From"))
    decided_on = forms.DateField(**AGREED)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class LiftForm(CompanyForm):
    """Why a suspension is withdrawn."""

    decided_on = forms.DateField(**AGREED)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class AmendmentForm(CompanyModelForm):
    """What may still be written on an amendment: the day both parties signed it."""

    class Meta:
        model = Amendment
        fields = ["signed_on"]


class ChangeForm(CompanyForm):
    """The head of a change: from when, why, and what becomes of money billed too much."""

    effective_on = forms.DateField(
        label=_("From"), help_text=_("Any day, also a past one: what was billed since is settled.")
    )
    settles_by = forms.ChoiceField(label=_("What was billed too much"), choices=Settlement.choices)
    decided_on = forms.DateField(**AGREED)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    inlines: Mapping[str, Any]

    def __init__(self, data: Any = None, *, contract: Contract, today: date, **kwargs: Any) -> None:
        now = {"effective_on": today, "settles_by": contract.settles_by, "seen": seen(contract)}
        super().__init__(data, initial=now, **kwargs)
        self.instance = contract


def their_sites(contract: Contract, known: Iterable[int | None] = ()) -> QuerySet[Site]:
    """Sites of the customer and of the payer, and those the contract names already."""
    owners = Q(party=contract.party_id) | Q(party=contract.account.party_id)
    return Site.objects.filter(owners | Q(pk__in=[pk for pk in known if pk is not None]))


class ChangedLine(CompanyForm):
    """One fee of the contract with the values it has: what is written over is changed."""

    company_paths = COMPANY_PATHS
    text = forms.CharField(label=_("description"), max_length=500, required=False)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("site"), required=False)
    quantity = forms.DecimalField(label=_("quantity"), max_digits=12, decimal_places=4)
    price = forms.DecimalField(label=_("price"), max_digits=18, decimal_places=8)
    discount = forms.DecimalField(label=_("discount %"), max_digits=7, decimal_places=4)
    rhythm = forms.ChoiceField(label=_("frequency"), choices=RHYTHMS)
    ends = forms.BooleanField(label=_("ends"), required=False)

    def __init__(self, data: Any, *, line: ContractLine, sites: QuerySet[Site], **kwargs: Any) -> None:
        self.line = line
        values = {name: getattr(line, name) for name in ("text", "quantity", "price", "discount")}
        super().__init__(data, prefix=f"line-{line.pk}", initial=values | {"site": line.site_id}, **kwargs)
        site: Any = self.fields["site"]
        site.queryset = sites
        offer_rhythm(self, line)

    def change(self) -> LineChange:
        """What was written over; the service leaves out what is as it was."""
        facts = self.cleaned_data
        schedule = read_rhythm(facts["rhythm"])
        same = all(getattr(self.line, name) == value for name, value in schedule.items())
        return LineChange(
            self.line.pk,
            price=facts["price"],
            quantity=facts["quantity"],
            discount=facts["discount"],
            text=facts["text"],
            site=facts["site"] if getattr(facts["site"], "pk", None) != self.line.site_id else False,
            schedule=None if same else schedule,
            ends=facts["ends"],
        )


class ChangeRows:
    """A row for every fee agreed now, known by the fee itself: another's change moves no row."""

    def __init__(self, data: Any, *, contract: Contract, company: Any) -> None:
        current = list(contract.lines.filter(closed_by=None, void=False).select_related("item", "site"))
        sites = their_sites(contract, (line.site_id for line in current))
        shared: dict[Any, Any] = {}
        self.forms = [ChangedLine(data, line=line, sites=sites, company=company) for line in current]
        for form in self.forms:
            form.fields["site"].widget.shared = shared

    def is_valid(self) -> bool:
        """Every row is checked, so that every mistake is told at once."""
        return [form for form in self.forms if not form.is_valid()] == []

    def non_form_errors(self) -> list[str]:
        return []

    def changes(self) -> list[LineChange]:
        return [form.change() for form in self.forms]


class AddedLine(CompanyForm):
    """A fee that is agreed from the day on. Without a price it is that of the payer's lists (P6)."""

    company_paths = COMPANY_PATHS
    item = forms.ModelChoiceField(Item.objects.all(), label=_("service"))
    text = forms.CharField(label=_("description"), max_length=500, required=False)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("site"), required=False)
    quantity = forms.DecimalField(label=_("quantity"), max_digits=12, decimal_places=4, initial=Decimal(1))
    price = forms.DecimalField(label=_("price"), max_digits=18, decimal_places=8, required=False)
    price_basis = forms.ChoiceField(label=_("price is"), choices=ContractLine.Basis.choices)
    rhythm = forms.ChoiceField(label=_("frequency"), choices=RHYTHMS, initial="month-1")
    timing = forms.ChoiceField(label=_("billed"), choices=ContractLine.Timing.choices)

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        site: Any = self.fields["site"]
        site.queryset = their_sites(contract)
        self.initial = {
            **self.initial,
            "price_basis": ContractLine.Basis.PERIOD,
            "timing": ContractLine.Timing.ADVANCE,
        }

    def line(self, *, on: date) -> NewLine:
        facts = self.cleaned_data
        schedule = read_rhythm(facts["rhythm"]) | {name: facts[name] for name in ("price_basis", "timing")}
        price = facts["price"]
        if price is None:
            chosen = price_for(facts["item"], self.contract.account, on=on, quantity=facts["quantity"])
            price, schedule["discount"] = chosen.price, chosen.discount
        return NewLine(
            facts["item"],
            price,
            text=facts["text"],
            quantity=facts["quantity"],
            site=facts["site"],
            schedule=schedule,
        )


class BaseAddedLines(forms.BaseFormSet):
    """The fees that are added, with a row left empty for one."""

    title: Any = ""
    row_name: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.shared: dict[Any, Any] = {}
        super().__init__(*args, **kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        """The choices of related records are read once for all rows."""
        super().add_fields(form, index)
        for name in ("item", "site"):
            form.fields[name].widget.shared = self.shared

    def lines(self, *, on: date) -> list[NewLine]:
        return [
            form.line(on=on) for form in self.forms if form not in self.deleted_forms and form.has_changed()
        ]


AddedLines = forms.formset_factory(AddedLine, formset=BaseAddedLines, extra=1, max_num=200, can_delete=True)
