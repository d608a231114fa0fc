"""Values of extra fields: read as people and files give them, shown, and written as a form holds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ronda.workspace.display import day, money, number
from ronda.workspace.extras import ExtraField
from ronda.workspace.parsing import Unreadable, in_calendar, read_amount, read_day, show_amount

LONGEST = 500
#: 15 digits are kept exactly by every database.
DIGITS, PLACES, CENTS = 15, 6, 2
LARGEST = Decimal(10) ** (DIGITS - PLACES)
YES = frozenset({"1", "true", "yes", "y", "x", "sì", "si", "s", "vero", "oui", "o", "vrai"})
NO = frozenset({"0", "false", "no", "n", "falso", "non", "faux"})
KIND_LABELS: dict[str, Any] = {
    "text": gettext_lazy("text"),
    "number": gettext_lazy("number"),
    "amount": gettext_lazy("amount"),
    "date": gettext_lazy("date"),
    "yes_no": gettext_lazy("yes or no"),
    "choice": gettext_lazy("one of a list"),
    "link": gettext_lazy("web address"),
}
_web_address = URLValidator(schemes=["http", "https"])


def clean(field: ExtraField, raw: object) -> Any:
    """The typed value of what a person or a file gives; None for nothing.

    Text is read by the language in use. Raises ValidationError naming the field and what to write instead.
    """
    if isinstance(raw, str):
        raw = raw.strip()
    if raw is None or raw == "":
        if field.required:
            raise _unfit(field, _("a value is needed here."))
        return None
    try:
        return _READ[field.kind](field, raw)
    except Unreadable as unreadable:
        raise _unfit(field, str(unreadable.message)) from unreadable


def _unfit(field: ExtraField, reason: str) -> ValidationError:
    said = _("%(label)s: %(reason)s") % {"label": field.label, "reason": reason}
    return ValidationError(said, code="invalid")


def _text(field: ExtraField, raw: Any) -> str:
    text = plain(field, raw) if isinstance(raw, (Decimal, date, bool)) else str(raw)
    if len(text) > LONGEST:
        raise _unfit(
            field, _("at most %(most)d characters; put longer texts into a file.") % {"most": LONGEST}
        )
    if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise _unfit(field, _("write it on one line, without control characters."))
    return text


def _number(field: ExtraField, raw: Any) -> Decimal:
    places = CENTS if field.kind == "amount" else PLACES
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
        raise _unfit(field, _("write a number, like 1234,56."))
    try:
        value = read_amount(raw, places=places) if isinstance(raw, str) else Decimal(raw)
    except InvalidOperation as error:
        raise _unfit(field, _("write a number, like 1234,56.")) from error
    if not value.is_finite() or abs(value) >= LARGEST:
        raise _unfit(field, _("write a number below %(most)s.") % {"most": number(int(LARGEST))})
    exact = round(value, places)
    if exact != value:
        raise _unfit(field, _("at most %(places)d decimals.") % {"places": places})
    return exact if field.kind == "amount" else tidy(exact)


def tidy(value: Decimal) -> Decimal:
    """A number without idle zeros: 12, not 12.000000 nor 1.2E+1."""
    short = value.normalize()
    exponent = short.as_tuple().exponent
    short = short.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else short
    return short if short else Decimal(0)


def _date(field: ExtraField, raw: Any) -> date:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, str):
        raw = read_day(raw, today=timezone.localdate())
    if not isinstance(raw, date):
        raise _unfit(field, _("write a date, like 25/06/2026."))
    if not in_calendar(raw):
        raise _unfit(field, _("write a day of the years 1900 to 2999."))
    return raw


def _yes_no(field: ExtraField, raw: Any) -> bool:
    said = str(int(raw) if isinstance(raw, (bool, Decimal)) else raw).casefold()
    if said in YES or said in NO:
        return said in YES
    raise _unfit(field, _("write yes or no."))


def _choice(field: ExtraField, raw: Any) -> str:
    said = str(raw)
    known = (*field.choices, *field.retired)
    for code, _label in known:
        if code == said:
            return code
    for code, label in known:
        if label.casefold() == said.casefold():
            return code
    offered = ", ".join(label for _code, label in field.choices[:12])
    raise _unfit(
        field, _("“%(text)s” is not in the list: %(offered)s.") % {"text": said[:40], "offered": offered}
    )


def _link(field: ExtraField, raw: Any) -> str:
    text = str(raw)
    if "://" not in text and not text.lower().startswith(("mailto:", "javascript:", "data:")):
        text = f"https://{text}"
    try:
        _web_address(text)
    except ValidationError as error:
        raise _unfit(field, _("write a web address, like https://example.com/plant.")) from error
    return _text(field, text)


_READ: dict[str, Callable[[ExtraField, Any], Any]] = {
    "text": _text,
    "number": _number,
    "amount": _number,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "link": _link,
}


def plain(field: ExtraField, value: Any) -> Any:
    """A value as people read it: the label of a choice, numbers and days by the language in use."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return money(value) if field.kind == "amount" else number(value)
    if isinstance(value, date):
        return day(value)
    return label_of(field, value) if field.kind == "choice" else value


def label_of(field: ExtraField, code: Any) -> str:
    """The label of a choice, one that is not offered any more too."""
    return next((label for known, label in (*field.choices, *field.retired) if known == code), str(code))


def written(field: ExtraField, value: Any) -> str:
    """A value as a form holds it: `clean` reads it back as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return show_amount(value)
    return day(value) if isinstance(value, date) else str(value)


def as_json(value: Any) -> Any:
    """A value as the API gives it: amounts as text, so that nothing is rounded."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
