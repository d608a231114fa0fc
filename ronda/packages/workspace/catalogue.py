"""Packages for sale."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
from ronda.packages.forms import TemplateForm, TemplateLineForm
from ronda.packages.models import PackageTemplate, TemplateLine
from ronda.packages.workspace.colours import AREA
from ronda.workspace.declare import BoolFilter, ChoiceFilter, Column, Inline, Tab, Workspace


def validity(template: PackageTemplate) -> str:
    """ "12 months", "1 month and 10 days", or that it never expires."""
    months, days = template.valid_months, template.valid_days
    parts = [ngettext("%(n)d month", "%(n)d months", months) % {"n": months}] if months else []
    parts += [ngettext("%(n)d day", "%(n)d days", days) % {"n": days}] if days else []
    return " + ".join(parts) or gettext("no last day")


def save_template(form: Any, *, by: str, company: Company) -> PackageTemplate:
    template: PackageTemplate = form.save(commit=False)
    template.company = company
    template.save()
    return template


class PackageTemplates(Workspace):
    """The catalogue of packages (P17)."""

    model = PackageTemplate
    area, icon, order_in_area = AREA, "tags", 30
    columns = (
        Column("code", link=True),
        Column("name", link=True),
        Column("kind", kind="text"),
        Column("price", kind="money"),
        Column("amount", kind="money", default=False),
        Column("vat_code", default=False),
        Column("validity", _("valid for"), value=validity, sort=False),
        Column("period_months", kind="number", default=False),
        Column("over_use", kind="text"),
        Column("sold", _("sold"), kind="number"),
        Column("active"),
    )
    facts = (
        *columns[:-2],
        Column("carry_limit", kind="number"),
        Column("carry_months", kind="number"),
        Column("transferable"),
        Column("description"),
        Column("active"),
    )
    filters = (
        ChoiceFilter("kind"),
        ChoiceFilter("over_use"),
        BoolFilter("active", yes=_("Active"), no=_("Not active")),
    )
    search = ("code", "name")
    related = ("vat_code",)
    order = ("name", "pk")
    form_class = TemplateForm
    inlines = (Inline(TemplateLine, TemplateLineForm, label=_("Services"), extra=2),)
    save = save_template
    tabs = (
        Tab(
            "services",
            _("Services"),
            (
                Column("item", link=True),
                Column("quantity", kind="number"),
                Column("extra_price", kind="number"),
            ),
            rows=lambda template: template.lines.select_related("item"),
        ),
    )
    title = _("Packages for sale")
    create_label = _("New package for sale")
    empty_text = _("Ten hours, five visits, a card to spend: what customers pay for in advance.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(sold=Count("packages"))
