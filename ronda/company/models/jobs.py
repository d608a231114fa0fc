"""Work to do after the commit. The columns are explained in `ronda.company.jobs`."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Company


class Job(models.Model):
    """One piece of background work, leased by at most one worker at a time.

    `due` says when it may be taken: ready: not before; running: the end of the lease; finished: null.
    `attempts` grows at each taking and is the fencing token; `failures` counts what went wrong.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped")

    kind = models.CharField(_("kind"), max_length=200)
    args = models.JSONField(_("arguments"), default=dict, encoder=DjangoJSONEncoder)
    key = models.CharField(_("key"), max_length=200, null=True, unique=True)  # noqa: DJ001 -- many without key
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    priority = models.SmallIntegerField(_("priority"), default=0)
    due = models.DateTimeField(_("due"), null=True, db_index=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    failures = models.PositiveIntegerField(_("failures"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most failures"), default=10)
    done = models.PositiveIntegerField(_("units done"), default=0)
    done_at_start = models.PositiveIntegerField(_("units done before this attempt"), default=0)
    total = models.PositiveIntegerField(_("units"), default=0)
    note = models.CharField(_("note"), max_length=250, blank=True)
    error = models.TextField(_("error"), blank=True)
    stop_asked = models.BooleanField(_("stop asked"), default=False)
    result = models.JSONField(_("result"), null=True, encoder=DjangoJSONEncoder)
    company = models.ForeignKey(Company, models.CASCADE, null=True, verbose_name=_("company"))
    by = models.CharField(_("started by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="jobs_of_a_company"),
            models.Index(fields=["state", "finished_at"], name="jobs_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind.rpartition('.')[2]} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.STOPPED}


class Schedule(models.Model):
    """Work that starts by itself: a task, a cron line and the zone its clock is read in."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=200)
    args = models.JSONField(_("arguments"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    cron = models.CharField(_("when"), max_length=80)
    timezone = models.CharField(_("time zone"), max_length=40, default="Europe/Rome")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, verbose_name=_("company"))
    active = models.BooleanField(_("active"), default=True)
    next_run = models.DateTimeField(_("next run"), null=True, db_index=True)
    last_run = models.DateTimeField(_("last run"), null=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return self.name
