"""What a person restricts the figures to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ronda.analysis.queries import Restriction, salespeople
from ronda.catalogue.models import Item
from ronda.company.models import Branch, User
from ronda.workspace.forms import CompanyForm

GROUPS = (("item", _("Service")), ("item__family", _("Family")), ("branch", _("Branch")))


class SalespersonField(forms.ModelChoiceField):
    """People under their own names."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.username


class RestrictionForm(CompanyForm):
    """Branch, service and salesperson; each only where the company has any."""

    branch = forms.ModelChoiceField(
        Branch.objects.order_by("name"),
        label=_("Branch"),
        required=False,
        empty_label=pgettext_lazy("no restriction", "all"),
    )
    item = forms.ModelChoiceField(
        Item.objects.order_by("name"),
        label=_("Service"),
        required=False,
        empty_label=pgettext_lazy("no restriction", "all"),
    )
    owner = SalespersonField(
        User.objects.none(),
        label=_("Salesperson"),
        required=False,
        empty_label=pgettext_lazy("no restriction", "all"),
    )

    def __init__(self, *args: Any, company: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, company=company, **kwargs)
        self._choices("owner").queryset = salespeople(company.pk)
        for name in ("branch", "owner"):
            if not self._has_choices(name):
                del self.fields[name]

    def _has_choices(self, name: str) -> bool:
        records = self._choices(name).queryset
        return records is not None and records.exists()

    def _choices(self, name: str) -> forms.ModelChoiceField:
        field: Any = self.fields[name]
        return field

    @property
    def restriction(self) -> Restriction:
        """What was chosen; a choice that is not there restricts nothing and is marked."""
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) for name in ("branch", "item", "owner")}
        return Restriction(**{name: one.pk for name, one in chosen.items() if one is not None})


class MonthsForm(RestrictionForm):
    """A year, compared with the one before, and how the sums are divided."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    by = forms.ChoiceField(label=_("Divided by"), required=False, choices=GROUPS)

    def __init__(self, *args: Any, years: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years_field: Any = self.fields["year"]
        years_field.choices = [(year, str(year)) for year in years]
        self.order_fields(["year", "by", "branch", "item", "owner"])
        self.years = years

    @property
    def chosen_year(self) -> int:
        self.is_valid()
        return self.cleaned_data.get("year") or self.years[0]

    @property
    def group(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("by") or "item"
