from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Company


class OutgoingMail(models.Model):
    """A message to send or sent; it stays as it was written."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("company"))
    to = models.JSONField(_("to"), default=list)
    cc = models.JSONField(_("copy to"), default=list, blank=True)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    html = models.TextField(_("formatted text"), blank=True)
    # [{"attachment": id}] or [{"path": name in the storage, "name": shown, "mime": type}]
    files = models.JSONField(_("files"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    by = models.CharField(_("written by"), max_length=150)
    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True)
    object_id = models.BigIntegerField(null=True)
    about = GenericForeignKey("content_type", "object_id")
    message_id = models.CharField(_("message id"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="mails_of_a_company"),
            models.Index(fields=["content_type", "object_id"], name="mails_about_a_record"),
        ]

    def __str__(self) -> str:
        return self.subject
