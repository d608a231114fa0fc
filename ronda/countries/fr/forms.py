"""What people enter about reports and statuses."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ronda.countries.fr.data import lifecycle as data
from ronda.workspace.forms import CompanyForm

#: What a buyer says of an invoice; the rest is said by sellers and platforms.
ANSWERS = ("204", "205", "206", "207", "208", "210", "211")


def _language() -> str:
    return (get_language() or "fr")[:2]


def status_choices() -> list[tuple[str, str]]:
    return [(code, f"{code} {data.name_of(code, _language())}") for code in ANSWERS]


def reason_choices() -> list[tuple[str, str]]:
    """Every reason of an answer that needs one; which go with which is checked when it is written."""
    codes = dict.fromkeys(code for status in ANSWERS for code in data.REASONS_OF.get(status, ()))
    return [("", "–"), *((code, data.reason_name(code, _language())) for code in codes)]


def action_choices() -> list[tuple[str, str]]:
    return [("", "–"), *((code, data.action_name(code, _language())) for code in data.ACTIONS)]


class AnswerForm(CompanyForm):
    """What the supplier's platform is told of an invoice."""

    status = forms.ChoiceField(label=_("status"), choices=status_choices)
    reason = forms.ChoiceField(
        label=_("reason"),
        choices=reason_choices,
        required=False,
        help_text=_("Needed when you approve in part, dispute, suspend or refuse."),
    )
    action = forms.ChoiceField(label=_("what the supplier should do"), choices=action_choices, required=False)
    note = forms.CharField(
        label=_("remark"), max_length=250, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """Reasons that are not of the status' list are told beside the field."""
        found = super().clean() or {}
        status, reason = found.get("status", ""), found.get("reason", "")
        allowed = data.REASONS_OF.get(status)
        if status in data.NEED_REASON and not reason:
            self.add_error("reason", _("This status needs a reason."))
        elif reason and allowed is not None and reason not in allowed:
            names = ", ".join(data.reason_name(code, _language()) for code in allowed)
            text = _("This reason is not allowed here. Possible: %(names)s.")
            self.add_error("reason", text % {"names": names})
        return found
