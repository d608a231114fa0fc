"""The example beside the form of a field."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from ronda.customfields.forms import kinds_of_record
from ronda.customfields.models import CustomField
from ronda.customfields.services import code_of
from ronda.workspace.extra_inputs import form_field
from ronda.workspace.extras import PREFIX, ExtraField
from ronda.workspace.forms import CompanyForm
from ronda.workspace.pages import PageMixin

MOST_SHOWN = 30


class ExamplePage(PageMixin, TemplateView):
    """How the field will look in the form of its records, from what is written so far."""

    permission_required = "customfields.view_customfield"
    whole_company = False
    area = "settings"
    template_name = "customfields/example.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        field = as_written(self.request)
        form = CompanyForm(company=self.company, prefix="example")
        form.fields[field.key] = form_field(field)
        context = super().get_context_data(field=form[field.key], code=field.code, **kwargs)
        context["records"] = dict(kinds_of_record()).get(self.request.GET.get("on", ""), "")
        return context


def as_written(request: HttpRequest) -> ExtraField:
    """The field the form describes, whatever is missing in it yet."""
    given = request.GET
    kind = given.get("kind", "")
    choices = [
        (str(n), given[f"customchoice-{n}-label"][:80])
        for n in range(MOST_SHOWN)
        if given.get(f"customchoice-{n}-label", "").strip() and not given.get(f"customchoice-{n}-DELETE")
    ]
    return ExtraField(
        key=f"{PREFIX}{given.get('code', '')[:30] or code_of(given.get('label', '')[:60], 26) or 'code'}",
        label=given.get("label", "").strip()[:60] or _("Name of the field"),
        kind=kind if kind in CustomField.Kind.values else "text",  # type: ignore[arg-type]
        required="required" in given,
        choices=tuple(choices),
        help=given.get("hint", "")[:200],
    )
