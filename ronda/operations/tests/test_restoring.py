"""A real restore, in processes of their own: the present data go aside, and nothing is ever half done."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from ronda.billing.tests.firm import make_firm
from ronda.company.models import Company
from ronda.operations.services.backing_up import back_up
from tests.support.postgres import on_postgres

NOW = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("place", "migrated"),
    pytest.mark.skipif(on_postgres(), reason="files change places: SQLite"),
]


@pytest.fixture
def backup():
    make_firm("Aria Srl")
    return Path(back_up(reason="hand", by="anna", now=NOW).path)


def restore(target, file, **more):
    """Exit status of `ronda restore` on an installation in the folder, and what it said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "ronda.site.cli", "restore", str(file), "--yes"],
        cwd=settings.BASE_DIR,
        env={**kept, "RONDA_VAR": str(target), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip().rpartition("\n")[2] + done.stderr


def firms_in(database):
    with closing(sqlite3.connect(database)) as opened:
        return [name for (name,) in opened.execute("SELECT name FROM company_company ORDER BY name")]


def test_o3_a_restore_fills_an_empty_place_and_then_replaces_what_is_there(backup, tmp_path):
    target = tmp_path / "elsewhere"
    code, said = restore(target, backup)
    assert (code, firms_in(target / "ronda.sqlite3")) == (0, ["Aria Srl"]), said
    assert (target / "secret_key").read_text() == "of this test"
    Company.objects.update(name="Brezza Srl")
    later = back_up(reason="hand", by="anna", now=NOW).path

    code, said = restore(target, later)

    assert (code, firms_in(target / "ronda.sqlite3")) == (0, ["Brezza Srl"]), said
    (aside,) = target.glob("ronda.sqlite3.before-restore-*")
    assert firms_in(aside) == ["Aria Srl"]
    assert not list(target.glob("restore-*"))


def test_o3_a_restore_is_refused_while_somebody_works_and_when_the_file_is_damaged(backup, tmp_path):
    target = tmp_path / "elsewhere"
    assert restore(target, backup)[0] == 0
    before = (target / "ronda.sqlite3").stat().st_ino

    with closing(sqlite3.connect(target / "ronda.sqlite3")) as somebody:
        somebody.execute("PRAGMA journal_mode=WAL")
        somebody.execute("SELECT count(*) FROM company_company").fetchall()
        code, said = restore(target, backup)
        assert (code, "Ronda is running" in said) == (2, True)
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(backup.read_bytes()[:-200])
    assert restore(target, broken)[0] == 2

    assert (target / "ronda.sqlite3").stat().st_ino == before
    assert firms_in(target / "ronda.sqlite3") == ["Aria Srl"]
    left = [path.name for path in target.iterdir() if "restore" in path.name]
    assert [name for name in left if not name.startswith("keys.before-restore-")] == []
