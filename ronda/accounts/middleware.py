from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ronda.accounts.queries import account_of

ALLOWED = frozenset({"password-change", "logout", "account_logout", "set-language", "set-theme"})


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
        if request.path.startswith("/api/"):
            message = _("Change your password first.")
            return JsonResponse({"code": "accounts.change_password", "message": message}, status=403)
        match = request.resolver_match
        if (match and match.url_name in ALLOWED) or not getattr(view, "login_required", True):
            return None
        change = reverse("password-change")
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": change})
        return HttpResponseRedirect(change)
