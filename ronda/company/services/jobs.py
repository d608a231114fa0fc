"""What a person may do with background jobs."""

from datetime import datetime

from django.db import transaction

from ronda.company import audit
from ronda.company.models import Job
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class JobNotFinished(Refusal):
    code = "company.job_not_finished"


class JobFinished(Refusal):
    code = "company.job_finished"


@transaction.atomic
def retry_job(job: Job, *, by: str, now: datetime) -> Job:
    """Put a failed or stopped job back in the queue, with all its tries."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state not in (Job.State.FAILED, Job.State.STOPPED):
        raise JobNotFinished(_("Only a failed or stopped job can be started again."))
    job.state, job.due, job.failures, job.stop_asked = Job.State.QUEUED, now, 0, False
    job.finished_at = None
    job.save(update_fields=["state", "due", "failures", "stop_asked", "finished_at"])
    audit.record(by, "company.job.retried", job, kind=job.kind)
    return job


@transaction.atomic
def stop_job(job: Job, *, by: str, now: datetime) -> Job:
    """Ask a running job to stop after the unit under way; take a waiting one out of the queue."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.is_finished:
        raise JobFinished(_("The job has already finished."))
    job.stop_asked = True
    if job.state == Job.State.QUEUED:
        job.state, job.due, job.finished_at = Job.State.STOPPED, None, now
    job.save(update_fields=["stop_asked", "state", "due", "finished_at"])
    audit.record(by, "company.job.stopped", job, kind=job.kind)
    return job
