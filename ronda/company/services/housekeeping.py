"""What is removed by itself when it is old."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from ronda.company import audit, options
from ronda.company.company_options import HistoryOptions
from ronda.company.models import AuditEntry, Company, Job


@transaction.atomic
def forget_old_jobs(*, before: datetime) -> int:
    """Remove jobs that were done before then; failed ones stay until somebody looks."""
    done = Job.objects.filter(state__in=[Job.State.DONE, Job.State.STOPPED], finished_at__lt=before)
    return done.delete()[0]


@transaction.atomic
def forget_old_operations(company: Company, *, now: datetime) -> int:
    """Remove log entries older than the company keeps them (O2, O65); the removal is itself logged."""
    days = options.read(HistoryOptions, company).days_kept
    old = AuditEntry.objects.filter(company=company, at__lt=now - timedelta(days=days))
    removed = old.delete()[0]
    if removed:
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
