"""Files kept as they were, in the chain of their company.

Bytes first, rows second: `store` before the transaction, `chain` inside it and last. What dies between
leaves bytes that nobody speaks of, and never a row without bytes.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from ronda.einvoices.domain.archive import first_link, link
from ronda.einvoices.domain.names import plain_name
from ronda.einvoices.models import ArchiveEnd, KeptFile
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class FileDamaged(Refusal):
    """The kept bytes are gone, or are not what was kept."""

    code = "einvoices.file_damaged"


@dataclass(frozen=True, slots=True)
class ToKeep:
    """Bytes with their name."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def store(company_id: int, files: Iterable[ToKeep], *, now: datetime) -> list[KeptFile]:
    """Write the bytes; rows that are not in the database yet. Outside of transactions."""
    made: list[KeptFile] = []
    try:
        for one in files:
            row = KeptFile(
                company_id=company_id,
                name=plain_name(one.name),
                media_type=one.media_type,
                size=len(one.content),
                sha256=sha256_of(one.content),
                kept_at=now,
            )
            made.append(row)
            row.file.save("", ContentFile(one.content), save=False)
        sync_to_disk([str(row.file.name) for row in made])
    except BaseException:
        forget(made)
        raise
    return made


def chain(company_id: int, rows: Sequence[KeptFile]) -> None:
    """Write the rows as the next links. The end of the chain stays locked until the commit: call it last."""
    if not rows:
        return
    end = _locked_end(company_id)
    for row in rows:
        row.position, row.previous = end.position + 1, end.digest
        row.digest = link(end.digest, row.name, row.sha256)
        end.position, end.digest = row.position, row.digest
    KeptFile.objects.bulk_create(rows)
    end.save(update_fields=["position", "digest"])


def _locked_end(company_id: int) -> ArchiveEnd:
    rows = ArchiveEnd.objects.select_for_update().filter(company=company_id)
    end = rows.first()
    if end is None:
        ArchiveEnd.objects.get_or_create(company_id=company_id, defaults={"digest": first_link(company_id)})
        end = rows.get()
    return end


def sync_to_disk(names: Iterable[str]) -> None:
    """The bytes and their names survive a power cut from now on; each folder is written once."""
    if not isinstance(default_storage, FileSystemStorage):
        return
    paths = [Path(default_storage.path(name)) for name in names]
    for place in [*paths, *sorted({path.parent for path in paths})]:
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def forget(rows: Iterable[KeptFile]) -> None:
    """Remove the bytes of rows that did not come into the database."""
    for row in rows:
        if row.file.name:
            row.file.storage.delete(str(row.file.name))


def content(kept: KeptFile) -> bytes:
    """The kept bytes; FileDamaged when they are gone or changed."""
    try:
        with kept.file.storage.open(str(kept.file.name), "rb") as opened:
            found: bytes = opened.read()
    except OSError:
        found = b""
    if sha256_of(found) != kept.sha256:
        text = _("The kept file “%(name)s” is missing or was changed. Restore it from a backup.")
        raise FileDamaged(text % {"name": kept.name})
    return found
