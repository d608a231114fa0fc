"""Background work about files."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task, schedule
from ronda.company.models import Company
from ronda.company.services.file_bin import bin_the_forsaken, empty_bin
from ronda.company.services.file_previews import look_into


@task()
def make_previews(file_id: int) -> None:
    """Thumbnail, preview and words of one file."""
    look_into(file_id)


@task()
def tidy_files() -> None:
    """Every night: files of records that are gone go into the bin, what was there long enough is removed."""
    now = timezone.now()
    for company in Company.objects.order_by("pk"):
        bin_the_forsaken(company, now=now)
        empty_bin(company, now=now)


name_task(make_previews, _("Preview of a file"))
name_task(tidy_files, _("Empty the bin of files"))
schedule("company-tidy-files", tidy_files, cron="10 4 * * *")
