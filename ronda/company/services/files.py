"""Files on records: kept with their earlier versions, taken back, thrown away.

Bytes are in the store before their row is committed, so there is never a row without bytes; a process that
dies between the two leaves bytes that `check` finds. Other modules of files: `file_bin`, `file_details`,
`file_previews`, `file_store`; what others need is here.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.db import transaction
from django.db.models import Model, QuerySet, Sum
from django.utils import timezone

from ronda.company import audit, options
from ronda.company.company_options import FileOptions
from ronda.company.domain import file_kinds
from ronda.company.events import FilesKept
from ronda.company.models import Attachment, Company, FileVersion
from ronda.company.models.files import KeptBytes
from ronda.company.services import opening_files
from ronda.company.services.file_bin import delete_attachment, empty_bin, purge_files, put_back
from ronda.company.services.file_details import save_details
from ronda.company.services.file_store import (
    check,
    digest_of,
    fetch,
    fetch_all,
    names_in_use,
    stored_names,
    sync_to_disk,
)
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

__all__ = [
    "Kept",
    "attach_file",
    "check",
    "clean_name",
    "delete_attachment",
    "empty_bin",
    "fetch",
    "fetch_all",
    "keep_file",
    "names_in_use",
    "purge_files",
    "put_back",
    "restore_version",
    "room_of",
    "save_details",
    "stored_names",
]

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
clean_name = file_kinds.shown_name
_VERSION_FIELDS = [field.name for field in KeptBytes._meta.fields]


class FileTooLarge(Refusal):
    code = "company.file_too_large"


class FileEmpty(Refusal):
    code = "company.file_empty"


class FileIsAProgram(Refusal):
    code = "company.file_is_a_program"


class FileIsNotWhatItSays(Refusal):
    code = "company.file_is_not_what_it_says"


class FileCannotBeCleaned(Refusal):
    code = "company.file_cannot_be_cleaned"


class NoRoomLeft(Refusal):
    code = "company.no_room_left"


class StoreDoesNotAnswer(Refusal):
    code = "company.store_does_not_answer"


class AlreadyThatVersion(Refusal):
    code = "company.already_that_version"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, and what became of what was sent: the first of its name, a new version, or nothing new."""

    attachment: Attachment
    outcome: Literal["added", "version", "same"]


@dataclass(frozen=True, slots=True)
class _Content:
    """Bytes ready to be kept."""

    file: "File[Any]"
    mime: str
    came_as: str
    sha256: str
    size: int


def attach_file(subject: Model, upload: "File[Any]", *, name: str, by: str, note: str = "") -> Attachment:
    """Put a file on a record; see `keep_file`."""
    return keep_file(subject, upload, name=name, by=by, note=note).attachment


def keep_file(
    subject: Model,
    upload: "File[Any]",
    *,
    name: str,
    by: str,
    note: str = "",
    onto: Attachment | None = None,
    seen: "QuerySet[Attachment] | None" = None,
) -> Kept:
    """Keep a file on a record. One with the same name becomes its new version, as does one put `onto` a file.

    Files of that name that are not among those `seen` by the person are left alone, and so are photos as
    phones name them: the name gets a number. What is there already is not kept twice. Pictures are written
    anew: upright, without place, camera and other facts; the bytes sent are not kept.

    Refuses FileEmpty, FileTooLarge and NoRoomLeft (the "files" options), FileIsAProgram, FileIsNotWhatItSays,
    FileCannotBeCleaned (HEIC), PictureTooLarge, PictureUnreadable. A failure leaves no file behind.
    """
    company_id = audit.company_id_of(subject)
    if company_id is None:
        raise ValueError(f"{subject._meta.label} belongs to no company")
    allowed = options.read(FileOptions, company_id)
    name = clean_name(name)
    mime = _refuse_unfit(upload, name, allowed)
    with _ready(upload, name, mime, allowed) as content:
        there = onto or _of_that_name(subject, name, content.came_as, seen)
        if there and content.came_as in (there.sha256, there.came_as):
            return Kept(there, "same")
        _refuse_without_room(company_id, content.size, name, allowed)
        made = _row(subject, content, company_id=company_id, name=name, note=note, by=by)
        _write(made, content.file)
    kept = None
    try:
        kept = _insert(made, subject, by, there, seen)
        return kept
    finally:
        if kept is None or kept.outcome == "same":
            made.file.delete(save=False)


