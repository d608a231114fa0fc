"""The memory of the simulator: SQLite, so that a process killed at any moment forgets nothing it told."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from ronda.countries.it.domain.sdi.exchange import Parcel

_TABLES = """
create table if not exists counters (name text primary key, value integer not null);
create table if not exists claimed (shelf text, key text, primary key (shelf, key));
create table if not exists parcels (number integer primary key, due integer, name text, content blob);
create table if not exists opening (moment text not null);
"""


class SqliteMemory:
    """A `Memory` of the exchange in one file. One thread at a time, inside `writing`."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute(
            "pragma synchronous = normal"
        )  # a killed process loses nothing, a power cut may
        self._database.executescript(_TABLES)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing."""
        self._database.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def opening(self, otherwise: datetime) -> datetime:
        """The instant of step 0: that of the first start, whatever a later one says."""
        with self.writing(), closing(self._database.execute("select moment from opening")) as found:
            row = found.fetchone()
            if row is None:
                self._database.execute("insert into opening values (?)", [otherwise.isoformat()])
        return datetime.fromisoformat(row[0]) if row else otherwise

    def next(self, counter: str) -> int:
        statement = (
            "insert into counters values (?, 1)"
            " on conflict (name) do update set value = value + 1 returning value"
        )
        return int(self._database.execute(statement, [counter]).fetchone()[0])

    def value(self, counter: str) -> int:
        row = self._database.execute("select value from counters where name = ?", [counter]).fetchone()
        return int(row[0]) if row else 0

    def claim(self, shelf: str, key: str) -> bool:
        found = self._database.execute("insert or ignore into claimed values (?, ?)", [shelf, key])
        return found.rowcount == 1

    def holds(self, shelf: str, key: str) -> bool:
        statement = "select 1 from claimed where shelf = ? and key = ?"
        return self._database.execute(statement, [shelf, key]).fetchone() is not None

    def put(self, parcel: Parcel) -> None:
        values = [parcel.number, parcel.due, parcel.name, parcel.content]
        self._database.execute("insert into parcels values (?, ?, ?, ?)", values)

    def parcels(self, up_to: int) -> list[Parcel]:
        statement = "select number, due, name, content from parcels where due <= ? order by due, number"
        return [Parcel(*row) for row in self._database.execute(statement, [up_to])]

    def expects(self, after: int) -> bool:
        statement = "select 1 from parcels where due > ? limit 1"
        return self._database.execute(statement, [after]).fetchone() is not None

    def drop(self, number: int) -> None:
        self._database.execute("delete from parcels where number = ?", [number])
