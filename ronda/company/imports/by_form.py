"""Rows written by the form of their workspace: the same checks, service, log and events as on its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from ronda.company.imports.columns import Reading
from ronda.company.imports.declare import ChunkRun, Facts
from ronda.company.imports.derived import Plan, record_key
from ronda.company.imports.following import Watch
from ronda.company.imports.references import Named, column_of, texts_of
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.workspace.forms import CompanyModelForm
from ronda.workspace.rest_input import as_text, data_of_form, data_of_rows
from ronda.workspace.saving import formsets, services_rows
from ronda.workspace.services import save_record

QUESTIONS = 5  # a service that asks more often than this about one row asks without end


@dataclass(slots=True)
class Unit:
    """The rows of one record: `given` is what its form is filled with, `rows` that of each row of its own."""

    first: Facts
    facts: list[Facts]
    given: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


def write_rows(plan: Plan, rows: Sequence[Facts], run: ChunkRun) -> None:
    """Write the records of some rows, each by its own form; what a form or service refuses is told by row."""
    blank = plan.form()
    units = [unit for unit in _units(plan, rows) if _fill(plan, unit, run)]
    units = _resolved(units, blank.fields, plan.readings, lambda unit: [unit.given], run)
    if plan.inline is not None:
        fields, readings = plan.row_form().fields, plan.row_readings or {}
        units = _resolved(units, fields, readings, lambda unit: unit.rows, run, before=f"{plan.inline.name}.")
    known = _known(plan, units)
    for unit in units:
        record = known.get(_key(plan, unit.given)) if plan.key else None
        if record is None:
            _add(plan, unit, run)
        elif not run.updates:
            _leave(unit, run)
        else:
            _change(plan, unit, record, run)


def _leave(unit: Unit, run: ChunkRun) -> None:
    for facts in unit.facts:
        run.leave(facts)


def _units(plan: Plan, rows: Sequence[Facts]) -> list[Unit]:
    """The rows by record; those without a key are a record each."""
    found: dict[Any, Unit] = {}
    for facts in rows:
        key = record_key(plan, facts) if plan.inline is not None else None
        at: Any = key if key is not None else facts.number
        if at in found:
            found[at].facts.append(facts)
        else:
            found[at] = Unit(facts, [facts])
    return list(found.values())


def _fill(plan: Plan, unit: Unit, run: ChunkRun) -> bool:
    """Part the cells into those of the record and those of its rows."""
    before = f"{plan.inline.name}." if plan.inline is not None else None
    for facts in unit.facts:
        row: dict[str, Any] = {}
        for name, value in facts.values.items():
            if before and name.startswith(before):
                row[name.removeprefix(before)] = value
            elif facts is unit.first:
                unit.given[name] = value
            elif unit.first.get(name, value) != value:
                text = _("It differs from row %(row)d, which speaks of the same record. Write it once.")
                _refuse(unit, run, text % {"row": unit.first.number}, name, at=facts)
                return False
        if row:
            unit.rows.append(row)
    return True


def _refuse(unit: Unit, run: ChunkRun, reason: Any, name: str = "", *, at: Facts | None = None) -> None:
    """Refuse all rows of a record, with the reason on the row that is wrong."""
    wrong = at or unit.first
    run.refuse(wrong, reason, name)
    for facts in unit.facts:
        if facts is not wrong:
            run.refuse(facts, _("Another row of this record has an error."))


def _resolved(
    units: list[Unit], fields: Mapping[str, Any], readings: Mapping[str, Reading], parts: Any, run: ChunkRun,
    *, before: str = "",
) -> list[Unit]:  # fmt: skip
    """Put the primary keys of records where their texts are; units that name nobody are refused."""
    good = units
    for name in readings:
        if not isinstance(fields[name], forms.ModelChoiceField):
            continue
        named = Named(fields[name].queryset)
        given = [
            (unit, part) for unit in good for part in parts(unit) if part.get(name) not in (None, "", [])
        ]
        named.look_up(text for _unit, part in given for text in _listed(part[name]))
        wrong: set[int] = set()
        for unit, part in given:
            try:
                part[name] = _meant(named, fields[name], part[name])
            except Refusal as refusal:
                if id(unit) not in wrong:
                    _refuse(unit, run, refusal, before + name)
                wrong.add(id(unit))
        good = [unit for unit in good if id(unit) not in wrong]
    return good


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


class NobodyOfThisName(Refusal):
    code = "company.import_no_such_record"


def _meant(named: Named, choice: Any, value: Any) -> Any:
    found = []
    for text in _listed(value):
        pks = named.meant(text)
        if len(pks) != 1:
            kind = choice.queryset.model._meta.verbose_name
            message = _(
                "“%(read)s” is not among the choices (%(kind)s). Add it first, or write it as in its list."
            )
            if pks:
                message = _(
                    "Several are called “%(read)s” (%(kind)s). Write the code or number of the one you mean."
                )
            raise NobodyOfThisName(message % {"read": text[:60], "kind": kind})
        found.append(str(next(iter(pks))))
    return found if isinstance(value, list) else found[0]


def _key(plan: Plan, given: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(given.get(name, "")) for name in plan.key)


def _known(plan: Plan, units: Sequence[Unit]) -> dict[tuple[str, ...], Any]:
    """The records some units speak of, by key; one query per few hundred."""
    if not plan.key:
        return {}
    keys = {_key(plan, unit.given) for unit in units if unit.given.get(plan.key[0])}
    first = plan.key[0]
    records = plan.model._default_manager.all()
    if plan.workspace.company_path:
        records = records.filter(**{plan.workspace.company_path: plan.company})
    columns = [_column(plan.model, name) for name in plan.key]
    found: dict[tuple[str, ...], Any] = {}
    for record in records.filter(**{f"{first}__in": {key[0] for key in keys}}).order_by("-pk"):
        key = tuple(str(as_text(getattr(record, name))) for name in columns)
        if key in keys:
            found[key] = record
    return found


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.attname)


def current(form: Any, name: str) -> Any:
    """What the form of a record is filled with when it is opened, as it would be posted."""
    field = form.fields.get(name)
    if field is None:  # only asked of new records
        column = column_of(type(form.instance), name)
        return as_text(getattr(form.instance, column)) if column else ""
    return as_text(field.prepare_value(form.get_initial_for_field(field, name)))


def _add(plan: Plan, unit: Unit, run: ChunkRun) -> None:
    if not run.adds:
        _leave(unit, run)
        return
    record = plan.model()
    if not _save(plan, unit, record, dict(unit.given), unit.rows, run):
        return
    saved = plan.model._base_manager.get(pk=record.pk)
    run.made(unit.first, saved, Watch.columns(plan, saved))
    Watch.rows_made(plan, unit.first, saved, run)


def _change(plan: Plan, unit: Unit, record: Any, run: ChunkRun) -> None:
    blank = plan.form(record)
    different = {
        name: value
        for name, value in unit.given.items()
        if not plan.readings[name].same(current(blank, name), value)
    }
    for name in set(different) - set(blank.fields):
        run.warn(unit.first, _("This cannot be changed once the record is there: it stays as it is."), name)
        del different[name]
    existing = existing_rows(plan, record) if plan.inline is not None and unit.rows else []
    rows, new_rows = _rows_different(plan, existing, unit.rows)
    if not different and not new_rows:
        for facts in unit.facts:
            run.same(facts, record if facts is unit.first else None)
        return
    watch = Watch(plan, record)
    if _save(plan, unit, record, different, rows if new_rows else [], run):
        watch.tell(unit.first, run)


def existing_rows(plan: Plan, record: Any) -> list[Any]:
    """The rows that hang on a record now, in the order in which they were made."""
    inline = plan.inline
    assert inline is not None
    rows = inline.rows() if inline.rows is not None else inline.model._base_manager.all()
    return list(rows.filter(**{plan.parent(): record}).order_by("pk"))


def _rows_different(
    plan: Plan, existing: Sequence[Any], given: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], bool]:
    """All rows as they are to be (those there with their id), and whether anything differs."""
    readings = plan.row_readings or {}
    made = plan.inline.form if plan.inline is not None else None
    if made is None or not given:
        return [], False
    extra: dict[str, Any] = {"company": plan.company, "canonical": True}
    extra = extra if issubclass(made, CompanyModelForm) else {}
    opened = {row.pk: made(instance=row, **extra) for row in existing}
    held = {pk: {name: current(form, name) for name in readings} for pk, form in opened.items()}
    wanted: dict[Any, dict[str, Any]] = {pk: {"id": pk} for pk in held}
    new: list[dict[str, Any]] = []
    changed = False
    for row in given:
        pk = _row_meant(plan, held, row)
        if pk is None:
            new.append(dict(row))
            continue
        found = {name: value for name, value in row.items() if not readings[name].same(held[pk][name], value)}
        changed = changed or bool(found)
        wanted[pk] |= found
    return [*wanted.values(), *new], changed or bool(new)


def _row_meant(plan: Plan, held: Mapping[Any, Mapping[str, Any]], row: Mapping[str, Any]) -> Any:
    """The row of a record that a row of the table speaks of: the one with its key, else with all it says."""
    readings = plan.row_readings or {}
    names = plan.row_key if plan.row_key and plan.row_key[0] in row else tuple(row)
    for pk, values in held.items():
        if all(readings[name].same(values[name], row.get(name, "")) for name in names):
            return pk
    return None


def _save(
    plan: Plan, unit: Unit, record: Any, given: dict[str, Any], rows: list[dict[str, Any]], run: ChunkRun
) -> bool:
    """Fill the form and save it; False when it was refused, with what is wrong told by row and column."""
    try:
        form, inlines = _filled(plan, record, given, rows)
    except ValidationError as error:
        _refuse(unit, run, " ".join(error.messages))
        return False
    if not all([form.is_valid(), *(one.is_valid() for one in inlines.values())]):
        _tell_errors(plan, unit, form, run)
        return False
    return _saved(plan, unit, form, inlines, run)


def _filled(plan: Plan, record: Any, given: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    data = data_of_form(plan.form(record), given, partial=True)
    only = [inline.name for inline in plan.workspace.inlines if record.pk is None or rows]
    for inline in plan.workspace.inlines:
        if inline.name in only:
            mine = rows if inline is plan.inline else []
            data |= data_of_rows(inline, mine, record, plan.company)
    form = plan.form(record, data)
    return form, formsets(plan.workspace, form, data, company=plan.company, canonical=True, only=only)


def _saved(plan: Plan, unit: Unit, form: Any, inlines: Any, run: ChunkRun) -> bool:
    """Save by the workspace's service; questions are answered with yes and told as warnings."""
    confirmed: frozenset[str] = frozenset()
    for _attempt in range(QUESTIONS):
        form.confirmed = confirmed
        try:
            with transaction.atomic():
                record = save_record(
                    form, by=run.by, company=run.company, save=plan.workspace.save,
                    inlines=inlines, by_service=services_rows(plan.workspace),
                )  # fmt: skip
        except NeedsConfirmation as question:
            confirmed |= {question.code}
            run.warn(unit.first, question)
        except Refusal as refusal:
            _refuse(unit, run, refusal)
            return False
        except IntegrityError:
            _refuse(unit, run, _("Another record has the same key already. Correct the row, or remove it."))
            return False
        else:
            form.instance.pk = record.pk
            return True
    _refuse(unit, run, _("This row raises too many questions. Enter it by hand."))
    return False


