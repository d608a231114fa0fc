"""Metadata of SdI (files MT): they come with the invoices of suppliers, before them or after them."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from ronda.company import audit
from ronda.company.models import Company
from ronda.countries.it.domain import sdi
from ronda.countries.it.models import SdiMetadata
from ronda.einvoices.domain.exchange import Found, Incoming
from ronda.kernel.errors import Refusal


def take_incoming(company: Company, incoming: Incoming, by: str) -> bool:
    """For the channels (`einvoices.door.register_taker`): False for what is no metadata."""
    if incoming.found is not Found.FILE:
        return False
    return take_metadata(company, incoming.content, incoming.name, by=by)


def take_delivered(company: Company, content: bytes, name: str, by: str) -> bool:
    """For uploads (`purchases.door.register_companion`): False for what is no metadata."""
    return take_metadata(company, content, name, by=by)


def take_metadata(
    company: Company, content: bytes, name: str, *, by: str, now: datetime | None = None
) -> bool:
    """Keep what a file MT says, once; False when it is none, or the firm is not in Italy."""
    if company.country != "IT" or not sdi.looks_like_metadata(content, name):
        return False
    try:
        receipt = sdi.read_receipt(content, name)
    except Refusal:
        return False
    if receipt.kind is not sdi.Kind.METADATA:
        return False
    _keep(company, receipt, hashlib.sha256(content).hexdigest(), name, by=by, now=now or timezone.now())
    return True


def _keep(company: Company, receipt: sdi.Receipt, digest: str, name: str, *, by: str, now: datetime) -> None:
    if SdiMetadata.objects.filter(company=company, sha256=digest).exists():
        return
    row = SdiMetadata(
        company=company,
        sha256=digest,
        name=name.rpartition("/")[2][:120],
        sdi_id=receipt.sdi_id,
        file_name=receipt.file_name[:120],
        stem=sdi.stem_of(receipt.file_name)[:120],
        invoice_sha256=receipt.hash[:64],
        recipient=receipt.recipient[:7],
        format=receipt.format[:10],
        attempts=receipt.attempts[:4],
        arrived_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(by, "it.metadata.taken", row, file=row.file_name, id=row.sdi_id)
    except IntegrityError:  # another process was faster
        return
