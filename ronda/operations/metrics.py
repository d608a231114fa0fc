"""A few figures of the database in the text form of Prometheus, made when asked for: any process answers."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count

from ronda.billing.models import Document
from ronda.company.models import Job, OutgoingMail
from ronda.operations.queries import findings_now
from ronda.operations.services.readiness import readiness


def metrics(*, now: datetime) -> str:
    return "\n".join([*_lines(now), ""])


def _lines(now: datetime) -> Iterator[str]:
    yield from _gauge("ronda_jobs", "Background jobs by state.", _by(Job, "state"))
    yield from _gauge("ronda_mails", "Mails by state.", _by(OutgoingMail, "state"))
    yield from _gauge("ronda_documents", "Documents by status.", _by(Document, "status"))
    checks = readiness(now=now)
    ages = {check.name: check.value for check in checks if isinstance(check.value, int)}
    names = {
        "disk_free": ("ronda_disk_free_bytes", "Free space where the data are."),
        "oldest_due_job": ("ronda_oldest_due_job_seconds", "How long the oldest waiting job is due."),
        "last_backup": ("ronda_last_backup_age_seconds", "Age of the last backup."),
        "last_data_check": ("ronda_last_data_check_age_seconds", "Age of the last check of the data."),
        "last_drill": ("ronda_last_drill_age_seconds", "Age of the last restore drill that passed."),
    }
    for name, (metric, text) in names.items():
        if name in ages:
            yield from _gauge(metric, text, {"": ages[name]})
    yield from _gauge("ronda_data_findings", "What the last data checks found.", {"": findings_now()})
    ready = all(check.good for check in checks if check.needed)
    yield from _gauge("ronda_ready", "1 when ready.", {"": int(ready)})


def _by(model: type, field: str) -> dict[str, int]:
    """Rows by the value of a field that has choices, so that nobody's words become labels."""
    rows = model.objects.values_list(field).annotate(n=Count("pk")).order_by(field)  # type: ignore[attr-defined]
    return {f'{{{field}="{value}"}}': n for value, n in rows}


def _gauge(name: str, text: str, values: dict[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for label, value in values.items():
        yield f"{name}{label} {value}"
