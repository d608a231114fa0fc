"""What people enter about stamp duty, declarations of intent and further data of files."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.countries.it.models import ExtraData, LetterOfIntent, StampChoice, StampPayment
from ronda.workspace.forms import CompanyForm, CompanyModelForm


class LetterForm(CompanyModelForm):
    """A declaration as its receipt states it; the days are those of its year unless said otherwise."""

    fieldsets = (
        (_("Receipt of the tax office"), ("party", "protocol", "received_on")),
        (_("What it covers"), ("year", "ceiling", "starts_on", "ends_on", "notes")),
    )
    wide = ("notes",)
    short = ("received_on", "year", "ceiling", "starts_on", "ends_on")

    class Meta:
        model = LetterOfIntent
        fields = ["party", "protocol", "received_on", "year", "ceiling", "starts_on", "ends_on", "notes"]
        help_texts = {"protocol": _("17 digits, then the progressive number: 08060120341234567-000001.")}


class RevokeForm(CompanyForm):
    """When a declaration was revoked, and what was said."""

    on = forms.DateField(label=_("Revoked from"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class StampChoiceForm(CompanyForm):
    """Where documents stand in the stamp report, and why."""

    decision = forms.ChoiceField(
        label=_("List B"),
        choices=[("", _("as the rules say")), *StampChoice.Decision.choices],
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("Needed to leave out or to add; it is kept with the choice."),
    )


class StampPaymentForm(CompanyModelForm):
    """That the duty of a quarter was paid."""

    short = ("year", "quarter", "paid_on", "amount")
    wide = ("notes",)

    class Meta:
        model = StampPayment
        fields = ["year", "quarter", "paid_on", "amount", "notes"]


class TakeBackForm(CompanyForm):
    """Why a payment is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ExtraDataForm(CompanyModelForm):
    """A row of further data, with its templates."""

    fieldsets = (
        (_("Which lines"), ("party", "first_line_only", "active", "position")),
        (_("What is written"), ("kind", "text", "number", "day")),
    )
    wide = ("text", "number", "day")
    short = ("position", "kind")

    class Meta:
        model = ExtraData
        fields = ["kind", "party", "text", "number", "day", "first_line_only", "active", "position"]
        help_texts = {
            "party": _("Nobody chosen: for all customers."),
            "kind": _("Up to 10 characters, as the customer asks for it."),
            "text": _(
                "Up to 60 characters come out. For example: {{ contract.number }} or {{ document.order }}"
            ),
            "number": _("For example: {{ line.quantity }}"),
            "day": _("For example: {{ line.starts_on }}"),
        }
