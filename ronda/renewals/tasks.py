"""What renewals do by themselves every night."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task, schedule
from ronda.company.models import Company
from ronda.renewals.services import renew_due


@task()
def renew_tacitly() -> None:
    """Contracts whose term is over and that nobody gave up are followed by the next one."""
    today = timezone.localdate()
    for company in Company.objects.filter(active=True).order_by("pk"):
        renew_due(company, on=today, by="ronda")


name_task(renew_tacitly, _("Renew contracts tacitly"))
schedule("renewals-tacit", renew_tacitly, cron="5 0 * * *")
