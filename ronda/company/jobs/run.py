"""What a task can ask about, and tell of, the job it runs in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from ronda.company.models import Job


class LostLease(Exception):
    """Another worker has the job now: nothing of this unit may be committed."""


class WorkerStopping(Exception):
    """The worker is asked to leave: the job goes back to the queue and loses nothing."""


@dataclass(eq=False, slots=True)
class JobRun:
    """One taking of a job by one worker; (worker, attempt) is the fencing token."""

    pk: int
    kind: str
    worker: str
    attempt: int
    company_id: int | None
    by: str
    last_try: bool
    leaving: threading.Event = field(default_factory=threading.Event)
    stopped: bool = False

    def rows(self) -> models.QuerySet[Job]:
        """The job's row, if this run still holds it; else nothing."""
        return Job.objects.filter(
            pk=self.pk, worker=self.worker, attempts=self.attempt, state=Job.State.RUNNING
        )


_current: ContextVar[JobRun | None] = ContextVar("ronda_job", default=None)


def lease() -> timedelta:
    """How long a worker may be silent before its job is given to another."""
    return timedelta(seconds=getattr(settings, "RONDA_JOB_LEASE", 15))


def current_job() -> JobRun | None:
    """The job being run; None when a task is called directly."""
    return _current.get()


@contextmanager
def running(job: JobRun) -> Iterator[None]:
    token = _current.set(job)
    try:
        yield
    finally:
        _current.reset(token)


def fence(job: JobRun | None) -> None:
    """First statement of each unit's transaction: renews the lease, or raises LostLease.

    Raises WorkerStopping between units when the worker has to leave. Without a job, nothing.
    """
    if job is None:
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("fence belongs inside the unit's transaction")
    if job.leaving.is_set():
        raise WorkerStopping
    _write(job)


def progress(
    job: JobRun | None, *, done: int | None = None, total: int | None = None, note: str | None = None
) -> None:
    """Show how far the job is. Raises LostLease like `fence`; without a job, nothing."""
    if job is None:
        return
    told: dict[str, Any] = {"done": done, "total": total, "note": note if note is None else note[:250]}
    _write(job, **{name: value for name, value in told.items() if value is not None})


def stopping(job: JobRun | None) -> bool:
    """True once a person asked to stop: finish the unit, then return; the job ends as stopped."""
    if job is not None and not job.stopped:
        job.stopped = job.rows().filter(stop_asked=True).exists()
    return job is not None and job.stopped


def _write(job: JobRun, **told: Any) -> None:
    if not job.rows().update(due=timezone.now() + lease(), **told):
        raise LostLease(f"job {job.pk}, attempt {job.attempt}")
