"""The fields of a form as columns: how a cell is read, how a value is written, when two are the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

from django import forms
from django.forms.utils import pretty_name
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ronda.company.domain import cells
from ronda.company.domain.cells import Cell
from ronda.company.imports.declare import LANGUAGES, NOTHING, ImportField, TooLong, UnknownWord
from ronda.company.imports.references import describe, leaves
from ronda.kernel.errors import Refusal
from ronda.workspace.rest_input import as_text

SEVERAL = re.compile(r"[;\n]")
NOT_IN_A_TABLE = (forms.FileField,)


class NotAWholeNumber(Refusal):
    code = "company.cell_not_a_whole_number"


class NotATime(Refusal):
    code = "company.cell_not_a_time"


@dataclass(frozen=True, slots=True)
class Reading:
    """One form field as a column.

    kind: in a word for people. parse: a cell → what the form is filled with (of a record: what names it).
    show: what the form holds → a value of a cell. same: whether two fillings mean the same.
    """

    kind: Any
    parse: Callable[[Cell, str], Any]
    show: Callable[[Any], Any] = lambda value: value
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)
    example: str = ""
    choices: Callable[[], list[str]] | None = None
    empty: Any = ""
    help: Any = ""


def reading_of(field: forms.Field) -> Reading | None:
    """How a form field is read and written; None for what stands in no table (files, passwords, hidden)."""
    if isinstance(field, NOT_IN_A_TABLE) or field.widget.is_hidden or field.disabled:
        return None
    if isinstance(field.widget, forms.PasswordInput):
        return None
    for kinds, make in KINDS:
        if isinstance(field, kinds):
            return make(field)
    return _text(field)


def _text(field: Any) -> Reading:
    longest = getattr(field, "max_length", None) or 100_000
    return Reading(_("text"), partial(_parse_text, longest), show=as_text, same=_same_text)


def _parse_text(longest: int, value: Cell, locale: str) -> str:
    read = written(value)
    if len(read) > longest:
        message = _("“%(read)s…” has more than %(longest)d characters. Shorten it.")
        raise TooLong(message % {"read": read[:40], "longest": longest})
    return read


def written(value: Cell) -> str:
    """A cell as text: figures as the spreadsheet shows them, days by the year first, lines parted alike."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return "\n".join(str(value).strip().splitlines())


def _same_text(one: Any, other: Any) -> bool:
    return _lines(one) == _lines(other)


def _lines(value: Any) -> list[str]:
    return [" ".join(line.split()) for line in str(value).strip().splitlines()]


def _amount(field: Any) -> Reading:
    return Reading(_("number"), _parse_amount, show=_show_amount, same=_same_amount, example="12.50")


def _parse_amount(value: Cell, locale: str) -> str:
    return format(cells.parse_decimal(value, locale), "f")


def _show_amount(value: Any) -> Any:
    return Decimal(str(value)) if value not in ("", None) else ""


def _same_amount(one: Any, other: Any) -> bool:
    if one == "" or other == "":
        return bool(one == other)
    return Decimal(str(one)) == Decimal(str(other))


def _whole(field: Any) -> Reading:
    return Reading(_("whole number"), _parse_whole, show=_show_amount, same=_same_amount, example="12")


def _parse_whole(value: Cell, locale: str) -> str:
    number = cells.parse_decimal(value, locale)
    if number != number.to_integral_value():
        message = _("“%(read)s” is not a whole number. Write it without decimals.")
        raise NotAWholeNumber(message % {"read": str(value)[:40]})
    return str(int(number))


def _day(field: Any) -> Reading:
    return Reading(_("date"), _parse_day, show=_show_day, example="2026-12-31")


def _parse_day(value: Cell, locale: str) -> str:
    return cells.parse_date(value, locale).isoformat()


def _show_day(value: Any) -> Any:
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else value


def _clock(field: Any) -> Reading:
    return Reading(_("time"), _parse_clock, example="08:30")


