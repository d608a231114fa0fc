"""A database that looks migrated whatever made its tables, and backups in a folder of the test."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.support.postgres import on_postgres
from tools.postgres import NoPostgres, programs


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where backups go."""
    monkeypatch.setenv("RONDA_BACKUPS", str(tmp_path / "backups"))
    monkeypatch.delenv("RONDA_BACKUP_PASSPHRASE", raising=False)
    return tmp_path / "backups"


@pytest.fixture
def place(folder, tmp_path, settings, monkeypatch):
    """An installation of the test's own: its keys, its files, a migrated database."""
    settings.VAR = tmp_path
    settings.MEDIA_ROOT = str(tmp_path / "files")
    (tmp_path / "secret_key").write_text("of this test")
    monkeypatch.delenv("RONDA_SECRET_KEY", raising=False)
    if on_postgres():
        try:
            monkeypatch.setenv("RONDA_PG_PROGRAMS", str(programs() / "bin"))
        except NoPostgres as problem:
            pytest.skip(f"no programs of PostgreSQL: {problem}")
    return tmp_path


@pytest.fixture
def migrated(transactional_db):
    """With --nomigrations the tables are there and the list of migrations is not."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    applied = recorder.applied_migrations()
    for config in apps.get_app_configs():
        for path in Path(config.path).glob("migrations/[0-9]*.py"):
            if (config.label, path.stem) not in applied:
                recorder.record_applied(config.label, path.stem)
