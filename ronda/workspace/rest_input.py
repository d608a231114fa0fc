"""Serializers made from declarations: what the API shows of a record, and what it takes for a form."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from ronda.workspace import extras
from ronda.workspace.declare import Action, Inline, Workspace
from ronda.workspace.extra_values import as_json
from ronda.workspace.listing import Listing
from ronda.workspace.paths import field_at

CUSTOM = "custom"
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField, forms.MultiValueField, forms.JSONField)
SAFE = ("version", "updated_at")


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"nullable": True},
        "description": "The company's own fields by code: text, yes/no, ISO days, numbers as text",
    }
)
class CustomValues(serializers.Field[Any, Any, Any, Any]):
    """The company's own fields of a record by code; null where nothing is filled in."""

    def to_representation(self, record: Any) -> dict[str, Any]:
        company_id = getattr(getattr(self.context.get("request"), "company", None), "pk", None)
        fields = extras.fields_of(type(record), company_id)
        if fields and company_id is not None and extras.HELD not in record.__dict__:
            extras.hold([record], fields, company_id)
        return {field.code: as_json(extras.held(record, field.key)) for field in fields}


def output_fields(workspace: type[Workspace]) -> list[str]:
    """The key, then the fields declared, else the columns that are fields, and the form's."""
    if workspace.api_fields is not None:
        return list(dict.fromkeys(["id", *workspace.api_fields]))
    names = ["id"]
    names += [
        c.name for c in workspace.columns if "__" not in c.name and is_concrete(workspace.model, c.name)
    ]
    if workspace.form_class is not None:
        names += [name for name in workspace.form_class.base_fields if is_concrete(workspace.model, name)]
    names += [name for name in SAFE if is_concrete(workspace.model, name)]
    return list(dict.fromkeys(names))


def is_concrete(model: type[models.Model], name: str) -> bool:
    field = field_at(model, name)
    return (
        field is not None
        and (getattr(field, "concrete", False))
        and not isinstance(field, models.BinaryField)
    )


def output_serializer(workspace: type[Workspace]) -> type[serializers.ModelSerializer[Any]]:
    """What the API shows of a record; read only."""
    names = output_fields(workspace)
    members: dict[str, Any] = {}
    if extras.is_extensible(workspace.model):
        names, members = [*names, CUSTOM], {CUSTOM: CustomValues(source="*", read_only=True)}
    members["Meta"] = type("Meta", (), {"model": workspace.model, "fields": names, "read_only_fields": names})
    return type(f"{workspace.__name__}Record", (serializers.ModelSerializer,), members)


def input_serializer(workspace: type[Workspace]) -> type[serializers.Serializer[Any]]:
    """What the API takes: the form's fields and its rows. For the schema; the form does the checking."""
    assert workspace.form_class is not None
    members: dict[str, Any] = _fields(workspace.form_class)
    for inline in workspace.inlines:
        row = {"id": serializers.IntegerField(required=False), **_fields(inline.form)}
        rows = type(f"{workspace.__name__}{inline.model.__name__}Input", (serializers.Serializer,), row)
        members[inline.name] = rows(many=True, required=False)
    if extras.is_extensible(workspace.model):
        members[CUSTOM] = custom_input()
    members["seen"] = serializers.CharField(
        required=False, help_text="What `version` or `updated_at` was when read"
    )
    members["confirmed"] = serializers.ListField(child=serializers.CharField(), required=False)
    return type(f"{workspace.__name__}Input", (serializers.Serializer,), members)


def custom_input() -> serializers.Field[Any, Any, Any, Any]:
    """The company's own fields, for the schema."""
    return serializers.DictField(
        required=False,
        help_text="The company's own fields by code; null empties one, those that are not named stay",
    )


def action_serializer(workspace: type[Workspace], action: Action) -> type[serializers.Serializer[Any]]:
    """What an action asks, and the questions answered with yes."""
    members: dict[str, Any] = _fields(action.form) if action.form else {}
    if getattr(action.form, "extra_model", None) is not None:
        members[CUSTOM] = custom_input()
    members["confirmed"] = serializers.ListField(child=serializers.CharField(), required=False)
    code = "".join(part.capitalize() for part in action.code.replace("-", "_").split("_"))
    return type(f"{workspace.__name__}{code}Input", (serializers.Serializer,), members)


