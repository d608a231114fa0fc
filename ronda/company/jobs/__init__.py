"""Work to do after the commit: a small leased job table behind `django-tasks`.

    @task()
    def bill_everything(run_id: int) -> None:
        job = current_job()
        for unit in units_of(run_id):
            with transaction.atomic():
                fence(job)          # first: a worker that lost its lease writes nothing
                bill(unit)
                progress(job, done=unit.position, total=unit.total)
            if stopping(job):
                return

    enqueue_job(bill_everything, run.pk, key=f"bill-run:{run.pk}", company=run.company, by=by)

- The row is written in the caller's transaction: the work happens if and only if the operation does.
- A worker leases a job for RONDA_JOB_LEASE seconds and renews it. One that dies leaves the job due
  again, so every task can be repeated without harm: it looks before it acts.
- `attempts` grows at each taking and is the fencing token; `failures` counts errors, with longer and
  longer waits, up to `max_attempts`. A Refusal is not tried again. What failed stays, in red.
"""

from ronda.company.jobs.cron_rows import schedule
from ronda.company.jobs.labels import name_task
from ronda.company.jobs.queue import enqueue_job, enqueue_many
from ronda.company.jobs.run import (
    JobRun,
    LostLease,
    WorkerStopping,
    current_job,
    fence,
    progress,
    stopping,
)
from ronda.company.jobs.telling import Fence, Progress, no_fence, no_progress

__all__ = [
    "Fence",
    "JobRun",
    "LostLease",
    "Progress",
    "WorkerStopping",
    "current_job",
    "enqueue_job",
    "enqueue_many",
    "fence",
    "name_task",
    "no_fence",
    "no_progress",
    "progress",
    "schedule",
    "stopping",
]
