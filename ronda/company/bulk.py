"""Inserting many rows in a run, at a fraction of the cost of `bulk_create`.

`bulk_create` compiles an expression per value, which costs more than everything else a
billing run does. Here a plan is made once per model and database: column names and one
conversion per column. Only for our own plain tables: no multi-table models, no expressions
as values, no conflict handling, no signals.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models.base import ModelState
from django.utils import timezone

M = TypeVar("M", bound=models.Model)
Convert = Callable[[Any], Any]
# SQLite allows 32,766 values in a statement; PostgreSQL 65,535.
MAX_VALUES = 30_000
_AS_THEY_ARE = {str, type(None)}
_encode_json = DjangoJSONEncoder(separators=(",", ":")).encode


def row(model: type[M], /, **values: Any) -> M:
    """A new instance with these column values, without the cost of `Model.__init__`.

    Give foreign keys by column (`document_id`). What is left out gets the field's default.
    """
    instance = model.__new__(model)
    facts = instance.__dict__
    defaults, factories = _defaults(model)
    facts.update(defaults)
    for name, factory in factories:
        if name not in values:
            facts[name] = factory()
    facts.update(values)
    facts["_state"] = ModelState()
    return instance


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Constant defaults by column, and the columns whose default is made anew each time."""
    constants: dict[str, Any] = {}
    factories: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.has_default():
            factories.append((field.attname, field.default))
        else:
            constants[field.attname] = field.get_default()
    return constants, factories


