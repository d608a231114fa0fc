"""The only writer of custom fields and of their values."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils.text import slugify
from django.utils.translation import ngettext

from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.customfields.models import CustomChoice, CustomField, CustomValue
from ronda.customfields.queries import chunks, fields_of, held_by, values_of
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.workspace import extras
from ronda.workspace.extra_values import LONGEST
from ronda.workspace.extras import ExtraField

Kind = CustomField.Kind
#: A company that needs more fields than this on one kind of record needs another kind of record.
MOST_FIELDS = 40
#: Up to so many values are written without asking which are there.
FEW = 200


class KindFixed(Refusal):
    code = "customfields.kind_fixed"


class NameFixed(Refusal):
    code = "customfields.name_fixed"


class NameTaken(Refusal):
    code = "customfields.name_taken"


class NoChoices(Refusal):
    code = "customfields.no_choices"


class ChoiceInUse(Refusal):
    code = "customfields.choice_in_use"


class TooManyFields(Refusal):
    code = "customfields.too_many"


class UnknownField(Refusal):
    code = "customfields.unknown_field"


class ClosedRecord(Refusal):
    code = "customfields.closed_record"


# --- fields ----------------------------------------------------------------------------------------------


def save_field(form: Any, *, by: str, company: Company) -> CustomField:
    """The save of the field's form, with its choices in the order of their rows.

    What records hold is never touched: a field with values keeps its kind, a choice that is held stays.
    """
    field: CustomField = form.save(commit=False)
    rows = form.inlines.get("customchoice")
    if field.pk is None:
        field.company = company
        _refuse_too_many(field)
        field.code = field.code or _free_code(field)
    else:
        _refuse_other_name(field)
        field.version += 1
    _refuse_same_label(field)
    field.save()
    if rows is not None:
        _save_choices(field, rows)
    if field.kind == Kind.CHOICE and not field.options.filter(active=True).exists():
        raise NoChoices(_("Write at least one choice: an empty list can't be chosen from."), field="kind")
    extras.forget()
    return field


def _refuse_too_many(field: CustomField) -> None:
    if CustomField.objects.filter(company=field.company, on=field.on, active=True).count() >= MOST_FIELDS:
        text = _("These records have %(most)d custom fields already. Switch off one that nobody needs.")
        raise TooManyFields(text % {"most": MOST_FIELDS})


def _refuse_other_name(field: CustomField) -> None:
    """What lists, prints and programs call the field by stays, and so does the kind of its values."""
    before = CustomField.objects.get(pk=field.pk)
    if before.on != field.on:
        raise NameFixed(_("A field stays with its records. Make another one for these."), field="on")
    if before.code != field.code:
        text = _("Prints, imports and programs know this field as “%(code)s”. Change its name instead.")
        raise NameFixed(text % {"code": before.code}, field="code")
    if before.kind != field.kind and (held := held_by(before)):
        told = ngettext(
            "%(count)d record has such a value. Switch this field off and make one of the other kind.",
            "%(count)d records have such values. Switch this field off and make one of the other kind.",
            held,
        )
        raise KindFixed(told % {"count": held}, field="kind")


def _refuse_same_label(field: CustomField) -> None:
    others = CustomField.objects.filter(company=field.company, on=field.on, active=True)
    if field.active and others.filter(label__iexact=field.label).exclude(pk=field.pk).exists():
        raise NameTaken(_("These records have a field of this name already."), field="label")


def _free_code(field: CustomField) -> str:
    """The code of the name, with a number where it is taken."""
    wanted = code_of(field.label, 26) or "field"
    taken = set(CustomField.objects.filter(company=field.company, on=field.on).values_list("code", flat=True))
    return _not_among(wanted, taken)


def code_of(label: str, longest: int) -> str:
    """A name for programs: "Matricola caldaia" is matricola_caldaia; empty where no letter is left.

    It begins with a letter, as layouts want it.
    """
    return re.sub(r"^[^a-z]+", "", slugify(label).replace("-", "_"))[:longest].strip("_")


def _not_among(wanted: str, taken: Collection[str]) -> str:
    """The code, or with the first free number after it."""
    n, code = 1, wanted
    while code in taken:
        n += 1
        code = f"{wanted}_{n}"
    return code


def _save_choices(field: CustomField, rows: Any) -> None:
    """Write the rows in their order. A choice that records hold may be renamed or not offered any more."""
    gone = [one.instance for one in rows.deleted_forms if one.instance.pk]
    if field.kind != Kind.CHOICE:
        gone = list(field.options.all())
    for choice in gone:
        _drop_choice(choice)
    if field.kind != Kind.CHOICE:
        return
    taken = set(field.options.values_list("code", flat=True))
    place = 0
    for one in rows.forms:
        if one in rows.deleted_forms or not (one.has_changed() or one.instance.pk):
            continue
        place += 1
        choice = one.save(commit=False)
        choice.field, choice.position = field, place
        choice.code = choice.code or _not_among(code_of(choice.label, 36) or "choice", taken)
        taken.add(choice.code)
        choice.save()


def _drop_choice(choice: CustomChoice) -> None:
    held = CustomValue.objects.filter(choice=choice).count()
    if held:
        text = ngettext(
            "%(count)d record holds “%(choice)s”. Take the tick off “offered” instead: it keeps it.",
            "%(count)d records hold “%(choice)s”. Take the tick off “offered” instead: they keep it.",
            held,
        )
        raise ChoiceInUse(text % {"count": held, "choice": choice.label})
    choice.delete()


@transaction.atomic
def switch(field: CustomField, *, on: bool, by: str) -> CustomField:
    """Put a field out of use, or back into it. Its values stay and come back with it."""
    field = CustomField.objects.select_for_update().get(pk=field.pk)
    field.active = on
    if on:
        _refuse_same_label(field)
    field.version += 1
    field.save(update_fields=["active", "version"])
    done = "on" if on else "off"
    audit.record(by, f"customfields.customfield.switched_{done}", field, name=field.label)
    extras.forget()
    return field


# --- values ----------------------------------------------------------------------------------------------


@transaction.atomic
def save_values(
    model: type[Model], company_id: int, values: Mapping[int, Mapping[str, object]], *, by: str
) -> None:
    """Write cleaned values by record and key; None removes one, keys that are not named stay.

    Numbers and days may come as the API writes them, from where they were kept as JSON.

    A constant number of statements for up to 10,000 records. Raises UnknownField, and ClosedRecord for what
    would change a record that is closed.
    """
    known = {field.key: field for field in fields_of(model, company_id) if field.active}
    for key in {key for given in values.values() for key in given} - set(known):
        raise UnknownField(_("There is no field “%(key)s” here.") % {"key": key}, field=key)
    for some in chunks(values.keys()):
        given = {pk: values[pk] for pk in some}
        _refuse_closed(model, company_id, given, known)
        _write(given, known)


def _refuse_closed(
    model: type[Model],
    company_id: int,
    values: Mapping[int, Mapping[str, object]],
    known: Mapping[str, ExtraField],
) -> None:
    closed = extras.closed_records(model)
    if closed is None:
        return
    fixed = model._base_manager.filter(closed, pk__in=list(values)).values_list("pk", flat=True)
    if not (keys := set(fixed)):
        return
    before = values_of(model, company_id, keys)
    for pk in keys:
        for key, value in values[pk].items():
            if not known[key].internal and before.get(pk, {}).get(key) != value:
                raise ClosedRecord(_closed_text(known[key]), field=key)


def _closed_text(field: ExtraField) -> str:
    text = _(
        "“%(field)s” does not change any more: the document is issued. What may be written later needs a "
        "field that “may change after issue”."
    )
    return str(text % {"field": field.label})


def _write(values: Mapping[int, Mapping[str, object]], known: Mapping[str, ExtraField]) -> None:
    emptied = Q()
    rows = []
    choices = _choices([field for field in known.values() if field.kind == "choice"])
    for key, field in known.items():
        held = {pk: given[key] for pk, given in values.items() if key in given}
        if without := [pk for pk, value in held.items() if value is None]:
            emptied |= Q(field=field.id, object_id__in=without)
        rows += [_row(field, pk, value, choices) for pk, value in held.items() if value is not None]
    if emptied:
        CustomValue.objects.filter(emptied).delete()
    _put(rows)


def _choices(fields: Sequence[ExtraField]) -> dict[tuple[int, str], int]:
    if not fields:
        return {}
    rows = CustomChoice.objects.filter(field__in=[field.id for field in fields])
    return {(field, code): pk for field, code, pk in rows.values_list("field_id", "code", "pk")}


def _row(field: ExtraField, pk: int, value: Any, choices: Mapping[tuple[int, str], int]) -> CustomValue:
    column: dict[str, Any]
    if field.kind in ("number", "amount"):
        column = {"number": Decimal(value)}
    elif field.kind == "yes_no":
        column = {"number": Decimal(int(value))}
    elif field.kind == "date":
        column = {"day": date.fromisoformat(value) if isinstance(value, str) else value}
    elif field.kind == "choice":
        column = {"choice_id": choices[field.id, value]}
    else:
        column = {"text": str(value)[:LONGEST]}
    return row(CustomValue, field_id=field.id, object_id=pk, **column)


def _put(rows: list[CustomValue]) -> None:
    """Write rows, whether their field has a value already or not. Many new ones cost a third in bulk."""
    if len(rows) > FEW:
        fields, keys = {one.field_id for one in rows}, {one.object_id for one in rows}
        known = CustomValue.objects.filter(field__in=fields, object_id__in=keys)
        held = set(known.values_list("field_id", "object_id"))
        insert([one for one in rows if (one.field_id, one.object_id) not in held])
        rows = [one for one in rows if (one.field_id, one.object_id) in held]
    CustomValue.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["field", "object_id"],
        update_fields=["text", "number", "day", "choice"],
    )


@transaction.atomic
def erase(model: type[Model], company_id: int, ids: Iterable[int]) -> int:
    """Remove all values of these records, those of fields out of use too; answers how many there were."""
    removed = 0
    fields = CustomField.objects.filter(company_id=company_id, on=model._meta.label_lower)
    for some in chunks(list(ids)):
        removed += CustomValue.objects.filter(field__in=fields, object_id__in=some).delete()[0]
    return removed