def _row(subject: Model, content: _Content, *, company_id: int, name: str, note: str, by: str) -> Attachment:
    return Attachment(
        company_id=company_id,
        content_type=ContentType.objects.get_for_model(subject),
        object_id=subject.pk,
        name=name,
        note=note,
        kind=_likely_kind(content.mime),
        size=content.size,
        kept_bytes=content.size,
        mime=content.mime,
        sha256=content.sha256,
        came_as=content.came_as,
        uploaded_by=by,
        at=timezone.now(),
    )


def _write(made: Attachment, content: "File[Any]") -> None:
    """Before the transaction: disks and networks are slow, and the write lock is everybody's."""
    try:
        made.file.save("", content, save=False)
        sync_to_disk(str(made.file.name))
    except OSError as error:
        logger.warning("a file could not be kept: %s", error)
        text = _("The store of files is full or does not answer. Nothing was kept: try again later.")
        raise StoreDoesNotAnswer(text, field="file") from error


def _refuse_unfit(upload: "File[Any]", name: str, allowed: FileOptions) -> str:
    """The type the content has; a refusal when it is not fit to be kept."""
    told = {"name": name, "largest": allowed.largest_megabytes}
    if upload.size > allowed.largest_megabytes * MEGABYTE:
        raise FileTooLarge(_("“%(name)s” is larger than %(largest)s MB.") % told, field="file")
    if not upload.size:
        raise FileEmpty(_("“%(name)s” is empty.") % told, field="file")
    upload.seek(0)
    mime = file_kinds.kind_of(upload.read(file_kinds.HEAD))
    if file_kinds.is_program(name, mime):
        text = _("“%(name)s” is a program. Programs are not kept: whoever opened it would start it.")
        raise FileIsAProgram(text % told, field="file")
    if mime == file_kinds.HEIC:
        text = _(
            "“%(name)s” is a HEIC picture, which cannot be freed of the place it was taken at. Send it as "
            "JPEG: on an iPhone, Settings → Camera → Formats → Most compatible."
        )
        raise FileCannotBeCleaned(text % told, field="file")
    if not file_kinds.agrees(name, mime):
        text = _("“%(name)s” is not what its ending says: inside it is %(mime)s. Save it again.")
        raise FileIsNotWhatItSays(text % {**told, "mime": mime}, field="file")
    return mime


@contextmanager
def _ready(upload: "File[Any]", name: str, mime: str, allowed: FileOptions) -> Iterator[_Content]:
    """The bytes to keep: those sent, or a picture written anew."""
    came_as = digest_of(upload)
    if mime not in file_kinds.PICTURES:
        yield _Content(upload, mime, came_as, came_as, upload.size)
        return
    with TemporaryDirectory(prefix="ronda-") as folder:
        source, target = Path(folder) / "came", Path(folder) / "clean"
        with source.open("wb") as out:
            out.writelines(upload.chunks())
        opening_files.clean_picture(
            source, target, mime=mime, name=name, megapixels=allowed.largest_megapixels
        )
        with target.open("rb") as opened:
            clean: File[Any] = File(opened)
            yield _Content(clean, mime, came_as, digest_of(clean), clean.size)


def _likely_kind(mime: str) -> str:
    """A picture from a camera is a photo; people say the rest."""
    return Attachment.Kind.PHOTO if mime == file_kinds.JPEG else ""


def _of_that_name(
    subject: Model, name: str, came_as: str, seen: "QuerySet[Attachment] | None", *, lock: bool = False
) -> Attachment | None:
    """The file that a new one of this name is a version of; of a camera's photos, the very same one."""
    files = _files_of(subject)
    if seen is not None:
        files = files.filter(pk__in=seen.order_by().values("pk"))
    if lock:
        files = files.select_for_update(of=("self",))
    same = {"came_as": came_as} if file_kinds.is_from_a_camera(name) else {"name__iexact": name}
    return files.filter(**same).order_by("-pk").first()


