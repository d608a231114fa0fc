"""Filters of a list: each reads its parameters, narrows the rows, and says in words what it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.kernel.periods import add_months
from ronda.workspace.display import show_plain
from ronda.workspace.parsing import Unreadable, in_calendar, read_amount, read_day
from ronda.workspace.paths import field_at, is_many

if TYPE_CHECKING:
    from ronda.workspace.registry import Registry

REMOTE_FROM = 200
MAX_KEY = 2**63 - 1


@dataclass(frozen=True)
class FilterContext:
    """What a filter may know of the request: the company, the day, the workspaces for related records."""

    model: type[models.Model]
    company: Any
    today: date
    registry: Registry
    request: Any = None


@dataclass(frozen=True)
class Chip:
    """An active filter in words; `without` are the parameters to drop to remove it."""

    label: str
    text: str
    without: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Filter(ABC):
    """`name` is a field or a path of look-ups; `label` defaults to the field's own."""

    name: str
    label: Any = None
    template = "workspace/filters/choice.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (self.name,)

    def title(self, model: type[models.Model]) -> str:
        if self.label:
            return capfirst(str(self.label))
        field = field_at(model, self.name)
        return capfirst(str(getattr(field, "verbose_name", self.name.replace("_", " "))))

    @abstractmethod
    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        """The rows that are left by what was given; all of them when nothing was."""

    @abstractmethod
    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        """What was given, in words."""

    @abstractmethod
    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        """The parameters whose value says nothing to this filter: pages pass over them, programs are told."""

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        """What the filter's template needs."""
        return {"name": self.name, "label": self.title(context.model), "template": self.template}


@dataclass(frozen=True, eq=False)
class ChoiceFilter(Filter):
    """One or more of the choices of a field (or of `choices`)."""

    choices: Sequence[tuple[Any, Any]] | None = None

    def options(self, context: FilterContext) -> list[tuple[str, str]]:
        field = field_at(context.model, self.name)
        pairs = self.choices if self.choices is not None else getattr(field, "flatchoices", None) or ()
        return [(str(value), str(label)) for value, label in pairs if value not in (None, "")]

    def wanted(self, given: QueryDict, context: FilterContext) -> list[tuple[str, str]]:
        asked = set(given.getlist(self.name))
        return [(value, label) for value, label in self.options(context) if value in asked] if asked else []

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        values = [value for value, _label in self.wanted(given, context)]
        return rows.filter(**{f"{self.name}__in": values}) if values else rows

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        labels = [label for _value, label in self.wanted(given, context)]
        return [Chip(self.title(context.model), ", ".join(labels), (self.name,))] if labels else []

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        return [self.name] if {*given.getlist(self.name)} - {"", *dict(self.options(context))} else []

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        asked = given.getlist(self.name)
        options = [(value, label, value in asked) for value, label in self.options(context)]
        return {**super().control(given, context), "options": options}


@dataclass(frozen=True, eq=False)
class PickFilter(Filter):
    """Questions of the declaration's own: `options` maps a value to its label and its condition.

    A condition is a Q, or a function of the day that returns one (for "overdue" and the like).
    """

    options: Mapping[str, tuple[Any, Q | Callable[[date], Q]]] | None = None

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        option = (self.options or {}).get(given.get(self.name, ""))
        if option is None:
            return rows
        condition = option[1]
        return rows.filter(condition if isinstance(condition, Q) else condition(context.today))

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        option = (self.options or {}).get(given.get(self.name, ""))
        return [Chip(self.title(context.model), str(option[0]), (self.name,))] if option else []

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        return [] if given.get(self.name, "") in {"", *(self.options or {})} else [self.name]

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        asked = given.get(self.name)
        options = [(value, str(label), value == asked) for value, (label, _q) in (self.options or {}).items()]
        return {**super().control(given, context), "options": options}


