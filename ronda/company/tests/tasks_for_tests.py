"""Tasks that tests queue; a task must live in a module to be found again by the worker."""

import threading
from pathlib import Path

from django.db import transaction
from django_tasks import task

from ronda.company.jobs import current_job, fence, progress, stopping
from ronda.company.models import Branch
from ronda.kernel.errors import Refusal

SEEN: list[object] = []
PAUSE = threading.Event()


class NotToday(Refusal):
    code = "test.not_today"


@task()
def see(*what: object) -> object:
    SEEN.append(list(what))
    return {"seen": len(what)}


@task()
def see_job() -> None:
    job = current_job()
    SEEN.append((job.company_id, job.by, job.last_try))


@task()
def fail() -> None:
    raise ZeroDivisionError("on purpose")


@task()
def refuse() -> None:
    raise NotToday("Not today.")


@task()
def write_branches(company_id: int, total: int, pace: str = "") -> None:
    """One branch per unit, each in its fenced transaction; goes on where it was left.

    `pace` is a folder: each unit leaves a mark there, and waits a moment so that it can be killed.
    """
    job = current_job()
    for number in range(Branch.objects.filter(company=company_id).count() + 1, total + 1):
        with transaction.atomic():
            fence(job)
            Branch.objects.create(company_id=company_id, code=str(number), name=f"unit {number}")
            progress(job, done=number, total=total, note=f"unit {number}")
        if pace:
            (Path(pace) / str(number)).touch()
            PAUSE.wait(0.03)
        if stopping(job):
            return


@task()
def ask_to_stop_itself(company_id: int) -> None:
    current_job().rows().update(stop_asked=True)
    write_branches.call(company_id, 5)


@task()
def leave_in_the_middle(company_id: int) -> None:
    current_job().leaving.set()
    write_branches.call(company_id, 3)


@task()
def be_overtaken(company_id: int) -> None:
    """Its lease ran out and another worker took the job."""
    current_job().rows().update(worker="another", attempts=99)
    write_branches.call(company_id, 3)
