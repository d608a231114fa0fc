"""What a save made and changed, seen by comparing the rows before and after; for the way back."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from ronda.company.imports.declare import ChunkRun, Facts
from ronda.company.imports.records import plain, value_of

UNTOLD = frozenset({"version", "updated_at", "created_at"})


class Watch:
    """The record and its rows as they are before a save."""

    def __init__(self, plan: Any, record: Model) -> None:
        self.plan = plan
        self.pk = record.pk
        self.before = _values(record, self.columns(plan, record))
        self.rows_before = {row.pk: _values(row, _columns(row)) for row in _rows(plan, record.pk)}

    @staticmethod
    def columns(plan: Any, record: Model) -> list[str]:
        """The columns and ticked lists to compare, and the company's own fields."""
        ticked = [field.name for field in record._meta.many_to_many if field.name in plan.readings]
        return [*_columns(record), *ticked, *(name for name in plan.readings if name.startswith("custom_"))]

    def tell(self, facts: Facts, run: ChunkRun) -> None:
        """Note what the save altered; what it did not touch is not put back later."""
        now = self.plan.model._base_manager.get(pk=self.pk)
        after = _values(now, list(self.before))
        different = {name: value for name, value in self.before.items() if plain(after[name]) != plain(value)}
        run.altered(facts, now, different)
        for row in _rows(self.plan, self.pk):
            if row.pk not in self.rows_before:
                run.made(facts, row, _columns(row), counts=False)
                continue
            before = self.rows_before[row.pk]
            changed = {
                name: value for name, value in before.items() if plain(getattr(row, name)) != plain(value)
            }
            if changed:
                run.altered(facts, row, changed, counts=False)

    @staticmethod
    def rows_made(plan: Any, facts: Facts, record: Model, run: ChunkRun) -> None:
        """Note the rows of a new record."""
        for row in _rows(plan, record.pk):
            run.made(facts, row, _columns(row), counts=False)


def _columns(record: Model) -> list[str]:
    return [
        field.attname
        for field in record._meta.concrete_fields
        if not field.primary_key and field.name not in UNTOLD
    ]


def _values(record: Model, names: list[str]) -> dict[str, Any]:
    return {name: value_of(record, name) for name in names}


def _rows(plan: Any, pk: int) -> list[Any]:
    if plan.inline is None:
        return []
    return list(plan.inline.model._base_manager.filter(**{plan.parent(): pk}).order_by("pk"))
