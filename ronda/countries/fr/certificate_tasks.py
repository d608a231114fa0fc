"""Tax certificates in the background. Tasks hold no rules."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task
from django_tasks.base import Task

from ronda.company.jobs import current_job, enqueue_job, fence, name_task, progress
from ronda.company.models import Company, Job
from ronda.countries.fr.services import certificate_files, certificate_year, certificates


@task()
def prepare_certificates(company_id: int, year: int, by: str) -> dict[str, int]:
    """Work out how every customer stands for the year."""
    job = current_job()
    count = certificate_year.prepare_year(
        Company.objects.get(pk=company_id),
        year,
        by=by,
        now=timezone.now(),
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )
    return {"customers": count}


@task()
def issue_certificates(
    company_id: int, year: int, by: str, parties: Sequence[int] | None = None
) -> dict[str, int]:
    """Issue what is to be issued; taken up again, it goes on with those who have none yet."""
    job = current_job()
    outcome = certificates.issue_certificates(
        Company.objects.get(pk=company_id),
        year,
        on=timezone.localdate(),
        now=timezone.now(),
        by=by,
        parties=parties,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )
    return {
        "issued": len(outcome.made),
        "unchanged": len(outcome.unchanged),
        "failed": len(outcome.failed),
    }


@task()
def mail_certificates(company_id: int, year: int, by: str) -> dict[str, int]:
    """Mail every certificate in force that was not mailed yet."""
    job = current_job()
    sent, failed = certificate_files.send_certificates(
        certificate_files.mails_to_send(Company.objects.get(pk=company_id), year),
        by=by,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )
    return {"sent": len(sent), "failed": len(failed)}


KINDS: dict[str, Task[..., Any]] = {
    "prepare": prepare_certificates,
    "issue": issue_certificates,
    "mail": mail_certificates,
}


def start(what: str, company: Company, year: int, *, by: str) -> Job:
    """Queue one of KINDS for a year; the one that is under way, if there is. NotFrench."""
    certificate_year.refuse_strangers(company)
    kind = KINDS[what]
    under_way = Job.objects.filter(
        company=company,
        kind=kind.module_path,
        state__in=(Job.State.QUEUED, Job.State.RUNNING),
    ).first()
    if under_way is not None:
        return under_way
    return enqueue_job(kind, company.pk, year, by, company=company, by=by)


name_task(prepare_certificates, _("Prepare a year of tax certificates"))
name_task(issue_certificates, _("Issue tax certificates"))
name_task(mail_certificates, _("Mail tax certificates"))
