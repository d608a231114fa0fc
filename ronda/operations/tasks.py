"""Backups and drills in the background, and those that happen by themselves."""

from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import current_job, name_task, schedule
from ronda.operations.models import Backup
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


name_task(back_up_every_night, _("Backup of the night"))
name_task(back_up_now, _("Make a backup"))
name_task(check_hashes, _("Check the hashes of a backup"))
name_task(rehearse_restore, _("Restore drill"))
schedule("operations-backup", back_up_every_night, cron="10 3 * * *")
schedule("operations-drill", rehearse_restore, cron="10 4 * * 0")
