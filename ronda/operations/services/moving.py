"""From SQLite to PostgreSQL: everything is copied and compared in one transaction of the new database.

Whatever stops it, the new database holds nothing, and the next attempt begins anew. The old one is only read,
at one moment, under the ticket of writers: nobody writes meanwhile.
"""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.operations.services.databases import sqlite_counts, sqlite_migrations
from ronda.operations.services.inspecting import pending

#: Says in the new database that a move has begun and not ended.
MARK = "ronda_move"
#: The list of migrations is that of the new database itself.
OWN = frozenset({"django_migrations", MARK})
#: Rows read at once, and rows of a table whose texts are compared one by one.
CHUNK, SAMPLE = 2_000, 200
TEXTS = frozenset({"character varying", "text", "character"})
INTEGERS = frozenset({"smallint", "integer", "bigint"})
Tell = Callable[[int, int], None]


class NothingToMove(Refusal):
    code = "operations.nothing_to_move"


class BadAddress(Refusal):
    code = "operations.bad_address"


class TargetNotEmpty(Refusal):
    code = "operations.target_not_empty"


class NotTheSame(Refusal):
    code = "operations.not_the_same"


class CannotCopy(Refusal):
    code = "operations.cannot_copy"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column of the new database. `scale`: decimals of a numeric column."""

    name: str
    type: str
    scale: int = 0


@dataclass(slots=True)
class Compared:
    """A table in both databases. `sums` and `sampled`: how many columns and rows were compared."""

    table: str
    rows: int
    sums: int = 0
    sampled: int = 0
    wrong: list[str] = field(default_factory=list)


def move_to_postgres(url: str, *, copying: Tell, comparing: Tell) -> list[Compared]:
    """Copy this SQLite installation into an empty PostgreSQL database; what was compared, table by table.

    Refuses when this is no SQLite database of this version, and when the target holds anything; nothing is
    left in the target when a table differs. `copying` is told rows, `comparing` tables.
    """
    given = address(url)
    if connection.vendor != "sqlite":
        raise NothingToMove(_("This installation is on PostgreSQL already."))
    if pending():
        raise NothingToMove(_("The database is of an older version: run “ronda setup” first, then move."))
    path = Path(str(connection.settings_dict["NAME"]))
    connections.close_all()
    with _target(given) as session:
        _make_room(session)
        _migrate(url)
        with _source(path) as source, session.transaction():
            columns = _columns(session)
            tables = _tables(source, session, columns)
            _fill(source, session, columns, tables, copying)
            compared = _compare(source, session, columns, tables, comparing)
            if wrong := [f"{one.table}: {', '.join(one.wrong)}" for one in compared if one.wrong]:
                raise NotTheSame(_("The copy differs: %s. Nothing was kept.") % "; ".join(wrong[:5]))
            session.execute(f'DROP TABLE "{MARK}"')
        session.execute("ANALYZE")
    return compared


def address(url: str) -> dict[str, str]:
    """Host, port, name, user and password of a PostgreSQL address (postgresql://…)."""
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415 -- an extra
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise BadAddress(_("Install Ronda with its extra “postgres” first.")) from error
    try:
        given = conninfo_to_dict(url)
    except ProgrammingError as error:
        text = _("“%s” is no address: write postgresql://user:password@host:port/name.")
        raise BadAddress(text % url) from error
    found = {key: str(value) for key, value in given.items() if value is not None}
    if not found.get("dbname"):
        raise BadAddress(_("The address names no database: write postgresql://user:password@host:port/name."))
    return found


# --- both ends -------------------------------------------------------------------------------------------


@contextmanager
def _target(given: Mapping[str, str]) -> Iterator[Any]:
    import psycopg  # noqa: PLC0415 -- an extra: only who uses PostgreSQL has it

    try:
        session = psycopg.connect(**given, autocommit=True)  # type: ignore[arg-type]
    except psycopg.Error as error:
        raise BadAddress(_("The server cannot be reached: %s") % error) from error
    with session:
        try:
            yield session
        except psycopg.Error as error:
            raise CannotCopy(_("PostgreSQL refused: %s. Nothing was kept.") % error) from error


@contextmanager
def _source(path: Path) -> Iterator[sqlite3.Connection]:
    """The old database at one moment; writers wait for the ticket until the end."""
    # Not read-only: after a crash, whoever opens the file first has to put its log in order.
    reading = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)
    # A transaction of ours that writes nothing holds the ticket, and everybody else's writes.
    with closing(reading) as source, transaction.atomic():
        source.create_aggregate("exact_sum", 2, ExactSum)  # type: ignore[arg-type]
        source.execute("PRAGMA query_only = ON")
        source.execute("BEGIN")
        yield source


