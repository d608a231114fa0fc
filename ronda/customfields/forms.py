"""Forms of custom fields and of their choices."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.customfields.models import CustomChoice, CustomField
from ronda.workspace import extras
from ronda.workspace.forms import CompanyModelForm

_CODE = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z", _("Small letters, figures and “_” only, beginning with a letter: boiler_number.")
)


def kinds_of_record() -> list[tuple[str, str]]:
    """The kinds of record a field can be put on: "parties.party", "Customers"."""
    return [
        (model._meta.label_lower, capfirst(str(model._meta.verbose_name_plural))) for model in extras.kinds()
    ]


class CustomFieldForm(CompanyModelForm):
    """What a company wants to know of its records."""

    fieldsets = (
        (_("Field"), ("on", "label", "kind", "hint", "required")),
        (_("Where it is seen"), ("in_list", "in_print", "internal", "position", "code", "active")),
    )
    wide = ("hint",)
    short = ("position",)
    rows_after = 1

    on = forms.ChoiceField(label=_("Belongs to"), choices=kinds_of_record)

    class Meta:
        model = CustomField
        fields = [
            "on",
            "label",
            "kind",
            "hint",
            "required",
            "in_list",
            "in_print",
            "internal",
            "position",
            "code",
            "active",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {
            "hint": _("Shown below the field: what to write, where to find it."),
            "required": _("Asked for whenever a record is written; records without it stay as they are."),
            "in_list": _("A column from the start; other fields can be chosen as columns."),
            "in_print": _("Among the references of documents and contracts; layouts may use it anyway."),
            "internal": _("For notes about issued documents; such a field is never printed."),
            "position": _("Low numbers first."),
            "code": _("The name for layouts, imports and programs. Empty: made from the name."),
        }
        for name, text in hints.items():
            self.fields[name].help_text = text
        self.fields["code"].required = False
        self.fields["code"].validators.append(_CODE)
        self.fields["position"].required = False
        if self.instance.pk is not None and not self.canonical:
            for name in ("on", "code"):
                self.fields[name].disabled = True

    def _get_validation_exclusions(self) -> set[str]:
        """A code that is left empty is given by the service."""
        excluded: set[str] = super()._get_validation_exclusions()
        return excluded if self.cleaned_data.get("code") else excluded | {"code"}

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"] or self.initial.get("code") or "")

    def clean_position(self) -> int:
        given = self.cleaned_data["position"]
        return 10 if given is None else int(given)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("internal") and data.get("in_print"):
            text = _("A field that changes after issue can't be printed: the print would say something else.")
            self.add_error("in_print", text)
        if data.get("internal") and data.get("on") not in _closable():
            self.add_error("internal", _("Only documents are issued: leave this without a tick."))
        return data


def _closable() -> set[str]:
    return {model._meta.label_lower for model in extras.kinds() if extras.closed_records(model) is not None}


class ChoiceRow(CompanyModelForm):
    """One of the choices; the order of the rows is that of the list."""

    class Meta:
        model = CustomChoice
        fields = ["label", "active"]

    def clean_label(self) -> str:
        label = str(self.cleaned_data["label"]).strip()
        if not label:
            raise ValidationError(_("Write a name."))
        return label