def _fields(form_class: Any) -> dict[str, Any]:
    return {
        name: as_serializer_field(field)
        for name, field in form_class.base_fields.items()
        if name != "company"
    }


def as_serializer_field(field: forms.Field) -> serializers.Field[Any, Any, Any, Any]:
    """The nearest field of the schema for a form field."""
    common: dict[str, Any] = {"required": field.required, "help_text": str(field.help_text or "")}
    nullable = {**common, "allow_null": not field.required}
    if isinstance(field, forms.ModelMultipleChoiceField):
        return serializers.ListField(child=serializers.IntegerField(), **common)
    if isinstance(field, forms.ModelChoiceField):
        return serializers.IntegerField(**nullable)
    if isinstance(field, (forms.MultipleChoiceField, forms.TypedMultipleChoiceField)):
        return serializers.ListField(child=serializers.CharField(), **common)
    if isinstance(field, forms.DecimalField):
        digits, places = field.max_digits, field.decimal_places
        return serializers.DecimalField(max_digits=digits, decimal_places=places, **nullable)
    for kind, made in _SIMPLE.items():
        if isinstance(field, kind):
            return made(**(common if kind is forms.BooleanField else nullable))  # type: ignore[no-any-return]
    return serializers.CharField(allow_blank=not field.required, **common)


_SIMPLE: dict[type[forms.Field], Any] = {
    forms.DateTimeField: serializers.DateTimeField,
    forms.DateField: serializers.DateField,
    forms.TimeField: serializers.TimeField,
    forms.IntegerField: serializers.IntegerField,
    forms.BooleanField: serializers.BooleanField,
    forms.EmailField: serializers.EmailField,
}


def as_object(data: Any) -> dict[str, Any]:
    """The request's body as a dictionary; anything but one object is refused."""
    if not isinstance(data, dict):
        raise ValidationError([_("Send one object.")])
    if not is_writable(data):
        raise ValidationError([_("A text holds characters that cannot be kept.")])
    return dict(data)


def is_writable(value: Any) -> bool:
    """Whether every text inside can be kept by a database: no zero byte, no half of a surrogate pair."""
    if isinstance(value, dict):
        return all(is_writable(name) and is_writable(one) for name, one in value.items())
    if isinstance(value, list):
        return all(is_writable(one) for one in value)
    return not isinstance(value, str) or UNWRITABLE.search(value) is None


def confirmed_of(given: dict[str, Any]) -> frozenset[str]:
    """The questions answered with yes, as stable codes."""
    codes = given.get("confirmed") or []
    if not (isinstance(codes, list) and all(isinstance(code, str) for code in codes)):
        raise ValidationError({"confirmed": [_("Send a list of codes.")]})
    return frozenset(codes)


def refuse_unknown(data: Any, form_class: Any, workspace: type[Workspace]) -> dict[str, Any]:
    """The request's body as a dictionary; names the form does not know are refused, never ignored."""
    data = as_object(data)
    known = {*form_class.base_fields, *(inline.name for inline in workspace.inlines), "seen", "confirmed"} - {
        "company"
    }
    if extras.is_extensible(workspace.model):
        known.add(CUSTOM)
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValidationError({name: [_("This field is not known.")] for name in unknown})
    for inline in workspace.inlines:
        rows = data.get(inline.name)
        if rows is not None and not (isinstance(rows, list) and all(_is_row(row) for row in rows)):
            raise ValidationError({inline.name: [_("Send a list of objects.")]})
    return data


def refuse_unread(listing: Listing, *, known: Collection[str]) -> None:
    """Parameters of a list that say nothing are refused: a program would take all records for those it asked.

    Raises ValidationError with a reason for each of them.
    """
    given, sort = listing.given, listing.given.get("sort", "")
    names = {*known, *(name for one in listing.filters for name in one.parameters)}
    wrong = {name: [_("This list has no such parameter.")] for name in sorted(set(given) - names)}
    for one in listing.filters:
        wrong |= {name: [_("This value is not understood.")] for name in one.unread(given, listing.context)}
    if sort and sort.removeprefix("-") not in {column.name for column in listing.all_columns}:
        wrong["sort"] = [_("This list has no such column.")]
    if wrong:
        raise ValidationError(wrong)