class ExactSum:
    """Adds decimals as they are written, not as binary fractions."""

    def __init__(self) -> None:
        self.sum = Decimal(0)

    def step(self, value: Any, scale: int) -> None:
        if value is not None:
            self.sum += _decimal(value, scale)

    def finalize(self) -> str:
        return str(self.sum)


def _make_room(session: Any) -> None:
    """Refuse a database that holds anything; what a move that was cut off left there goes."""
    names = _table_names(session)
    if names and MARK not in names:
        text = _("The target holds tables already (%s). Give an empty database.")
        raise TargetNotEmpty(text % ", ".join(sorted(names)[:3]))
    with session.transaction():
        for name in names:
            session.execute(f'DROP TABLE IF EXISTS "{name}" CASCADE')
        session.execute(f'CREATE TABLE "{MARK}" (begun timestamptz DEFAULT now())')


def _table_names(session: Any) -> set[str]:
    rows = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    return {row[0] for row in rows}


def _migrate(url: str) -> None:
    """Make the tables, in a process of its own whose settings are those of the new database."""
    other = ("RONDA_PG_", "RONDA_DB", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(other)}
    ours = {"RONDA_VAR": str(settings.VAR), "DJANGO_SETTINGS_MODULE": "ronda.site.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        env={**kept, **ours, "RONDA_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotCopy(_("The tables could not be made: %s") % done.stderr.strip().rpartition("\n")[2])


# --- copying ---------------------------------------------------------------------------------------------


def _columns(session: Any) -> dict[str, list[ColumnType]]:
    rows = session.execute(
        "SELECT table_name, column_name, data_type, coalesce(numeric_scale, 0) "
        "FROM information_schema.columns WHERE table_schema = current_schema() "
        "ORDER BY table_name, ordinal_position"
    ).fetchall()
    found: dict[str, list[ColumnType]] = {}
    for table, name, kind, scale in rows:
        found.setdefault(table, []).append(ColumnType(name, kind, scale))
    return found


def _tables(source: sqlite3.Connection, session: Any, columns: Mapping[str, Any]) -> dict[str, int]:
    """Rows by table, of both databases' tables; refuses when they are not of the same version."""
    counts = {name: rows for name, rows in sqlite_counts(source).items() if name not in OWN}
    theirs = set(columns) - OWN
    there = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    odd = set(counts) ^ theirs
    if odd or set(sqlite_migrations(source)) != {row[0] for row in there}:
        text = _("The two databases are not of the same version (%s). Run “ronda setup” first, then move.")
        raise NothingToMove(text % (", ".join(sorted(odd)[:3]) or "migrations"))
    return counts


def _fill(
    source: sqlite3.Connection,
    session: Any,
    columns: Mapping[str, Sequence[ColumnType]],
    tables: Mapping[str, int],
    tell: Tell,
) -> None:
    """All rows of all tables by COPY; foreign keys are looked at once, when all are there."""
    session.execute("SET CONSTRAINTS ALL DEFERRED")
    session.execute(f"TRUNCATE {', '.join(map(_quoted, tables))} CASCADE")
    total, done = sum(tables.values()), 0
    tell(0, total)
    for table, rows in tables.items():
        if rows:
            for count in _copy(source, session, table, columns[table]):
                done += count
                tell(done, total)
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _set_sequences(source, session, tables)


def _copy(
    source: sqlite3.Connection, session: Any, table: str, columns: Sequence[ColumnType]
) -> Iterator[int]:
    names = ", ".join(_quoted(column.name) for column in columns)
    converters = [_converter(column) for column in columns]
    rows = source.execute(f"SELECT {names} FROM {_quoted(table)}")  # noqa: S608 -- names of tables
    with session.cursor() as cursor, cursor.copy(f"COPY {_quoted(table)} ({names}) FROM STDIN") as copy:
        while chunk := rows.fetchmany(CHUNK):
            for row in chunk:
                copy.write_row(
                    [
                        value if value is None or convert is None else convert(value)
                        for convert, value in zip(converters, row, strict=True)
                    ]
                )
            yield len(chunk)


def _converter(column: ColumnType) -> Callable[[Any], Any] | None:
    """How a value that SQLite keeps is written for the type of the new column; None: as it is."""
    if column.type == "boolean":
        return bool
    if column.type == "numeric":
        return lambda value: _decimal(value, column.scale)
    if column.type == "timestamp with time zone":
        return lambda value: f"{value}+00"
    return None


def _decimal(value: Any, scale: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-scale))


