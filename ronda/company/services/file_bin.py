"""Files thrown away: into the bin at first, then for good."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from ronda.company import audit, options
from ronda.company.company_options import FileOptions
from ronda.company.models import Attachment, Company, FileTag
from ronda.company.services import file_store

PER_STATEMENT = 500


@transaction.atomic
def delete_attachment(attachment: Attachment, *, by: str) -> None:
    """Throw a file away: into the bin, for as many days as the "files" options say; for good with 0 days."""
    attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    if not options.read(FileOptions, attachment.company_id).days_in_bin:
        purge_files([attachment], by=by)
        return
    attachment.binned_at, attachment.binned_by = timezone.now(), by
    attachment.save(update_fields=["binned_at", "binned_by"])
    _note(attachment, "company.attachment.removed", by)


@transaction.atomic
def put_back(attachment: Attachment, *, by: str) -> Attachment:
    """Take a file out of the bin, back to its record."""
    attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    attachment.binned_at, attachment.binned_by = None, ""
    attachment.save(update_fields=["binned_at", "binned_by"])
    _note(attachment, "company.attachment.returned", by)
    return attachment


def purge_one(attachment: Attachment, *, by: str) -> None:
    """Remove one file for good; see `purge_files`."""
    purge_files([attachment], by=by)


@transaction.atomic
def purge_files(attachments: Iterable[Attachment], *, by: str) -> int:
    """Remove files for good, with all versions and previews, wherever they are; how many.

    The bytes go once this is committed. For data protection, too: the log keeps name and fingerprint.
    """
    keys = [attachment.pk for attachment in attachments]
    found = Attachment.objects.filter(pk__in=keys).prefetch_related("versions").order_by("pk")
    names: set[str] = set()
    companies: set[int] = set()
    for attachment in found.select_for_update(of=("self",)):
        for version in (attachment, *attachment.versions.all()):
            names |= {str(one.name) for one in (version.file, version.thumbnail, version.preview) if one}
        companies.add(attachment.company_id)
        _note(attachment, "company.attachment.purged", by)
    Attachment.objects.filter(pk__in=keys).delete()
    FileTag.objects.filter(company__in=companies, files=None).delete()
    transaction.on_commit(lambda: file_store.remove(names))
    return len(keys)


def empty_bin(company: Company, *, now: datetime, by: str = "") -> int:
    """Remove for good what has been in the bin for longer than the options say; how many files."""
    days = options.read(FileOptions, company).days_in_bin
    old = Attachment.objects.filter(company=company, binned_at__lt=now - timedelta(days=days))
    removed = 0
    while run := list(old.defer("words").order_by("pk")[:PER_STATEMENT]):
        removed += purge_files(run, by=by)
    return removed


@transaction.atomic
def bin_the_forsaken(company: Company, *, now: datetime, by: str = "") -> int:
    """Put files into the bin whose record is not there any more; how many."""
    here = Attachment.objects.filter(company=company, binned_at=None)
    binned = 0
    for kind in here.order_by().values_list("content_type", flat=True).distinct():
        model = ContentType.objects.get_for_id(kind).model_class()
        forsaken = here.filter(content_type=kind)
        if model is not None:
            forsaken = forsaken.exclude(object_id__in=model._base_manager.order_by().values("pk"))
        binned += forsaken.update(binned_at=now, binned_by=by)
    return binned


def _note(attachment: Attachment, action: str, by: str) -> None:
    facts = {"file": attachment.name, "sha256": attachment.sha256}
    where = attachment.record, attachment.object_id
    audit.note(by, action, *where, facts, company_id=attachment.company_id)
