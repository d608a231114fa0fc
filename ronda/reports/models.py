"""Print layouts, edited by people, what was printed from them, and what was sent by itself."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentKind
from ronda.company.models import Company, OutgoingMail


class LayoutKind(models.TextChoices):
    """What has a layout: the documents of billing, quotes, and the papers around contracts."""

    INVOICE = DocumentKind.INVOICE.value, DocumentKind.INVOICE.label
    CREDIT_NOTE = DocumentKind.CREDIT_NOTE.value, DocumentKind.CREDIT_NOTE.label
    ADVANCE = DocumentKind.ADVANCE.value, DocumentKind.ADVANCE.label
    QUOTE = "quote", _("quote")
    CONTRACT = "contract", _("contract")
    AMENDMENT = "amendment", _("amendment")


_more_kinds: dict[str, Any] = {}


def name_layout(kind: str, label: Any) -> None:
    """For apps above: a further paper that has a layout; at most twelve letters."""
    _more_kinds[kind] = label


def layout_kinds() -> list[tuple[str, Any]]:
    """Everything that has a layout, with its name."""
    return [*LayoutKind.choices, *_more_kinds.items()]


class PrintLayout(models.Model):
    """A Liquid layout (HTML) with its style sheet. Without one in use, the default layout prints."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    kind = models.CharField(_("prints"), max_length=12, choices=layout_kinds)
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


class ContractConditions(models.Model):
    """The general conditions printed behind every contract of a language; without them a placeholder is."""

    class Language(models.TextChoices):
        ITALIAN = "it", "Italiano"
        FRENCH = "fr", "Français"
        ENGLISH = "en", "English"

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(
        _("text"),
        max_length=60_000,
        help_text=_("An empty line begins a paragraph; a line that begins with # and a space is a heading."),
    )
    special = models.CharField(
        _("clauses signed a second time"),
        max_length=300,
        blank=True,
        help_text=_("Italy, artt. 1341 and 1342 c.c.: number and name of each. Empty: one signature."),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("general conditions")
        verbose_name_plural = _("general conditions")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "language"],
                name="conditions_language_once",
                violation_error_message=_("There are conditions in this language already: change those."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


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

    class Meta:
        verbose_name = _("document sent at issue")
        verbose_name_plural = _("documents sent at issue")

    def __str__(self) -> str:
        return str(self.document)
