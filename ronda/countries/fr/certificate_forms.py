"""Forms of tax certificates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.countries.fr.certificate_models import PersonalService, ServiceMeans
from ronda.workspace.forms import CompanyForm, CompanyModelForm


class PersonalServiceForm(CompanyModelForm):
    class Meta:
        model = PersonalService
        fields = ("item", "activity")


class ServiceMeansForm(CompanyModelForm):
    class Meta:
        model = ServiceMeans
        fields = ("method", "means")


class AgainForm(CompanyForm):
    """Whether a certificate that was mailed goes out once more."""

    again = forms.BooleanField(label=_("Also those that were mailed already"), required=False, initial=False)
