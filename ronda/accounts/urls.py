"""Addresses of signing in. django-allauth looks for its own names, so they stay."""

from allauth.mfa.recovery_codes.views import download_recovery_codes
from allauth.mfa.webauthn.views import login_webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from ronda.accounts import pages

sign_in, sign_out = pages.SignIn.as_view(), pages.SignOut.as_view()

urlpatterns = [
    path("login/", sign_in, name="login"),
    path("login/", sign_in, name="account_login"),
    path("login/code/", pages.SecondFactor.as_view(), name="mfa_authenticate"),
    path("login/passkey/", login_not_required(login_webauthn), name="mfa_login_webauthn"),
    path("logout/", sign_out, name="logout"),
    path("logout/", sign_out, name="account_logout"),
    path("password/", pages.ChangePassword.as_view(), name="password-change"),
    path("security/", pages.Security.as_view(), name="mfa_index"),
    path("security/app/", pages.AddApp.as_view(), name="mfa_activate_totp"),
    path("security/app/remove/", pages.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("security/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("security/passkeys/new/", pages.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", pages.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("security/codes/", pages.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("security/codes/new/", pages.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("security/codes/file/", download_recovery_codes, name="mfa_download_recovery_codes"),
    path("security/sessions/", pages.Sessions.as_view(), name="usersessions_list"),
    path("security/again/", pages.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("security/again/code/", pages.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("security/again/passkey/", pages.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
]
