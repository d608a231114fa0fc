"""Screens of signing in, of one's own password, second factors and sessions."""

from typing import Any, ClassVar

from allauth.account.utils import perform_login
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from ronda.accounts.auth import address_of
from ronda.accounts.forms import ChangePasswordForm, SignInForm
from ronda.accounts.middleware import FACTOR_FIRST
from ronda.accounts.queries import account_of
from ronda.accounts.services import note_failure, note_sign_out
from ronda.company.models import User
from ronda.company.services import set_password
from ronda.kernel.errors import Refusal
from ronda.workspace.pages import PageMixin

SECURITY = gettext_lazy("Sign-in and security")


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The log-in page; an installation without anybody is set up first. A second factor comes next."""

    template_name = "accounts/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not User.objects.exists():
            return HttpResponseRedirect(reverse("welcome"))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        target = self.get_redirect_url() or None
        answer: HttpResponse = perform_login(self.request, form.get_user(), redirect_url=target)
        return answer


class SignOut(LogoutView):
    """By the button only; the log says so."""

    permission_required = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if isinstance(request.user, User):
            note_sign_out(request.user)
        return super().post(request, *args, **kwargs)


class ChangePassword(PageMixin, FormView):
    """One's own password; the old one is asked, and a wrong one counts as an attempt."""

    permission_required = ""
    template_name = "accounts/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("password-change")
    page_title = gettext_lazy("Change your password")
    area = "settings"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(forced=account_of(self.request.user).must_change, **kwargs)  # type: ignore[arg-type]

    def form_valid(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        forced = account_of(user).must_change
        try:
            set_password(user, password=form.cleaned_data["new_password1"], by=user.get_username())
        except Refusal as refusal:
            form.add_error("new_password1", str(refusal.message))
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("Your password is changed."))
        return HttpResponseRedirect(reverse("home") if forced else self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        if form.has_error("old_password", "password_incorrect"):
            note_failure(user, now=timezone.now(), address=address_of(self.request))
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Own(PageMixin):
    """A page of one's own security."""

    permission_required = ""
    area = "settings"
    page_title: ClassVar[Any] = SECURITY

    def get_breadcrumb(self) -> Any:
        return [(SECURITY, reverse("mfa_index"))]


class Security(PageMixin, IndexView):
    """Password, second factors and sessions of the person who is signed in."""

    permission_required = ""
    template_name = "accounts/security.html"
    area = "settings"
    page_title = SECURITY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            account=account_of(self.request.user),  # type: ignore[arg-type]
            factor_first=self.request.session.get(FACTOR_FIRST, False),
            **kwargs,
        )


class AddApp(Own, ActivateTOTPView):
    template_name = "accounts/app_add.html"
    page_title = gettext_lazy("Add an authenticator app")


class RemoveApp(Own, DeactivateTOTPView):
    template_name = "accounts/confirm.html"
    page_title = gettext_lazy("Remove the authenticator app")
    extra_context: ClassVar[Any] = {
        "question": gettext_lazy("Without another second factor the password alone opens your account."),
        "yes": gettext_lazy("Remove"),
    }


class AddPasskey(Own, AddWebAuthnView):
    template_name = "accounts/passkey_add.html"
    page_title = gettext_lazy("Add a passkey")


class RemovePasskey(Own, RemoveWebAuthnView):
    template_name = "accounts/confirm.html"
    page_title = gettext_lazy("Remove a passkey")
    extra_context: ClassVar[Any] = {
        "question": gettext_lazy("This passkey will not open your account any more."),
        "yes": gettext_lazy("Remove"),
    }


class RecoveryCodes(Own, ViewRecoveryCodesView):
    template_name = "accounts/codes.html"
    page_title = gettext_lazy("Recovery codes")


class NewRecoveryCodes(Own, GenerateRecoveryCodesView):
    template_name = "accounts/confirm.html"
    page_title = gettext_lazy("New recovery codes")
    extra_context: ClassVar[Any] = {
        "question": gettext_lazy("The codes you have now will not work any more."),
        "yes": gettext_lazy("Make new codes"),
    }


class Sessions(Own, ListUserSessionsView):
    """Where the person is signed in; all other places can be closed."""

    template_name = "accounts/sessions.html"
    page_title = gettext_lazy("Where you are signed in")


class PasswordAgain(Own, ReauthenticateView):
    template_name = "accounts/again.html"
    page_title = gettext_lazy("Confirm that it is you")


class CodeAgain(Own, CodeAgainView):
    template_name = "accounts/again.html"
    page_title = gettext_lazy("Confirm that it is you")


class PasskeyAgain(Own, ReauthenticateWebAuthnView):
    template_name = "accounts/again.html"
    page_title = gettext_lazy("Confirm that it is you")


class SecondFactor(AuthenticateView):
    """After the password: a code of the app, a recovery code or a passkey."""

    template_name = "accounts/second_factor.html"
