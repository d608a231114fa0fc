"""Backups and drills in the background, and those that happen by themselves."""

from functools import partial
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import Progress, current_job, fence, name_task, no_progress, progress, schedule
from ronda.company.models import Company
from ronda.operations.models import Backup
from ronda.operations.services.auditing import check_data
from ronda.operations.services.backing_up import back_up, check_backup
from ronda.operations.services.drilling import drill, last_backup_file
from ronda.operations.services.places import passphrase_given


def _by() -> str:
    job = current_job()
    return job.by if job else ""


@task()
def back_up_every_night() -> None:
    """A copy of everything; the oldest ones go."""
    back_up(reason=Backup.Reason.NIGHT, by=_by(), now=timezone.now(), passphrase=passphrase_given())


@task()
def back_up_now() -> None:
    """A copy of everything, asked for by a person."""
    back_up(reason=Backup.Reason.HAND, by=_by(), now=timezone.now(), passphrase=passphrase_given())


@task()
def check_hashes(backup_id: int) -> None:
    """Read a backup to its end."""
    backup = Backup.objects.get(pk=backup_id)
    check_backup(backup, by=_by(), now=timezone.now(), passphrase=passphrase_given())


@task()
def rehearse_restore(backup_id: int | None = None) -> None:
    """Restore a backup, or the last one, into a scratch place and look at it."""
    path = Path(Backup.objects.get(pk=backup_id).path) if backup_id else last_backup_file()
    if path is not None:
        drill(path, by=_by(), now=timezone.now(), passphrase=passphrase_given())


@task()
def check_every_night() -> None:
    """Look at all data: the installation, then company by company."""
    companies: list[Company | None] = [None, *Company.objects.order_by("pk")]
    for done, company in enumerate(companies):
        _check(company)
        progress(current_job(), done=done + 1, total=len(companies))


@task()
def check_now(company_id: int | None = None) -> None:
    """Look at the data of a company, or at what belongs to none; asked for by a person."""
    job = current_job()
    company = Company.objects.get(pk=company_id) if company_id else None
    _check(company, lambda done, total: progress(job, done=done, total=total))


def _check(company: Company | None, told: Progress = no_progress) -> None:
    check_data(company, by=_by(), now=timezone.now(), progress=told, fence=partial(fence, current_job()))


name_task(back_up_every_night, _("Backup of the night"))
name_task(back_up_now, _("Make a backup"))
name_task(check_hashes, _("Check the hashes of a backup"))
name_task(rehearse_restore, _("Restore drill"))
name_task(check_every_night, _("Data check of the night"))
name_task(check_now, _("Check the data"))
schedule("operations-check", check_every_night, cron="40 2 * * *")
schedule("operations-backup", back_up_every_night, cron="10 3 * * *")
schedule("operations-drill", rehearse_restore, cron="10 4 * * 0")
