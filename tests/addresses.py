"""Every address of the site with the permission its view declares, read from the URL configuration.

A page of one's own that declares none fails the tests: `permission_required = ""` says: all logged in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ronda.workspace.declare import Workspace
from ronda.workspace.pages import GuardMixin, PageMixin
from ronda.workspace.rest import MayDo, RecordViewSet
from ronda.workspace.saving import AddPage

NOWHERE = 999_999_999
WORDS = {
    "label": "parties.party",
    "base": "party",
    "kind": "customers",
    "verb": "issue",
    "page": "analysis-months",
    "token": "x" * 43,
}
UNDECLARED = (PermissionRequiredMixin, GuardMixin, PageMixin)


@dataclass(frozen=True)
class Address:
    """A named address with example arguments; `permission` "" is for whoever is logged in."""

    name: str
    url: str
    methods: tuple[str, ...]
    permission: str | None
    view: Any
    workspace: type[Workspace] | None
    has_key: bool
    public: bool
    never: bool = False

    @property
    def is_api(self) -> bool:
        return hasattr(self.view, "cls")

    @property
    def is_ours(self) -> bool:
        """Views of libraries declare nothing: they are for whoever is logged in."""
        return _is_ours(getattr(self.view, "view_class", None) or getattr(self.view, "cls", self.view))

    @property
    def asks_first(self) -> bool:
        """Whether the permission is asked before the view does anything, whatever the method."""
        return issubclass(getattr(self.view, "view_class", object), PermissionRequiredMixin)

    def __str__(self) -> str:
        return f"{self.name} ({self.url})"


def every_address() -> list[Address]:
    """All named addresses; those of the API once for each of their methods."""
    return [found for pattern in _patterns(get_resolver().url_patterns) for found in _addresses(pattern)]


def _patterns(patterns: Any) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns)
        elif one.name:
            yield one


def arguments(pattern: URLPattern, key: int = NOWHERE) -> dict[str, Any]:
    """Arguments for an address; every number is `key`."""
    converters = pattern.pattern.converters
    names = [*converters, *(n for n in pattern.pattern.regex.groupindex if n not in converters)]
    return {name: key if _is_key(pattern, name) else WORDS.get(name, "x") for name in names}


def _is_key(pattern: URLPattern, name: str) -> bool:
    return type(pattern.pattern.converters.get(name)).__name__ == "IntConverter" or name == "pk"


def _addresses(pattern: URLPattern) -> Iterator[Address]:
    view, given = pattern.callback, arguments(pattern)
    facts = {
        "name": str(pattern.name),
        "url": reverse(str(pattern.name), kwargs=given),
        "view": view,
        "has_key": NOWHERE in given.values(),
        "public": not getattr(view, "login_required", True) and not _asks_itself(view),
    }
    if issubclass(getattr(view, "cls", object), RecordViewSet):
        workspace = view.cls.workspace
        for method, action in view.actions.items():
            if method == "head":
                continue
            verb = MayDo.verbs.get(action) or view.initkwargs["action_permission"]
            yield Address(
                **facts, methods=(method,), permission=workspace.permission(verb), workspace=workspace
            )
        return
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    methods = tuple(
        method
        for method in ("get", "post")
        if view_class is None
        or (method in view_class.http_method_names and getattr(view_class, method, None))
    )
    initial = getattr(view, "view_initkwargs", {})
    workspace = initial.get("workspace")
    yield Address(
        **facts,
        methods=methods,
        permission=_declared(pattern, view_class, initial, given),
        workspace=workspace,
        never=bool(workspace and issubclass(view_class, AddPage) and not workspace.may_add),
    )


def _is_ours(view: Any) -> bool:
    return str(view.__module__).startswith("ronda.")


def _asks_itself(view: Any) -> bool:
    """Views that answer 403 in place of the login page, because scripts call them."""
    return bool(getattr(getattr(view, "view_class", None), "raise_exception", False)) or hasattr(view, "cls")


def _declared(pattern: URLPattern, view_class: Any, initial: Any, given: Any) -> str | None:
    """The permission a view declares; None when it declares none."""
    if not _is_ours(view_class or pattern.callback):
        return ""
    if view_class is None:
        return None
    own = [one for one in view_class.__mro__ if one not in UNDECLARED]
    if not any({"permission_required", "get_permission_required"} & set(vars(one)) for one in own):
        return None
    view = view_class(**initial)
    view.kwargs = given
    if not hasattr(view, "get_permission_required") or view.permission_required == "":
        return str(view.permission_required)
    [permission] = view.get_permission_required()
    return str(permission)
