"""A real restore: everything is made ready beside the present data, then one step puts it in their place.

Files first (names are never used twice, so present records keep theirs), keys, the database last. What was
there before stays beside it. Until the last step the present data are in use and whole.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction

from ronda.company import audit
from ronda.company.services.file_store import digest_of, fetch
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.operations.domain.manifest import Manifest
from ronda.operations.services import databases, places
from ronda.operations.services.drilling import scratch_folder, unpack_keys
from ronda.operations.services.inspecting import unknown_migrations
from ronda.operations.services.opening import BackupDamaged, open_backup

#: Puts the prepared database in place and names what was there before.
Finish = Callable[[], list[str]]


class OtherDatabase(Refusal):
    code = "operations.other_database"


class NewerVersion(Refusal):
    code = "operations.newer_version"


class InUse(Refusal):
    code = "operations.in_use"


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now; `aside` names what was there before: files, or a database of the server."""

    manifest: Manifest
    aside: tuple[str, ...]


def restore(path: Path, *, now: datetime, passphrase: str = "") -> Restored:
    """Put a backup in the place of the present data, which are kept beside it.

    Refuses a damaged backup, one of another kind of database or of a newer version, and while Ronda runs;
    then nothing has changed.
    """
    stamp = f"before-restore-{now:%Y%m%d-%H%M%S}"
    with scratch_folder() as scratch:
        manifest = open_backup(path, scratch, passphrase=passphrase)
        _refuse_unfit(manifest)
        switch = _switch_sqlite if manifest.kind == "sqlite" else _switch_postgres
        with switch(scratch, manifest, stamp) as finish:
            aside = [*_place_files(scratch, stamp), *_place_keys(scratch, stamp)]
            aside += finish()
    connections.close_all()
    return Restored(manifest, tuple(aside))


@transaction.atomic
def note_restore(restored: Restored, *, by: str, file: str) -> None:
    """Write into the restored data that they were restored; for when they are of this version."""
    facts = {"file": file, "made_at": restored.manifest.made_at.isoformat(), "aside": list(restored.aside)}
    audit.note(by, "operations.restore.done", "operations.backup", None, facts)


def _refuse_unfit(manifest: Manifest) -> None:
    if manifest.kind != connection.vendor:
        text = _("The backup is of a %(kind)s database and this installation uses %(ours)s.")
        raise OtherDatabase(text % {"kind": manifest.kind, "ours": connection.vendor})
    if unknown := unknown_migrations(manifest):
        text = _("The backup was made by a newer version, %(version)s (%(what)s). Upgrade, then restore.")
        raise NewerVersion(text % {"version": manifest.version, "what": unknown[0]})


# --- the database ----------------------------------------------------------------------------------------


@contextmanager
def _switch_sqlite(scratch: Path, manifest: Manifest, stamp: str) -> Iterator[Finish]:
    fresh = scratch / databases.SQLITE_FILE
    with closing(sqlite3.connect(fresh)) as database:
        sound = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if sound != "ok" or databases.sqlite_counts(database) != manifest.counts:
            raise BackupDamaged(_("The database of the backup is damaged: %s") % sound)
    present = Path(str(connection.settings_dict["NAME"]))
    aside = present.with_name(f"{present.name}.{stamp}")
    connections.close_all()
    beside = present.with_name(f"{present.name}.restored")
    present.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(fresh, beside)

    def finish() -> list[str]:
        kept = []
        if present.exists():
            os.link(present, aside)
            kept.append(str(aside))
        os.replace(beside, present)
        places.keep_on_disk(present.parent)
        return kept

    try:
        with _alone(present):
            yield finish
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _alone(present: Path) -> Iterator[None]:
    """Nobody else has the database open, and its write-ahead log is written back into it."""
    if not present.exists():
        yield
        return
    with closing(sqlite3.connect(present, timeout=0, isolation_level=None)) as database:
        try:
            mode = database.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise InUse(_("Ronda is running: stop it, then restore.")) from error
        if mode != "delete":
            raise InUse(_("Ronda is running: stop it, then restore."))
        yield


@contextmanager
def _switch_postgres(scratch: Path, manifest: Manifest, stamp: str) -> Iterator[Finish]:
    present = str(connection.settings_dict["NAME"])
    aside = f"{present}_{stamp}".replace("-", "_")[:63]
    beside = f"{present[:40]}_restored_{stamp[-6:]}"
    connections.close_all()
    databases.create_database(beside)
    try:
        databases.fill_database(beside, scratch / databases.POSTGRES_FILE)
        with databases.server_connection(beside) as session:
            if databases.postgres_counts(session) != manifest.counts:
                raise BackupDamaged(_("The database of the backup is damaged: %s") % "count")
        yield lambda: databases.exchange(present, beside, aside)
    finally:
        databases.drop_database(beside)


# --- files and keys --------------------------------------------------------------------------------------


def _place_files(scratch: Path, stamp: str) -> list[str]:
    """Add the backup's files; one with another content under the same name goes aside."""
    target = places.files_folder()
    if not (scratch / "files").is_dir():
        return []
    if target is None:
        return _store_files(scratch, stamp)
    aside = target.with_name(f"{target.name}.{stamp}")
    for source in sorted((scratch / "files").rglob("*")):
        if source.is_file():
            _place(source, target / source.relative_to(scratch / "files"), aside, target)
    return [str(aside)] if aside.exists() else []


def _place(source: Path, target: Path, aside: Path, root: Path) -> None:
    if target.exists():
        if target.stat().st_size == source.stat().st_size and target.read_bytes() == source.read_bytes():
            return
        kept = aside / target.relative_to(root)
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.link(target, kept)
    target.parent.mkdir(parents=True, exist_ok=True)
    near = target.with_name(f".{target.name}{places.PARTIAL}")
    shutil.move(source, near)
    os.replace(near, target)


def _store_files(scratch: Path, stamp: str) -> list[str]:
    """The same for a store elsewhere; what has another content there is kept on this computer."""
    aside, present = Path(settings.VAR) / f"files.{stamp}", scratch / "present"
    for source in sorted((scratch / "files").rglob("*")):
        if not source.is_file():
            continue
        name = source.relative_to(scratch / "files").as_posix()
        with source.open("rb") as opened:
            content = File(opened)
            if default_storage.exists(name):
                if fetch(name, present) == digest_of(content):
                    continue
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(present, aside / name)
                default_storage.delete(name)
            default_storage.save(name, content)
    return [str(aside)] if aside.exists() else []


def _place_keys(scratch: Path, stamp: str) -> list[str]:
    """The keys the restored data were signed with; present ones that differ go aside."""
    place = Path(settings.VAR)
    aside = place / f"{places.KEY_FOLDER}.{stamp}"
    unpack_keys(scratch, scratch)
    for source in [scratch / places.KEY_FILE, *sorted((scratch / places.KEY_FOLDER).rglob("*"))]:
        if source.is_file():
            _place(source, place / source.relative_to(scratch), aside, place)
    with suppress(FileNotFoundError):
        aside.chmod(0o700)
        return [str(aside)]
    return []
