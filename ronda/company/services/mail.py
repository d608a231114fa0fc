"""Mail: written in the operation's transaction, sent afterwards by the worker."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Model

from ronda.company import audit, options
from ronda.company.company_options import MailOptions
from ronda.company.events import MailFailed, MailsQueued
from ronda.company.models import Attachment, Company, OutgoingMail
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class NoRecipient(Refusal):
    code = "company.mail_without_recipient"


class InvalidRecipient(Refusal):
    code = "company.mail_invalid_recipient"


class MailAlreadySent(Refusal):
    code = "company.mail_already_sent"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the default storage to send along."""

    path: str
    name: str
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message to write; `about` is the record it speaks of."""

    to: Sequence[str]
    subject: str
    body: str
    html: str = ""
    cc: Sequence[str] = ()
    files: Sequence[Attachment | StoredFile] = field(default=())
    about: Model | None = None


def queue_mail(
    company: Company,
    *,
    to: Sequence[str],
    subject: str,
    body: str,
    by: str,
    cc: Sequence[str] = (),
    html: str = "",
    files: Sequence[Attachment | StoredFile] = (),
    about: Model | None = None,
) -> OutgoingMail:
    """Write one mail; see `queue_mails`."""
    mail = Mail(to=to, subject=subject, body=body, cc=cc, html=html, files=files, about=about)
    return queue_mails(company, [mail], by=by)[0]


@transaction.atomic
def queue_mails(company: Company, mails: Iterable[Mail], *, by: str) -> list[OutgoingMail]:
    """Write mails and queue their sending; they leave if and only if this transaction commits.

    NoRecipient, InvalidRecipient (field "to") refuse all of them.
    """
    rows = [_row(company, mail, by) for mail in mails]
    OutgoingMail.objects.bulk_create(rows)
    audit.record_many(by, "company.mail.queued", [(row, {"to": row.to}) for row in rows])
    publish(MailsQueued(tuple(row.pk for row in rows), company.pk, by=by))
    return rows


@transaction.atomic
def resend_mail(mail: OutgoingMail, *, by: str) -> OutgoingMail:
    """Try a failed mail again; one that was sent is refused."""
    mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if mail.state == OutgoingMail.State.SENT:
        raise MailAlreadySent(_("This mail has already been sent."))
    mail.state, mail.error = OutgoingMail.State.QUEUED, ""
    mail.save(update_fields=["state", "error"])
    audit.record(by, "company.mail.resent", mail, to=mail.to)
    publish(MailsQueued((mail.pk,), mail.company_id, by=by))
    return mail


@transaction.atomic
def mark_sent(mail: OutgoingMail, *, at: datetime) -> None:
    """The server accepted the mail."""
    OutgoingMail.objects.filter(pk=mail.pk).update(state=OutgoingMail.State.SENT, sent_at=at, error="")


@transaction.atomic
def mark_failed(mail: OutgoingMail, *, error: str, final: bool) -> None:
    """Keep why sending failed; `final` when nobody tries again by himself."""
    state = OutgoingMail.State.FAILED if final else OutgoingMail.State.QUEUED
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, error=error[:5000])
    if final:
        publish(MailFailed(mail.pk, error=error))


def message_of(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The message to hand to the mail server, with its files."""
    answers = options.read(MailOptions, mail.company_id)
    sender = answers.sender or mail.company.email or settings.DEFAULT_FROM_EMAIL
    body = f"{mail.body}\n\n{answers.signature}" if answers.signature else mail.body
    message = EmailMultiAlternatives(
        mail.subject,
        body,
        sender,
        mail.to,
        bcc=[sender] if answers.copy_to_sender else [],
        cc=mail.cc,
        reply_to=[answers.reply_to] if answers.reply_to else None,
        headers={"Message-ID": mail.message_id},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for name, content, mime in _contents(mail):
        message.attach(name, content, mime)
    return message


def _contents(mail: OutgoingMail) -> Iterable[tuple[str, bytes, str]]:
    ids = [entry["attachment"] for entry in mail.files if "attachment" in entry]
    attachments = Attachment.objects.filter(company=mail.company_id).in_bulk(ids)
    for entry in mail.files:
        if "attachment" in entry:
            attachment = attachments[entry["attachment"]]
            with attachment.file.open("rb") as opened:
                yield attachment.name, opened.read(), attachment.mime
        else:
            with default_storage.open(entry["path"], "rb") as opened:
                yield entry["name"], opened.read(), entry["mime"]


def _row(company: Company, mail: Mail, by: str) -> OutgoingMail:
    if not mail.to:
        raise NoRecipient(_("Enter at least one recipient."), field="to")
    for address in [*mail.to, *mail.cc]:
        _check_address(address)
    about = mail.about
    return OutgoingMail(
        company=company,
        to=list(mail.to),
        cc=list(mail.cc),
        subject=" ".join(mail.subject.split())[:250],
        body=mail.body,
        html=mail.html,
        files=[_file_entry(file) for file in mail.files],
        by=by,
        content_type=ContentType.objects.get_for_model(about) if about else None,
        object_id=about.pk if about else None,
        message_id=f"<{secrets.token_hex(16)}@ronda>",
    )


def _file_entry(file: Attachment | StoredFile) -> Mapping[str, Any]:
    if isinstance(file, Attachment):
        return {"attachment": file.pk, "name": file.name}
    return {"path": file.path, "name": file.name, "mime": file.mime}


def _check_address(address: str) -> None:
    try:
        validate_email(parseaddr(address)[1])
    except ValidationError as error:
        raise InvalidRecipient(
            _("“%(address)s” is not an e-mail address.") % {"address": address}, field="to"
        ) from error
