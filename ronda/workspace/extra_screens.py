"""Extra fields on the screen: columns and filters of lists, the search, the facts of a record's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from ronda.workspace import extras
from ronda.workspace.declare import Column
from ronda.workspace.display import Cell, cells_of
from ronda.workspace.extra_values import plain
from ronda.workspace.extras import ExtraField, Wanted
from ronda.workspace.filters import Chip, ChoiceFilter, Filter, FilterContext, RangeFilter

TEXTS = frozenset({"text", "link"})
#: How a list draws each kind.
_DRAWN = {"number": "number", "amount": "money", "date": "date", "yes_no": "bool", "link": "link"}


# --- lists -----------------------------------------------------------------------------------------------


def columns_of(fields: Sequence[ExtraField]) -> list[Column]:
    """A column for each field; those the company wants are shown from the start."""
    return [
        Column(
            field.key,
            field.label,
            kind=_DRAWN.get(field.kind, "text"),  # type: ignore[arg-type]
            sort=False,
            default=field.in_list,
            value=_reader(field),
        )
        for field in fields
    ]


def _reader(field: ExtraField) -> Callable[[Any], Any]:
    """What reads the value of a record that `extras.hold` was given: typed, the label of a choice."""
    if field.kind == "choice":
        return lambda record: plain(field, extras.held(record, field.key)) or None
    return lambda record: extras.held(record, field.key)


@dataclass(frozen=True, eq=False)
class ExtraRange(RangeFilter):
    """Numbers, amounts or days from and to."""

    field: ExtraField | None = None

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        first, last = self.bounds(given, context)
        return rows if first is None and last is None else _having(rows, self.field, Wanted(first, last))


@dataclass(frozen=True, eq=False)
class ExtraChoice(ChoiceFilter):
    """Some of a list, yes or no; and what nobody filled in."""

    field: ExtraField | None = None
    NOTHING = "-"

    def options(self, context: FilterContext) -> list[tuple[str, str]]:
        assert self.field is not None
        known = (*self.field.choices, *self.field.retired)
        if self.field.kind == "yes_no":
            known = (("1", _("Yes")), ("0", _("No")))
        return [*known, (self.NOTHING, _("not filled in"))]

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        asked = [value for value, _label in self.wanted(given, context)]
        if not asked:
            return rows
        assert self.field is not None
        among = tuple(value for value in asked if value != self.NOTHING)
        found = Q(pk__in=extras.having([self.field], Wanted(among=among))) if among else Q()
        if self.NOTHING in asked:
            found |= ~Q(pk__in=extras.having([self.field], Wanted()))
        return rows.filter(found)


@dataclass(frozen=True, eq=False)
class ExtraText(Filter):
    """Words inside a text or a web address."""

    field: ExtraField | None = None

    def text(self, given: QueryDict) -> str:
        return str(given.get(self.name, "")).strip()[:100].replace("\x00", "")

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        for word in self.text(given).split()[:6]:
            rows = _having(rows, self.field, Wanted(word=word))
        return rows

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        text = self.text(given)
        return [Chip(self.title(context.model), text, (self.name,))] if text else []

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        return []

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        return {**super().control(given, context), "value": self.text(given), "is_text": True}


def _having(rows: QuerySet[Any], field: ExtraField | None, wanted: Wanted) -> QuerySet[Any]:
    assert field is not None
    return rows.filter(pk__in=extras.having([field], wanted))


def filters_of(fields: Sequence[ExtraField]) -> list[Filter]:
    """A filter for each field, of the kind that fits it."""
    return [_filter(field) for field in fields]


def _filter(field: ExtraField) -> Filter:
    if field.kind in TEXTS:
        return ExtraText(field.key, field.label, field=field)
    if field.kind in ("choice", "yes_no"):
        return ExtraChoice(field.key, field.label, field=field)
    return ExtraRange(field.key, field.label, kind="date" if field.kind == "date" else "number", field=field)


def searched(fields: Sequence[ExtraField]) -> Callable[[str], Q] | None:
    """What finds the records with a word in their texts, links and choices; None without such fields."""
    worded = [field for field in fields if field.kind in TEXTS or field.kind == "choice"]
    if not worded:
        return None
    return lambda word: Q(pk__in=extras.having(worded, Wanted(word=word)))


# --- a record's page -------------------------------------------------------------------------------------


def facts_of(record: Any, company_id: int | None) -> list[Cell]:
    """What is filled in of a record, for its page."""
    model = type(record)
    fields = extras.fields_of(model, company_id)
    if not fields or company_id is None:
        return []
    extras.hold([record], fields, company_id)
    cells = [cells_of(column, model, str(column.label))(record, None) for column in columns_of(fields)]
    return [one for one in cells if one.html != ""]
