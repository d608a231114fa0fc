"""Forms of indices, clauses, terms, notices and the cockpit."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from ronda.renewals.models import (
    Channel,
    IndexBatch,
    IndexClause,
    IndexSeries,
    IndexValue,
    Notice,
    RenewalTerms,
)
from ronda.workspace.forms import CompanyForm, CompanyModelForm

EMPTY = ("", "---------")
TERMS = ("mode", "term_months", "notice_number", "notice_unit", "working_day", "channel", "anchor_on")
CLAUSE = (
    "mode", "series", "fixed_percent", "share", "reference_month", "lag_months", "floor", "cap", "rounding",
    "every_months", "first_after_months", "anchor_on", "last_on", "last_month",
)  # fmt: skip


class SeriesForm(CompanyModelForm):
    """An index of the register."""

    wide = ("name", "source")

    class Meta:
        model = IndexSeries
        fields = ["code", "name", "country", "every", "base", "decimals", "source", "active"]


class ValueForm(CompanyModelForm):
    """The index of one month."""

    company_paths = {"series": "company"}
    wide = ("source",)

    class Meta:
        model = IndexValue
        fields = ["series", "month", "value", "base", "published", "published_two_years", "link", "source"]


class BatchForm(CompanyModelForm):
    """Which adjustments are to be prepared."""

    company_paths = {"series": "company"}

    class Meta:
        model = IndexBatch
        fields = ["as_of", "not_before", "series"]


class TermsForm(CompanyForm):
    """What happens at the end of the term."""

    mode = forms.ChoiceField(label=_("At its end"), choices=RenewalTerms.Mode.choices)
    term_months = forms.IntegerField(label=_("New term (months)"), min_value=1, max_value=600, initial=12)
    notice_number = forms.IntegerField(label=_("Notice"), min_value=0, max_value=999, initial=3)
    notice_unit = forms.ChoiceField(label=_("Notice in"), choices=RenewalTerms.Unit.choices)
    working_day = forms.BooleanField(
        label=_("Last day moved back to a working day"),
        required=False,
        help_text=_("When it falls on a Saturday, a Sunday or a public holiday."),
    )
    channel = forms.ChoiceField(label=_("Notice by"), choices=Channel.choices)
    anchor_on = forms.DateField(
        label=_("Terms counted from"), required=False, help_text=_("Empty: the activation of the contract.")
    )


class ClauseForm(CompanyForm):
    """How the prices of a contract are adjusted."""

    company_paths = {"series": "company"}

    mode = forms.ChoiceField(label=_("Adjusted"), choices=IndexClause.Mode.choices)
    series = forms.ModelChoiceField(IndexSeries.objects.filter(active=True), label=_("Index"), required=False)
    fixed_percent = forms.DecimalField(
        label=_("Fixed %"), required=False, initial=0, max_digits=7, decimal_places=4
    )
    share = forms.DecimalField(
        label=_("Share of the variation, %"), initial=100, min_value=0, max_value=200, decimal_places=4
    )
    reference_month = forms.TypedChoiceField(
        label=_("Reference month"),
        choices=[("", _("that of the due day")), *((str(n), name) for n, name in MONTHS.items())],
        coerce=int,
        empty_value=None,
        required=False,
    )
    lag_months = forms.IntegerField(
        label=_("Months back"),
        initial=0,
        min_value=0,
        max_value=60,
        help_text=_("From the due day to the month whose index counts."),
    )
    floor = forms.DecimalField(
        label=_("Never less than, %"),
        required=False,
        initial=0,
        decimal_places=4,
        help_text=_("Empty: no limit."),
    )
    cap = forms.DecimalField(label=_("Never more than, %"), required=False, decimal_places=4)
    rounding = forms.ChoiceField(
        label=_("New price rounded to"),
        choices=IndexClause.Rounding.choices,
        initial=IndexClause.Rounding.CENT,
    )
    every_months = forms.IntegerField(label=_("Every (months)"), initial=12, min_value=1, max_value=120)
    first_after_months = forms.IntegerField(
        label=_("First after (months)"), initial=12, min_value=0, max_value=600
    )
    anchor_on = forms.DateField(
        label=_("Counted from"), required=False, help_text=_("Empty: the activation of the contract.")
    )
    last_on = forms.DateField(
        label=_("Last adjusted on"), required=False, help_text=_("For contracts taken over from elsewhere.")
    )
    last_month = forms.DateField(
        label=_("Index used last"), required=False, help_text=_("A day of its month.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("mode") == IndexClause.Mode.INDEX and not data.get("series"):
            self.add_error("series", _("Choose the index the prices follow."))
        if isinstance(month := data.get("last_month"), date):
            data["last_month"] = month.replace(day=1)
        data["fixed_percent"] = data.get("fixed_percent") or 0
        return data


class RenewForm(CompanyForm):
    """A renewal by hand; empty: as agreed."""

    months = forms.IntegerField(
        label=_("Months"), required=False, min_value=1, max_value=600, help_text=_("Empty: as agreed.")
    )
    percent = forms.DecimalField(
        label=_("Change of the prices, %"),
        required=False,
        decimal_places=4,
        validators=[MinValueValidator(-100), MaxValueValidator(1000)],
        help_text=_("Empty: by the index clause. 0: the prices stay."),
    )


class NoticeForm(CompanyForm):
    """A letter about the end of a contract."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Notice.Kind.choices)
    channel = forms.ChoiceField(label=_("Sent by"), choices=Channel.choices)
    sent_on = forms.DateField(label=_("Sent on"), required=False)
    received_on = forms.DateField(
        label=_("Received on"),
        required=False,
        help_text=_("This day counts. Empty: not received yet; write it when the receipt comes."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sent, received = data.get("sent_on"), data.get("received_on")
        if sent and received and received < sent:
            self.add_error("received_on", _("It cannot be received before it is sent."))
        return data


class ReceiveForm(CompanyForm):
    """The day a notice was received."""

    received_on = forms.DateField(label=_("Received on"))


class ExcludeForm(CompanyForm):
    """Why contracts are left out."""

    note = forms.CharField(label=_("Reason"), required=False, max_length=200)


class CockpitForm(CompanyForm):
    """What the cockpit shows."""

    months = forms.TypedChoiceField(
        label=_("Ends within"),
        choices=[
            (1, _("1 month")),
            (3, _("3 months")),
            (6, _("6 months")),
            (12, _("12 months")),
            (24, _("24 months")),
        ],
        coerce=int,
        empty_value=None,
        initial=6,
        required=False,
    )
    mode = forms.ChoiceField(
        label=_("At its end"),
        choices=[("", _("all")), *RenewalTerms.Mode.choices, ("unknown", _("nothing agreed"))],
        required=False,
    )
    fate = forms.ChoiceField(
        label=_("Situation"),
        choices=[
            ("", _("all")),
            ("near", _("notice day near")),
            ("open", _("notice still possible")),
            ("consent", _("waits for consent")),
            ("secured", _("renews")),
            ("ends", _("ends")),
        ],
        required=False,
    )
    q = forms.CharField(label=_("Customer or contract"), required=False, max_length=100)
