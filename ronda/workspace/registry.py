"""What is mounted: workspaces, pages, areas of the navigation, tabs from other apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import models
from django.urls import reverse

if TYPE_CHECKING:
    from ronda.workspace.declare import Action, Area, Page, Tab, Workspace


class Registry:
    """The workspaces mounted by the site, in the order of the navigation."""

    def __init__(self) -> None:
        self._by_base: dict[str, type[Workspace]] = {}

    def add(self, workspaces: Iterable[type[Workspace]]) -> None:
        for workspace in workspaces:
            known = self._by_base.setdefault(workspace.base(), workspace)
            if known is not workspace:
                raise ValueError(f"{workspace.__name__} and {known.__name__} both want /{known.base()}/")

    def __iter__(self) -> Iterator[type[Workspace]]:
        return iter(self._by_base.values())

    def get(self, base: str) -> type[Workspace] | None:
        return self._by_base.get(base)

    def of(self, model: type[models.Model]) -> type[Workspace] | None:
        """The workspace of a model: the one named after it, else the first over it."""
        named = self._by_base.get(str(model._meta.model_name))
        if named is not None and named.model is model:
            return named
        return next((one for one in self if one.model is model), None)


registry = Registry()
_pages: dict[str, Page] = {}
_areas: dict[str, Area] = {}
_tabs: dict[type[models.Model], list[Tab]] = {}
_tabs_of_all: list[Tab] = []
_actions: dict[type[models.Model], list[Action]] = {}
_badges: dict[type[models.Model], list[Any]] = {}


def workspace_of(model: type[models.Model]) -> type[Workspace] | None:
    """The mounted workspace of a model, or None."""
    return registry.of(model)


def add_tab(model: type[models.Model], tab: Tab) -> None:
    """For apps above: put a tab of theirs on a page of an app below."""
    _tabs.setdefault(model, []).append(tab)


def add_tab_to_all(tab: Tab) -> None:
    """Put a tab on every record's page (history, files); its functions get the record."""
    _tabs_of_all.append(tab)


def tabs_for(model: type[models.Model]) -> list[Tab]:
    """The tabs other apps put on a model's page, then those every record has."""
    return [*_tabs.get(model, ()), *_tabs_of_all]


def add_action(model: type[models.Model], action: Action) -> None:
    """For apps above: put a button of theirs on the list and page of an app below, before it is mounted.

    The same declaration may be added twice; another one under a known code raises ValueError.
    """
    known = _actions.setdefault(model, [])
    if any(one.code == action.code and one is not action for one in known):
        raise ValueError(f"{model._meta.label} already has an action “{action.code}”")
    if action not in known:
        known.append(action)


def actions_for(model: type[models.Model]) -> list[Action]:
    """The actions other apps put on a model."""
    return list(_actions.get(model, ()))


def add_badge(model: type[models.Model], badge: Any) -> None:
    """For apps above: a function of the record that gives (text, colour) beside its name, or None."""
    _badges.setdefault(model, []).append(badge)


def badges_for(model: type[models.Model]) -> list[Any]:
    """The badges other apps put on a model's page."""
    return list(_badges.get(model, ()))


def register_page(page: Page) -> None:
    """Make a screen outside the workspaces known to navigation and palette."""
    _pages[page.code] = page


def register_area(area: Area) -> None:
    """Name, place and icon of a heading of the navigation."""
    _areas[area.code] = area


def pages() -> list[Page]:
    return sorted(_pages.values(), key=lambda page: (page.order, page.code))


def areas() -> dict[str, Area]:
    return dict(_areas)


def url_of(record: Any) -> str | None:
    """The address of a record's page, if it has one."""
    if not isinstance(record, models.Model):
        return None
    workspace = registry.of(type(record))
    if workspace is not None:
        return detail_url(workspace, record.pk)
    own = getattr(record, "get_absolute_url", None)
    return str(own()) if own else None


def detail_url(workspace: type[Workspace], pk: Any) -> str:
    return reverse(workspace.name("detail"), args=[pk])
