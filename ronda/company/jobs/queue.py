"""Putting work in the queue, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django_tasks.base import Task
from django_tasks.utils import normalize_json

from ronda.company.context import acting
from ronda.company.models import Company, Job


def enqueue_job(
    task: Task[..., Any],
    *args: Any,
    key: str | None = None,
    company: Company | int | None = None,
    by: str | None = None,
    max_attempts: int = 10,
    **kwargs: Any,
) -> Job:
    """Queue `task` with JSON arguments: ids, not objects. Company and person default to those acting.

    `key` makes it once only: while a job with the key exists, finished or not, that one is returned.
    Priority and first moment are those of the task: `task.using(priority=5, run_after=...)`.
    """
    job = _row(task, args, kwargs, key=key, company=company, by=by)
    job.max_attempts = max_attempts
    if key is None:
        job.save(force_insert=True)
        return job
    values = {
        name: getattr(job, name)
        for name in ("kind", "args", "priority", "due", "company_id", "by", "max_attempts")
    }
    return Job.objects.get_or_create(key=key, defaults=values)[0]


def enqueue_many(
    task: Task[..., Any],
    calls: Iterable[tuple[str | None, Sequence[Any]]],
    *,
    company: Company | int | None = None,
    by: str | None = None,
) -> None:
    """Queue one job per (key, arguments), in one INSERT: for runs. Keys already there are left alone."""
    Job.objects.bulk_create(
        [_row(task, args, {}, key=key, company=company, by=by) for key, args in calls],
        ignore_conflicts=True,
    )


def _row(
    task: Task[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    *,
    key: str | None,
    company: Company | int | None,
    by: str | None,
) -> Job:
    here = acting()
    company_id = company.pk if isinstance(company, Company) else company
    return Job(
        kind=task.module_path,
        args=normalize_json({"args": list(args), "kwargs": kwargs}),
        key=key,
        priority=task.priority,
        due=_first_moment(task.run_after),
        company_id=here.company_id if company_id is None else company_id,
        by=here.by if by is None else by,
    )


def _first_moment(run_after: datetime | None) -> datetime:
    return run_after or timezone.now()
