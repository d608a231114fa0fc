"""Whether this installation can do its work now, looked at from inside."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min

from ronda.company.models import Job, Schedule
from ronda.operations.models import DataCheck
from ronda.operations.queries import findings_now, safety

#: Bytes; below this a backup or an import may fail in the middle.
LEAST_FREE = 200 * 1024 * 1024
#: A job that is due for longer says that no worker runs.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. Only those that are `needed` make the whole not ready."""

    name: str
    good: bool
    needed: bool
    value: str | int | None = None


def readiness(*, now: datetime) -> list[Check]:
    """Everything looked at. Writes nothing that stays."""
    try:
        written = _can_write()
        migrated = _is_migrated()
    except DatabaseError as error:
        return [Check("database", good=False, needed=True, value=type(error).__name__), _disk()]
    checks = [
        Check("database", good=written, needed=True),
        Check("migrations", good=migrated, needed=True),
        _disk(),
    ]
    return [*checks, _worker(now), *_safety(now)] if migrated else checks


def _can_write() -> bool:
    """A row is changed under the write lock, and the change is taken back."""
    with transaction.atomic():
        Schedule.objects.filter(pk=0).update(active=True)
        transaction.set_rollback(True)
    return True


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _disk() -> Check:
    free = shutil.disk_usage(settings.VAR).free
    return Check("disk_free", good=free >= LEAST_FREE, needed=True, value=free)


def _worker(now: datetime) -> Check:
    """Seconds that the oldest waiting job is due. Without a worker pages still answer."""
    oldest = Job.objects.filter(due__lte=now).aggregate(oldest=Min("due"))["oldest"]
    late = now - oldest if oldest else timedelta(0)
    return Check("oldest_due_job", good=late <= PATIENCE, needed=False, value=int(late.total_seconds()))


def _safety(now: datetime) -> list[Check]:
    """Seconds since the last backup and the last drill that passed; None without one."""
    known = safety(now=now)
    backup = int((now - known.backup.made_at).total_seconds()) if known.backup else None
    drill = int((now - known.drill.at).total_seconds()) if known.drill else None
    return [
        Check("last_backup", good=not known.backup_is_old, needed=False, value=backup),
        _data(now),
        Check("last_drill", good=not known.drill_is_old, needed=False, value=drill),
    ]


def _data(now: datetime) -> Check:
    """Seconds since the data were last checked; good when that was lately and nothing was found."""
    last = DataCheck.objects.order_by("-at", "-pk").first()
    age = int((now - last.at).total_seconds()) if last else None
    return Check("last_data_check", good=age is not None and not findings_now(), needed=False, value=age)
