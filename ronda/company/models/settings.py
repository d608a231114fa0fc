from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Branch, Company
from ronda.company.models.workstations import Workstation


class OptionValue(models.Model):
    """What one place answers instead of what it would inherit.

    The place is the installation (no company), a company, one of its branches or one of its workstations.
    """

    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, verbose_name=_("company"))
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, blank=True, verbose_name=_("branch"))
    workstation = models.ForeignKey(
        Workstation, models.CASCADE, null=True, blank=True, verbose_name=_("workstation")
    )
    group = models.CharField(_("group"), max_length=40)
    name = models.CharField(_("option"), max_length=60)
    value = models.JSONField(_("value"), encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "name"], condition=Q(company=None), name="one_value_per_installation"
            ),
            models.UniqueConstraint(
                fields=["company", "group", "name"],
                condition=Q(branch=None, workstation=None),
                name="one_value_per_option",
            ),
            models.UniqueConstraint(
                fields=["company", "branch", "group", "name"],
                name="one_value_per_option_and_branch",
            ),
            models.UniqueConstraint(
                fields=["company", "workstation", "group", "name"],
                name="one_value_per_option_and_station",
            ),
            # A value is of one place: a workstation's is not of its branch too.
            models.CheckConstraint(
                condition=Q(branch=None, workstation=None)
                | Q(company__isnull=False, branch=None)
                | Q(company__isnull=False, workstation=None),
                name="an_option_value_has_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}.{self.name}"
