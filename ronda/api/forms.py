from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.api.models import Token, Webhook
from ronda.api.queries import event_choices, scope_choices
from ronda.company.models import User
from ronda.workspace.forms import CompanyModelForm


class TokenForm(CompanyModelForm):
    """A new token; once made it can only be revoked."""

    scopes = forms.MultipleChoiceField(
        label=_("Areas"),
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What the program may read or write, within what the person may do."),
    )
    wide = ("scopes",)

    class Meta:
        model = Token
        fields = ("name", "user", "expires_on", "scopes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, memberships__company=self.company)
        self.fields["user"].queryset = people.order_by("username")  # type: ignore[attr-defined]


class WebhookForm(CompanyModelForm):
    """Where messages go and of what they tell."""

    url = forms.URLField(label=_("address"), max_length=500, assume_scheme="https")
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=event_choices, widget=forms.CheckboxSelectMultiple
    )
    wide = ("url", "events")

    class Meta:
        model = Webhook
        fields = ("name", "url", "active", "events")