def with_custom(given: dict[str, Any], model: type[models.Model], company: Any) -> dict[str, Any]:
    """The body with what it says of the company's own fields as the form names them."""
    given = dict(given)
    custom = given.pop(CUSTOM, None)
    if custom is None:
        return given
    if not isinstance(custom, dict):
        raise ValidationError({CUSTOM: [_("Send one object.")]})
    known = {one.code: one for one in extras.fields_of(model, getattr(company, "pk", None))}
    wrong: dict[str, Any] = {}
    for code, value in custom.items():
        if code not in known:
            wrong[code] = [_("This field is not known.")]
        elif isinstance(value, (dict, list)):
            wrong[code] = [_("Send one value.")]
        elif known[code].kind == "yes_no" and isinstance(value, bool):
            given[known[code].key] = "yes" if value else "no"
        else:
            given[known[code].key] = value
    if wrong:
        raise ValidationError({CUSTOM: wrong})
    return given


def leave_unnamed(form: Any, given: dict[str, Any], *, partial: bool) -> None:
    """Of a record that exists, own fields that are not named stay as they are, also required ones."""
    keys = [one.key for one in getattr(form, "extra_fields", ()) if one.key in form.fields]
    if partial or not any(key in given for key in keys):
        for key in keys:
            if key not in given:
                del form.fields[key]


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), int | None)


def sent_text(name: str, field: forms.Field | None, value: Any) -> Any:
    """What was sent for a field as a form posts it; several values only where a field takes several."""
    several = isinstance(field, SEVERAL) or getattr(field, "takes_list", False)
    if isinstance(value, list) and not several:
        raise ValidationError({name: [_("Send one value.")]})
    return as_text(value)


def as_text(value: Any) -> Any:
    """A JSON value as a form posts it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, (list, tuple)):
        return [str(getattr(one, "pk", one)) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "pk", value))


def data_of_form(form: Any, given: dict[str, Any], *, partial: bool) -> dict[str, Any]:
    """What the form is filled with: the body, and for a partial change what the record already holds."""
    data: dict[str, Any] = {}
    for name, field in form.fields.items():
        if name in given:
            data[name] = sent_text(name, field, given[name])
        elif partial and name != "seen":
            value = form.get_initial_for_field(field, name)
            data[name] = as_text(value)
    return data


def data_of_rows(inline: Inline, rows: list[dict[str, Any]], record: Any, company: Any) -> dict[str, Any]:
    """A formset's fields from a list of rows: those with an id are changed, the missing ones removed."""
    for row in rows:
        for name, value in row.items():
            sent_text(f"{inline.name}.{name}", inline.form.base_fields.get(name), value)
    existing = {}
    if record.pk is not None:
        fk = inline.fk or next(
            field.name
            for field in inline.model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and isinstance(record, field.related_model)  # type: ignore[arg-type]
        )
        rows_of = inline.rows() if inline.rows is not None else inline.model._base_manager.all()
        existing = {row.pk: row for row in rows_of.filter(**{fk: record}).order_by("pk")}
    given = {row["id"]: row for row in rows if row.get("id") in existing}
    prefix, data = inline.name, {}
    ordered = [(pk, given.get(pk)) for pk in existing] + [
        (None, row) for row in rows if row.get("id") not in existing
    ]
    for at, (pk, row) in enumerate(ordered):
        if pk is not None:
            data[f"{prefix}-{at}-id"] = str(pk)
            held = model_to_dict(existing[pk], fields=list(inline.form.base_fields))
            row = {**held, **row} if row is not None else {**held, "DELETE": True}
        data |= {
            f"{prefix}-{at}-{name}": as_text(value) for name, value in (row or {}).items() if name != "id"
        }
    data |= {f"{prefix}-TOTAL_FORMS": str(len(ordered)), f"{prefix}-INITIAL_FORMS": str(len(existing))}
    return data