def _parse_clock(value: Cell, locale: str) -> str:
    if isinstance(value, time):
        return value.isoformat("minutes")
    found = re.fullmatch(r"\s*(\d{1,2})[:.h](\d{2})(?::\d{2})?\s*", str(value))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        message = _("“%(read)s” is not a time. Write hours and minutes, as 08:30.")
        raise NotATime(message % {"read": str(value)[:40]})
    return f"{int(found[1]):02d}:{found[2]}"


def _yes_or_no(field: Any) -> Reading:
    return Reading(
        _("yes or no"), _parse_yes, show=_show_yes, same=_same_yes, example="1", choices=_yes_and_no
    )


def _yes_and_no() -> list[str]:
    return [str(_("Yes")), str(_("No"))]


def _parse_yes(value: Cell, locale: str) -> str:
    return "true" if cells.parse_bool(value) else ""


def _show_yes(value: Any) -> str:
    return str(_("Yes") if _is_yes(value) else _("No"))


def _same_yes(one: Any, other: Any) -> bool:
    return _is_yes(one) == _is_yes(other)


def _is_yes(value: Any) -> bool:
    return value not in ("", "false", "False", False, None)


def _choice(field: Any) -> Reading:
    words = Words(field)
    return Reading(
        _("choice"),
        lambda value, locale: words.code(value),
        show=words.label,
        choices=words.labels,
        same=_same_code,
    )


def _same_code(one: Any, other: Any) -> bool:
    return str(one) == str(other)


def _choices(field: Any) -> Reading:
    words = Words(field)
    return Reading(
        _("choices, parted by semicolons"),
        lambda value, locale: [words.code(one) for one in parted(value)],
        show=lambda value: "; ".join(words.label(one) for one in value or ()),
        same=_same_set,
        choices=words.labels,
        empty=[],
    )


def _same_set(one: Any, other: Any) -> bool:
    return {str(each) for each in one or ()} == {str(each) for each in other or ()}


class Words:
    """The choices of a field as they are written: by code, or by label in any of the languages."""

    def __init__(self, field: Any, also: Mapping[str, str] | None = None) -> None:
        self.field = field
        self.also = also or {}

    @classmethod
    def among(cls, choices: Sequence[tuple[str, Any]]) -> Words:
        """Of choices that are no form's."""
        return cls(SimpleNamespace(choices=choices))

    def pairs(self) -> list[tuple[str, str]]:
        """Code and label of every choice in the language in use, groups opened."""
        found: list[tuple[str, str]] = []
        for code, label in self.field.choices:
            if isinstance(label, list | tuple):
                found += [(str(one), str(name)) for one, name in label]
            else:
                found.append((str(code), str(label)))
        return found

    @cached_property
    def _codes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for language in LANGUAGES:
            with override(language):
                for code, label in self.pairs():
                    found.setdefault(_folded(label), code)
        own = {_folded(code): code for code, _label in self.pairs()}
        return {**self.also, **found, **own}

    def code(self, value: Cell) -> str:
        """The code a cell means; refuses what no choice is called."""
        read = written(value)
        if (code := self._codes.get(_folded(read))) is not None:
            return code
        message = _("“%(read)s” is not known here. Write one of: %(words)s.")
        raise UnknownWord(message % {"read": read[:40], "words": ", ".join(self.labels()[:8])})

    def label(self, code: Any) -> str:
        """How a code is written: its label, or itself where two choices have the same label."""
        labels = [label for one, label in self.pairs() if one == str(code)]
        if not labels or not str(code):
            return "" if code is None else str(code)
        return labels[0] if self._codes.get(_folded(labels[0])) == str(code) else str(code)

    def labels(self) -> list[str]:
        """What may be written."""
        return [label for code, label in self.pairs() if code]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def choice_field(
    name: str,
    label: Any,
    choices: Sequence[tuple[str, Any]],
    *,
    also: Mapping[str, str] | None = None,
    **facts: Any,
) -> ImportField:
    """A column of choices that are no form's; `also` holds further words for their codes."""
    words = Words(SimpleNamespace(choices=choices), also)
    return ImportField(
        name, label, lambda value, locale: words.code(value), kind=_("choice"), choices=words.labels, **facts
    )


