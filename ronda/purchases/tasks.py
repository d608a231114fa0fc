"""Background work: reading many files that were handed over together."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import current_job, fence, name_task, progress
from ronda.kernel.errors import Refusal
from ronda.purchases.models import Delivery
from ronda.purchases.services import fail_delivery, read_delivery


@task()
def read_incoming(delivery_id: int) -> None:
    """Read the files of a delivery; going on after an interruption adds nothing twice."""
    delivery = Delivery.objects.select_related("company").get(pk=delivery_id)
    job = current_job()
    try:
        read_delivery(
            delivery,
            today=timezone.localdate(),
            progress=lambda done, total: progress(job, done=done, total=total),
            fencing=lambda: fence(job),
        )
    except Refusal as refusal:
        fail_delivery(delivery, refusal)


name_task(read_incoming, _("Read suppliers' invoices"))
