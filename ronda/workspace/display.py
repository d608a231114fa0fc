"""How values look: the kind of a column, its cell, its plain text for messages, exports and history."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ronda.workspace.paths import field_at
from ronda.workspace.registry import url_of

if TYPE_CHECKING:
    from ronda.workspace.declare import Column

GROUPING = {"it": str.maketrans(",.", ".,"), "fr": str.maketrans(",.", "\u202f,"), "en": None}
NUMERIC = frozenset({"money", "number"})
COLOURS = frozenset({"green", "amber", "red", "blue", "violet", "teal", "orange", "pink", "gray"})


def money(value: Any, currency: str = "") -> str:
    """An amount with two decimals and thousands, by the language in use; with a currency sign if asked."""
    if value is None or value == "":
        return ""
    language = (get_language() or "en")[:2]
    text = _grouped(f"{Decimal(value):,.2f}", language)
    if not currency:
        return text
    sign = {"EUR": "€", "GBP": "£", "USD": "$"}.get(currency, currency)
    gap = "\u202f" if language == "fr" else "\u00a0"
    return f"{sign}{text}" if language == "en" and len(sign) == 1 else f"{text}{gap}{sign}"


def number(value: Any, places: int | None = None) -> str:
    """A number with thousands; `places` decimals, or as many as it needs."""
    if value is None or value == "":
        return ""
    if isinstance(value, int) and places is None:
        text = f"{value:,d}"
    elif places is not None:
        text = f"{Decimal(value):,.{places}f}"
    else:
        text = f"{Decimal(value):,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return _grouped(text, (get_language() or "en")[:2])


def price(value: Any) -> str:
    """A unit price with thousands: two decimals, or as many as it needs beyond them."""
    if value is None or value == "":
        return ""
    places = -int(Decimal(value).normalize().as_tuple().exponent)
    return number(value, max(2, places))


def signed(value: Any) -> str:
    """An amount with its sign, plus included."""
    text = money(value)
    return f"+{text}" if text and Decimal(value) > 0 else text


def _grouped(text: str, language: str) -> str:
    table = GROUPING.get(language)
    return text.translate(table) if table else text


def day(value: Any, style: str = "short") -> str:
    """A day as dd/mm/yyyy, or written out with `style="long"`; an instant in local time with its hour."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return (
            f"{_digits(local)} {local:%H:%M}" if style == "short" else date_format(local, "DATETIME_FORMAT")
        )
    return _digits(value) if style == "short" else _in_words(value)


def _in_words(value: date) -> str:
    """A day written out; Italian writes months in small letters, which Django's names do not."""
    text = date_format(value, "DATE_FORMAT")
    return text.lower() if (get_language() or "").startswith("it") else text


def _digits(value: date) -> str:
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def badge(text: Any, colour: str = "gray") -> SafeString:
    """A word in a tinted badge; an unknown colour is gray."""
    if text is None or text == "":
        return mark_safe("")
    return format_html(
        '<span class="badge badge-{}">{}</span>', colour if colour in COLOURS else "gray", text
    )


