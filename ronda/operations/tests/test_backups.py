"""Backups: whole or not there, with what they say about themselves; as many as are wanted."""

import hashlib
import sqlite3
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from ronda.billing.models import Document
from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import TODAY, line, make_account, make_firm
from ronda.company import options
from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.starting import choose_columns, confirm_import, start_import
from ronda.company.models import AuditEntry, Company
from ronda.company.services.files import attach_file
from ronda.operations.models import Backup
from ronda.operations.services import backing_up
from ronda.operations.services.backing_up import BackupFailed, back_up, check_backup, write_backup
from ronda.operations.services.databases import ProgramMissing, program
from ronda.operations.services.drilling import drill
from ronda.operations.services.opening import CannotUnseal, PassphraseNeeded, open_backup

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("place", "migrated")]
NOW = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)


def firm_at_work():
    firm = make_firm()
    document = draft_document(make_account(firm), [line(firm)], by="anna", on=TODAY)
    issue_document(document, on=TODAY, by="anna")
    attach_file(document, ContentFile(b"%PDF-1.4 signed"), name="signed.pdf", by="anna")
    return firm


def by_hand(now=NOW, **given):
    return back_up(reason="hand", by="anna", now=now, **given)


def test_o3_a_backup_holds_database_files_and_keys_with_their_hashes(folder):
    firm_at_work()

    backup = by_hand()

    assert Path(backup.path) == folder / "ronda-2026-11-22-031000.tar.gz"
    assert hashlib.sha256(Path(backup.path).read_bytes()).hexdigest() == backup.sha256
    manifest = open_backup(Path(backup.path), folder / "out", passphrase="")
    assert manifest.counts["billing_document"] == Document.objects.count() == 1
    assert "operations.0001_initial" in manifest.migrations
    assert (backup.files, backup.rows, backup.by) == (1, manifest.rows, "anna")
    assert (folder / "out" / "keys" / "secret_key").read_text() == "of this test"
    assert [path.read_bytes() for path in folder.glob("out/files/attachments/*/*/*")] == [b"%PDF-1.4 signed"]
    assert AuditEntry.objects.filter(action="operations.backup.made", actor="anna").exists()


def test_o3_a_plain_backup_can_be_opened_without_ronda(folder):
    firm_at_work()
    with tarfile.open(by_hand().path) as tar:
        tar.extractall(folder / "out", filter="data")

    names = {path.name for path in (folder / "out").iterdir()}
    assert "manifest.json" in names
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(folder / "out" / "database.sqlite3")
        assert copy.execute("SELECT name FROM company_company").fetchall() == [("Aria Srl",)]
        copy.close()


def test_o3_an_encrypted_backup_says_nothing_without_its_passphrase(folder):
    backup = by_hand(passphrase="olio")

    assert (backup.encrypted, backup.path.endswith(".tar.gz.sealed")) == (True, True)
    with pytest.raises(PassphraseNeeded):
        open_backup(Path(backup.path), None, passphrase="")
    with pytest.raises(CannotUnseal):
        open_backup(Path(backup.path), None, passphrase="aceto")
    assert open_backup(Path(backup.path), None, passphrase="olio").kind == connection.vendor


def test_o3_a_backup_that_fails_half_way_leaves_nothing(folder, monkeypatch):
    def full(path, *_args, **_kwargs):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backing_up, "write_archive", full)
    with pytest.raises(BackupFailed, match="No space left"):
        by_hand()

    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert not Backup.objects.exists()


def test_what_a_dead_backup_left_goes_with_the_next(folder):
    (folder / ".making.partial").mkdir(parents=True)
    (folder / ".making.partial" / "backup").write_bytes(b"half")

    backup = by_hand()

    assert sorted(path.name for path in folder.iterdir()) == [".lock", Path(backup.path).name]


def test_two_backups_of_the_same_second_have_two_names():
    assert by_hand().path != by_hand().path


