"""The store where bytes are: what is in it, what is missing, moving to another one.

Everything asks `default_storage`, so it is the same for a folder and for an S3-compatible store.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.db import models
from django.utils import timezone

from ronda.company.models import Attachment, Company, FileVersion
from ronda.company.models.files import FOLDER, PREVIEW_FOLDER
from ronda.kernel.i18n import _

PIECE = 1024 * 1024
# Bytes younger than this may belong to an upload whose row is being written.
YOUNG = timedelta(hours=1)
_ROW, _OLDER = Attachment._meta.label_lower, FileVersion._meta.label_lower


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: `code` is missing_bytes, changed_bytes or bytes_without_row; `name` that in the store.

    `title`, `model` and `pk` say whose bytes they are, where there is a row.
    """

    code: str
    name: str
    title: str = ""
    model: str = ""
    pk: int | None = None

    @property
    def text(self) -> str:
        """The finding in the reader's language."""
        return str(_TEXTS[self.code] % {"name": self.title or self.name})


_TEXTS = {
    "missing_bytes": _("The bytes of the file “%(name)s” are missing."),
    "changed_bytes": _("The file “%(name)s” is not what was kept: its bytes have changed."),
    "bytes_without_row": _("The stored file %(name)s belongs to no record."),
}


def digest_of(content: "File[Any]") -> str:
    """SHA-256 of an open file, in hexadecimal; it stands at its beginning afterwards."""
    digest = hashlib.sha256()
    content.seek(0)
    while piece := content.read(PIECE):
        digest.update(piece)
    content.seek(0)
    return digest.hexdigest()


def sync_to_disk(name: str) -> None:
    """The bytes and their name survive a power cut from now on; stores elsewhere see to it themselves."""
    if not isinstance(default_storage, FileSystemStorage):
        return
    path = Path(default_storage.path(name))
    for place in (path, path.parent):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def remove(names: Collection[str]) -> None:
    """Delete bytes; those that are not there are passed over."""
    for name in sorted(names):
        default_storage.delete(name)


def stored_names(store: Storage | None = None, folder: str = "") -> Iterator[str]:
    """Every name in the store, or below a folder of it, sorted."""
    store = store or default_storage
    if every := getattr(store, "every_name", None):
        yield from every(folder)
        return
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in sorted(files))
    for inner in sorted(folders):
        yield from stored_names(store, f"{prefix}{inner}")


def fetch(name: str, target: Path, store: Storage | None = None) -> str:
    """Copy stored bytes into a file on this computer; their SHA-256. For backups of a store elsewhere."""
    digest = hashlib.sha256()
    with (store or default_storage).open(name, "rb") as opened, target.open("wb") as out:
        while piece := opened.read(PIECE):
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def fetch_all(folder: Path) -> Iterator[tuple[str, Path]]:
    """Everything in a store elsewhere, copied into a folder one by one: (name in the store, file here).

    For a backup that is to hold the files as well; who asks removes each copy when it is done with it.
    """
    for number, name in enumerate(stored_names()):
        path = folder / str(number)
        try:
            fetch(name, path)
        except FileNotFoundError:
            continue  # removed since the list was read: no record speaks of it any more
        yield name, path


def names_in_use(company_id: int | None = None) -> set[str]:
    """The names in the store that rows speak of: of every model, or of one company's files."""
    if company_id is not None:
        mine = Attachment.objects.filter(company=company_id)
        older = FileVersion.objects.filter(attachment__company=company_id)
        return {name for rows in (mine, older) for name in _names_of(rows)}
    return {
        str(name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.FileField) and not model._meta.proxy
        for name in model._default_manager.exclude(**{field.name: ""})
        .order_by()
        .values_list(field.name, flat=True)
        .iterator()
    }


def _names_of(rows: Any) -> Iterator[str]:
    for names in rows.order_by().values_list("file", "thumbnail", "preview").iterator():
        yield from filter(None, names)


def check(company: Company, *, thorough: bool = False, now: datetime | None = None) -> Iterator[Finding]:
    """What is wrong with the files of a company: rows without bytes, bytes without rows.

    `thorough` reads every byte and compares fingerprints as well. Costs one listing of the company's part
    of the store, and a constant number of statements.
    """
    present = {
        name for folder in (FOLDER, PREVIEW_FOLDER) for name in stored_names(folder=f"{folder}/{company.pk}")
    }
    mine = Attachment.objects.filter(company=company)
    older = FileVersion.objects.filter(attachment__company=company)
    for rows, title, label in ((mine, "name", _ROW), (older, "attachment__name", _OLDER)):
        facts = rows.order_by("pk").values_list("pk", title, "file", "sha256")
        for pk, title_of, kept, digest in facts.iterator():
            if kept not in present and not default_storage.exists(kept):
                yield Finding("missing_bytes", kept, title_of, label, pk)
            elif thorough and _digest_in_store(kept) != digest:
                yield Finding("changed_bytes", kept, title_of, label, pk)
    yield from _forgotten(present - names_in_use(company.pk), now or timezone.now())


def _forgotten(names: Collection[str], now: datetime) -> Iterator[Finding]:
    for name in sorted(names):
        if default_storage.get_modified_time(name) < now - YOUNG:
            yield Finding("bytes_without_row", name)


def _digest_in_store(name: str, store: Storage | None = None) -> str:
    with (store or default_storage).open(name, "rb") as opened:
        return digest_of(opened)


class BytesDiffer(Exception):
    """What was read back from the new store is not what was written; carries the name."""


@dataclass(slots=True)
class Moved:
    """How far a move is: files copied now, files that were there already, bytes of both."""

    copied: int = 0
    present: int = 0
    size: int = 0


def copy_store(
    source: Storage, target: Storage, *, tell: Callable[[int, int], None] = lambda _done, _total: None
) -> Moved:
    """Copy everything from one store into another and read it back; what is there already is compared.

    Can be broken off and started again at any time: nothing is taken away from the source. Raises
    BytesDiffer for a file that does not come back as it was; it is removed from the target.
    """
    names = list(stored_names(source))
    moved = Moved()
    for done, name in enumerate(names, 1):
        there = target.exists(name)
        with source.open(name, "rb") as opened:
            digest = digest_of(opened)
            if there and _digest_in_store(name, target) == digest:
                moved.present += 1
            else:
                if there:
                    target.delete(name)
                if target.save(name, opened) != name or _digest_in_store(name, target) != digest:
                    target.delete(name)
                    raise BytesDiffer(name)
                moved.copied += 1
            moved.size += opened.size
        tell(done, len(names))
    return moved


def remove_all(source: Storage, target: Storage) -> int:
    """Remove from a store what the other one holds with the same content; how many files."""
    removed = 0
    for name in list(stored_names(source)):
        if target.exists(name) and _digest_in_store(name, target) == _digest_in_store(name, source):
            source.delete(name)
            removed += 1
    return removed
