from datetime import datetime

from django.db import transaction

from ronda.company import audit
from ronda.company.jobs.cron_rows import next_run
from ronda.company.models import Schedule


@transaction.atomic
def save_schedule(schedule: Schedule, *, by: str, now: datetime) -> Schedule:
    """Change when work starts by itself; its next run is counted from `now`."""
    schedule.next_run = next_run(schedule, now)
    schedule.save()
    audit.record(by, "company.schedule.set", schedule, cron=schedule.cron, active=schedule.active)
    return schedule
