"""Print layouts, edited by people, and what was printed from them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentKind
from ronda.company.models import Company


class PrintLayout(models.Model):
    """A Liquid layout (HTML) with its style sheet. The newest active one of a kind is used."""

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
            models.UniqueConstraint(fields=["company", "kind", "name"], name="layout_name_once"),
            models.UniqueConstraint(
                fields=["company", "kind"], condition=Q(is_default=True), name="one_layout_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PrintedDocument(models.Model):
    """The PDF of an issued document: made once, kept, always the same bytes."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="printed")
    file = models.FileField(upload_to="documents/%Y/%m")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.document)
