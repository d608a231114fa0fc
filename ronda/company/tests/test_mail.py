import email
import socket
from email import policy

import pytest
from aiosmtpd.controller import Controller
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage

from ronda.company.company_options import MailOptions
from ronda.company.jobs.worker import run_pending
from ronda.company.mailbox import FileMailbox
from ronda.company.models import AuditEntry, Job, OutgoingMail
from ronda.company.services import StoredFile, attach_file, queue_mail, resend_mail, save_options
from ronda.company.services.mail import InvalidRecipient, MailAlreadySent, NoRecipient

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


class Office:
    """A mail server that knows everybody but nobody@."""

    def __init__(self):
        self.received, self.answer = [], "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's name
        if address.startswith("nobody@"):
            return "550 5.1.1 unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        if self.answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=policy.default)
            self.received.append((envelope.mail_from, envelope.rcpt_tos, message))
        return self.answer


@pytest.fixture
def office(settings):
    handler = Office()
    with socket.create_server(("127.0.0.1", 0)) as free:
        host, port = free.getsockname()
    controller = Controller(handler, hostname=host, port=port)
    controller.start()
    settings.EMAIL_BACKEND = "ronda.company.mailbox.SmtpMailbox"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    yield handler
    controller.stop()


def write(company, *to, **more):
    return queue_mail(
        company, to=to or ["mario@example.it"], subject="Avviso", body="Ciao", by="anna", **more
    )


def state(mail):
    mail.refresh_from_db()
    return mail.state, mail.error


def test_a_mail_leaves_after_the_commit_with_its_files_and_is_marked_sent(company, office):
    attachment = attach_file(company, ContentFile(b"%PDF-1.7 x"), name="avviso.pdf", by="anna")
    stored = default_storage.save("prints/riepilogo.txt", ContentFile(b"riepilogo"))
    mail = write(
        company,
        "mario@example.it",
        cc=["ufficio@example.it"],
        files=[attachment, StoredFile(stored, "riepilogo.txt", "text/plain")],
        about=company,
    )
    assert (office.received, mail.state) == ([], OutgoingMail.State.QUEUED)

    run_pending()

    [(sender, recipients, message)] = office.received
    assert (sender, recipients) == ("ronda@localhost", ["mario@example.it", "ufficio@example.it"])
    assert (message["Subject"], message["Message-ID"]) == ("Avviso", mail.message_id)
    assert [(part.get_filename(), part.get_content_type()) for part in message.iter_attachments()] == [
        ("avviso.pdf", "application/pdf"),
        ("riepilogo.txt", "text/plain"),
    ]
    assert state(mail) == (OutgoingMail.State.SENT, "")
    assert mail.sent_at is not None


def test_a_sent_mail_is_not_sent_twice_even_if_its_job_runs_again(company, office):
    mail = write(company)
    run_pending()
    Job.objects.update(state=Job.State.QUEUED, due=mail.created_at)
    run_pending()

    assert len(office.received) == 1
    with pytest.raises(MailAlreadySent):
        resend_mail(mail, by="anna")


def test_the_sender_signature_answers_and_copy_are_the_companys(company, office):
    values = {
        "sender": "info@aria.it",
        "reply_to": "soldi@aria.it",
        "signature": "Aria Srl",
        "copy_to_sender": True,
    }
    save_options(company, MailOptions, values, by="anna")
    write(company)
    run_pending()

    [(sender, recipients, message)] = office.received
    assert (sender, recipients, message["Reply-To"]) == (
        "info@aria.it",
        ["mario@example.it", "info@aria.it"],
        "soldi@aria.it",
    )
    assert message.get_body().get_content().split() == ["Ciao", "Aria", "Srl"]


def test_a_refused_recipient_fails_at_once_and_is_visible_until_sent_again(company, office):
    mail = write(company, "nobody@example.it")
    run_pending()
    assert state(mail) == (OutgoingMail.State.FAILED, "nobody@example.it: 550 5.1.1 unknown here")

    OutgoingMail.objects.update(to=["mario@example.it"])
    resend_mail(mail, by="anna")
    run_pending()

    assert state(mail) == (OutgoingMail.State.SENT, "")
    assert AuditEntry.objects.filter(action="company.mail.resent", actor="anna").count() == 1


def test_one_refused_recipient_among_others_is_told(company, office):
    mail = write(company, "mario@example.it", "nobody@example.it")
    run_pending()

    assert len(office.received) == 1
    assert state(mail)[0] == OutgoingMail.State.FAILED
    assert state(mail)[1].startswith("nobody@example.it: 550 5.1.1 unknown here\n")


def test_a_busy_server_is_tried_again_and_a_refused_message_is_not(company, office):
    office.answer = "451 4.3.0 come back later"
    busy = write(company)
    run_pending()
    assert state(busy)[0] == OutgoingMail.State.QUEUED
    assert Job.objects.get().failures == 1

    office.answer = "554 5.7.1 spam"
    refused = write(company)
    run_pending()
    assert state(refused)[0] == OutgoingMail.State.FAILED
    assert "spam" in refused.error


def test_a_server_that_is_away_fails_the_mail_with_the_last_try(company, settings):
    settings.EMAIL_BACKEND = "ronda.company.mailbox.SmtpMailbox"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail = write(company)
    run_pending()
    assert state(mail)[0] == OutgoingMail.State.QUEUED

    Job.objects.update(failures=9, due=mail.created_at)
    run_pending()
    assert state(mail)[0] == OutgoingMail.State.FAILED
    assert Job.objects.get().state == Job.State.FAILED


def test_a_mail_needs_a_recipient_that_is_an_address(company):
    with pytest.raises(NoRecipient):
        queue_mail(company, to=[], subject="x", body="x", by="anna")
    with pytest.raises(InvalidRecipient) as refused:
        write(company, "mario")
    assert refused.value.field == "to"
    assert not OutgoingMail.objects.exists()


def test_a_subject_cannot_smuggle_headers(company, office):
    queue_mail(company, to=["mario@example.it"], subject="Ciao\r\nBcc: altri@example.it", body="x", by="anna")
    run_pending()

    [(_sender, recipients, message)] = office.received
    assert (recipients, message["Subject"]) == (["mario@example.it"], "Ciao Bcc: altri@example.it")


def test_the_file_mailbox_writes_whole_messages_under_different_names(tmp_path):
    mailbox = FileMailbox(file_path=str(tmp_path))
    mailbox.send_messages([EmailMessage(f"n {n}", "x", "a@example.it", ["b@example.it"]) for n in range(3)])

    files = sorted(tmp_path.iterdir())
    assert [path.suffix for path in files] == [".eml"] * 3
    assert sorted(email.message_from_bytes(path.read_bytes())["Subject"] for path in files) == [
        "n 0",
        "n 1",
        "n 2",
    ]
