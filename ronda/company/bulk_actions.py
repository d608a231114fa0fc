"""Actions of a list on many records, as a job: one transaction for each record, what became of it kept."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_tasks import task

from ronda.company.context import acting, acting_for
from ronda.company.jobs import JobRun, current_job, enqueue_job, fence, name_task, progress, stopping
from ronda.company.models import Job, User
from ronda.workspace.acting import run_action
from ronda.workspace.background import ActionGone, ManyRecords, Resumed
from ronda.workspace.registry import detail_url

#: So many records are named that were refused, and as many that need an answer.
NAMED = 200


@dataclass(slots=True)
class Tally:
    """What became of the records so far: kept on the job's row, with each record."""

    done: int = 0
    refused: int = 0
    asked: int = 0
    named: dict[str, list[list[Any]]] = field(default_factory=lambda: {"refused": [], "asked": []})

    def note(self, what: str, key: int, text: str, url: str, why: str) -> None:
        """Count a record that was not done; name it while there is room."""
        setattr(self, what, getattr(self, what) + 1)
        if len(self.named[what]) < NAMED:
            self.named[what].append([key, text, url, why])


def start(work: ManyRecords) -> str:
    """Queue the work; the address of the page that shows how far it is."""
    with transaction.atomic():
        job = enqueue_job(
            act_on_many,
            work.workspace,
            work.action,
            list(work.keys),
            work.given,
            work.language,
            acting().workstation_id,
            company=work.company_id,
            by=work.by,
        )
        Job.objects.filter(pk=job.pk).update(total=len(work.keys))
    return reverse("job-outcome", args=[job.pk])


@task()
def act_on_many(
    workspace: str,
    action: str,
    keys: list[int],
    given: str,
    language: str,
    workstation: int | None = None,
) -> dict[str, Any]:
    """Run the action record by record; after an interruption, from the first that was not handled yet.

    As if the person had waited at the workstation: documents get its series (O8).
    """
    job = current_job()
    if job is None:
        raise RuntimeError("this runs as a job only: the job's row says which records are done")
    row = Job.objects.select_related("company").get(pk=job.pk)
    company = row.company
    user = User.objects.filter(username=job.by, is_active=True).first()
    if company is None or user is None:
        raise ActionGone(_("The person who started this may not do it any more."))
    user.company, user.company_id = company, company.pk
    with (
        acting_for(company.pk, job.by, workstation),
        translation.override(language or company.language),
        timezone.override(company.timezone),
    ):
        resumed = Resumed(workspace, action, given, user=user, company=company)
        progress(job, note=str(resumed.action.label))
        return _run(resumed, job, keys, row)


def _run(resumed: Resumed, job: JobRun, keys: list[int], row: Job) -> dict[str, Any]:
    tally = Tally(**row.result) if row.result else Tally()
    for position, (key, record) in enumerate(resumed.records(keys[row.done :]), row.done + 1):
        if stopping(job):
            break
        with transaction.atomic():
            fence(job)
            _act(resumed, job, key, record, tally)
            progress(job, done=position)
            job.rows().update(result=asdict(tally))
    return asdict(tally)


def _act(resumed: Resumed, job: JobRun, key: int, record: Any, tally: Tally) -> None:
    if record is None:
        tally.note("refused", key, f"{key}", "", _("It is not there any more."))
        return
    told, url = str(record), detail_url(resumed.workspace, key)
    outcome = run_action(resumed.action, [record], by=job.by, facts=dict(resumed.facts), confirmed={})
    tally.done += len(outcome.done)
    for _record, refusal in outcome.refused:
        tally.note("refused", key, told, url, str(refusal.message))
    for _record, question in outcome.questions:
        tally.note("asked", key, told, url, str(question.message))


name_task(act_on_many, _lazy("An action on many records"))
