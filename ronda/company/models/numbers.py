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
