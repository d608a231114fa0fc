"""What packages do by themselves every night."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task, schedule
from ronda.packages.services import expire_due, grant_due


@task()
def turn_packages() -> None:
    """New periods of subscriptions begin; what has expired is written off or carried over."""
    today = timezone.localdate()
    grant_due(on=today, by="ronda")
    expire_due(on=today, by="ronda")


name_task(turn_packages, _("Periods and expiry of packages"))
schedule("packages-turn", turn_packages, cron="20 0 * * *")
