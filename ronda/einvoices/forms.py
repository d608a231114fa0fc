"""What people enter about e-invoices."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.einvoices.domain.settings import Kind, Setting
from ronda.einvoices.door import ChannelSettings
from ronda.einvoices.services import HeldSettings
from ronda.workspace.forms import CompanyForm

MOST_PEM = 256 * 1024
FORGET = "forget-"
LONGEST = 500


class PutAwayForm(CompanyForm):
    """Why nothing is to be done about a file."""

    reason = forms.CharField(label=_("reason"), max_length=200)


class HiddenTextarea(forms.Textarea):
    """Several lines that are secret: never filled in, not even with what was just typed."""

    def format_value(self, value: Any) -> str:
        return ""


class PairsField(forms.CharField):
    """Names with values, one a line: "Name: value"."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name}: {one}" for name, one in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        found: dict[str, str] = {}
        for line in (super().to_python(value) or "").splitlines():
            name, colon, rest = line.partition(":")
            if line.strip() and not (colon and name.strip() and rest.strip()):
                # The line itself may be a secret and is not repeated.
                raise forms.ValidationError(_("Write name, colon and value on each line."), code="invalid")
            if line.strip():
                found[name.strip()] = rest.strip()
        return found


class LinesField(forms.CharField):
    """Several texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class PemField(forms.FileField):
    """An uploaded PEM file; gives its bytes."""

    def __init__(self, *, is_key: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_key = is_key

    def clean(self, data: Any, initial: Any = None) -> Any:
        uploaded = super().clean(data, initial)
        if not uploaded:
            return b""
        if uploaded.size > MOST_PEM:
            raise forms.ValidationError(_("The file is too large to be a certificate."), code="invalid")
        content: bytes = uploaded.read()
        self._refuse_other(content)
        return content

    def _refuse_other(self, content: bytes) -> None:
        from cryptography import x509  # noqa: PLC0415 -- slows every start
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

        try:
            if self.is_key:
                load_pem_private_key(content, None)
            else:
                x509.load_pem_x509_certificates(content)
        except TypeError as error:  # a key behind a password
            text = _("The key is protected by a password. Take the protection away, then upload it.")
            raise forms.ValidationError(text, code="invalid") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            text = _("This is no private key in a PEM file.")
            other = _("This is no certificate in a PEM file.")
            raise forms.ValidationError(text if self.is_key else other, code="invalid") from error


class ChannelForm(CompanyForm):
    """The settings of a channel; `channel_form` makes the fields from their declaration."""

    declared: ChannelSettings
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def settings(self) -> dict[str, Any]:
        """What was entered, as the file holds it; of uploaded files the bytes."""
        return {
            one.name: _as_kept(one, self.cleaned_data[one.name])
            for one in self.declared.fields
            if one.name in self.cleaned_data
        }

    def forgotten(self) -> set[str]:
        """The secrets that are to be kept no longer."""
        return {one.name for one in self.declared.fields if self.cleaned_data.get(FORGET + one.name)}

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """What every service needs, then what only few do."""
        found: tuple[list[forms.BoundField], list[forms.BoundField]] = ([], [])
        for one in self.declared.fields:
            found[one.rare].append(self[one.name])
            if FORGET + one.name in self.fields:
                found[one.rare].append(self[FORGET + one.name])
        return [(legend, rows) for legend, rows in zip(("", _("Seldom needed")), found, strict=True) if rows]


def channel_form(declared: ChannelSettings, held: HeldSettings, *args: Any, **kwargs: Any) -> ChannelForm:
    """The form of a channel with what is kept; `args` and `kwargs` are those of any form."""
    made: dict[str, Any] = {"declared": declared}
    for one in declared.fields:
        kept = one.name in held.hidden
        made[one.name] = _field(one, kept=kept)
        if kept and not one.required:
            made[FORGET + one.name] = forms.BooleanField(
                label=_("Forget “%(what)s”") % {"what": one.label}, required=False
            )
    initial = {
        one.name: one.default for one in declared.fields if one.default is not None and not one.is_hidden
    }
    initial |= {**held.values, "seen": held.mark}
    form_class: type[ChannelForm] = type("Form", (ChannelForm,), made)
    return form_class(*args, initial=initial, **kwargs)


def _field(one: Setting, *, kept: bool) -> forms.Field:
    """What is kept and not shown may be left empty: it stays."""
    help_text = one.help
    if kept:
        help_text = _("It is kept and not shown. Left empty, it stays as it is.")
    facts: dict[str, Any] = {
        "label": one.label,
        "help_text": help_text,
        "required": one.required and not kept,
    }
    if one.is_file:
        return PemField(is_key=one.kind is Kind.KEY, **facts)
    match one.kind:
        case Kind.PORT:
            return forms.IntegerField(min_value=1, max_value=65535, **facts | {"required": True})
        case Kind.SECONDS:
            facts["required"] = True
            return forms.DecimalField(min_value=Decimal("0.1"), max_value=600, decimal_places=1, **facts)
        case Kind.FLAG:
            return forms.BooleanField(**facts | {"required": False})
        case Kind.CHOICE:
            return forms.ChoiceField(choices=one.choices, **facts)
        case Kind.LINES:
            return LinesField(widget=forms.Textarea({"rows": 3}), **facts)
        case Kind.PAIRS:
            lines = HiddenTextarea if one.secret else forms.Textarea
            return PairsField(widget=lines({"rows": 3}), **facts)
    if one.secret:
        widget = forms.PasswordInput({"autocomplete": "off"})
        return forms.CharField(max_length=4000, widget=widget, strip=False, **facts)
    return forms.CharField(max_length=LONGEST, **facts)


def _as_kept(one: Setting, value: Any) -> Any:
    """Plain values of TOML. What holds anyway is compared with its default as it is."""
    if isinstance(value, Decimal):
        return float(value)
    if one.kind is Kind.LINES:
        return value if value != list(one.default or ()) else one.default
    return value
