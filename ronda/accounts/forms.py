from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from ronda.accounts.services import use_code
from ronda.workspace.fields import DayField, NewPasswordInput
from ronda.workspace.forms import CompanyForm

NO_PASSKEY = _("The passkey was not recognised.")
# What reading a made-up answer may raise: missing parts, no base64, no CBOR.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
WRONG = _("User name or password is wrong, or the account is not active.")


class SignInForm(AuthenticationForm):
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and the new one twice; the service asks the rules, once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].widget = NewPasswordInput()
        self.fields["new_password1"].help_text = " ".join(password_validators_help_texts())
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user: Any, *args: Any, **kwargs: Any) -> None:
        """Not here: hashing ten former passwords takes time, and `set_password` asks anyway."""


class LastDayForm(CompanyForm):
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: the account does not end."))


class _OnceOnly:
    """A code of the authenticator app opens once, in whichever process it is asked."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not use_code(self.user, code):
            raise forms.ValidationError(_("This code has been used. Wait for the next one."))
        return code


class _Readable:
    """An answer of the browser that is no passkey's answer is a wrong one, never an error of the program."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE as error:
            raise forms.ValidationError(NO_PASSKEY) from error


class CodeForm(_OnceOnly, AuthenticateForm):
    pass


class CodeAgainForm(_OnceOnly, ReauthenticateForm):
    pass


class PasskeyForm(_Readable, AuthenticateWebAuthnForm):
    pass


class PasskeySignInForm(_Readable, LoginWebAuthnForm):
    pass


class PasskeyAgainForm(_Readable, ReauthenticateWebAuthnForm):
    pass


class NewPasskeyForm(AddWebAuthnForm):
    def clean(self) -> Any:
        try:
            return super().clean()
        except UNREADABLE as error:
            raise forms.ValidationError(NO_PASSKEY) from error
