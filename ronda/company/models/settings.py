from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Branch, Company


class OptionValue(models.Model):
    """What a company, or one of its branches, answers instead of the declared default."""

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("company"))
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, blank=True, verbose_name=_("branch"))
    group = models.CharField(_("group"), max_length=40)
    name = models.CharField(_("option"), max_length=60)
    value = models.JSONField(_("value"), encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "group", "name"],
                condition=Q(branch=None),
                name="one_value_per_option",
            ),
            models.UniqueConstraint(
                fields=["company", "branch", "group", "name"],
                name="one_value_per_option_and_branch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}.{self.name}"
