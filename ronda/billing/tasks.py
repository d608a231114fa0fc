"""Long work of billing. Tasks read by id and call services; they hold no rules."""

from django_tasks import task

from ronda.billing.models import BillingRun
from ronda.billing.services import fill_run, issue_entries
from ronda.company.jobs import current_job, fence, progress, stopping


@task()
def prepare(run_id: int) -> None:
    """Fill a preview; after an interruption it is made anew."""
    job = current_job()
    fill_run(
        BillingRun.objects.select_related("company").get(pk=run_id),
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )


@task()
def issue(run_id: int, by: str) -> None:
    """Issue what a confirmed run proposes; after an interruption it goes on where it was."""
    job = current_job()
    run = BillingRun.objects.select_related("company").get(pk=run_id)
    if run.state in (BillingRun.State.DONE, BillingRun.State.PARTLY):
        return
    issue_entries(
        run,
        by=by,
        fence=lambda: fence(job),
        progress=lambda done, total: progress(job, done=done, total=total),
        stopping=lambda: stopping(job),
    )
