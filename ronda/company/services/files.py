"""Files on records."""

import hashlib
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.db import transaction
from django.db.models import Model

from ronda.company import audit, options
from ronda.company.company_options import FileOptions
from ronda.company.domain.file_kinds import HEAD, kind_of
from ronda.company.models import Attachment
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MEGABYTE = 1024 * 1024


class FileTooLarge(Refusal):
    code = "company.file_too_large"


class FileEmpty(Refusal):
    code = "company.file_empty"


def attach_file(subject: Model, upload: "File[Any]", *, name: str, by: str, note: str = "") -> Attachment:
    """Put a file on a record. Its type is told from its content, its stored name cannot be guessed.

    Refuses FileEmpty and FileTooLarge (the "files" options). A failure leaves no file behind.
    """
    company_id = audit.company_id_of(subject)
    if company_id is None:
        raise ValueError(f"{subject._meta.label} belongs to no company")
    size = upload.size
    largest = options.read(FileOptions, company_id).largest_megabytes
    if size > largest * MEGABYTE:
        raise FileTooLarge(
            _("“%(name)s” is larger than %(largest)s MB.") % {"name": name, "largest": largest}, field="file"
        )
    if not size:
        raise FileEmpty(_("“%(name)s” is empty.") % {"name": name}, field="file")
    attachment = Attachment(
        company_id=company_id,
        content_type=ContentType.objects.get_for_model(subject),
        object_id=subject.pk,
        name=clean_name(name),
        size=size,
        uploaded_by=by,
        note=note,
    )
    upload.seek(0)
    attachment.mime = kind_of(upload.read(HEAD))
    attachment.sha256 = _sha256(upload)
    # Written before the transaction: disks are slow, and the write lock is everybody's.
    attachment.file.save("", upload, save=False)
    try:
        _insert(attachment, subject, by)
    except BaseException:
        attachment.file.delete(save=False)
        raise
    return attachment


@transaction.atomic
def _insert(attachment: Attachment, subject: Model, by: str) -> None:
    attachment.save(force_insert=True)
    audit.record(by, "company.attachment.added", subject, file=attachment.name, sha256=attachment.sha256)


@transaction.atomic
def delete_attachment(attachment: Attachment, *, by: str) -> None:
    """Remove a file from its record; the bytes go once that is committed."""
    attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    file, storage = str(attachment.file.name), attachment.file.storage
    audit.note(
        by,
        "company.attachment.removed",
        f"{attachment.content_type.app_label}.{attachment.content_type.model}",
        attachment.object_id,
        {"file": attachment.name, "sha256": attachment.sha256},
        company_id=attachment.company_id,
    )
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(file))


def clean_name(name: str) -> str:
    """The file's own name without folders or control characters, 200 characters at most."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) <= 200:
        return kept or "file"
    return f"{stem[: 199 - len(ending)]}{dot}{ending}" if dot and len(ending) < 20 else kept[:200]


def _sha256(upload: "File[Any]") -> str:
    upload.seek(0)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
