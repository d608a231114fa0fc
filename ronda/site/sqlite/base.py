"""Django's SQLite with a fair queue before the write lock.

SQLite's busy handler sleeps and tries again, so under pressure one client starves for seconds.
A kernel `flock` on a side file wakes its waiters in order. The ticket is taken before
BEGIN IMMEDIATE and dropped when the transaction ends, however it ends.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base as sqlite

TICKET_SUFFIX = ".ticket"


class Ticket:
    """An exclusive place at the head of the queue; threads and processes wait alike.

    Each holder opens the file by itself: `flock` belongs to the open file, so two threads of
    one process exclude each other, and the kernel drops it if the process dies.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._held: int | None = None

    def take(self) -> None:
        """Wait for the turn; nothing to do when already held."""
        if self._held is not None:
            return
        opened = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
        except BaseException:
            os.close(opened)
            raise
        self._held = opened

    def drop(self) -> None:
        if self._held is not None:
            opened, self._held = self._held, None
            os.close(opened)


class Cursor(sqlite.SQLiteCursorWrapper):
    """Django's cursor; the marks of long statements are put in without a regular expression."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        # Without a doubled sign every %s is a place for a value, so the two say the same.
        if param_names is None and "%%" not in query:
            return query.replace("%s", "?")
        converted: str = super().convert_query(query, param_names=param_names)
        return converted


class DatabaseWrapper(sqlite.DatabaseWrapper):
    """`transaction_mode` IMMEDIATE or EXCLUSIVE queue by ticket; in-memory databases need none."""

    transaction_mode: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ticket: Ticket | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._ticket = self._new_ticket()
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _new_ticket(self) -> Ticket | None:
        name = str(self.settings_dict["NAME"])
        if self.is_in_memory_db() or name.startswith("file:") or self.transaction_mode in {None, "DEFERRED"}:
            return None
        return Ticket(os.path.abspath(name) + TICKET_SUFFIX)

    def _start_transaction_under_autocommit(self) -> None:
        if self._ticket is None:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        self._ticket.take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._ticket.drop()
            raise

    def _drop_ticket_if_free(self) -> None:
        # A COMMIT that failed leaves the transaction open: the ticket stays until the ROLLBACK.
        if self._ticket is not None and (self.connection is None or not self.connection.in_transaction):
            self._ticket.drop()

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._drop_ticket_if_free()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._drop_ticket_if_free()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._ticket is not None:
                self._ticket.drop()
