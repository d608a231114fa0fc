"""Forms of privacy."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.privacy.models import Consent, ConsentText, Purpose
from ronda.privacy.queries import texts_in_force
from ronda.workspace.forms import CompanyForm, CompanyModelForm

CHANNELLED = {Purpose.MARKETING, Purpose.SERVICE}


class ConsentTextForm(CompanyModelForm):
    """The next version of a text."""

    fieldsets = (
        (_("What it is about"), ("purpose", "channel", "language")),
        (_("What people read"), ("title", "text")),
        (_("In force"), ("valid_from", "ask_again")),
    )
    wide = ("text", "title")

    class Meta:
        model = ConsentText
        fields = ("purpose", "channel", "language", "title", "text", "valid_from", "ask_again")
        widgets = {"text": forms.Textarea(attrs={"rows": 12})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        purpose, channel = data.get("purpose"), data.get("channel")
        if purpose in CHANNELLED and not channel:
            self.add_error("channel", _("Say by which channel: each is agreed to by itself."))
        if purpose and purpose not in CHANNELLED and channel:
            self.add_error("channel", _("This purpose has no channel: leave it empty."))
        return data


class ConsentForm(CompanyModelForm):
    """One answer to one text."""

    company_paths = {"contact": "party__company"}
    along = {"contact": ("party",)}
    fieldsets = (
        (_("Who"), ("party", "contact")),
        (_("Answer"), ("text", "answer", "answered_on", "source", "note")),
    )
    wide = ("note",)

    class Meta:
        model = Consent
        fields = ("party", "contact", "text", "answer", "answered_on", "source", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("answered_on", timezone.localdate())
        contact: Any = self.fields["contact"]
        contact.help_text = _("Empty: the customer as such.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        contact, party = data.get("contact"), data.get("party")
        if contact and party and contact.party_id != party.pk:
            self.add_error("contact", _("This person is at another customer."))
        return data


class AnswersForm(CompanyForm):
    """The answers of one form on paper: one choice for each text in force."""

    answered_on = forms.DateField(label=_("Answered on"))
    source = forms.ChoiceField(label=_("Source"), choices=Consent.Source.choices)
    note = forms.CharField(label=_("Note"), max_length=250, required=False)

    def __init__(self, *args: Any, company: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, company=company, **kwargs)
        choices = [("", _("not asked")), *Consent.Answer.choices]
        self.texts: dict[str, ConsentText] = {}
        if company is not None:
            for text in texts_in_force(company, on=timezone.localdate(), language=company.language):
                name = f"text_{text.pk}"
                label = " – ".join(
                    filter(None, (str(text), text.get_channel_display() if text.channel else ""))
                )
                self.texts[name] = text
                self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
            self.order_fields([*self.texts, "answered_on", "source", "note"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        answers = [(text, data.pop(name)) for name, text in self.texts.items() if data.get(name)]
        for name in self.texts:
            data.pop(name, None)
        if not self.texts:
            raise forms.ValidationError(
                _("There is no consent text in force: write one first, under Privacy.")
            )
        if not answers:
            raise forms.ValidationError(_("Choose at least one answer."))
        return {**data, "answers": answers}


class AnonymiseForm(CompanyForm):
    """What a person has to have read before."""

    understood = forms.BooleanField(
        label=_("I know that nobody can undo this, and that older backups still hold the data.")
    )
    even_with_rest = forms.BooleanField(
        label=_("Even if there is money in the wallet or a package not closed"), required=False
    )


class AnonymisePersonForm(AnonymiseForm):
    """The same, about one person at a customer's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["even_with_rest"].label = _("Even if documents are still sent to the person's address")


class ReasonForm(CompanyForm):
    """How the person asked."""

    reason = forms.CharField(
        label=_("Asked by and how"),
        max_length=200,
        required=False,
        help_text=_("By mail on 3 March, in person…"),
    )
