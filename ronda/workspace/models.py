"""What a person keeps of a list: filters, order and columns under a name."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """Filters, order and columns of one list, by name; shared ones are seen by the whole company."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    company_id = models.BigIntegerField(null=True)
    workspace = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    is_default = models.BooleanField(_("open the list with it"), default=False)
    shared = models.BooleanField(_("everyone in the company sees it"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "company_id", "workspace", "name"],
                name="one_saved_view_per_name",
                violation_error_message=_("You already have a view with this name. Choose another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
