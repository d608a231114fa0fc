from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Company
from ronda.workspace.text_index import text_indexed


@text_indexed("action", "subject_label", "actor")
class AuditEntry(models.Model):
    """Who did what to what, when, with which facts; never changed."""

    company = models.ForeignKey(Company, models.CASCADE, null=True, verbose_name=_("company"))
    at = models.DateTimeField(_("time"), auto_now_add=True)
    actor = models.CharField(_("person"), max_length=150)
    action = models.CharField(_("operation"), max_length=80)
    subject_label = models.CharField(_("kind of record"), max_length=80, blank=True)
    subject_pk = models.BigIntegerField(_("record"), null=True)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes: ClassVar = [
            models.Index(fields=["subject_label", "subject_pk", "id"], name="audit_of_a_record"),
            models.Index(fields=["company", "at"], name="audit_of_a_company"),
            models.Index(fields=["actor", "at"], name="audit_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action}"