def insert(instances: Sequence[M]) -> Sequence[M]:
    """Insert new instances of one model and give them their primary keys, in order.

    Fields filled by the database layer (auto_now, auto_now_add) get the present instant.
    Raises what the database raises; the caller holds the transaction.
    """
    if not instances:
        return instances
    model = type(instances[0])
    plan = _plan(model, connection.vendor)
    now = timezone.now()
    for name in plan.stamps:
        for instance in instances:
            setattr(instance, name, now)
    size = max(1, MAX_VALUES // len(plan.columns))
    for start in range(0, len(instances), size):
        _insert_batch(plan, instances[start : start + size])
    return instances


class _Plan:
    """How rows of one model are written to one kind of database."""

    def __init__(self, model: type[models.Model], vendor: str) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        quote = connection.ops.quote_name
        self.columns = [quote(str(field.column)) for field in fields]
        self.names = tuple(field.attname for field in fields)
        self.values = itemgetter(*self.names)
        self.converters = [_converter(field, vendor) for field in fields]
        self.stamps = [
            field.attname
            for field in fields
            if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        ]
        pk = model._meta.pk
        self.pk_name = pk.attname
        names = ", ".join(self.columns)
        # Names are those of our own models; values are passed as parameters.
        self.head = " ".join(["INSERT INTO", quote(model._meta.db_table), f"({names})", "VALUES "])
        self.row = f"({', '.join(['%s'] * len(fields))})"
        self.tail = f" RETURNING {quote(str(pk.column))}"


@cache
def _plan(model: type[models.Model], vendor: str) -> _Plan:
    return _Plan(model, vendor)


def _insert_batch(plan: _Plan, instances: Sequence[models.Model]) -> None:
    # Past the descriptors of the columns, which cost more than the values.
    converted = _all_converted(plan.converters, [plan.values(instance.__dict__) for instance in instances])
    statement = plan.head + ", ".join([plan.row] * len(instances)) + plan.tail
    flat = list(chain.from_iterable(converted))
    # Asked for once: finding the connection of the thread costs as much as the rest of a row.
    alias = connection.alias
    with connection.cursor() as cursor:
        cursor.execute(statement, flat)
        for instance, (pk,) in zip(instances, cursor.fetchall(), strict=True):
            setattr(instance, plan.pk_name, pk)
            instance._state.adding = False
            instance._state.db = alias


def insert_values(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows that nobody will ask for by their key, given as values in the order of `names`.

    `names` are all columns but the key, foreign keys by column; nothing has a default or is stamped.
    """
    plan = _plan(model, connection.vendor)
    if set(names) != set(plan.names) or len(names) != len(plan.names):
        raise TypeError(f"{model.__name__}: give {', '.join(plan.names)}")
    order = itemgetter(*[names.index(name) for name in plan.names])
    converted = _all_converted(plan.converters, [order(each) for each in rows])
    size = max(1, MAX_VALUES // len(names))
    with connection.cursor() as cursor:
        # One long statement: a prepared one for each row takes three times as long.
        for start in range(0, len(converted), size):
            some = converted[start : start + size]
            cursor.execute(plan.head + ", ".join([plan.row] * len(some)), list(chain.from_iterable(some)))


def read(rows: "models.QuerySet[M]", *names: str) -> list[M]:
    """The instances of a query, without the cost of `Model.__init__` and its signals.

    Of plain tables only. Give the columns that are needed, foreign keys by column (`document_id`); one
    left out is read when it is asked for, row by row. Without names: all columns.
    """
    model, alias = rows.model, rows.db
    fields = model._meta.concrete_fields
    wanted = (model._meta.pk.attname, *names) if names else tuple(field.attname for field in fields)
    found = []
    for values in rows.values_list(*wanted):
        instance = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, alias
        instance.__dict__.update(zip(wanted, values, strict=True), _state=state)
        found.append(instance)
    return found


def update(instances: Sequence[models.Model], *names: str) -> None:
    """Write these columns of instances of one model, by one prepared statement.

    Foreign keys by column. `bulk_update` builds an expression per value, at ten times the cost. Nothing
    is stamped (auto_now): give such columns like the others.
    """
    if not instances:
        return
    meta, quote = instances[0]._meta, connection.ops.quote_name
    fields = {field.attname: field for field in meta.concrete_fields}
    columns = ", ".join(f"{quote(str(fields[name].column))} = %s" for name in names)
    key = quote(str(meta.pk.column))
    statement = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {key} = %s"  # noqa: S608 -- our names
    converters = [_converter(fields[name], connection.vendor) for name in (*names, meta.pk.attname)]
    values = attrgetter(*names, meta.pk.attname)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_converted(converters, values(each)) for each in instances])


def update_columns(instances: Sequence[models.Model], names: Collection[str]) -> None:
    """Like `update`, by names of fields; what moves at every save (auto_now) moves here too."""
    if not instances:
        return
    meta, now = instances[0]._meta, timezone.now()
    fields: list[Any] = [meta.get_field(name) for name in names]
    stamps = [field.attname for field in meta.concrete_fields if getattr(field, "auto_now", False)]
    for name in stamps:
        for instance in instances:
            setattr(instance, name, now)
    update(instances, *sorted({field.attname for field in fields} | set(stamps)))


def _all_converted(
    converters: Sequence[Convert | None], rows: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Rows of values as the database takes them; column by column, which is half the work."""
    columns = zip(*rows, strict=True)
    pairs = zip(converters, columns, strict=True) if rows else ()
    return list(zip(*[_column(convert, column) for convert, column in pairs], strict=True))


def _column(convert: Convert | None, column: Sequence[Any]) -> Sequence[Any]:
    if convert is None or column.count(None) == len(column):
        return column
    if convert is _text:
        if set(map(type, column)) <= _AS_THEY_ARE:
            return column
        return [value if type(value) is str or value is None else _text(value) for value in column]
    return [value if value is None else convert(value) for value in column]


def _converted(converters: Sequence[Convert | None], values: Sequence[Any]) -> list[Any]:
    return [
        value if convert is None or value is None else convert(value)
        for convert, value in zip(converters, values, strict=True)
    ]


def _converter(field: "models.Field[Any, Any]", vendor: str) -> Convert | None:
    """How a Python value of the field is handed to the database; None: as it is."""
    if isinstance(field, models.JSONField):
        return _encode
    if isinstance(field, models.DecimalField):
        return _decimal(field, vendor)
    if isinstance(field, models.DateTimeField):
        return _instant if vendor == "sqlite" else None
    if isinstance(field, models.DateField):
        return date.isoformat if vendor == "sqlite" else None
    if isinstance(field, models.FileField):
        return str
    if isinstance(field, models.CharField | models.TextField):
        return _text
    return None


def _decimal(field: "models.DecimalField[Any, Any]", vendor: str) -> Convert:
    exponent = Decimal(1).scaleb(-field.decimal_places)

    def convert(value: Any) -> Any:
        exact = (value if isinstance(value, Decimal) else Decimal(value)).quantize(exponent)
        return str(exact) if vendor == "sqlite" else exact

    return convert


def _encode(value: Any) -> str:
    """JSON; most facts are empty ones."""
    return "{}" if value == {} else _encode_json(value)


def _text(value: Any) -> str:
    """Choices are str subclasses that drivers do not know."""
    return str.__str__(value)


@lru_cache(maxsize=64)  # the rows of a run were written at one instant
def _instant(value: datetime) -> str:
    """As Django writes it on SQLite: naive, in UTC."""
    return str(value.astimezone(UTC).replace(tzinfo=None))
