"""What contracts do by themselves every night."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task, schedule
from ronda.contracts.services import close_ended


@task()
def close_contracts() -> None:
    """Contracts whose last day is over are shown as ended."""
    close_ended(on=timezone.localdate(), by="ronda")


name_task(close_contracts, _("Close ended contracts"))
schedule("contracts-close-ended", close_contracts, cron="10 0 * * *")