def show_plain(value: Any) -> str:
    """Any value as people read it, without markup."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return money(value) if -value.as_tuple().exponent == 2 else number(value)  # type: ignore[operator]
    if isinstance(value, int):
        return number(value)
    if isinstance(value, (list, tuple, set, frozenset, models.QuerySet)):
        return ", ".join(show_plain(one) for one in value)
    return str(value)


def raw(column: Column, record: Any) -> Any:
    """The typed value of a column for a record; None where the path ends early."""
    if column.value is not None:
        return column.value(record)
    value = record
    for part in column.name.split("__"):
        value = getattr(value, part, None)
        if value is None:
            return None
        if callable(value) and not isinstance(value, models.Manager):
            value = value()
    return value.all() if isinstance(value, models.Manager) else value


def plain(column: Column, record: Any) -> Any:
    """The value with choices as words: what an export and a history line hold."""
    value = raw(column, record)
    label = _choice_label(column, type(record), value)
    return value if label is None else label


def _choice_label(column: Column, model: Any, value: Any) -> str | None:
    if column.value is not None or value is None or not isinstance(value, (str, int)):
        return None
    choices = _choices_of(model, column.name)
    return str(choices[value]) if choices and value in choices else None


@functools.cache
def _choices_of(model: Any, name: str) -> dict[Any, Any]:
    field = field_at(model, name) if hasattr(model, "_meta") else None
    return dict(getattr(field, "flatchoices", None) or ())


def kind_of(column: Column, model: type[models.Model]) -> str:
    """The kind of a column, from its declaration or its field; "text" when neither tells."""
    if column.kind != "auto":
        return column.kind
    if column.badges is not None:
        return "badge"
    return _kind_of_field(model, column.name) if column.value is None else "text"


@functools.cache
def _kind_of_field(model: type[models.Model], name: str) -> str:
    field = field_at(model, name)
    if isinstance(field, models.DateTimeField):
        return "datetime"
    if isinstance(field, models.DateField):
        return "date"
    if isinstance(field, models.DecimalField):
        return "money" if field.decimal_places == 2 else "number"
    if isinstance(field, models.BooleanField):
        return "bool"
    if isinstance(field, (models.IntegerField, models.FloatField)) and not field.choices:
        return "number"
    return "text"


def heading(column: Column, model: type[models.Model]) -> str:
    """The title of a column: its label, its field's name, or its own name in words."""
    if column.label:
        return capfirst(str(column.label))
    field = field_at(model, column.name)
    return capfirst(str(getattr(field, "verbose_name", column.name.replace("__", " ").replace("_", " "))))


@dataclass(frozen=True, slots=True)
class Cell:
    """A rendered value: `html` is safe, `numeric` aligns it right, `label` titles it on a phone."""

    html: Any
    label: str
    numeric: bool
    muted: bool


def shown(column: Column, record: Any, kind: str) -> Any:
    """The markup of one value."""
    return drawing(column, type(record), kind)(record)


def drawing(column: Column, model: Any, kind: str) -> Callable[[Any], Any]:
    """What draws a column's value of a record; asked once for all rows, its choices are put in words once."""
    as_badge = kind == "badge" or column.badges is not None
    words = {} if column.value is not None else _choices_in_words(model, column.name)
    show = _BY_KIND.get(kind, show_plain)

    def draw(record: Any) -> Any:
        value = raw(column, record)
        if value is None or value == "":
            return ""
        word = words.get(value) if words and isinstance(value, (str, int)) else None
        if as_badge:
            return badge(word or show_plain(value), (column.badges or {}).get(value, "gray"))
        return show(value) if word is None else word

    return draw


def _choices_in_words(model: Any, name: str) -> dict[Any, str]:
    return {value: str(label) for value, label in _choices_of(model, name).items()}


def _yes(value: Any) -> Any:
    return badge(_("Yes"), "green") if value else badge(_("No"), "gray")


def _link(value: Any) -> Any:
    """A web address to follow, without its scheme."""
    text = str(value)
    return format_html(
        '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>',
        text,
        text.partition("://")[2] or text,
    )


_BY_KIND: dict[str, Callable[[Any], Any]] = {
    "money": money,
    "number": number,
    "date": day,
    "datetime": day,
    "bool": _yes,
    "link": _link,
}


def cell(column: Column, record: Any, model: type[models.Model], label: str, link: str | None = None) -> Cell:
    """A column of a record, linked when the declaration says so."""
    return cells_of(column, model, label)(record, link)


def cells_of(column: Column, model: type[models.Model], label: str) -> Callable[[Any, str | None], Cell]:
    """What makes the cells of a column from records and their addresses; asked once for a whole list."""
    kind = kind_of(column, model)
    draw, numeric = drawing(column, model, kind), kind in NUMERIC

    def make(record: Any, link: str | None) -> Cell:
        html = draw(record)
        muted = html == ""
        if column.link and link:
            html = format_html('<a class="row-link" href="{}">{}</a>', link, str(record) if muted else html)
        return Cell(html, label, numeric=numeric, muted=muted and not (column.link and link))

    return make


def fact_cell(column: Column, record: Any, model: type[models.Model]) -> Cell:
    """A column as a fact of a record's page: related records are linked to their own page."""
    found = cell(column, record, model, heading(column, model))
    if column.value is None and found.html != "":
        target = url_of(raw(column, record)) if "__" not in column.name else None
        if target:
            return Cell(
                format_html('<a href="{}">{}</a>', target, found.html),
                found.label,
                found.numeric,
                muted=False,
            )
    return found