def _set_sequences(source: sqlite3.Connection, session: Any, tables: Mapping[str, int]) -> None:
    """The next key is one never given before: not even one whose row was deleted."""
    given = dict(source.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    rows = session.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND (is_identity = 'YES' OR column_default LIKE 'nextval%')"
    ).fetchall()
    for table, column in rows:
        if table in tables:
            last = session.execute(f"SELECT max({_quoted(column)}) FROM {_quoted(table)}").fetchone()[0]  # noqa: S608 -- names
            last = max(last or 0, given.get(table) or 0)
            session.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
                (_quoted(table), column, max(last, 1), last > 0),
            )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- comparing -------------------------------------------------------------------------------------------


def _compare(
    source: sqlite3.Connection,
    session: Any,
    columns: Mapping[str, Sequence[ColumnType]],
    tables: Mapping[str, int],
    tell: Tell,
) -> list[Compared]:
    """Every table counted, every column of numbers added up, texts of a sample hashed, in both databases."""
    compared = []
    for done, table in enumerate(sorted(tables), start=1):
        one = _compare_sums(source, session, table, columns[table])
        if one.rows:
            _compare_texts(source, session, table, columns[table], one)
        compared.append(one)
        tell(done, len(tables))
    return compared


def _compare_sums(
    source: sqlite3.Connection, session: Any, table: str, columns: Sequence[ColumnType]
) -> Compared:
    summed = [one for one in columns if one.type in INTEGERS | {"numeric", "boolean", "double precision"}]
    ours = ["count(*)", *(_sum_here(column) for column in summed)]
    theirs = ["count(*)", *(_sum_there(column) for column in summed)]
    here = source.execute(f"SELECT {', '.join(ours)} FROM {_quoted(table)}").fetchone()  # noqa: S608 -- names
    there = session.execute(f"SELECT {', '.join(theirs)} FROM {_quoted(table)}").fetchone()  # noqa: S608 -- names
    one = Compared(table, here[0], len(summed))
    if here[0] != there[0]:
        one.wrong.append(f"{there[0]} / {here[0]}")
    for column, ours_, theirs_ in zip(summed, here[1:], there[1:], strict=True):
        if Decimal(str(ours_ or 0)) != Decimal(str(theirs_ or 0)):
            one.wrong.append(f"{column.name} {theirs_} / {ours_}")
    return one


def _sum_here(column: ColumnType) -> str:
    if column.type == "numeric":
        return f"exact_sum({_quoted(column.name)}, {column.scale})"
    if column.type == "double precision":
        return f"exact_sum({_quoted(column.name)}, 6)"
    return f"sum({_quoted(column.name)})"


def _sum_there(column: ColumnType) -> str:
    if column.type == "boolean":
        return f"sum({_quoted(column.name)}::int)"
    if column.type == "double precision":
        return f"sum(round({_quoted(column.name)}::numeric, 6))"
    return f"sum({_quoted(column.name)})"


def _compare_texts(
    source: sqlite3.Connection, session: Any, table: str, columns: Sequence[ColumnType], one: Compared
) -> None:
    texts = [_quoted(column.name) for column in columns if column.type in TEXTS]
    key = next((column for column in columns if column.name == "id"), columns[0])
    if not texts:
        return
    name, listed = _quoted(key.name), ", ".join(texts)
    step = max(1, one.rows // SAMPLE)
    keys = [
        row[0]
        for at, row in enumerate(source.execute(f"SELECT {name} FROM {_quoted(table)} ORDER BY {name}"))  # noqa: S608 -- names
        if at % step == 0
    ]
    marks = ", ".join("?" * len(keys))
    here = source.execute(
        f"SELECT {name}, {listed} FROM {_quoted(table)} WHERE {name} IN ({marks})",  # noqa: S608 -- names
        keys,
    ).fetchall()
    there = session.execute(
        f"SELECT {name}, {listed} FROM {_quoted(table)} WHERE {name} = ANY(%s)",  # noqa: S608 -- names
        (keys,),
    ).fetchall()
    one.sampled = len(keys)
    if _hash(here) != _hash(there):
        one.wrong.append("texts")


def _hash(rows: Sequence[Sequence[Any]]) -> str:
    said = sorted(repr([str(value) if value is not None else None for value in row]) for row in rows)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
