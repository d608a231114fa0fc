"""kill -9 in the middle of a job, on a database file of its own."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from django.conf import settings

WORKER = "ronda.company.tests.killed_worker"
PREPARE = f"""
import sys
from {WORKER} import configure
configure(sys.argv[1])
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from ronda.company.jobs import enqueue_job
from ronda.company.models import Company
from ronda.company.tests.tasks_for_tests import write_branches
company = Company.objects.create(name="Aria Srl", country="IT")
enqueue_job(write_branches, company.pk, 40, sys.argv[2], company=company)
"""
UNITS, DEADLINE = 40, 60
PAUSE = threading.Event()


@pytest.fixture
def start():
    """Starts a Python; whatever still runs when the test is over ends with it."""
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with ExitStack() as started:

        def begin(*arguments):
            process = started.enter_context(subprocess.Popen([sys.executable, *arguments], env=environment))
            started.callback(process.kill)
            return process

        yield begin


def wait_for(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "the job did not get so far"
        PAUSE.wait(0.02)


@pytest.mark.slow
def test_r33_a_worker_killed_in_mid_job_is_replaced_and_every_unit_is_done_once(tmp_path, start):
    database, marks = str(tmp_path / "ronda.sqlite3"), tmp_path / "marks"
    marks.mkdir()
    assert start("-c", PREPARE, database, str(marks)).wait() == 0

    killed = []
    for unit in (5, 15):
        worker = start("-m", WORKER, database)
        wait_for((marks / str(unit)).exists)
        worker.send_signal(signal.SIGKILL)
        killed.append(worker.wait())
    start("-m", WORKER, database)
    wait_for(lambda: job_row(database, "state") == [("done",)])

    assert killed == [-signal.SIGKILL, -signal.SIGKILL]
    assert rows(database, "SELECT code FROM company_branch ORDER BY id") == [
        (str(number),) for number in range(1, UNITS + 1)
    ]
    assert job_row(database, "attempts, failures, done") == [(3, 0, UNITS)]


def job_row(database, columns):
    return rows(database, f"SELECT {columns} FROM company_job WHERE kind LIKE '%branches'")  # noqa: S608


def rows(database: str, query: str) -> list[tuple[object, ...]]:
    # Not read-only: after a kill, whoever opens the file first has to put its log in order.
    with closing(sqlite3.connect(f"file:{Path(database)}?mode=rw", uri=True, timeout=20)) as connection:
        return connection.execute(query).fetchall()
