"""Workers killed in mid-month, several people issuing at once: nothing is lost or doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACTS, KILLS = 3000, 30
PAUSE = threading.Event()
STEP, PATIENCE = 0.02, 6000

pytestmark = pytest.mark.slow


class CrashSite:
    """The process of tests.crash.site, and what can be asked of it."""

    def __init__(self, environment):
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PYTEST_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.site"],
            cwd=ROOT,
            env={**kept, "RONDA_JOB_LEASE": "1", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the site died at {command[0]}"
        return json.loads(answer)

    def wait_for(self, condition):
        """The state once the condition holds; PATIENCE looks at most."""
        for _look in range(PATIENCE):
            found = self.ask("state")
            if condition(found):
                return found
            PAUSE.wait(STEP)
        raise AssertionError(f"still {found}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def crash_site(request, tmp_path, database):
    sites = []

    def start():
        site = CrashSite(database(tmp_path / uuid.uuid4().hex))
        sites.append(site)
        return site

    yield start
    for site in sites:
        site.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    """Environment for a new empty database of each kind."""
    if request.param == "sqlite":

        def on_sqlite(folder):
            folder.mkdir()
            return {"RONDA_VAR": str(folder)}

        return on_sqlite
    given = request.getfixturevalue("postgres_environment")

    def on_postgres(folder):
        folder.mkdir()
        return {**given, "RONDA_VAR": str(folder), "RONDA_PG_NAME": new_database(given)}

    return on_postgres


def new_database(given):
    name = f"crash_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(
        host=given["RONDA_PG_HOST"],
        port=given["RONDA_PG_PORT"],
        user=given["RONDA_PG_USER"],
        password=given["RONDA_PG_PASSWORD"] or None,
        dbname=given["RONDA_PG_NAME"],
        autocommit=True,
    ) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return name


def test_r10_r33_thirty_workers_killed_in_one_month_give_the_same_documents_as_none(crash_site):
    disturbed, calm = crash_site(), crash_site()
    assert disturbed.ask("prepare", CONTRACTS) == calm.ask("prepare", CONTRACTS) == {"documents": CONTRACTS}
    chance = random.Random(20260331)

    killed = 0
    for attempt in range(1, KILLS + 1):
        before = disturbed.ask("state")["issued"]
        pid = disturbed.ask("worker")["pid"]
        # One in six dies before it has done anything, the others somewhere in a later transaction.
        least = before if chance.randrange(6) == 0 else before + 1
        disturbed.wait_for(lambda s, n=attempt, least=least: s["attempts"] >= n and s["issued"] >= least)
        PAUSE.wait(chance.uniform(0.0, 0.12))
        os.kill(pid, signal.SIGKILL)
        disturbed.ask("reap", pid)
        killed += disturbed.ask("state")["job"] == "running"
    for site in (disturbed, calm):
        pid = site.ask("worker")["pid"]
        site.wait_for(lambda s: s["job"] == "done")
        os.kill(pid, signal.SIGKILL)
        site.ask("reap", pid)

    assert killed == KILLS
    after, undisturbed = disturbed.ask("outcome"), calm.ask("outcome")
    assert after["numbers"] == list(range(1, CONTRACTS + 1))
    assert (after["state"], after["entries"]) == ("done", ["done"])
    assert after == undisturbed


def test_r33_four_processes_issuing_with_aborts_leave_no_gap_and_no_duplicate(crash_site):
    site = crash_site()
    drafts = site.ask("prepare_drafts", 120)["drafts"]

    found = site.ask("race", drafts, 4)

    assert found["codes"] == [0, 0, 0, 0]
    assert found["numbers"] == list(range(1, 121))
    # Each document hangs on the one before it in its series, whoever issued it.
    assert (found["links"], found["wrong"]) == (120, [])
