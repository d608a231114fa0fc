"""The page of the backups: what there is, whether it is whole, and whether it could be restored."""

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.company.jobs import enqueue_job
from ronda.operations import tasks
from ronda.operations.models import Backup, Drill
from ronda.operations.queries import safety
from ronda.operations.services.places import backup_folder, passphrase_given
from ronda.workspace.declare import Action, Column, RangeFilter, Tab, Workspace
from ronda.workspace.pages import ListPage

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


WORKSPACES: Sequence[type[Workspace]] = (Backups,)
