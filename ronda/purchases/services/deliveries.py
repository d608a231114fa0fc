"""Uploads: kept whole, read file by file, at once or in the background; one odd file never stops the rest."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from ronda.company import audit, options
from ronda.company.domain import safe_zip
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.purchases.door import read_file, take_companion
from ronda.purchases.events import DeliveryToRead
from ronda.purchases.models import Delivery, IncomingFile, SupplierInvoice, SupplierInvoiceLine
from ronda.purchases.options import PurchaseOptions
from ronda.purchases.services.receiving import Incoming, Result, Unreadable, take_in_many
from ronda.purchases.services.registering import doubts, register

#: Up to so many files are read while the person waits.
AT_ONCE = 20
FILES_AT_ONCE = 100
LARGEST_UPLOAD = 512 * 1024 * 1024
LARGEST_FILE = 32 * 1024 * 1024
Why = SupplierInvoiceLine.Why


class NothingDelivered(Refusal):
    code = "purchases.nothing_delivered"


class DeliveryTooLarge(Refusal):
    code = "purchases.delivery_too_large"


def deliver(company: Company, files: Iterable[tuple[str, "File[Any]"]], *, today: date, by: str) -> Delivery:
    """Keep uploaded files (zips are opened) and read them: a few at once, many by a job with progress.

    Raises NothingDelivered, DeliveryTooLarge, or the refusal of a zip that cannot be opened at all.
    """
    with tempfile.TemporaryFile() as target:
        names = _pack(files, target)
        if not names:
            raise NothingDelivered(_("Choose the files of the invoices."), field="files")
        delivery = Delivery(company=company, name=_name(names), by=by)
        delivery.file.save("delivery.zip", File(target), save=False)
        with transaction.atomic():
            delivery.save(force_insert=True)
            audit.record(by, "purchases.delivery.made", delivery, files=len(names))
            if later := len(names) > AT_ONCE:
                publish(DeliveryToRead(company.pk, delivery.pk, by))
    if later:
        delivery.refresh_from_db(fields=["job"])
    else:
        read_delivery(delivery, today=today)
    return delivery


def note_job(delivery_id: int, job: int) -> None:
    """The background work that reads a delivery, for its page."""
    Delivery.objects.filter(pk=delivery_id).update(job=job)


def _name(names: list[str]) -> str:
    more = f" + {len(names) - 1}" if len(names) > 1 else ""
    return f"{names[0].rpartition('/')[2][:180]}{more}"


def _pack(files: Iterable[tuple[str, "File[Any]"]], target: Any) -> list[str]:
    """Every file, and every file of every zip, into one archive; their names in it."""
    names: list[str] = []
    size = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in _unpacked(files):
            size += len(data)
            if size > LARGEST_UPLOAD:
                raise _too_large()
            name = _unused(name, names)
            names.append(name)
            archive.writestr(name, data)
    target.seek(0)
    return names


def _unused(name: str, names: list[str]) -> str:
    folder, slash, file = name.replace("\\", "/").lstrip("/").replace("../", "").rpartition("/")
    plain = f"{folder}{slash}{file}"[-180:] or "-"
    return f"{len(names)}-{plain}" if plain in names else plain


def _unpacked(files: Iterable[tuple[str, "File[Any]"]]) -> Iterator[tuple[str, bytes]]:
    for name, file in files:
        file.seek(0)
        if name.lower().endswith(".zip"):
            stream: Any = file
            limits = safe_zip.Limits(file_bytes=LARGEST_FILE, total_bytes=LARGEST_UPLOAD)
            yield from ((f"{name[:-4]}/{inner}", data) for inner, data in safe_zip.members(stream, limits))
        elif file.size > LARGEST_FILE:
            raise _too_large()
        else:
            yield name, file.read()


def _too_large() -> DeliveryTooLarge:
    return DeliveryTooLarge(_("The files are too large together. Send them in parts."), field="files")


def read_delivery(
    delivery: Delivery, *, today: date, progress: Progress = no_progress, fencing: Fence = no_fence
) -> list[Result]:
    """Read the files of a delivery, some hundred at a time; those that have a row already are passed over.

    Going on after an interruption adds nothing twice. What the option allows is registered at the end.
    """
    results: list[Result] = []
    if delivery.state != Delivery.State.WAITING:
        return results
    stream: Any = delivery.file.open("rb")
    with stream, safe_zip.open_archive(stream, safe_zip.Limits()) as archive:
        done = set(delivery.files.values_list("name", flat=True))
        left = [name for name in archive.names if name not in done]
        for start in range(0, len(left), FILES_AT_ONCE):
            chunk = left[start : start + FILES_AT_ONCE]
            results += _take(delivery, chunk, archive.read, fencing)
            progress(len(archive.names) - len(left) + start + len(chunk), len(archive.names))
    _register_known(delivery, today, fencing)
    _finish(delivery, fencing)
    return results


def _take(delivery: Delivery, names: list[str], read: Callable[[str], bytes], fencing: Fence) -> list[Result]:
    incoming: list[Incoming] = []
    unreadable: list[Unreadable] = []
    for name in names:
        data = b""
        try:
            data = read(name)
            if take_companion(delivery.company, data, name, by=delivery.by):
                continue
            found = read_file(data, name, country=delivery.company.country)
        except Refusal as refusal:
            unreadable.append(Unreadable(name, data, refusal))
            continue
        incoming += [Incoming(facts, data) for facts in found]
    return take_in_many(
        delivery.company, incoming, by=delivery.by, delivery=delivery, unreadable=unreadable, fencing=fencing
    )


def _register_known(delivery: Delivery, today: date, fencing: Fence) -> None:
    """Where the option says so: what is known in everything is registered as it arrives, by its date."""
    if not options.read(PurchaseOptions, delivery.company).register_automatically:
        return
    rows = SupplierInvoice.objects.filter(
        delivery=delivery, state=SupplierInvoice.State.RECEIVED, date__lte=today
    )
    for invoice in rows.select_related("company").prefetch_related("lines").order_by("date", "pk"):
        if not fully_known(invoice):
            continue
        # What is refused waits for a person, who reads the reason when registering it.
        with suppress(Refusal), transaction.atomic():
            fencing()
            register(invoice, on=today, by=delivery.by)


def fully_known(invoice: SupplierInvoice) -> bool:
    """Whether nothing is left to a person: every line as last time, no doubt, no notice of the reader."""
    as_last_time = {Why.CODE, Why.TEXT}
    lines = [line for line in invoice.lines.all() if line.net]
    known = bool(lines) and all(line.why in as_last_time for line in lines)
    return known and not invoice.remarks and not invoice.read.notices and not list(doubts(invoice))


@transaction.atomic
def _finish(delivery: Delivery, fencing: Fence) -> None:
    fencing()
    taken = IncomingFile.Outcome.TAKEN
    rows = delivery.files.all()
    delivery.taken, delivery.left_out = (
        rows.filter(outcome=taken).count(),
        rows.exclude(outcome=taken).count(),
    )
    delivery.state, delivery.finished_at = Delivery.State.DONE.value, timezone.now()
    name = str(delivery.file.name)
    delivery.file = ""
    delivery.save()
    transaction.on_commit(lambda: default_storage.delete(name))


def fail_delivery(delivery: Delivery, refusal: Refusal) -> None:
    """The archive cannot be opened any more: say so and stop."""
    digest = hashlib.sha256(delivery.name.encode()).hexdigest()
    with transaction.atomic():
        IncomingFile.objects.create(
            company_id=delivery.company_id, delivery=delivery, name=delivery.name, sha256=digest,
            outcome=IncomingFile.Outcome.UNREADABLE, reason=str(refusal.message)[:500], by=delivery.by,
        )  # fmt: skip
        delivery.state, delivery.finished_at = Delivery.State.FAILED.value, timezone.now()
        delivery.left_out = 1
        delivery.save(update_fields=["state", "finished_at", "left_out"])
