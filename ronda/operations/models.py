from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.workspace.display import show_plain


class Backup(models.Model):
    """A whole copy of the installation in one file. Belongs to the installation, not to a company."""

    class Reason(models.TextChoices):
        NIGHT = "night", _("every night")
        HAND = "hand", _("by hand")
        UPGRADE = "upgrade", _("before an upgrade")
        IMPORT = "import", _("before an import")

    made_at = models.DateTimeField(_("made"), db_index=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    by = models.CharField(_("by"), max_length=150, blank=True)
    path = models.CharField(_("file"), max_length=500)
    size = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    encrypted = models.BooleanField(_("encrypted"), default=False)
    database = models.CharField(_("database"), max_length=20)
    version = models.CharField(_("version"), max_length=20)
    rows = models.BigIntegerField(_("rows"))
    files = models.PositiveIntegerField(_("files"))
    checked_at = models.DateTimeField(_("hashes checked"), null=True)
    intact = models.BooleanField(_("hashes are right"), null=True)
    removed_at = models.DateTimeField(_("removed"), null=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        indexes: ClassVar = [models.Index(fields=["reason", "-made_at"], name="backups_by_reason")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {show_plain(timezone.localtime(self.made_at))}"


class Drill(models.Model):
    """A backup restored beside the real data and looked at; or why that did not work."""

    backup = models.ForeignKey(
        Backup, models.SET_NULL, null=True, related_name="drills", verbose_name=_("backup")
    )
    name = models.CharField(_("file"), max_length=200)
    at = models.DateTimeField(_("when"), db_index=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    passed = models.BooleanField(_("passed"))
    checks: Any = models.JSONField(_("checks"), default=dict)
    findings: Any = models.JSONField(_("findings"), default=list)

    class Meta:
        verbose_name = _("restore drill")
        verbose_name_plural = _("restore drills")

    def __str__(self) -> str:
        return self.name
