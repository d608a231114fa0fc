"""Groups of companies: which firms belong together, and whether they share customers (P8)."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company, CompanyGroup
from ronda.company.services import save_group
from ronda.workspace.declare import Column, Workspace
from ronda.workspace.forms import CompanyModelForm

AREA = "settings"


class CompanyGroupForm(CompanyModelForm):
    companies = forms.ModelMultipleChoiceField(
        queryset=Company.objects.none(),
        label=_("Companies"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A company is in one group at most: ticking it here takes it out of another one."),
    )
    fieldsets: ClassVar[Any] = ((_("Group"), ("name", "companies", "shares_parties")),)

    class Meta:
        model = CompanyGroup
        fields = ("name", "shares_parties")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["companies"]
        field.queryset = Company.objects.filter(active=True).order_by("name", "pk")
        if self.instance.pk:
            self.initial["companies"] = list(self.instance.companies.order_by("name", "pk"))


def save_form(form: CompanyGroupForm, *, by: str, company: Any) -> CompanyGroup:
    return save_group(form.save(commit=False), form.cleaned_data["companies"], by=by)


class CompanyGroups(Workspace):
    model = CompanyGroup
    no_import = _("A group joins companies of this installation: it is set up by its administrator.")
    area, icon, order_in_area = AREA, "layers", 12
    columns = (
        Column("name", link=True),
        Column("companies", _("Companies"), value=lambda group: group.firms, kind="number", sort=False),
        Column("shares_parties"),
    )
    facts = (
        Column("name"),
        Column("companies", _("Companies"), value=lambda group: list(group.companies.order_by("name"))),
        Column("shares_parties"),
    )
    search = ("name",)
    company_path = None
    order = ("name", "pk")
    form_class = CompanyGroupForm
    save = staticmethod(save_form)
    api = False
    create_label = _("New group")
    empty_text = _("Firms of one owner: together they have one page of key figures, and may share customers.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        """Groups belong to the installation: its administrators only."""
        groups = CompanyGroup.objects.annotate(firms=Count("companies")).order_by(*cls.order)
        return groups if request.user.is_superuser else groups.none()
