"""The loop that runs jobs. Any number of processes and threads may run it side by side."""

import logging
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import (
    DatabaseError,
    InterfaceError,
    close_old_connections,
    connection,
    connections,
    transaction,
)
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskContext
from django_tasks.utils import normalize_json

from ronda.company import options
from ronda.company.context import acting_for
from ronda.company.jobs.cron_rows import sync_schedules, tick
from ronda.company.jobs.run import JobRun, LostLease, WorkerStopping, lease, running
from ronda.company.models import Job
from ronda.kernel.errors import Refusal

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
BEATS_PER_LEASE = 3
_GIVEN_UP = object()


def run(stop: threading.Event, concurrency: int = 1, poll: float = 0.5) -> None:
    """Run jobs and schedules until `stop` is set; `poll` seconds between looks at an empty queue.

    On `stop`, jobs that call `fence` go back to the queue at their next unit; others finish.
    """
    sync_schedules(timezone.now())
    helpers = [
        threading.Thread(target=_loop, args=(stop, poll, number), name=f"ronda-worker-{number}")
        for number in range(1, concurrency)
    ]
    for helper in helpers:
        helper.start()
    _loop(stop, poll, 0)
    for helper in helpers:
        helper.join()


def run_pending(*, limit: int | None = None, stop: threading.Event | None = None) -> int:
    """Run what is due now, in this thread, until nothing is left; how many jobs were run."""
    name, count = worker_name(0), 0
    while limit is None or count < limit:
        job = claim(name, timezone.now(), stop or threading.Event())
        if job is None:
            break
        execute(job)
        count += 1
    return count


def worker_name(number: int) -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{number}:{secrets.token_hex(3)}"


def _loop(stop: threading.Event, poll: float, number: int) -> None:
    name = worker_name(number)
    while not stop.is_set():
        worked = False
        try:
            close_old_connections()
            if number == 0:
                tick(timezone.now())
            job = claim(name, timezone.now(), stop)
            if job is not None:
                worked = True
                execute(job)
        except (DatabaseError, InterfaceError):
            # The database went away: what was under way is due again when its lease ends.
            logger.exception("worker %s lost the database and tries again", name)
            connection.close()
        if not worked:
            stop.wait(poll)
    connections.close_all()


def claim(worker: str, now: datetime, leaving: threading.Event) -> JobRun | None:
    """Take the most urgent due job for one lease; None if there is none."""
    while (taken := _claim(worker, now, leaving)) is _GIVEN_UP:
        pass
    return taken if isinstance(taken, JobRun) else None


def _claim(worker: str, now: datetime, leaving: threading.Event) -> "JobRun | object | None":
    due = Job.objects.filter(due__lte=now).order_by("-priority", "due", "pk")
    if not due.exists():  # without a transaction: an idle worker never queues for the write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        job = due.first()
        if job is None:
            return None
        if job.state == Job.State.RUNNING and not _survives_crash(job, now):
            return _GIVEN_UP
        job.state, job.worker, job.due = Job.State.RUNNING, worker, now + lease()
        job.attempts += 1
        job.done_at_start = job.done
        job.started_at = job.started_at or now
        job.save(
            update_fields=["state", "worker", "due", "attempts", "failures", "done_at_start", "started_at"]
        )
    return JobRun(
        job.pk,
        job.kind,
        worker,
        job.attempts,
        job.company_id,
        job.by,
        last_try=job.failures + 1 >= job.max_attempts,
        leaving=leaving,
    )


def _survives_crash(job: Job, now: datetime) -> bool:
    """A worker died with the job. It counts as a failure unless the job got further meanwhile."""
    if job.done <= job.done_at_start:
        job.failures += 1
    if job.failures < job.max_attempts:
        return True
    job.state, job.due, job.finished_at = Job.State.FAILED, None, now
    job.error = job.error or "The worker died each time it ran this job."
    job.save(update_fields=["state", "due", "finished_at", "failures", "error"])
    return False


def execute(job: JobRun) -> None:
    """Run a claimed job to its end, and write the end, unless the lease was lost."""
    try:
        with acting_for(job.company_id, job.by), options.kept(), running(job), _heartbeat(job):
            result = _call(job)
    except LostLease:
        logger.warning("job %s was given to another worker", job.pk)
    except WorkerStopping:
        job.rows().update(state=Job.State.QUEUED, due=timezone.now(), worker="")
    except Refusal as refusal:
        _end(job, Job.State.FAILED, error=str(refusal.message))
    except Exception:
        # The one place where any error is caught: it is logged, shown on the job and tried again.
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        _failed(job, traceback.format_exc(limit=-20))
    else:
        _end(job, Job.State.STOPPED if job.stopped else Job.State.DONE, result=result)


def _call(job: JobRun) -> Any:
    row = Job.objects.get(pk=job.pk)
    task = import_string(row.kind)
    if not isinstance(task, Task):
        raise TypeError(f"{row.kind} is not a task")
    args, kwargs = row.args["args"], row.args["kwargs"]
    if task.takes_context:
        args = [TaskContext(task_result=task.get_result(str(row.pk))), *args]
    result = task.call(*args, **kwargs)
    return normalize_json(result)


def _end(job: JobRun, state: Job.State, *, error: str = "", result: Any = None) -> None:
    """Write the end. What a job told of itself before it failed stays."""
    told = {} if error else {"result": result}
    job.rows().update(state=state, due=None, finished_at=timezone.now(), error=error, **told)


def _failed(job: JobRun, error: str) -> None:
    row = job.rows().first()
    if row is None:
        return
    failures = row.failures + 1
    if job.last_try or row.stop_asked:
        job.rows().update(failures=failures)
        _end(job, Job.State.FAILED, error=error)
        return
    wait = min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT)
    job.rows().update(
        state=Job.State.QUEUED, due=timezone.now() + wait, failures=failures, worker="", error=error
    )


@contextmanager
def _heartbeat(job: JobRun) -> Iterator[None]:
    """Renew the lease from another thread while the task works."""
    finished = threading.Event()
    thread = threading.Thread(target=_beat, args=(job, finished), name=f"ronda-heart-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


def _beat(job: JobRun, finished: threading.Event) -> None:
    every = lease().total_seconds() / BEATS_PER_LEASE
    while not finished.wait(every):
        try:
            if not job.rows().update(due=timezone.now() + lease()):
                break
        except (DatabaseError, InterfaceError):
            logger.exception("job %s could not renew its lease", job.pk)
            connection.close()
    connections.close_all()
