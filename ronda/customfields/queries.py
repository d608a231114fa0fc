"""Reads: the fields of a company, the values of records, the records that have a value."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from ronda.customfields.models import CustomChoice, CustomField, CustomValue
from ronda.workspace import extras, text_index
from ronda.workspace.extra_values import CENTS, tidy
from ronda.workspace.extras import PREFIX, ExtraField, Wanted

#: As many keys as one statement takes on every database.
AT_ONCE = 10_000
_CENT = Decimal(1).scaleb(-CENTS)
_COLUMNS = (
    "on",
    "pk",
    "code",
    "label",
    "kind",
    "required",
    "hint",
    "in_list",
    "in_print",
    "internal",
    "active",
    "options__code",
    "options__label",
    "options__active",
)


def fields_of(model: type[Model], company_id: int) -> tuple[ExtraField, ...]:
    """All fields of a kind of record; one query for all kinds, remembered until the request ends."""
    remembered = extras.memory()
    key = ("customfields", company_id)
    found = remembered.get(key) if remembered is not None else None
    if found is None:
        found = _read(company_id)
        if remembered is not None:
            remembered[key] = found
    return found.get(model._meta.label_lower, ())


def _read(company_id: int) -> dict[str, tuple[ExtraField, ...]]:
    """A field comes once for each of its choices, those without any once."""
    rows = (
        CustomField.objects.filter(company_id=company_id)
        .order_by("on", "position", "pk", "options__position", "options__pk")
        .values_list(*_COLUMNS)
    )
    found: dict[str, list[ExtraField]] = {}
    for (on, _pk), same in groupby(rows, key=lambda row: (row[0], row[1])):
        found.setdefault(on, []).append(_field(list(same)))
    return {on: tuple(fields) for on, fields in found.items()}


def _field(rows: Sequence[tuple[Any, ...]]) -> ExtraField:
    _on, pk, code, label, kind, required, hint, in_list, in_print, internal, active, *_choice = rows[0]
    choices = [row[-3:] for row in rows if row[-3] is not None]
    return ExtraField(
        key=f"{PREFIX}{code}",
        label=label,
        kind=kind,
        required=required,
        help=hint,
        choices=tuple((value, text) for value, text, offered in choices if offered),
        retired=tuple((value, text) for value, text, offered in choices if not offered),
        in_list=in_list,
        in_print=in_print,
        internal=internal,
        active=active,
        id=pk,
    )


def values_of(model: type[Model], company_id: int, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Typed values by record and key, in one query for up to 10,000 records."""
    known = {field.id: field for field in fields_of(model, company_id) if field.active}
    found: dict[int, dict[str, Any]] = {}
    for some in chunks(ids):
        rows = CustomValue.objects.filter(field__in=list(known), object_id__in=some)
        columns = rows.values_list("object_id", "field_id", "text", "number", "day", "choice__code")
        for object_id, field_id, text, number, day, choice in columns:
            field = known[field_id]
            found.setdefault(object_id, {})[field.key] = _typed(field, text, number, day, choice)
    return found


def chunks(ids: Collection[int]) -> Iterator[list[int]]:
    listed = list(ids)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def _typed(field: ExtraField, text: str, number: Decimal | None, day: date | None, choice: str | None) -> Any:
    if field.kind == "yes_no":
        return bool(number)
    if number is not None:
        return number.quantize(_CENT) if field.kind == "amount" else tidy(number)
    if field.kind == "choice":
        return choice
    return day if field.kind == "date" else text


def having(fields: Sequence[ExtraField], wanted: Wanted) -> QuerySet[Any]:
    """Keys of the records with such a value in one of the fields; each condition reads an index."""
    if wanted.among and fields[0].kind == "choice":  # a choice is of one field: its index says it all
        chosen = CustomChoice.objects.filter(field=fields[0].id, code__in=wanted.among)
        return CustomValue.objects.filter(choice__in=chosen).order_by().values("object_id")
    rows = CustomValue.objects.filter(field__in=[field.id for field in fields])
    dates = fields[0].kind == "date"
    column = "day" if dates else "number"
    if wanted.first is not None:
        rows = rows.filter(**{f"{column}__gte": wanted.first})
    if wanted.last is not None:
        rows = rows.filter(**{f"{column}__lte": wanted.last})
    if wanted.among:
        rows = rows.filter(number__in=[1 if one == "1" else 0 for one in wanted.among])
    if wanted.word:
        rows = rows.filter(_inside(fields, wanted.word, rows.db))
    return rows.order_by().values("object_id")


def sort_value(field: ExtraField) -> Subquery:
    """The value of a record, read by one look-up in the index of keys; choices sort by their place."""
    column = {"date": "day", "choice": "choice__position"}.get(field.kind, "number")
    if field.kind in ("text", "link"):
        column = "text"
    rows = CustomValue.objects.filter(field=field.id, object_id=OuterRef("pk")).order_by()
    return Subquery(rows.values(column)[:1])


def _inside(fields: Sequence[ExtraField], word: str, using: str) -> Q:
    """The word inside a text or a link, or in the label of a choice."""
    found = Q()
    if len(word) >= text_index.SHORTEST:
        found |= Q(pk__in=text_index.keys_with(CustomValue, ["text"], word, using=using))
    else:
        found |= Q(text__icontains=word)
    if any(field.kind == "choice" for field in fields):
        found |= Q(choice__label__icontains=word)
    return found


def held_by(field: CustomField) -> int:
    """How many records have a value in the field."""
    return CustomValue.objects.filter(field=field).count()