def test_the_last_ones_are_kept_reason_by_reason():
    nightly = [back_up(reason="night", by="", now=NOW + timedelta(days=n), keep=2) for n in range(3)]
    kept = by_hand(NOW + timedelta(days=9), keep=2)

    there = [Path(backup.path).exists() for backup in (*nightly, kept)]
    assert there == [False, True, True, True]
    assert list(Backup.objects.filter(removed_at=None).values_list("reason", flat=True)) == [
        "night",
        "night",
        "hand",
    ]


def test_a_changed_backup_is_found_by_its_hashes():
    backup = by_hand()
    assert check_backup(backup, by="anna", now=NOW).intact is True

    path = Path(backup.path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert check_backup(backup, by="anna", now=NOW).intact is False


def test_a_missing_program_is_said_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("RONDA_PG_PROGRAMS", str(tmp_path))

    with pytest.raises(ProgramMissing, match="pg_dump"):
        program("pg_dump")


# --- before imports --------------------------------------------------------------------------------------


def batch_of(firm, rows):
    """An import of so many customers, checked and confirmed."""
    text = "Ragione sociale;Comune\n" + "".join(f"Cliente {n};Roma\n" for n in range(rows))
    batch = start_import(firm, "customers", ContentFile(text.encode()), name="c.csv", by="anna")
    batch = check_batch(choose_columns(batch, batch.mapping, by="anna", in_background=False))
    return confirm_import(batch, by="anna", in_background=False)


@pytest.mark.parametrize(("rows", "wanted", "made"), [(3, True, 1), (2, True, 0), (3, False, 0)])
def test_o3_a_large_import_is_preceded_by_a_backup_when_the_firm_wants_it(rows, wanted, made):
    firm = make_firm()
    values = {"large_import_rows": 3, "backup_before_imports": wanted}
    for name, value in values.items():
        options.OptionValue.objects.create(company=firm, group="safety", name=name, value=value)

    assert run_batch(batch_of(firm, rows)).state == "done"

    assert Backup.objects.filter(reason="import", by="anna").count() == made


def test_o3_an_import_whose_backup_fails_writes_nothing(monkeypatch):
    firm = make_firm()
    options.OptionValue.objects.create(company=firm, group="safety", name="large_import_rows", value=1)
    monkeypatch.setenv("RONDA_BACKUPS", "/proc/nowhere")

    batch = run_batch(batch_of(firm, 1))

    assert (batch.state, batch.created, "/proc/nowhere" in batch.errors[0][3]) == ("failed", 0, True)


# --- drills ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_o3_a_drill_of_sound_data_passes_and_is_noted():
    firm_at_work()
    backup = by_hand()

    result = drill(Path(backup.path), by="anna", now=NOW)

    assert (result.passed, result.findings, result.backup) == (True, [], backup)
    assert result.checks["companies"] == 1
    assert result.checks["files"] == 1
    backup.refresh_from_db()
    assert backup.intact is True
    assert AuditEntry.objects.filter(action="operations.drill.done").exists()


@pytest.mark.slow
def test_o3_r33_a_drill_finds_a_gap_a_wrong_count_and_a_lost_file(folder, monkeypatch):
    firm_at_work()
    firm = Company.objects.get()
    firm.numberseries_set.filter(last_number__gt=0).update(last_number=3)
    honest = backing_up._manifest

    def boasting(*args, **kwargs):
        manifest = honest(*args, **kwargs)
        manifest.counts["billing_document"] += 1
        return manifest

    monkeypatch.setattr(backing_up, "_manifest", boasting)
    monkeypatch.setattr(backing_up.places, "uploaded_files", lambda _copies: ())
    written = write_backup(reason="hand", by="anna", now=NOW)

    result = drill(written.path, by="anna", now=NOW)

    assert not result.passed
    found = " ".join(result.findings)
    assert "billing_document" in found
    assert "2–3" in found
    assert "missing" in found


def test_a_drill_of_a_damaged_file_fails_and_says_why(folder):
    folder.mkdir()
    broken = folder / "broken.tar.gz"
    broken.write_bytes(b"nothing")

    result = drill(broken, by="anna", now=NOW)

    assert (result.passed, "broken.tar.gz" in result.findings[0]) == (False, True)
