"""Figures computed in the background: when somebody asks, and every night."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.analysis.models import Calculation
from ronda.analysis.services import calculate, request_all
from ronda.company.jobs import current_job, fence, name_task, progress, schedule


@task()
def compute(calculation_id: int) -> None:
    """Compute the figures anew; after an interruption from the beginning."""
    job = current_job()
    calculate(
        Calculation.objects.select_related("company").get(pk=calculation_id),
        on=timezone.localdate(),
        now=timezone.now(),
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )


@task()
def compute_all() -> None:
    """Every night, for every company that ever looked at them."""
    request_all(by="ronda")


name_task(compute, _("Compute the analyses"))
name_task(compute_all, _("Compute the analyses of every company"))
schedule("analysis-every-night", compute_all, cron="20 1 * * *")
