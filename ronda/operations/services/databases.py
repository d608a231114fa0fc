"""Copies of the database: taken in one step, counted, put into a new place. SQLite and PostgreSQL."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

SQLITE_FILE, POSTGRES_FILE = "database.sqlite3", "database.dump"


class ProgramMissing(Refusal):
    code = "operations.program_missing"


class CopyFailed(Refusal):
    code = "operations.copy_failed"


class DatabaseInUse(Refusal):
    code = "operations.database_in_use"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of the database at one moment, with its rows by table and its migrations ("app.name")."""

    path: Path
    kind: str
    counts: dict[str, int]
    migrations: tuple[str, ...]


def snapshot(folder: Path) -> Snapshot:
    """Copy the database in use into the folder, in one step: writers neither wait nor spoil it."""
    return _of_sqlite(folder) if connection.vendor == "sqlite" else _of_postgres(folder)


def _of_sqlite(folder: Path) -> Snapshot:
    """VACUUM INTO reads at one moment. A copy in steps begins again at every write of somebody else."""
    if connection.in_atomic_block:
        raise RuntimeError("a backup is no part of a transaction")
    path = folder / SQLITE_FILE
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    os.chmod(path, 0o600)
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
        return Snapshot(path, "sqlite", sqlite_counts(copy), sqlite_migrations(copy))


def sqlite_counts(database: sqlite3.Connection) -> dict[str, int]:
    """Rows by table; without those of full-text indexes, which are derived."""
    listed = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    derived = [name for name, sql in listed.items() if (sql or "").upper().startswith("CREATE VIRTUAL")]
    names = [
        name
        for name in sorted(listed)
        if not name.startswith("sqlite_")
        and not any(name == one or name.startswith(f"{one}_") for one in derived)
    ]
    return {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 -- a table's name
        for name in names
    }


def sqlite_migrations(database: sqlite3.Connection) -> tuple[str, ...]:
    rows = database.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return tuple(row[0] for row in rows)


def _of_postgres(folder: Path) -> Snapshot:
    """pg_dump and the counts read the same exported snapshot."""
    path = folder / POSTGRES_FILE
    with server_connection(connection.settings_dict["NAME"]) as session:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        name = session.execute("SELECT pg_export_snapshot()").fetchone()[0]
        counts, migrations = postgres_counts(session), postgres_migrations(session)
        arguments = ["-Fc", "--no-owner", "--no-privileges", f"--snapshot={name}", "-f", str(path)]
        run_program("pg_dump", [*arguments, "-d", connection.settings_dict["NAME"]])
    os.chmod(path, 0o600)
    return Snapshot(path, "postgresql", counts, migrations)


def postgres_counts(session: Any) -> dict[str, int]:
    listed = session.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    ).fetchall()
    return {
        name: session.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 -- a table's name
        for (name,) in listed
    }


def postgres_migrations(session: Any) -> tuple[str, ...]:
    rows = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return tuple(sorted(row[0] for row in rows))


@contextmanager
def server_connection(name: str) -> Iterator[Any]:
    """A session of our own on the server in use, in that database; each statement commits by itself."""
    import psycopg  # noqa: PLC0415 -- an extra: only who uses PostgreSQL has it

    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"] or None,
        port=given["PORT"] or None,
        user=given["USER"] or None,
        password=given["PASSWORD"] or None,
        dbname=name,
        autocommit=True,
    ) as session:
        yield session


def program(name: str) -> str:
    """Where a client program of PostgreSQL is: in RONDA_PG_PROGRAMS, else on the path. Refuses without it."""
    found = shutil.which(name, path=os.environ.get("RONDA_PG_PROGRAMS") or None)
    if found is None:
        text = _(
            "The program %(name)s is not on this computer. Install the client programs of PostgreSQL in the "
            "version of the server, or say where they are with RONDA_PG_PROGRAMS."
        )
        raise ProgramMissing(text % {"name": name})
    return found


def run_program(name: str, arguments: Sequence[str]) -> None:
    """Run pg_dump or pg_restore on the server in use. Refuses with what the program said."""
    command = [program(name), "-w", *_address(), *arguments]
    done = subprocess.run(command, env=_login(), capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().rpartition("\n")[2]
        raise CopyFailed(_("%(name)s could not do its work: %(said)s") % {"name": name, "said": said})


def _address() -> list[str]:
    given = connection.settings_dict
    options = {"-h": given["HOST"], "-p": given["PORT"], "-U": given["USER"]}
    return [part for name, value in options.items() if value for part in (name, str(value))]


def _login() -> Mapping[str, str]:
    """The password is in the environment, where other users of the computer do not see it."""
    password = connection.settings_dict["PASSWORD"]
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}


@contextmanager
def new_database(name: str) -> Iterator[None]:
    """An empty database on the server in use, dropped afterwards. Refuses without the right to make one."""
    create_database(name)
    try:
        yield
    finally:
        drop_database(name)


def create_database(name: str) -> None:
    """An empty database like the one in use. Refuses what the server refuses."""
    from psycopg import Error  # noqa: PLC0415 -- an extra: only who uses PostgreSQL has it

    try:
        with server_connection(str(connection.settings_dict["NAME"])) as session:
            session.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    except Error as error:
        raise CopyFailed(_("No database could be made on the server: %s") % error) from error


def drop_database(name: str) -> None:
    with server_connection(str(connection.settings_dict["NAME"])) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def fill_database(name: str, dump: Path) -> None:
    """Put a dump into an empty database: all of it, or a refusal."""
    arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    run_program("pg_restore", [*arguments, "-d", name, str(dump)])


def address_of(name: str) -> dict[str, str]:
    """RONDA_PG_* of a database on the server in use."""
    given = connection.settings_dict
    keys = ("HOST", "PORT", "USER", "PASSWORD")
    return {**{f"RONDA_PG_{key}": str(given[key]) for key in keys}, "RONDA_PG_NAME": name}


def exchange(present: str, fresh: str, aside: str) -> list[str]:
    """Give the fresh database the name of the present one, which becomes `aside`: both or neither.

    Refuses while anybody is connected to one of them.
    """
    from psycopg import Error  # noqa: PLC0415 -- an extra: only who uses PostgreSQL has it

    try:
        with server_connection("postgres") as session, session.transaction():
            session.execute(f'ALTER DATABASE "{present}" RENAME TO "{aside}"')
            session.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{present}"')
    except Error as error:
        raise DatabaseInUse(_("Ronda is running: stop it, then restore. (%s)") % error) from error
    return [aside]