@dataclass(frozen=True, eq=False)
class BoolFilter(Filter):
    """Yes or no."""

    yes: Any = _("Yes")
    no: Any = _("No")

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        asked = given.get(self.name)
        return rows.filter(**{self.name: asked == "1"}) if asked in ("0", "1") else rows

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        asked = given.get(self.name)
        if asked not in ("0", "1"):
            return []
        return [Chip(self.title(context.model), str(self.yes if asked == "1" else self.no), (self.name,))]

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        return [] if given.get(self.name, "") in ("", "0", "1") else [self.name]

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        asked = given.get(self.name)
        options = [("1", str(self.yes), asked == "1"), ("0", str(self.no), asked == "0")]
        return {**super().control(given, context), "options": options}


@dataclass(frozen=True, eq=False)
class RelationFilter(Filter):
    """A related record of the same company; searched from the server when there are more than 200."""

    template = "workspace/filters/relation.html"

    def candidates(self, context: FilterContext) -> QuerySet[Any]:
        field = field_at(context.model, self.name)
        model = getattr(field, "related_model", None)
        if model is None:
            raise ValueError(f"{self.name} of {context.model.__name__} is not a relation")
        return of_company(model, context)

    def keys(self, given: QueryDict) -> list[int]:
        given_keys = (key for key in given.getlist(self.name) if key.isdecimal() and len(key) < 20)
        return [key for key in map(int, given_keys) if key <= MAX_KEY]

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        keys = self.keys(given)
        if not keys:
            return rows
        if is_many(context.model, self.name):
            matching = context.model._base_manager.filter(**{f"{self.name}__in": keys})
            return rows.filter(pk__in=matching.values("pk"))
        return rows.filter(**{f"{self.name}__in": keys})

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        keys = self.keys(given)
        if not keys:
            return []
        names = [str(record) for record in self.candidates(context).filter(pk__in=keys)]
        return [Chip(self.title(context.model), ", ".join(names) or "?", (self.name,))]

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        asked = [key for key in given.getlist(self.name) if key]
        return [] if len(self.keys(given)) == len(asked) else [self.name]

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        keys = self.keys(given)
        candidates = self.candidates(context)
        # Keys first: whole records are read only where they become the list of choices.
        remote = len(candidates.order_by().values_list("pk")[: REMOTE_FROM + 1]) > REMOTE_FROM
        chosen = candidates.filter(pk__in=keys) if remote else candidates
        # Names only: what the workspace's own list shows beside them is not needed.
        records = list(chosen.prefetch_related(None)) if keys or not remote else []
        options = [(str(record.pk), str(record), record.pk in keys) for record in records]
        label = candidates.model._meta.label_lower
        return {**super().control(given, context), "options": options, "remote": label if remote else ""}


