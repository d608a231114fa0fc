"""Print layouts, edited by people, what was printed from them, and what was sent by itself."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentKind
from ronda.company.models import Company, OutgoingMail


class PrintLayout(models.Model):
    """A Liquid layout (HTML) with its style sheet. Without one in use, the default layout prints."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    kind = models.CharField(_("prints"), max_length=12, choices=DocumentKind.choices)
    name = models.CharField(_("name"), max_length=80)
    html = models.TextField(_("layout"))
    css = models.TextField(_("style"), blank=True)
    is_default = models.BooleanField(_("in use"), default=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("print layout")
        verbose_name_plural = _("print layouts")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "name"],
                name="layout_name_once",
                violation_error_message=_("There is already a layout with this name."),
            ),
            models.UniqueConstraint(
                fields=["company", "kind"], condition=Q(is_default=True), name="one_layout_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def hidden_path(printed: "PrintedDocument", filename: str) -> str:
    """A name that cannot be guessed; people see the number of the document."""
    token = secrets.token_hex(16)
    return f"documents/{printed.document.company_id}/{printed.document.year}/{token[:2]}/{token}.pdf"


class PrintedDocument(models.Model):
    """The PDF of an issued document: made once, kept, always the same bytes."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="printed")
    file = models.FileField(upload_to=hidden_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("printed document")
        verbose_name_plural = _("printed documents")
        permissions = [("send_document", _("Can send documents by mail"))]

    def __str__(self) -> str:
        return str(self.document)


class SentAtIssue(models.Model):
    """A document that was sent, or could not be, because the company sends all of them: never twice."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="+")
    mail = models.ForeignKey(OutgoingMail, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return str(self.document)
