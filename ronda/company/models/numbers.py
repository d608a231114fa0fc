from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Branch, Company


class NumberSeries(models.Model):
    """The last number given, per kind of document, series and year."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("company"))
    kind = models.CharField(_("kind"), max_length=40)
    code = models.CharField(_("series"), max_length=20, blank=True)
    branch = models.ForeignKey(Branch, models.SET_NULL, null=True, blank=True, verbose_name=_("branch"))
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)
    last_date = models.DateField(_("last date"), null=True, blank=True)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind", "code", "year"],
                name="one_counter_per_year",
                violation_error_message=_("This series already has a counter for the year."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.year}".replace("  ", " ")


class CounterChange(models.Model):
    """A counter changed by hand (O5): what it was, what it became and why. Kept as long as the counter."""

    counter = models.ForeignKey(
        NumberSeries, models.PROTECT, related_name="changes", verbose_name=_("counter")
    )
    before = models.PositiveIntegerField(_("before"))
    after = models.PositiveIntegerField(_("after"))
    reason = models.CharField(_("reason"), max_length=250)
    by = models.CharField(_("by"), max_length=150)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("counter changed by hand")
        verbose_name_plural = _("counters changed by hand")
        indexes: ClassVar = [models.Index(fields=["counter", "id"], name="changes_of_a_counter")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
