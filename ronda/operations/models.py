from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
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


class DataCheck(models.Model):
    """One look at everything that must never be in the data of a company, or of the whole installation."""

    company = models.ForeignKey(
        Company, models.CASCADE, null=True, related_name="+", verbose_name=_("company")
    )
    at = models.DateTimeField(_("when"), db_index=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    version = models.CharField(_("version"), max_length=20)
    seconds = models.DecimalField(_("seconds"), max_digits=9, decimal_places=1)
    rows = models.BigIntegerField(_("rows read"), default=0)
    found = models.PositiveIntegerField(_("findings"), default=0)
    # What every check read and found: [{"code", "rows", "found", "seconds", "sums": {…}}, …].
    results: Any = models.JSONField(_("results"), default=list)
    # The last link of each chain of documents: [{"series", "year", "count", …, "digest"}, …].
    series: Any = models.JSONField(_("series"), default=list)
    # The firm's words on the certificate, as of that day.
    firm: Any = models.JSONField(default=dict)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("data check")
        verbose_name_plural = _("data checks")
        indexes: ClassVar = [models.Index(fields=["company", "-at"], name="checks_of_a_company")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {show_plain(timezone.localtime(self.at))}"

    @property
    def good(self) -> bool:
        return not self.found


class DataFinding(models.Model):
    """Something wrong that a check found: in words of its check, with the record."""

    check_run = models.ForeignKey(
        DataCheck, models.CASCADE, related_name="findings", verbose_name=_("data check")
    )
    code = models.CharField(_("check"), max_length=60)
    problem = models.CharField(_("problem"), max_length=40)
    facts: Any = models.JSONField(_("facts"), default=dict)
    model = models.CharField(_("kind of record"), max_length=80, blank=True)
    record = models.BigIntegerField(_("record"), null=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return f"{self.code}.{self.problem}"
