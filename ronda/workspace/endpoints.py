"""Small services of the shell: palette, look-up of related records, language, theme."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from ronda.workspace import extras
from ronda.workspace.context import THEMES, entries, title_of
from ronda.workspace.extra_screens import searched
from ronda.workspace.fields import narrowed
from ronda.workspace.registry import detail_url, registry
from ronda.workspace.search import search
from ronda.workspace.services import choose_language as keep_language

PER_WORKSPACE = 8
LONGEST = 0.4  # seconds the palette searches records before it answers with what it has
YEAR = 365 * 24 * 3600


@method_decorator(login_not_required, name="dispatch")
class JsonForPeople(LoginRequiredMixin, View):
    """Answers 403 in place of the login page: the caller is a script."""

    permission_required = ""
    raise_exception = True


class Palette(JsonForPeople):
    """Pages and records for Ctrl+K: `{"groups": [{label, items: [{label, url, icon, hint}]}]}`.

    Entries of the side bar are found by the browser itself; here come those known by another word.
    """

    def get(self, request: HttpRequest) -> JsonResponse:
        text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
        groups = self.records(request, text) if len(text) >= 2 else []
        if found := self.pages(request, text):
            groups.append({"label": _("Pages"), "items": found})
        return JsonResponse({"groups": groups})

    def pages(self, request: HttpRequest, text: str) -> list[dict[str, str]]:
        words = text.casefold().split()
        found = []
        country = getattr(getattr(request, "company", None), "country", "")
        for entry in entries(request.user, country=country):
            label = str(entry["label"])
            hay = f"{label} {entry['keywords']}".casefold()
            beside = not all(word in label.casefold() for word in words) or not entry["in_navigation"]
            if words and beside and all(word in hay for word in words):
                found.append({"label": label, "url": entry["url"], "icon": entry["icon"], "hint": ""})
        return found[:20]

    def records(self, request: HttpRequest, text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        user: Any = request.user
        end = time.monotonic() + LONGEST
        company_id = getattr(getattr(request, "company", None), "pk", None)
        for workspace in registry:
            if not workspace.search or not user.has_perm(workspace.permission("view")):
                continue
            if time.monotonic() > end:
                break
            beside = searched(extras.fields_of(workspace.model, company_id))
            rows = search(workspace.records(request), workspace.search, text, beside)[:PER_WORKSPACE]
            items = [
                {
                    "label": str(row),
                    "url": detail_url(workspace, row.pk),
                    "icon": workspace.icon or "file",
                    "hint": "",
                }
                for row in rows
            ]
            if items:
                found.append({"label": title_of(workspace), "items": items})
        return found


class Lookup(JsonForPeople):
    """Records of a model for <ui-combobox>: `{"results": [{id, text, hint}], "more": bool}`.

    `?with=party,account&party=3` leaves those that fit one of the named values (`Workspace.narrowed_by`).
    """

    size = 30

    def get(self, request: HttpRequest, label: str) -> JsonResponse:
        workspace = next((one for one in registry if one.model._meta.label_lower == label.lower()), None)
        if workspace is None:
            raise Http404
        workspace = registry.of(workspace.model) or workspace
        if not request.user.has_perm(workspace.permission("view")):  # type: ignore[union-attr]
            raise PermissionDenied
        text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
        records = workspace.records(request)
        if along := request.GET.get("with", "")[:200]:
            records = narrowed(records, {name: request.GET.get(name, "") for name in along.split(",")})
        rows = list(search(records, workspace.search, text)[: self.size + 1])
        results = [{"id": str(row.pk), "text": str(row), "hint": ""} for row in rows[: self.size]]
        return JsonResponse({"results": results, "more": len(rows) > self.size})


def _back(request: HttpRequest) -> str:
    """Where the person was, if that is an address of ours."""
    wanted = request.POST.get("next") or request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if wanted and url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure()):
        return wanted
    return "/"


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language of the screen in a cookie; unknown ones change nothing."""
    response = HttpResponseRedirect(_back(request))
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        if request.user.is_authenticated:
            keep_language(request.user, language=code, by=request.user.get_username())
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or auto in a cookie, so that the first paint is right."""
    response = HttpResponseRedirect(_back(request))
    if (theme := request.POST.get("theme", "")) in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
