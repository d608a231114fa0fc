"""Background work of this app."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.api.models import WebhookDelivery
from ronda.api.services import deliver, forget_answers, forget_deliveries
from ronda.company.jobs import current_job, name_task, schedule
from ronda.company.models import Company


class NotArrived(Exception):
    """The message is to be sent again: the queue waits longer each time."""


@task()
def send_webhook(delivery_id: int) -> None:
    """Send one message; what does not arrive is tried again, ten times in all."""
    deliveries = WebhookDelivery.objects.select_related("webhook__company")
    delivery = deliveries.filter(pk=delivery_id).first()
    if delivery is None:  # its webhook was deleted meanwhile
        return
    job = current_job()
    delivery = deliver(delivery, now=timezone.now(), last_try=job is None or job.last_try)
    if delivery.state == WebhookDelivery.State.QUEUED:
        raise NotArrived(delivery.error)


@task()
def tidy_answers() -> None:
    """Every hour: forget what was answered to writes more than 48 hours ago."""
    forget_answers(now=timezone.now())


@task()
def tidy_deliveries() -> None:
    """Every night: forget deliveries older than each company keeps them."""
    now = timezone.now()
    for company in Company.objects.order_by("pk"):
        forget_deliveries(company, now=now)


name_task(send_webhook, _("Send a message to another program"))
name_task(tidy_answers, _("Remove old answers of the API"))
name_task(tidy_deliveries, _("Remove old messages to other programs"))
schedule("api-tidy-answers", tidy_answers, cron="20 * * * *")
schedule("api-tidy-deliveries", tidy_deliveries, cron="50 3 * * *")
