"""Values put back as they were before an import, some hundred records at a time."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ronda.company.bulk import update
from ronda.company.context import acting
from ronda.workspace import extras

Follow = Callable[[Sequence[Any], frozenset[str]], None]
_following: dict[str, list[Follow]] = defaultdict(list)


def when_restored(label: str, follow: Follow) -> None:
    """Say what an app derives from columns of a model, to be derived again: it gets records and columns."""
    _following[label].append(follow)


def put_back_all(records: Sequence[tuple[Model, dict[str, Any]]], *, by: str) -> None:
    """Write the values of before; records with the same columns by one statement."""
    by_columns: dict[tuple[str, ...], list[Model]] = defaultdict(list)
    own: dict[int, dict[str, Any]] = {}
    for record, before in records:
        names, own_values = _set(record, before)
        if own_values:
            own[record.pk] = own_values
        if names:
            by_columns[_stamped(record, names)].append(record)
    for columns, some in by_columns.items():
        update(some, *columns)
    if not records:
        return
    model = type(records[0][0])
    company_id = acting().company_id or getattr(records[0][0], "company_id", None)
    if own and company_id is not None:
        extras.save(model, company_id, own, by=by)
    for follow in _following[model._meta.label_lower]:
        follow(
            [record for record, _before in records],
            frozenset(name for _r, before in records for name in before),
        )


def _set(record: Model, before: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Set the columns and ticked lists; what is left are the company's own fields."""
    columns: list[str] = []
    own: dict[str, Any] = {}
    ticked = {field.name for field in record._meta.many_to_many}
    for name, value in before.items():
        if name.startswith(extras.PREFIX):
            own[name] = value
        elif name in ticked:
            getattr(record, name).set(value)
        else:
            column: Any = record._meta.get_field(name.removesuffix("_id"))
            setattr(record, name, value if value is None or column.is_relation else column.to_python(value))
            columns.append(name)
    return columns, own


def _stamped(record: Model, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns, and those that move at every save: a form opened before is told of the change."""
    names = {field.name for field in record._meta.concrete_fields}
    found = list(columns)
    if "updated_at" in names:
        record.updated_at = timezone.now()  # type: ignore[attr-defined]
        found.append("updated_at")
    if "version" in names:
        record.version += 1  # type: ignore[attr-defined]
        found.append("version")
    return tuple(sorted(set(found)))
