import fcntl
import os
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from hypothesis import given
from hypothesis import strategies as st

from ronda.site.sqlite.base import Cursor, Ticket
from ronda.site.tests.sqlite_client import database, number_once

CLIENT = "ronda.site.tests.sqlite_client"
CLIENTS, TRANSACTIONS = 4, 60


@pytest.fixture
def using(tmp_path, django_db_blocker):
    """The alias of a database file with a counter, apart from the test database."""
    alias, path = "ticketed", str(tmp_path / "numbers.sqlite3")
    connections.settings[alias] = {**connections["default"].settings_dict, **database(path)}
    with django_db_blocker.unblock():
        with connections[alias].cursor() as cursor:
            cursor.execute("CREATE TABLE counter (last integer)")
            cursor.execute("INSERT INTO counter VALUES (0)")
            cursor.execute("CREATE TABLE taken (number integer UNIQUE, client text)")
        yield alias
        connections[alias].close()
    del connections[alias], connections.settings[alias]


def ticket_is_free(using):
    with open(f"{connections[using].settings_dict['NAME']}.ticket", "w") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def taken(using):
    with connections[using].cursor() as cursor:
        return [number for (number,) in cursor.execute("SELECT number FROM taken ORDER BY number").fetchall()]


def test_r33_four_processes_number_without_gap_duplicate_or_locked_error(using):
    path = connections[using].settings_dict["NAME"]
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", CLIENT, path, str(n), str(TRANSACTIONS)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(CLIENTS)
    ]
    ready = [client.stdout.readline() for client in clients]
    for client in clients:
        client.stdin.write("start\n")
        client.stdin.flush()
    errors = [client.communicate()[1] for client in clients]

    assert ready == ["ready\n"] * CLIENTS
    outcomes = [(client.returncode, error) for client, error in zip(clients, errors, strict=True)]
    assert outcomes == [(0, "")] * CLIENTS
    assert taken(using) == list(range(1, CLIENTS * TRANSACTIONS + 1))


def test_r33_threads_of_one_process_wait_for_each_other_too(using):
    def work():
        for _n in range(20):
            number_once(using, "thread")
        connections[using].close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken(using) == list(range(1, 81))


def test_the_ticket_is_held_during_a_transaction_and_dropped_at_its_end(using):
    with transaction.atomic(using=using):
        with transaction.atomic(using=using):
            assert not ticket_is_free(using)
        assert not ticket_is_free(using)
    assert ticket_is_free(using)


def test_the_ticket_is_dropped_when_a_transaction_is_rolled_back(using):
    with transaction.atomic(using=using):
        number_once(using, "x")
        transaction.set_rollback(True, using=using)

    assert (ticket_is_free(using), taken(using)) == (True, [])


def test_the_ticket_is_dropped_when_the_connection_is_closed(using):
    with transaction.atomic(using=using):
        connections[using].close()
    assert ticket_is_free(using)


def test_the_ticket_is_dropped_when_the_transaction_cannot_begin(using):
    connections[using].ensure_connection()
    connections[using].connection.execute("BEGIN")
    with pytest.raises(Exception, match="within a transaction"), transaction.atomic(using=using):
        pass  # pragma: no cover -- never reached

    assert ticket_is_free(using)
    connections[using].connection.execute("ROLLBACK")


def test_single_statements_and_reads_take_no_ticket(using):
    with connections[using].cursor() as cursor:
        cursor.execute("INSERT INTO taken VALUES (1, 'x')")
    holder = Ticket(f"{connections[using].settings_dict['NAME']}.ticket")
    holder.take()
    holder.take()  # again is nothing

    assert taken(using) == [1]
    holder.drop()
    holder.drop()
    assert ticket_is_free(using)


def test_an_in_memory_database_needs_no_ticket(django_db_blocker):
    alias = "in_memory"
    connections.settings[alias] = {**connections["default"].settings_dict, **database(":memory:")}
    with django_db_blocker.unblock(), transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)
        connections[alias].connection.rollback()
    assert not os.path.exists(":memory:.ticket")
    del connections[alias], connections.settings[alias]


def test_files_are_durable_and_read_while_written(using):
    with connections[using].cursor() as cursor:
        pragmas = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 20000, 1]


@given(st.lists(st.sampled_from(["%s", "%%", "%", "s", "SELECT ", "?", " ", "'"])).map("".join))
def test_marks_are_put_into_statements_as_django_puts_them(statement):
    mine, django = Cursor.__new__(Cursor), SQLiteCursorWrapper.__new__(SQLiteCursorWrapper)

    assert mine.convert_query(statement) == django.convert_query(statement)
