"""Forms of prints."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.reports import services
from ronda.reports.domain.conditions import sample_conditions
from ronda.reports.domain.liquid import LARGEST_LAYOUT, LayoutError
from ronda.reports.models import ContractConditions, LayoutKind, PrintLayout
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
            known = services.kinds_for(self.company) if self.company is not None else set()
            kind: Any = self.fields["kind"]
            kind.choices = [choice for choice in kind.choices if not choice[0] or choice[0] in known]
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
    """What the editor sends while a person writes; `document` empty is an invented record of the kind."""

    html = forms.CharField(max_length=LARGEST_LAYOUT, required=False, strip=False)
    css = forms.CharField(max_length=LARGEST_LAYOUT, required=False, strip=False)

    def __init__(
        self, *args: Any, kind: str = LayoutKind.INVOICE, company: Any = None, **kwargs: Any
    ) -> None:
        chosen = services.print_kind(kind)
        # Before `CompanyForm` begins, which gives the field our input and limits it to the company.
        document = forms.ModelChoiceField(chosen.records(company), required=False)
        self.base_fields = {**self.base_fields, "document": document}  # type: ignore[misc]
        self.company_paths = {"document": chosen.company_path}  # type: ignore[misc]
        super().__init__(*args, company=company, **kwargs)


class ConditionsForm(CompanyModelForm):
    """General conditions; new ones begin as the placeholder of the company's language."""

    wide = ("text", "special")

    class Meta:
        model = ContractConditions
        fields = ("language", "title", "text", "special")
        widgets = {"text": forms.Textarea(attrs={"rows": 28})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.company is not None:
            begun = sample_conditions(self.company.language)
            self.initial = {
                "language": self.company.language,
                "title": begun.title,
                "text": begun.text,
                "special": begun.special,
                **self.initial,
            }
        elif self.instance.pk is not None:
            del self.fields["language"]


class SendForm(CompanyForm):
    """Where a contract is sent and with which words."""

    to = forms.EmailField(label=_("To"), required=False, help_text=_("Empty: the customer's address."))
    message = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=5000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Empty: a short text in the customer's language."),
    )
