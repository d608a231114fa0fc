"""Long work of accounting. Tasks read by id and call services; they hold no rules."""

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.accounting.models import Closing
from ronda.accounting.services import fill_closing
from ronda.company.jobs import current_job, fence, name_task, progress


@task()
def prepare_closing(closing_id: int, number: int) -> None:
    """Fill a preview; one that was asked for again, posted or thrown away is left alone."""
    job = current_job()
    closing = Closing.objects.filter(pk=closing_id, rounds=number, state=Closing.State.PREPARING).first()
    if closing is not None:
        fill_closing(
            closing,
            fence=lambda: fence(job),
            progress=lambda done, total: progress(job, done=done, total=total),
        )


name_task(prepare_closing, _("Compute accruals and deferrals"))
