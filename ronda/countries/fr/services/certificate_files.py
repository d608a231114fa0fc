"""Issued tax certificates as files: kept bytes, among the customer's files, by mail."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction

from ronda.company import audit, options
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Attachment, Company
from ronda.company.services import mail as mailbox
from ronda.company.services.files import keep_file
from ronda.countries.fr.certificate_models import TaxCertificate
from ronda.countries.fr.certificate_options import PersonalServiceOptions
from ronda.countries.fr.domain.certificate_print import LANGUAGE
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.reports.domain import liquid

CHUNK = 100
PDF = "application/pdf"


class NoAddress(Refusal):
    code = "country_fr.certificate_without_address"


class FileDamaged(Refusal):
    code = "country_fr.certificate_damaged"


def content(certificate: TaxCertificate) -> bytes:
    """The kept bytes; FileDamaged when the file is gone or is not what was issued."""
    try:
        with certificate.file.storage.open(str(certificate.file.name), "rb") as opened:
            found: bytes = opened.read()
    except OSError:
        found = b""
    if hashlib.sha256(found).hexdigest() != certificate.sha256:
        raise FileDamaged(
            _("The file of %(certificate)s is missing or was changed. Restore it from a backup.")
            % {"certificate": certificate}
        )
    return found


def file_name(certificate: TaxCertificate) -> str:
    """As customers see it."""
    return f"Attestation fiscale {certificate.year} {certificate.party.code}.pdf"


def keep_on_customer(certificate: TaxCertificate, *, by: str) -> None:
    """The PDF among the customer's files; a later version becomes a new version of the same file."""
    kind = ContentType.objects.get_for_model(Party)
    known = Attachment.objects.filter(content_type=kind, object_id=certificate.party_id)
    if not known.filter(came_as=certificate.sha256).exists():
        upload = ContentFile(content(certificate), name=file_name(certificate))
        keep_file(certificate.party, upload, name=f"Attestation fiscale {certificate.year}.pdf", by=by)


def send_certificates(
    certificates: Sequence[TaxCertificate],
    *,
    by: str,
    again: bool = False,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> tuple[list[TaxCertificate], list[tuple[TaxCertificate, Refusal]]]:
    """Write one mail per certificate in force to its customer: those sent, and those that cannot be.

    A certificate that was mailed is not mailed twice, unless `again`.
    """
    sent: list[TaxCertificate] = []
    failed: list[tuple[TaxCertificate, Refusal]] = []
    for start in range(0, len(certificates), CHUNK):
        chunk = [row for row in certificates[start : start + CHUNK] if row.is_current]
        if chunk:
            _send_chunk(chunk, sent, failed, by=by, again=again, fence=fence)
        progress(min(start + CHUNK, len(certificates)), len(certificates))
    return sent, failed


@transaction.atomic
def _send_chunk(
    chunk: Sequence[TaxCertificate],
    sent: list[TaxCertificate],
    failed: list[tuple[TaxCertificate, Refusal]],
    *,
    by: str,
    again: bool,
    fence: Fence,
) -> None:
    fence()
    company = chunk[0].company
    keys = [row.pk for row in chunk]
    rows = TaxCertificate.objects.select_for_update(of=("self",)).filter(pk__in=keys, is_current=True)
    waiting = [row for row in rows.select_related("party").order_by("pk") if again or row.mail_id is None]
    ready = [row for row in waiting if row.party.email]
    failed += [(row, _no_address(row)) for row in waiting if not row.party.email]
    settings = options.read(PersonalServiceOptions, company)
    mails = mailbox.queue_mails(company, [_mail(row, settings) for row in ready], by=by) if ready else []
    for row, mail in zip(ready, mails, strict=True):
        row.mail = mail
    TaxCertificate.objects.bulk_update(ready, ["mail"])
    audit.record_many(by, "country_fr.certificate.mailed", [(row, {"to": row.party.email}) for row in ready])
    sent += ready


def _no_address(certificate: TaxCertificate) -> Refusal:
    return NoAddress(_("%(customer)s has no e-mail address.") % {"customer": certificate.party})


def _mail(certificate: TaxCertificate, settings: PersonalServiceOptions) -> mailbox.Mail:
    context: dict[str, Any] = {
        "document": {"year": certificate.year, "number": str(certificate), "own": certificate.own},
        "seller": {"name": certificate.stated["seller"]["name"]},
        "buyer": {"name": certificate.stated["buyer"]["name"]},
    }
    return mailbox.Mail(
        to=(certificate.party.email,),
        subject=liquid.fill_text(settings.subject, context, language=LANGUAGE),
        body=liquid.fill_text(settings.body, context, language=LANGUAGE),
        files=[mailbox.StoredFile(str(certificate.file.name), file_name(certificate), PDF)],
        about=certificate,
    )


def mails_to_send(company: Company, year: int) -> list[TaxCertificate]:
    """Certificates in force that nobody was sent yet."""
    rows = TaxCertificate.objects.filter(company=company, year=year, is_current=True, mail=None)
    return list(rows.select_related("company", "party").order_by("pk"))
