"""Making a backup: a copy of the database in one step, then the files and keys, into one file.

`write_backup` touches no table: it also works before an upgrade, when tables are not there yet.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

from django.db import DatabaseError, transaction

from ronda.company import audit
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.operations.domain.archive import Entry, write_archive
from ronda.operations.domain.manifest import FileFact, Manifest
from ronda.operations.models import Backup
from ronda.operations.services import places
from ronda.operations.services.databases import Snapshot, snapshot
from ronda.operations.services.opening import BackupDamaged, open_backup

KEEP = 14


class BackupFailed(Refusal):
    code = "operations.backup_failed"


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that is whole and on the disk."""

    path: Path
    size: int
    sha256: str
    encrypted: bool
    manifest: Manifest


def back_up(
    *,
    reason: str,
    by: str,
    now: datetime,
    folder: Path | None = None,
    passphrase: str = "",
    keep: int = KEEP,
) -> Backup:
    """Make a backup, note it, and remove the oldest of its reason beyond `keep`. Not inside a transaction."""
    written = write_backup(reason=reason, by=by, now=now, folder=folder, passphrase=passphrase)
    backup = note_backup(written, by=by)
    remove_old_backups(reason=reason, keep=keep, by=by, now=now)
    return backup


def write_backup(
    *, reason: str, by: str, now: datetime, folder: Path | None = None, passphrase: str = ""
) -> Written:
    """Write the file under a temporary name and give it its own once it is whole.

    Refuses when there is no room, no right to write, or the copy of the database fails; then nothing is left.
    """
    target = folder or places.backup_folder()
    try:
        with _workshop(target) as workshop:
            database = snapshot(workshop)
            copies = workshop / "copies"
            copies.mkdir()
            first = Entry(database.path.name, database.path)
            entries = chain([first], places.uploaded_files(copies), places.keys())
            describe = partial(_manifest, database, now=now, reason=reason, by=by)
            made = workshop / "backup"
            manifest, digest = write_archive(made, _still_there(entries), describe, passphrase=passphrase)
            path, size = _name(target, now, encrypted=bool(passphrase)), made.stat().st_size
            made.rename(path)
            places.keep_on_disk(target)
    except (OSError, DatabaseError) as error:
        text = _("The backup could not be written to %(place)s: %(reason)s.")
        reason = getattr(error, "strerror", None) or str(error)
        raise BackupFailed(text % {"place": target, "reason": reason}) from error
    return Written(path, size, digest, bool(passphrase), manifest)


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """A folder for what is not whole yet; one backup at a time, and leftovers of a dead one go."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    opened = os.open(target / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    workshop = target / f".making{places.PARTIAL}"
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(mode=0o700)
        try:
            yield workshop
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    finally:
        os.close(opened)


def _still_there(entries: Iterable[Entry]) -> Iterator[Entry]:
    """A file that somebody removed since the copy of the database belongs to no record any more."""
    return (entry for entry in entries if entry.path.exists())


def _manifest(
    database: Snapshot, facts: Sequence[FileFact], *, now: datetime, reason: str, by: str
) -> Manifest:
    return Manifest(
        made_at=now,
        version=places.product_version(),
        kind=database.kind,
        reason=reason,
        by=by,
        migrations=database.migrations,
        counts=database.counts,
        files=tuple(facts),
        key_included=any(fact.path.startswith("keys/") for fact in facts),
    )


def _name(target: Path, now: datetime, *, encrypted: bool) -> Path:
    """ "ronda-2026-11-22-031500.tar.gz": sorts by time; a second one of the same second gets a number."""
    ending = ".tar.gz.sealed" if encrypted else ".tar.gz"
    stem = f"ronda-{now:%Y-%m-%d-%H%M%S}"
    names = (f"{stem}{f'-{n}' if n else ''}{ending}" for n in range(1000))
    return next(target / name for name in names if not (target / name).exists())


@transaction.atomic
def note_backup(written: Written, *, by: str) -> Backup:
    """Write down a backup that was made."""
    manifest = written.manifest
    backup = Backup.objects.create(
        made_at=manifest.made_at,
        reason=manifest.reason,
        by=by,
        path=str(written.path),
        size=written.size,
        sha256=written.sha256,
        encrypted=written.encrypted,
        database=manifest.kind,
        version=manifest.version,
        rows=manifest.rows,
        files=sum(fact.path.startswith("files/") for fact in manifest.files),
    )
    audit.record(by, "operations.backup.made", backup, file=written.path.name, sha256=written.sha256)
    return backup


@transaction.atomic
def remove_old_backups(*, reason: str, keep: int, by: str, now: datetime) -> list[Backup]:
    """Remove the files of the oldest backups of this reason, so that `keep` are left; their rows stay.

    A number per reason: many imports do not push the copies of the nights out.
    """
    kept = Backup.objects.filter(reason=reason, removed_at=None).order_by("-made_at", "-pk")
    old = list(kept[max(keep, 1) :])
    for backup in old:
        backup.removed_at = now
        backup.save(update_fields=["removed_at"])
        audit.record(by, "operations.backup.removed", backup, file=Path(backup.path).name)
    transaction.on_commit(lambda: _unlink(backup.path for backup in old))
    return old


def _unlink(paths: Iterable[str]) -> None:
    for path in paths:
        Path(path).unlink(missing_ok=True)


def check_backup(backup: Backup, *, by: str, now: datetime, passphrase: str = "") -> Backup:
    """Read the file of a backup to its end and note whether every hash is right, and its own."""
    try:
        open_backup(Path(backup.path), None, passphrase=passphrase)
        with open(backup.path, "rb") as content:
            intact, found = hashlib.file_digest(content, "sha256").hexdigest() == backup.sha256, ""
    except BackupDamaged as refusal:
        intact, found = False, str(refusal.message)
    with transaction.atomic():
        backup.checked_at, backup.intact = now, intact
        backup.save(update_fields=["checked_at", "intact"])
        audit.record(by, "operations.backup.checked", backup, intact=intact, reason=found)
    return backup
