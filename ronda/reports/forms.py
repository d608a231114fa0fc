"""Forms of prints."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.reports import services
from ronda.reports.domain.liquid import LARGEST_LAYOUT, LayoutError
from ronda.reports.models import PrintLayout
from ronda.workspace.forms import CompanyForm, CompanyModelForm


class SourceArea(forms.Textarea):
    """A text of a program: line ends as typed, no spelling help, one line of text one line of screen."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 30, "spellcheck": "false", "wrap": "off", "autocapitalize": "off"})


class LayoutForm(CompanyModelForm):
    """A new layout begins as a copy of the default; its text is written in the editor."""

    html = forms.CharField(
        label=_("layout"), widget=SourceArea, max_length=LARGEST_LAYOUT, required=False, strip=False
    )
    css = forms.CharField(
        label=_("style"), widget=SourceArea, max_length=LARGEST_LAYOUT, required=False, strip=False
    )

    class Meta:
        model = PrintLayout
        fields = ("kind", "name", "html", "css")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["html"], self.fields["css"]
        else:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        """What was written is tried here, before the transaction that keeps it."""
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is not None and "html" in facts and "css" in facts:
            try:
                services.try_layout(self.company, self.instance.kind, html=facts["html"], css=facts["css"])
            except LayoutError as error:
                where = _("Line %(line)s: ") % {"line": error.line} if error.line else ""
                self.add_error(error.field, f"{where}{error.message}")
        return facts


class PreviewForm(CompanyForm):
    """What the editor sends while a person writes; `document` empty is an invented document."""

    html = forms.CharField(max_length=LARGEST_LAYOUT, required=False, strip=False)
    css = forms.CharField(max_length=LARGEST_LAYOUT, required=False, strip=False)
    document = forms.ModelChoiceField(Document.objects.all(), required=False)
