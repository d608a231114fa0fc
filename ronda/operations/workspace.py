"""The pages of the backups and of the data checks."""

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.company.checking import check_called
from ronda.company.jobs import enqueue_job
from ronda.company.wording import model_of
from ronda.operations import tasks
from ronda.operations.models import Backup, DataCheck, DataFinding, Drill
from ronda.operations.queries import safety
from ronda.operations.services.auditing import is_unchanged
from ronda.operations.services.certifying import certificate_facts
from ronda.operations.services.places import backup_folder, passphrase_given
from ronda.workspace.charts import Chart, Series
from ronda.workspace.declare import Action, Column, RangeFilter, Tab, Workspace, workspace_of
from ronda.workspace.pages import DetailPage, ListPage
from ronda.workspace.visibility import narrow, sees_everything

#: Checks of which the page shows how it went.
TREND = 30
REASON_BADGES = {"night": "gray", "hand": "blue", "upgrade": "violet", "import": "teal"}


def check_now(backup: Backup, *, by: str) -> str:
    enqueue_job(tasks.check_hashes, backup.pk, by=by)
    return str(_("The hashes are checked in the background."))


def rehearse_now(backup: Backup, *, by: str) -> str:
    enqueue_job(tasks.rehearse_restore, backup.pk, by=by)
    return str(_("The drill runs in the background; its result appears here."))


def size_in_words(backup: Backup) -> str:
    return filesizeformat(backup.size)


def hashes_in_words(backup: Backup) -> Any:
    words = {True: _("hashes right"), False: _("hashes wrong"), None: _("not checked yet")}
    return words[backup.intact]


def drill_in_words(backup: Any) -> Any:
    words = {True: _("restorable"), False: _("not restorable"), None: _("none yet")}
    return words[backup.last_drill]


class BackupsPage(ListPage):
    """The list, with what a person should know first: where backups are and how old the last ones are."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            safety=safety(now=timezone.now()),
            folder=backup_folder(),
            encrypts=bool(passphrase_given()),
            **kwargs,
        )


class Backups(Workspace):
    model = Backup
    no_import = _("Backups are made by the program and read by “ronda restore”.")
    area, icon, order_in_area = "settings", "shield-check", 75
    columns = (
        Column("made_at", link=True),
        Column("reason", badges=REASON_BADGES),
        Column("by"),
        Column("size", _("Size"), value=size_in_words),
        Column("encrypted"),
        Column("intact", _("Hashes"), value=hashes_in_words),
        Column("last_drill", _("Restore drill"), value=drill_in_words, sort=False),
        Column("version", default=False),
        Column("removed_at", default=False),
    )
    facts = (
        *(Column(name) for name in ("made_at", "reason", "by", "path")),
        Column("size", _("Size"), value=size_in_words),
        *(Column(name) for name in ("encrypted", "database", "version", "rows", "files", "sha256")),
        Column("intact", _("Hashes"), value=hashes_in_words),
        Column("checked_at"),
        Column("removed_at"),
    )
    filters = ("reason", RangeFilter("made_at"))
    search = ("path", "by")
    company_path = None
    order = ("-made_at", "-pk")
    may_add = False
    api = False
    actions = (
        Action("check", _("Check the hashes"), check_now, bulk=False, enabled=lambda one: not one.removed_at),
        Action(
            "drill",
            _("Restore drill"),
            rehearse_now,
            bulk=False,
            primary=True,
            enabled=lambda one: not one.removed_at,
        ),
    )
    tabs = (
        Tab(
            "drills",
            _("Restore drills"),
            template="operations/drills_tab.html",
            context=lambda backup: {"drills": backup.drills.order_by("-at", "-pk")},
            count=lambda backup: backup.drills.count(),
        ),
    )
    list_view = BackupsPage
    empty_text = _("A backup is made every night while the worker runs; “ronda backup” makes one now.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        """Backups hold all companies: the administrators of the installation only."""
        if not request.user.is_superuser:
            return Backup.objects.none()
        last = Drill.objects.filter(backup=OuterRef("pk")).order_by("-at", "-pk")
        return Backup.objects.annotate(last_drill=Subquery(last.values("passed")[:1])).order_by(*cls.order)


def result_in_words(run: DataCheck) -> str:
    text = ngettext("%(n)d finding", "%(n)d findings", run.found) % {"n": run.found}
    return text if run.found else str(_("nothing found"))


def where_in_words(run: DataCheck) -> Any:
    return run.company or _("the installation")


class DataChecksPage(ListPage):
    """The list with the state of the data first, and how it went over time."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company = self.request.company  # type: ignore[attr-defined]
        runs = DataChecks.records(self.request).filter(company=company)
        lately = list(runs.order_by("-at", "-pk")[:TREND])[::-1]
        return super().get_context_data(
            last=lately[-1] if lately else None,
            trend=_trend(lately) if len(lately) > 1 else None,
            may_check=self.may("add") and sees_everything(self.request.user),
            **kwargs,
        )