def _files_of(subject: Model) -> "QuerySet[Attachment]":
    kind = ContentType.objects.get_for_model(subject)
    return Attachment.objects.filter(content_type=kind, object_id=subject.pk, binned_at=None)


def room_of(company: Company | int) -> int:
    """Bytes that the company's files take, with their earlier versions and those in the bin."""
    company_id = company.pk if isinstance(company, Company) else company
    return Attachment.objects.filter(company=company_id).aggregate(total=Sum("kept_bytes"))["total"] or 0


def _refuse_without_room(company_id: int, size: int, name: str, allowed: FileOptions) -> None:
    most = allowed.room_megabytes * MEGABYTE
    if most and room_of(company_id) + size > most:
        text = _(
            "There is no room for “%(name)s”: the files of the company may take %(most)s MB. Empty the bin, "
            "or ask for more under Settings → Options → Files."
        )
        raise NoRoomLeft(text % {"name": name, "most": allowed.room_megabytes}, field="file")


@transaction.atomic
def _insert(
    made: Attachment,
    subject: Model,
    by: str,
    there: Attachment | None,
    seen: "QuerySet[Attachment] | None",
) -> Kept:
    if there is not None:  # once more, and under lock: somebody may have been faster
        there = Attachment.objects.select_for_update(of=("self",)).filter(pk=there.pk, binned_at=None).first()
    else:
        there = _of_that_name(subject, made.name, made.came_as, seen, lock=True)
    if there is not None and made.came_as in (there.sha256, there.came_as):
        return Kept(there, "same")
    if there is not None:
        _add_version(there, made)
        facts = {"file": there.name, "sha256": there.sha256, "version": there.number}
        audit.record(by, "company.attachment.version", subject, **facts)
        made = there
    else:
        taken = {name.casefold() for name in _files_of(subject).values_list("name", flat=True)}
        made.name = file_kinds.numbered(made.name, taken)
        made.save(force_insert=True)
        audit.record(by, "company.attachment.added", subject, file=made.name, sha256=made.sha256)
    publish(FilesKept((made.pk,), made.company_id, by))
    return Kept(made, "version" if there is not None else "added")


def _add_version(there: Attachment, new: KeptBytes) -> None:
    """What the file was is kept as an earlier version; it becomes what is new."""
    _set_aside(there)
    number = there.number + 1
    for field in _VERSION_FIELDS:
        value = getattr(new, field)
        setattr(there, field, getattr(value, "name", value))
    there.number = number
    there.read_at = None
    there.kept_bytes += new.size if isinstance(new, Attachment) else 0
    there.save()


def _set_aside(there: Attachment) -> None:
    values = {name: getattr(there, name) for name in _VERSION_FIELDS}
    FileVersion.objects.create(
        attachment=there, **{name: getattr(value, "name", value) for name, value in values.items()}
    )


@transaction.atomic
def restore_version(attachment: Attachment, *, number: int, by: str) -> Attachment:
    """Make an earlier version the current one again, as a version of its own; nothing is lost.

    Refuses AlreadyThatVersion when the file holds those very bytes; FileVersion.DoesNotExist for a number
    that never was. The bytes are not stored twice.
    """
    there = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    earlier = there.versions.get(number=number)
    if earlier.sha256 == there.sha256:
        raise AlreadyThatVersion(_("“%(name)s” is already what that version was.") % {"name": there.name})
    _add_version(there, earlier)
    there.uploaded_by, there.at = by, timezone.now()
    there.save(update_fields=["uploaded_by", "at"])
    facts = {"file": there.name, "sha256": there.sha256, "version": there.number, "restored": number}
    action, where = "company.attachment.restored", (there.record, there.object_id)
    audit.note(by, action, *where, facts, company_id=there.company_id)
    publish(FilesKept((there.pk,), there.company_id, by))
    return there
