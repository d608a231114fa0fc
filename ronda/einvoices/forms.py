"""What people enter about e-invoices."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.workspace.forms import CompanyForm


class PutAwayForm(CompanyForm):
    """Why nothing is to be done about a file."""

    reason = forms.CharField(label=_("reason"), max_length=200)
