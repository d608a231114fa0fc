import secrets
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Company


def random_path(attachment: "Attachment", filename: str) -> str:
    """A name that cannot be guessed and says nothing of the file; the real name stays in the row."""
    token = secrets.token_hex(16)
    return f"attachments/{attachment.company_id}/{token[:2]}/{token}"


class Attachment(models.Model):
    """A file put on any record."""

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("company"))
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    subject = GenericForeignKey("content_type", "object_id")
    file = models.FileField(_("file"), upload_to=random_path, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size"))
    mime = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    uploaded_by = models.CharField(_("uploaded by"), max_length=150)
    at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar = [
            models.Index(fields=["content_type", "object_id"], name="files_of_a_record"),
        ]

    def __str__(self) -> str:
        return self.name