def yes_or_no(name: str, label: Any, **facts: Any) -> ImportField:
    """A column of yes and no."""
    return ImportField(
        name, label, lambda value, locale: cells.parse_bool(value), kind=_("yes or no"), choices=_yes_and_no,
        empty=NOTHING, **facts,
    )  # fmt: skip


def parted(value: Cell) -> list[str]:
    """What stands between semicolons, or on lines of its own."""
    return [one.strip() for one in SEVERAL.split(written(value)) if one.strip()]


def _record(field: Any) -> Reading:
    kind = field.queryset.model._meta.verbose_name
    text = _("%(kind)s, as: %(key)s")
    facts = {"kind": kind, "key": describe(field.queryset.model)}
    return Reading(
        kind,
        lambda value, locale: written(value),
        help=text % facts if len(leaves(field.queryset.model)) > 1 else "",
    )


def _records(field: Any) -> Reading:
    return Reading(
        field.queryset.model._meta.verbose_name_plural,
        lambda value, locale: parted(value),
        same=lambda one, other: set(one or ()) == set(other or ()),
        empty=[],
        help=_("Several are parted by semicolons."),
    )


KINDS: tuple[tuple[Any, Callable[[Any], Reading]], ...] = (
    (forms.ModelMultipleChoiceField, _records),
    (forms.ModelChoiceField, _record),
    ((forms.MultipleChoiceField, forms.TypedMultipleChoiceField), _choices),
    ((forms.ChoiceField, forms.TypedChoiceField), _choice),
    (forms.DecimalField, _amount),
    (forms.IntegerField, _whole),
    (forms.DateField, _day),
    (forms.TimeField, _clock),
    (forms.BooleanField, _yes_or_no),
)


def readings_of(form: forms.BaseForm) -> dict[str, Reading]:
    """The columns of a form, by name of the field."""
    found = {name: reading_of(field) for name, field in form.fields.items() if name != "seen"}
    return {name: reading for name, reading in found.items() if reading is not None}


def columns_of(
    form: forms.BaseForm, readings: Mapping[str, Reading], *, rows: str = "", row: Any = ""
) -> list[ImportField]:
    """The columns to declare; those of `rows` (an inline's name) begin with what a `row` is called."""
    found = []
    for name, reading in readings.items():
        field = form.fields[name]
        label = label_of(form, name)
        found.append(
            ImportField(
                f"{rows}.{name}" if rows else name,
                format_lazy("{}: {}", row, label) if rows else label,
                reading.parse,
                required=not rows and is_needed(form, name),
                later=True,
                help=field.help_text or reading.help,
                example=reading.example,
                kind=reading.kind,
                choices=reading.choices,
                empty=reading.empty if may_be_empty(field) else NOTHING,
            )
        )  # fmt: skip
    return found


def may_be_empty(field: forms.Field) -> bool:
    """Whether the word for "empty" means something; a required tick is an odd word for "must be yes"."""
    return not field.required or isinstance(field, forms.BooleanField)


def label_of(form: forms.BaseForm, name: str) -> Any:
    """What a field is called, in whatever language it is asked; a form may have put a mark behind it."""
    declared = getattr(type(form), "base_fields", {}).get(name)
    label = getattr(declared, "label", None) or form.fields[name].label
    return label or pretty_name(name)


def is_needed(form: forms.BaseForm, name: str) -> bool:
    """Whether a new record needs this column: required, and without a value to begin with."""
    field = form.fields[name]
    if not field.required or isinstance(field, forms.BooleanField):
        return False
    return form.get_initial_for_field(field, name) in (None, "", [])