@dataclass(frozen=True, eq=False)
class RangeFilter(Filter):
    """Dates or numbers from and to, both included. Dates have presets that move with the calendar."""

    kind: str = "auto"
    template = "workspace/filters/range.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (self.name, f"{self.name}_from", f"{self.name}_to")

    def is_date(self, model: type[models.Model]) -> bool:
        if self.kind != "auto":
            return self.kind == "date"
        return isinstance(field_at(model, self.name), models.DateField)

    def preset(self, given: QueryDict, context: FilterContext) -> str:
        """The preset asked for, or nothing."""
        asked = str(given.get(self.name, ""))
        return asked if asked in PRESETS and self.is_date(context.model) else ""

    def bounds(self, given: QueryDict, context: FilterContext) -> tuple[Any, Any]:
        """The two ends asked for; None where nothing readable was given."""
        if asked := self.preset(given, context):
            return preset(asked, context.today)
        first, last = (str(given.get(f"{self.name}_{end}", "")) for end in ("from", "to"))
        if self.is_date(context.model):
            return self._day(first, context.today), self._day(last, context.today)
        return _amount(first), _amount(last)

    @staticmethod
    def _day(text: str, today: date) -> date | None:
        try:
            found = read_day(text, today=today)
        except Unreadable:
            return None
        return found if found is None or in_calendar(found) else None

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        first, last = self.bounds(given, context)
        if isinstance(field_at(context.model, self.name), models.DateTimeField):
            return self._instants(rows, first, last)
        if first is not None:
            rows = rows.filter(**{f"{self.name}__gte": first})
        if last is not None:
            rows = rows.filter(**{f"{self.name}__lte": last})
        return rows

    def _instants(self, rows: QuerySet[Any], first: date | None, last: date | None) -> QuerySet[Any]:
        """Days of the reader's time zone as instants: an index of the column finds them."""
        if first is not None:
            rows = rows.filter(**{f"{self.name}__gte": timezone.make_aware(datetime.combine(first, time()))})
        if last is not None and last < date.max:
            after = datetime.combine(last + timedelta(days=1), time())
            rows = rows.filter(**{f"{self.name}__lt": timezone.make_aware(after)})
        return rows

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        title = self.title(context.model)
        if asked := self.preset(given, context):
            return [Chip(title, str(PRESETS[asked]), self.parameters)]
        first, last = self.bounds(given, context)
        if first is None and last is None:
            return []
        if first is None:
            text = _("up to %(last)s") % {"last": show_plain(last)}
        elif last is None:
            text = _("from %(first)s") % {"first": show_plain(first)}
        else:
            text = f"{show_plain(first)} – {show_plain(last)}"
        return [Chip(title, str(text), self.parameters)]

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        if given.get(self.name):
            return [] if self.preset(given, context) else [self.name]
        ends = zip(self.parameters[1:], self.bounds(given, context), strict=True)
        return [name for name, end in ends if end is None and given.get(name, "").strip()]

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        is_date = self.is_date(context.model)
        chosen = given.get(self.name, "")
        presets = [(code, str(label), code == chosen) for code, label in PRESETS.items()] if is_date else []
        return {
            **super().control(given, context),
            "is_date": is_date,
            "presets": presets,
            "first": given.get(f"{self.name}_from", ""),
            "last": given.get(f"{self.name}_to", ""),
            "active": bool(self.chips(given, context)),
        }


PRESETS: dict[str, Any] = {
    "today": _("Today"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "next_month": _("Next month"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
}


def preset(code: str, today: date) -> tuple[date, date]:
    """First and last day of a preset, seen from `today`."""
    if code == "today":
        return today, today
    if code.endswith("year"):
        year = today.year - (code == "last_year")
        return date(year, 1, 1), date(year, 12, 31)
    shift = {"this_month": 0, "last_month": -1, "next_month": 1}[code]
    first = add_months(today.replace(day=1), shift)
    return first, add_months(first, 1) - timedelta(days=1)


def _amount(text: str) -> Decimal | None:
    try:
        return read_amount(text, places=2) if text.strip() else None
    except Unreadable:
        return None


def of_company(model: type[models.Model], context: FilterContext) -> QuerySet[Any]:
    """Records of a model in the context's company: as its workspace shows them, else by its `company`."""
    workspace = context.registry.of(model)
    if workspace is not None and context.request is not None:
        return workspace.records(context.request)
    records: QuerySet[Any] = model._default_manager.all()
    if isinstance(field_at(model, "company"), models.ForeignKey):
        records = records.filter(company=context.company)
    return records.order_by(*(model._meta.ordering or ["pk"]))


def as_filter(model: type[models.Model], given: Filter | str) -> Filter:
    """A filter named by its field alone: relation, choices, yes/no or range, by the kind of field."""
    if isinstance(given, Filter):
        return given
    field = field_at(model, given)
    if field is None:
        raise ValueError(f"{model.__name__} has no field {given} to filter by")
    if field.is_relation:
        return RelationFilter(given)
    if getattr(field, "flatchoices", None):
        return ChoiceFilter(given)
    if isinstance(field, models.BooleanField):
        return BoolFilter(given)
    return RangeFilter(given)