def _tell_errors(plan: Plan, unit: Unit, form: Any, run: ChunkRun) -> None:
    told = False
    for name, problems in form.errors.as_data().items():
        for problem in problems:
            _refuse_once(
                unit, run, _message(form, name, problem), "" if name == "__all__" else name, told=told
            )
            told = True
    for code, rows in form.inlines.items():
        for one in rows.forms:
            for name, problems in one.errors.as_data().items():
                for problem in problems:
                    _refuse_once(unit, run, _message(one, name, problem), f"{code}.{name}", told=told)
                    told = True
        for text in rows.non_form_errors():
            _refuse_once(unit, run, text, "", told=told)
            told = True


def _refuse_once(unit: Unit, run: ChunkRun, reason: Any, name: str, *, told: bool) -> None:
    """The first reason refuses all rows of the record; the others stand beside it."""
    if told:
        run.refuse(unit.first, reason, name)
    else:
        _refuse(unit, run, reason, name)


def _message(form: Any, name: str, problem: ValidationError) -> str:
    if problem.code == "required" and name in form.fields:
        text = _("%(column)s is empty: fill it in, or remove the row.")
        return text % {"column": form.fields[name].label or name}
    return " ".join(problem.messages)


def rows_of_table(plan: Plan, records: Sequence[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Records as rows of their table: what the form shows; the first row of a record says it whole."""
    opened = [plan.form(record) for record in records]
    held = [{name: current(form, name) for name in plan.readings} for form in opened]
    texts = _texts(plan.form().fields, plan.readings, held)
    below, row_texts = _rows_below(plan, records)
    for record, values in zip(records, held, strict=True):
        row = _shown(plan.readings, values, texts)
        rows = below.get(record.pk, [])
        first = _shown_row(plan, rows[0], row_texts) if rows else {}
        yield record.pk, row | first
        for other in rows[1:]:
            yield (
                0,
                {name: row[name] for name in plan.key if name in row} | _shown_row(plan, other, row_texts),
            )


def _texts(
    fields: Mapping[str, Any], readings: Mapping[str, Reading], held: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """How the records that some values point to are written, by field and primary key."""
    found: dict[str, dict[str, str]] = {}
    for name in readings:
        if isinstance(fields[name], forms.ModelChoiceField):
            pks = {int(pk) for values in held for pk in _listed(values.get(name, "")) if str(pk).isdecimal()}
            texts = texts_of(fields[name].queryset, pks)
            found[name] = {str(pk): text for pk, text in texts.items()}
    return found


def _shown(
    readings: Mapping[str, Reading], values: Mapping[str, Any], texts: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in values.items():
        if name in texts:
            known = texts[name]
            row[name] = "; ".join(known.get(str(pk), "") for pk in _listed(value))
        else:
            row[name] = readings[name].show(value)
    return row


def _rows_below(
    plan: Plan, records: Sequence[Any]
) -> tuple[dict[int, list[dict[str, Any]]], dict[str, dict[str, str]]]:
    """What the rows of each record hold, and how what they point to is written."""
    inline, readings = plan.inline, plan.row_readings or {}
    if inline is None or not readings:
        return {}, {}
    rows = inline.rows() if inline.rows is not None else inline.model._base_manager.all()
    parent = _column(inline.model, plan.parent())
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    extra: dict[str, Any] = {"company": plan.company, "canonical": True}
    extra = extra if issubclass(inline.form, CompanyModelForm) else {}
    for row in rows.filter(**{f"{plan.parent()}__in": [one.pk for one in records]}).order_by("pk"):
        form = inline.form(instance=row, **extra)
        found[getattr(row, parent)].append({name: current(form, name) for name in readings})
    held: Iterable[dict[str, Any]] = [values for of_one in found.values() for values in of_one]
    return found, _texts(plan.row_form().fields, readings, list(held))


def _shown_row(
    plan: Plan, values: Mapping[str, Any], texts: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    assert plan.inline is not None
    shown = _shown(plan.row_readings or {}, values, texts)
    return {f"{plan.inline.name}.{name}": value for name, value in shown.items()}
