"""What is removed by itself when it is old."""

from datetime import datetime

from django.db import connection, transaction

from ronda.company import audit, options
from ronda.company.company_options import HistoryOptions
from ronda.company.models import AuditEntry, Company, Job
from ronda.company.retention import past

ENTRIES_AT_ONCE = 1000


@transaction.atomic
def forget_old_jobs(*, before: datetime) -> int:
    """Remove jobs that were done before then; failed ones stay until somebody looks."""
    done = Job.objects.filter(state__in=[Job.State.DONE, Job.State.STOPPED], finished_at__lt=before)
    return done.delete()[0]


def forget_old_operations(company: Company, *, now: datetime) -> int:
    """Remove log entries older than the company keeps them (O2, O65); the removal is itself logged.

    A thousand at a time, each in its own transaction: nobody waits for it, and what is done stays done.
    """
    removed = 0
    over = AuditEntry.objects.filter(past(company, now=now)).order_by("pk").values_list("pk", flat=True)
    while keys := list(over[:ENTRIES_AT_ONCE]):
        with transaction.atomic():
            removed += AuditEntry.objects.filter(pk__in=keys).delete()[0]
    if removed:
        days = options.read(HistoryOptions, company).days_kept
        with transaction.atomic():
            audit.record("", "company.history.trimmed", company, removed=removed, days_kept=days)
    return removed


def take_stock() -> None:
    """Let SQLite look at how its tables are filled, so that it reads them by the right index.

    A sample of each index: well under a second for a million rows. PostgreSQL does it by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("ANALYZE")
