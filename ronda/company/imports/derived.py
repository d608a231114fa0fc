"""The importer of a workspace, made from its form: columns, key, and the save of the form itself.

One row is one record, found by the key of its model (`Workspace.import_key`, else its unique constraint).
Where the form has rows of its own (the rates of a VAT code), a record may fill several rows of the table, one
for each of them; rows that a table does not name stay.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.company.imports.columns import Reading, columns_of, readings_of
from ronda.company.imports.declare import Facts, Importer, ImportField
from ronda.company.imports.references import key_of
from ronda.company.models import Company
from ronda.workspace.context import title_of
from ronda.workspace.declare import Inline, Workspace
from ronda.workspace.saving import form_arguments


def is_importable(workspace: type[Workspace]) -> bool:
    """Whether the records of a workspace come from tables; `reason_against` says why not."""
    return not reason_against(workspace)


def reason_against(workspace: type[Workspace]) -> Any:
    """Why no table brings in these records; "" where one does."""
    if workspace.no_import:
        return workspace.no_import
    if workspace.form_class is None or not workspace.may_add:
        return _("These records are made by the program.")
    return ""


@dataclass(frozen=True)
class Plan:
    """What is known of a workspace's form: the columns of the record, and those of its rows."""

    workspace: type[Workspace]
    company: Company | None
    readings: Mapping[str, Reading]
    key: tuple[str, ...]
    inline: Inline | None = None
    row_readings: Mapping[str, Reading] | None = None
    row_key: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        return self.workspace.model

    def form(self, record: Model | None = None, data: Any = None) -> Any:
        """The workspace's form over a record (a new one without), filled with `data`."""
        made: Any = self.workspace.form_class
        extra = (
            {**form_arguments(made, self.company), "canonical": True}
            if form_arguments(made, self.company)
            else {}
        )
        return made(data, instance=record if record is not None else self.model(), **extra)

    def row_form(self) -> Any:
        """A form of the rows, empty."""
        assert self.inline is not None
        made: Any = self.inline.form
        extra = form_arguments(made, self.company)
        return made(**({**extra, "canonical": True} if extra else {}))

    def parent(self) -> str:
        """The foreign key by which the rows hang on the record."""
        assert self.inline is not None
        if self.inline.fk:
            return self.inline.fk
        return next(
            field.name
            for field in self.inline.model._meta.concrete_fields
            if isinstance(field, ForeignKey) and issubclass(self.model, field.related_model)  # type: ignore[arg-type]
        )


def plan_of(workspace: type[Workspace], company: Company | None) -> Plan:
    """Read a workspace's form once, as the company sees it."""
    plan = Plan(workspace, company, {}, tuple(key_of(workspace.model)))
    plan = replace(plan, readings=readings_of(plan.form()))
    inline = next(iter(workspace.inlines), None)
    if inline is None:
        return plan
    plan = replace(plan, inline=inline)
    readings = {name: one for name, one in readings_of(plan.row_form()).items() if name != plan.parent()}
    row_key = tuple(name for name in key_of(inline.model) if name != plan.parent())
    return replace(plan, row_readings=readings, row_key=row_key if set(row_key) <= set(readings) else ())


def derive(workspace: type[Workspace], company: Company | None = None) -> Importer:
    """The importer of a workspace; the choices of its columns are those of the company."""
    from ronda.company.imports.by_form import rows_of_table, write_rows  # noqa: PLC0415 -- they need the plan

    plan = plan_of(workspace, company)
    fields = fields_of(plan)
    return Importer(
        kind=workspace.base(),
        label=capfirst(str(title_of(workspace))),
        fields=tuple(fields),
        write=lambda rows, run: write_rows(plan, rows, run),
        rows=lambda firm, records: rows_of_table(plan, records),
        key=lambda facts: _whole_key(plan, facts),
        group=(lambda facts: _group_key(plan, facts)) if plan.inline else None,
        permission=workspace.permission("add"),
        change=workspace.permission("change"),
        model=workspace.model,
        help=key_in_words(plan, fields),
        list_url=workspace.name("list"),
        order=200,
    )


def fields_of(plan: Plan) -> list[ImportField]:
    """The columns: the form's, then those of its rows."""
    form = plan.form()
    fields = columns_of(form, plan.readings)
    if plan.inline is not None and plan.row_readings:
        row = capfirst(str(plan.inline.model._meta.verbose_name))
        fields += columns_of(plan.row_form(), plan.row_readings, rows=plan.inline.name, row=row)
    return list(_told_apart(fields))


def _told_apart(fields: Sequence[ImportField]) -> Iterator[ImportField]:
    """Two columns with the same label carry their names as well."""
    labels = [str(one.label).casefold() for one in fields]
    for one in fields:
        twice = labels.count(str(one.label).casefold()) > 1
        yield replace(one, label=f"{one.label} ({one.name})") if twice else one


def key_in_words(plan: Plan, fields: Sequence[ImportField]) -> Any:
    """How a known record is found, for the page."""
    labels = [str(one.label) for name in plan.key for one in fields if one.name == name]
    if not labels:
        return _("Every row is a new record.")
    return _("Known by: %(fields)s.") % {"fields": ", ".join(labels)}


def record_key(plan: Plan, facts: Facts) -> tuple[str, ...] | None:
    """The key as the row writes it; None when it has none, so that the row is a record of its own."""
    values = [str(facts.get(name, "")).casefold() for name in plan.key]
    return tuple(values) if plan.key and values[0] else None


def _group_key(plan: Plan, facts: Facts) -> Hashable:
    return record_key(plan, facts)


def _whole_key(plan: Plan, facts: Facts) -> Hashable | None:
    """What no two rows of a table may share: the key; where records have rows, the row's as well."""
    key = record_key(plan, facts)
    if key is None or plan.inline is None:
        return key
    name = plan.inline.name
    row = tuple(str(facts.get(f"{name}.{part}", "")) for part in plan.row_key or plan.row_readings or ())
    return (*key, *row)
