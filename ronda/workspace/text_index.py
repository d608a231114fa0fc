"""Indexes for searching inside texts, beside the tables of models that grow without end.

`LIKE '%word%'` reads a whole table. A trigram index answers in a millisecond: on SQLite a full-text table
that triggers keep in step, on PostgreSQL a GIN index of pg_trgm. They are derived, so migrations do not
know them: after every `migrate` what is missing is built (`ensure`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connections, models
from django.db.backends.utils import truncate_name
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=type[models.Model])

#: Shorter words have no trigram: they are looked for without the index.
SHORTEST = 3
_indexed: dict[type[models.Model], tuple[str, ...]] = {}


def text_indexed(*fields: str) -> Callable[[M], M]:
    """Decorate a model whose rows are searched by words inside these text fields, at any number of rows."""

    def remember(model: M) -> M:
        _indexed[model] = fields
        return model

    return remember


def covers(model: type[models.Model], fields: Sequence[str]) -> bool:
    """Whether the model's index holds all of these fields."""
    return model in _indexed and set(fields) <= set(_indexed[model])


def keys_with(model: type[models.Model], fields: Sequence[str], word: str, *, using: str) -> RawSQL:
    """Keys of the rows with `word` inside one of the fields, for `pk__in`; letter case does not count.

    The word has at least SHORTEST characters and the index `covers` the fields.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    columns = [quote(name) for name in _columns(model, fields)]
    if connection.vendor == "sqlite":
        table = quote(_name(model))
        phrase = word.replace('"', '""')
        sought = f'{{{" ".join(columns)}}} : "{phrase}"'
        return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", (sought,))  # noqa: S608 -- names of our models
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    matches = " OR ".join(f"UPPER({column}) LIKE UPPER(%s)" for column in columns)
    key, table = quote(_key(model)), quote(model._meta.db_table)
    return RawSQL(f"SELECT {key} FROM {table} WHERE {matches}", [f"%{escaped}%"] * len(columns))  # noqa: S608 -- names of our models


def ensure(*, using: str, **_signal: Any) -> None:
    """Build the indexes that are missing; a receiver of `post_migrate`."""
    connection = connections[using]
    if not _indexed or connection.vendor not in {"sqlite", "postgresql"}:
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for model, fields in _indexed.items():
            if model._meta.db_table not in present:
                continue
            if connection.vendor == "sqlite":
                _ensure_sqlite(connection, cursor, model, fields)
            else:
                _ensure_postgres(connection, cursor, model, fields)


def compact(*, using: str) -> None:
    """Drop from the indexes what is left in them of texts that were removed; PostgreSQL does it by itself."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for name in sorted(_name(model) for model in _indexed):
            if name in present:
                table = connection.ops.quote_name(name)
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 -- our models


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    return [str(model._meta.get_field(field).column) for field in fields]  # type: ignore[union-attr]


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _name(model: type[models.Model]) -> str:
    return truncate_name(f"{model._meta.db_table}_words", 60)


def _ensure_sqlite(connection: Any, cursor: Any, model: type[models.Model], fields: Sequence[str]) -> None:
    """A table without texts of its own, and three triggers.

    Rebuilding a table, as migrations do on SQLite, drops its triggers: then the index is made anew.
    """
    wanted = _sqlite_statements(connection, model, fields)
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE name IN (%s, %s, %s, %s)",
        list(wanted),
    )
    if dict(cursor.fetchall()) == wanted:
        return
    for name in wanted:
        kind = "TABLE" if name == _name(model) else "TRIGGER"
        cursor.execute(f"DROP {kind} IF EXISTS {connection.ops.quote_name(name)}")
    for statement in wanted.values():
        cursor.execute(statement)
    table = connection.ops.quote_name(_name(model))
    cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")  # noqa: S608 -- names of our models


def _sqlite_statements(connection: Any, model: type[models.Model], fields: Sequence[str]) -> dict[str, str]:
    """What the database must hold, by name."""
    quote, name = connection.ops.quote_name, _name(model)
    key, columns = _key(model), _columns(model, fields)
    listed = ", ".join(map(quote, columns))
    new, old = (", ".join(f"{row}.{quote(c)}" for c in [key, *columns]) for row in ("new", "old"))
    table, content = quote(name), quote(model._meta.db_table)
    drop = f"INSERT INTO {table} ({table}, rowid, {listed}) VALUES ('delete', {old});"  # noqa: S608 -- names of our models
    add = f"INSERT INTO {table} (rowid, {listed}) VALUES ({new});"  # noqa: S608 -- names of our models
    return {
        name: f"CREATE VIRTUAL TABLE {table} USING fts5 "
        f"({listed}, content={content}, content_rowid={quote(key)}, tokenize='trigram')",
        f"{name}_ai": f"CREATE TRIGGER {quote(f'{name}_ai')} AFTER INSERT ON {content} BEGIN {add} END",
        f"{name}_ad": f"CREATE TRIGGER {quote(f'{name}_ad')} AFTER DELETE ON {content} BEGIN {drop} END",
        f"{name}_au": f"CREATE TRIGGER {quote(f'{name}_au')} AFTER UPDATE OF {listed} ON {content} "
        f"BEGIN {drop} {add} END",
    }


def _ensure_postgres(connection: Any, cursor: Any, model: type[models.Model], fields: Sequence[str]) -> None:
    quote, table = connection.ops.quote_name, model._meta.db_table
    columns = [quote(name) for name in _columns(model, fields)]
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    each = ", ".join(f"UPPER({column}) gin_trgm_ops" for column in columns)
    cursor.execute(f"CREATE INDEX IF NOT EXISTS {quote(_name(model))} ON {quote(table)} USING gin ({each})")
