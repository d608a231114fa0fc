from collections.abc import Callable, Collection
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ronda.accounts.queries import account_of, factor_due

ALLOWED = frozenset({"password-change", "logout", "account_logout", "set-language", "set-theme"})


#: In the session of whoever has to set up a second factor before anything else.
FACTOR_FIRST = "second_factor_first"
#: The pages on which one is set up, with the questions that come before and the codes shown after.
FACTOR_PAGES = frozenset(
    {
        *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"),
        *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
        *("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    }
)


class PasswordChangeFirst:
    """Who must change the password does nothing else until it is changed (O58, O60).

    Only for people who are signed in by a session. What strangers may open stays open: the log-in page,
    public links, health pages. Static files are answered before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated or not account_of(user).must_change:
            return None
        refusal = ("accounts.change_password", _("Change your password first."))
        return _led_to("password-change", request, view, refusal, ALLOWED)


class SecondFactorFirst:
    """Whose role asks for a second factor and who has none sets one up before anything else.

    Found out at log-in and kept in the session until there is one. A program with a token has no session
    and is not asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated or not request.session.get(FACTOR_FIRST):
            return None
        if not factor_due(user):
            del request.session[FACTOR_FIRST]
            return None
        refusal = ("accounts.second_factor", _("Set up a second factor first."))
        return _led_to("mfa_index", request, view, refusal, ALLOWED | FACTOR_PAGES)


def _led_to(
    name: str, request: HttpRequest, view: Any, refusal: tuple[str, str], allowed: Collection[str]
) -> HttpResponse | None:
    """The way to a page, or the refusal of the API; None for what stays open."""
    if request.path.startswith("/api/"):
        code, message = refusal
        return JsonResponse({"code": code, "message": message}, status=403)
    match = request.resolver_match
    if (match and match.url_name in allowed) or not getattr(view, "login_required", True):
        return None
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse(name)})
    return HttpResponseRedirect(reverse(name))
