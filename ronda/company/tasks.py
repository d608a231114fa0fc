"""Background work of this app."""

import smtplib
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_tasks import task

from ronda.company.jobs import current_job, name_task, schedule
from ronda.company.mailbox import SomeRecipientsRefused
from ronda.company.models import Company, OutgoingMail
from ronda.company.services.housekeeping import forget_old_jobs, forget_old_operations, take_stock
from ronda.company.services.mail import mark_failed, mark_sent, message_of

# RFC 5321: codes from 500 say that trying again is of no use.
SMTP_PERMANENT = 500
JOBS_KEPT = timedelta(days=30)


@task()
def send_mail(mail_id: int) -> None:
    """Send one mail; a refused recipient fails at once, a server that is away is tried again."""
    mail = OutgoingMail.objects.select_related("company").get(pk=mail_id)
    if mail.state != OutgoingMail.State.QUEUED:
        return
    job = current_job()
    try:
        message_of(mail).send()
    except smtplib.SMTPRecipientsRefused as refused:
        mark_failed(mail, error=_reasons(refused), final=True)
    except smtplib.SMTPResponseException as refused:
        final = refused.smtp_code >= SMTP_PERMANENT or job is None or job.last_try
        mark_failed(mail, error=f"{refused.smtp_code} {refused.smtp_error!r}", final=final)
        if not final:
            raise
    except OSError as error:
        mark_failed(mail, error=str(error), final=job is None or job.last_try)
        raise
    else:
        mark_sent(mail, at=timezone.now())


def _reasons(refused: smtplib.SMTPRecipientsRefused) -> str:
    lines = [
        f"{address}: {code} {text.decode(errors='replace')}"
        for address, (code, text) in refused.recipients.items()
    ]
    if isinstance(refused, SomeRecipientsRefused):
        lines.append(str(_("The other recipients have received the mail.")))
    return "\n".join(lines)


@task()
def tidy_up() -> None:
    """Every night: forget finished jobs, and operations each company keeps no longer; index care."""
    now = timezone.now()
    forget_old_jobs(before=now - JOBS_KEPT)
    for company in Company.objects.order_by("pk"):
        forget_old_operations(company, now=now)
    take_stock()


name_task(send_mail, _lazy("Send a mail"))
name_task(tidy_up, _lazy("Remove old entries"))
schedule("company-tidy-up", tidy_up, cron="40 3 * * *")