def _trend(runs: Sequence[DataCheck]) -> Chart:
    days = [date_format(timezone.localtime(run.at), "SHORT_DATE_FORMAT") for run in runs]
    found = Series(_("Findings"), [run.found for run in runs], colour=4)
    return Chart("findings", _("Findings of the last checks"), days, [found], form="bars", first=_("Day"))


class DataCheckPage(DetailPage):
    """What one check of the data looked at, and everything it found with its remedy."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["operations/datacheck.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run: DataCheck = self.object
        found: dict[str, list[dict[str, Any]]] = {}
        for finding in run.findings.order_by("pk"):
            found.setdefault(finding.code, []).append(_finding(finding))
        results = [
            {**result, "findings": found.get(result["code"], [])}
            for result in certificate_facts(run)["results"]
        ]
        return super().get_context_data(
            results=sorted(results, key=lambda one: not one["found"]), unchanged=is_unchanged(run), **kwargs
        )


def _finding(finding: DataFinding) -> dict[str, Any]:
    """A finding in words, with the way to its record."""
    check = check_called(finding.code)
    text, remedy = check.words(finding.problem, finding.facts) if check else (str(finding), "")
    model = model_of(finding.model)
    workspace = workspace_of(model) if model else None
    shown = workspace is not None and finding.record is not None
    url = reverse(workspace.name("detail"), args=[finding.record]) if workspace and shown else ""
    return {"text": text, "remedy": remedy, "url": url}


class DataChecks(Workspace):
    model = DataCheck
    no_import = _("A check of the data is run here, not brought in.")
    whole_company = True
    area, icon, order_in_area = "settings", "circle-check", 74
    columns = (
        Column("at", link=True),
        Column("company", _("Of"), value=where_in_words, sort=False),
        Column("found", _("Result"), value=result_in_words, badges=None),
        Column("rows"),
        Column("seconds"),
        Column("by"),
        Column("version", default=False),
    )
    facts = (
        Column("at"),
        Column("company", _("Of"), value=where_in_words),
        Column("found", _("Result"), value=result_in_words),
        *(Column(name) for name in ("rows", "seconds", "by", "version", "digest")),
    )
    related = ("company",)
    filters = (RangeFilter("at"), RangeFilter("found"))
    search = ("by",)
    company_path = None
    order = ("-at", "-pk")
    may_add = False
    api = False
    list_view = DataChecksPage
    detail_view = DataCheckPage
    empty_text = _("The data are checked every night while the worker runs; “Check now” does it at once.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        """Those of the company; those of the installation for its administrators only."""
        company = getattr(request, "company", None)
        mine = Q(company=company) if company is not None else Q(pk=None)
        if request.user.is_superuser:
            mine |= Q(company=None)
        return (
            narrow(DataCheck.objects.filter(mine), cls, request.user)
            .select_related(*cls.related)
            .order_by(*cls.order)
        )


WORKSPACES: Sequence[type[Workspace]] = (DataChecks, Backups)
