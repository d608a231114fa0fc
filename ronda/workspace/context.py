"""What the shell around every page shows: navigation, company, theme, language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ronda.workspace.declare import Area
from ronda.workspace.registry import areas, pages, registry
from ronda.workspace.visibility import sees_everything

THEMES = ("light", "dark", "auto")
# The usual headings; register_area replaces or adds to them.
AREAS = {
    area.code: area
    for area in (
        Area("home", "", "house", 0),
        Area("customers", _("Customers"), "users", 10),
        Area("catalogue", _("Catalogue"), "package", 20),
        Area("contracts", _("Contracts"), "repeat", 30),
        Area("billing", _("Invoices"), "receipt", 40),
        Area("payments", _("Payments"), "wallet", 50),
        Area("accounting", _("Accounting"), "calculator", 60),
        Area("reports", _("Reports"), "chart-column", 70),
        Area("settings", _("Settings"), "settings", 90),
    )
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, `company`, `companies`, `theme`, `language`; made when shown."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "company": getattr(request, "company", None),
        "companies": getattr(request, "companies", None) or (),
        "theme": theme if theme in THEMES else "auto",
        "language": (get_language() or "en")[:2],
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Areas with the entries this person may open; the current one is marked."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    known = {**AREAS, **areas()}
    found: dict[str, dict[str, Any]] = {}
    country = getattr(getattr(request, "company", None), "country", "")
    shown = entries(user, in_navigation=True, country=country)
    for entry in sorted(shown, key=lambda one: one["order"]):
        code = entry["area"]
        area = known.get(code) or Area(code, capfirst(code), order=900)
        place = found.setdefault(
            code, {"code": code, "label": area.label, "icon": area.icon, "order": area.order, "items": []}
        )
        place["items"].append(entry)
    mark_current([item for area in found.values() for item in area["items"]], request.path)
    for area_items in found.values():
        area_items["current"] = any(item["current"] for item in area_items["items"])
    return sorted(found.values(), key=lambda area: area["order"])


def entries(user: Any, *, in_navigation: bool = False, country: str = "") -> Iterable[dict[str, Any]]:
    """Every list and page the person may open in a firm of the country, as navigation and palette show it."""
    held = None if user.is_superuser else frozenset(user.get_all_permissions())
    whole = sees_everything(user)
    mounted = (settings.ROOT_URLCONF, *registry, *((page.code, page.url_name) for page in pages()))
    found = _entries(held, get_language(), mounted, in_navigation=in_navigation)
    return [
        dict(entry)
        for entry in found
        if (whole or not entry["whole_company"]) and (not entry["countries"] or country in entry["countries"])
    ]


@lru_cache(maxsize=128)
def _entries(
    held: frozenset[str] | None, _language: str | None, _mounted: tuple[Any, ...], *, in_navigation: bool
) -> list[dict[str, Any]]:
    """Made once for people with the same permissions and language: every page shows them."""
    found = [*_lists(in_navigation=in_navigation), *_pages(in_navigation=in_navigation)]
    return [entry for permission, entry in found if held is None or not permission or permission in held]


def _lists(*, in_navigation: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for workspace in registry:
        shown = bool(workspace.in_navigation and workspace.area)
        if shown or not in_navigation:
            entry = {
                "label": title_of(workspace),
                "url": reverse(workspace.name("list")),
                "icon": workspace.icon,
                "area": workspace.area,
                "order": workspace.order_in_area,
                "keywords": "",
                "current": False,
                "in_navigation": shown,
                "whole_company": workspace.whole_company,
                "countries": workspace.countries,
            }
            yield workspace.permission("view"), entry


def _pages(*, in_navigation: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for page in pages():
        if in_navigation and not page.in_navigation:
            continue
        try:
            url = reverse(page.url_name)
        except NoReverseMatch:
            continue
        entry = {
            "label": str(page.label),
            "url": url,
            "icon": page.icon,
            "area": page.area,
            "order": page.order,
            "keywords": " ".join(str(word) for word in page.keywords),
            "current": False,
            "in_navigation": page.in_navigation,
            "whole_company": _shows_whole_company(url),
            "countries": page.countries,
        }
        yield page.permission, entry


def _shows_whole_company(url: str) -> bool:
    said = getattr(getattr(resolve(url).func, "view_class", None), "shows_whole_company", None)
    return bool(said and said())


def title_of(workspace: Any) -> str:
    """The name of a list: its own title, or its model's name in the plural."""
    return capfirst(str(workspace.title or workspace.model._meta.verbose_name_plural))


def mark_current(items: list[dict[str, Any]], path: str) -> None:
    """Mark the entry with the longest address the path starts with."""
    matching = [
        item for item in items if path == item["url"] or (item["url"] != "/" and path.startswith(item["url"]))
    ]
    if matching:
        max(matching, key=lambda item: len(item["url"]))["current"] = True
