"""What happens to accounts by itself."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.accounts.services import deactivate_ended, demand_new_passwords
from ronda.company.jobs import name_task, schedule


@task()
def review_accounts() -> None:
    """Every night: accounts that have ended, passwords over their months."""
    deactivate_ended(on=timezone.localdate())
    demand_new_passwords(now=timezone.now())


name_task(review_accounts, _("Look at accounts and passwords"))
schedule("accounts-review", review_accounts, cron="20 3 * * *")
