"""Extra fields in forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ronda.workspace.extra_values import CENTS, DIGITS, LONGEST, PLACES, clean, written
from ronda.workspace.extras import ExtraField
from ronda.workspace.fields import AmountField, DayField

#: The heading of these fields in a form.
LEGEND = gettext_lazy("Other details")


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or nothing said."""


class LinkInput(forms.URLInput):
    """A web address; "example.com" will do."""

    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "url", "autocomplete": "off", **(attrs or {})})


def form_field(field: ExtraField, value: Any = None) -> forms.Field:
    """The form field of an extra field; a choice out of use is offered to the record that has it."""
    common: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": field.help}
    made = _FIELDS[field.kind](field, value, common)
    made.validators.append(_checked(field))
    return made


def _checked(field: ExtraField) -> Callable[[Any], None]:
    """The rules that files and programs are held to."""

    def check(value: Any) -> None:
        try:
            clean(field, value)
        except ValidationError as error:  # the form says the name of the field already
            begins = _("%(label)s: %(reason)s") % {"label": field.label, "reason": ""}
            reason = error.messages[0].removeprefix(begins)
            raise ValidationError(reason[:1].upper() + reason[1:], code="invalid") from error

    return check


def _choice(field: ExtraField, value: Any, common: dict[str, Any]) -> forms.Field:
    held = [(code, label) for code, label in field.retired if code == value]
    return forms.ChoiceField(choices=[("", "–"), *field.choices, *held], **common)


def _yes_no(_field: ExtraField, _value: Any, common: dict[str, Any]) -> forms.Field:
    choices = [("", "–"), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
    return YesNoField(choices=choices, coerce="yes".__eq__, empty_value=None, **common)


def _amount(field: ExtraField, _value: Any, common: dict[str, Any]) -> forms.Field:
    places = CENTS if field.kind == "amount" else PLACES
    return AmountField(max_digits=DIGITS - PLACES + places, decimal_places=places, **common)


_FIELDS: dict[str, Callable[[ExtraField, Any, dict[str, Any]], forms.Field]] = {
    "text": lambda _field, _value, common: forms.CharField(max_length=LONGEST, **common),
    "number": _amount,
    "amount": _amount,
    "date": lambda _field, _value, common: DayField(**common),
    "yes_no": _yes_no,
    "choice": _choice,
    "link": lambda _field, _value, common: forms.CharField(max_length=LONGEST, widget=LinkInput(), **common),
}


def initial_of(field: ExtraField, value: Any) -> Any:
    """A value as the form field begins with it."""
    return written(field, value) if isinstance(value, bool) else value
