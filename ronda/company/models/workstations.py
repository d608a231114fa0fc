"""Tills, desks and tablets: places smaller than a branch that options may differ for (O8, O69)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Branch, Company


class Workstation(models.Model):
    """A device, or a desk with several; a browser says once which one it is."""

    class Kind(models.TextChoices):
        TILL = "till", _("till")
        DESK = "desk", _("desk")
        TABLET = "tablet", _("tablet")

    company = models.ForeignKey(
        Company, models.CASCADE, related_name="workstations", verbose_name=_("company")
    )
    branch = models.ForeignKey(
        Branch,
        models.CASCADE,
        related_name="workstations",
        null=True,
        blank=True,
        verbose_name=_("branch"),
    )
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.DESK)

    class Meta:
        verbose_name = _("workstation")
        verbose_name_plural = _("workstations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="one_workstation_per_name",
                violation_error_message=_("This company already has a workstation with that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
