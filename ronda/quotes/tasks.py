"""What quotes do by themselves every night."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task, schedule
from ronda.quotes.services import expire_due


@task()
def expire_quotes() -> None:
    """Quotes whose last day is over are shown as expired."""
    expire_due(now=timezone.now(), by="ronda")


name_task(expire_quotes, _("Close quotes whose last day is over"))
schedule("quotes-expire", expire_quotes, cron="15 0 * * *")
