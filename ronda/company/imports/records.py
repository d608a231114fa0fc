"""What an import made of which record, kept so that it can be taken back."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Manager, Model

from ronda.company.bulk import insert_values
from ronda.company.context import acting
from ronda.company.models import ImportBatch, ImportedRecord
from ronda.workspace import extras

_owned: dict[str, frozenset[str]] = {}


class Trace(NamedTuple):
    """One record made (`before` is None) or changed by a row of the file; `after` is a `snapshot`."""

    row: int
    record: Model
    after: Mapping[str, Any]
    before: Mapping[str, Any] | None = None


def own(label: str, *parts: str) -> None:
    """Say which rows come and go with a record ("parties.party" with its keys and accounts)."""
    _owned[label] = frozenset(parts)


def owned_by(label: str) -> frozenset[str]:
    """The models that come and go with a record of this one."""
    return _owned.get(label, frozenset())


def plain(value: Any) -> Any:
    """A value as it is kept in JSON, equal for equal values of the database."""
    if type(value) is str:
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def snapshot(record: Model, names: Iterable[str]) -> dict[str, Any]:
    """The values of some columns, comparable with those of another day."""
    held = record.__dict__
    return {name: plain(held[name] if name in held else value_of(record, name)) for name in names}


def value_of(record: Model, name: str) -> Any:
    """A column, the keys of what is ticked in a list, or a field of the company's own."""
    if name.startswith(extras.PREFIX):
        company_id = getattr(record, "company_id", None) or acting().company_id or 0
        return extras.values_of(type(record), company_id, [record.pk]).get(record.pk, {}).get(name)
    value = getattr(record, name)
    return sorted(value.values_list("pk", flat=True)) if isinstance(value, Manager) else value


def keep_traces(batch: ImportBatch, traces: Iterable[Trace]) -> None:
    """Write what was made and changed, in few statements; the caller holds the transaction."""
    label = cache(lambda model: model._meta.label_lower)  # put together anew each time it is asked for
    insert_values(
        ImportedRecord,
        ("batch_id", "row", "label", "object_pk", "made", "before", "after"),
        [
            (
                batch.pk,
                trace.row,
                label(type(trace.record)),
                trace.record.pk,
                trace.before is None,
                {name: plain(value) for name, value in trace.before.items()} if trace.before else {},
                trace.after,
            )
            for trace in traces
        ],
    )


def model_of(label: str) -> type[Model]:
    """The model of a label; LookupError when the program no longer has it."""
    return apps.get_model(label)
