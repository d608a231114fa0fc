"""Work that starts by itself: declared beside the task, kept as rows that people may change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules, import_string
from django_tasks.base import Task

from ronda.company.domain.cron import parse_cron
from ronda.company.jobs.queue import enqueue_job
from ronda.company.models import Schedule


@dataclass(frozen=True, slots=True)
class Declared:
    kind: str
    cron: str
    timezone: str


_declared: dict[str, Declared] = {}


def schedule(name: str, task: Task[..., Any], *, cron: str, timezone: str = "") -> None:
    """Run `task` without arguments at each time of the cron line. For tasks.py, beside the task.

    Once it is in the database its time is the installation's: later changes here are not applied.
    """
    parse_cron(cron)
    _declared[name] = Declared(task.module_path, cron, timezone or settings.TIME_ZONE)


def sync_schedules(now: datetime) -> None:
    """Bring newly declared schedules into the table: at the start of a worker."""
    autodiscover_modules("tasks")
    for name, declared in _declared.items():
        row, added = Schedule.objects.get_or_create(
            name=name,
            defaults={"kind": declared.kind, "cron": declared.cron, "timezone": declared.timezone},
        )
        if added or row.kind != declared.kind or row.next_run is None:
            Schedule.objects.filter(pk=row.pk).update(kind=declared.kind, next_run=next_run(row, now))


def next_run(row: Schedule, now: datetime) -> datetime:
    """The first time of the row's cron line after `now`, UTC."""
    return parse_cron(row.cron).next_after(now, ZoneInfo(row.timezone))


def tick(now: datetime) -> int:
    """Enqueue what is due; how many. Missed times count once, and the key admits each time once."""
    if not Schedule.objects.filter(active=True, next_run__lte=now).exists():
        return 0
    with transaction.atomic():
        rows = Schedule.objects.filter(active=True, next_run__lte=now).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        due = list(rows)
        for row in due:
            moment = row.next_run.isoformat() if row.next_run else ""
            arguments = {"args": [], "kwargs": {}, **row.args}
            enqueue_job(
                import_string(row.kind),
                *arguments["args"],
                key=f"{row.name}@{moment}",
                company=row.company_id,
                by="",
                **arguments["kwargs"],
            )
            row.last_run, row.next_run = row.next_run, next_run(row, now)
            row.save(update_fields=["last_run", "next_run"])
    return len(due)
