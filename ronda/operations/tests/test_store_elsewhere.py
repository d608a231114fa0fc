"""Backups of an installation whose files are in a store elsewhere, against the server of its own tests."""

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from ronda.billing.tests.firm import make_firm
from ronda.company.services.files import attach_file
from ronda.company.tests import s3_server
from ronda.operations.services.backing_up import write_backup
from ronda.operations.services.drilling import rehearse
from ronda.operations.services.restoring import _store_files

pytestmark = pytest.mark.usefixtures("place", "migrated")
NOW = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)


@pytest.fixture
def server(settings):
    with s3_server.running() as running:
        backend = {"BACKEND": "ronda.company.s3_store.S3Store", "OPTIONS": {"address": running.address}}
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        yield running


def test_o3_a_backup_holds_the_files_of_the_store_and_a_drill_finds_them(server, place):
    attach_file(make_firm(), ContentFile(b"%PDF-1.4 signed"), name="signed.pdf", by="anna")

    written = write_backup(reason="hand", by="anna", now=NOW)

    with tarfile.open(written.path) as archive:
        names = [name for name in archive.getnames() if name.startswith("files/")]
        assert [archive.extractfile(name).read() for name in names] == [b"%PDF-1.4 signed"]
    checks, findings = rehearse(written.path)
    assert (checks["files"], findings) == (1, [])


def test_o3_a_restore_puts_files_back_and_keeps_aside_what_differs(server, place):
    server.kept |= {"ronda/a/same": b"one", "ronda/a/other": b"now"}
    for name, content in {"same": b"one", "other": b"then", "gone": b"back"}.items():
        (place / "files" / "a").mkdir(parents=True, exist_ok=True)
        (place / "files" / "a" / name).write_bytes(content)

    [aside] = _store_files(place, "before-restore-1")

    assert server.kept == {"ronda/a/same": b"one", "ronda/a/other": b"then", "ronda/a/gone": b"back"}
    assert [path.read_bytes() for path in Path(aside).rglob("*") if path.is_file()] == [b"now"]
