"""Which records a person sees: the one place where row visibility is enforced (S9).

A workspace declares how its records hang on a customer (`customer_path`). The app that knows customers and
people says whose customers somebody sees (`restrict_with`); without it everybody sees everything. Lists,
pages, exports, totals, look-ups, the palette, actions and the API all read `Workspace.records`, choices of
forms pass through `visible_to`, and pages of one's own are closed to whoever does not see everything unless
they say that they narrow what they show (`PageMixin.whole_company`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from ronda.workspace import extras
from ronda.workspace.registry import registry


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees: `customers` is a query of keys, `people` those whose records count too."""

    customers: QuerySet[Any]
    people: frozenset[int]


Rule = Callable[[Any], Sight | None]
_rules: list[Rule] = []
_viewer: ContextVar[Any] = ContextVar("ronda_viewer", default=None)


def restrict_with(rule: Rule) -> None:
    """Say whose customers a person sees: the rule gets the user, and answers None for "everything"."""
    _rules[:] = [rule]


def sight_of(user: Any) -> Sight | None:
    """What the person sees; None without limits. Code that runs for nobody (None) is not limited."""
    return _rules[0](user) if _rules and user is not None else None


def sees_everything(user: Any) -> bool:
    return sight_of(user) is None


def narrow(rows: QuerySet[Any], workspace: Any, user: Any) -> QuerySet[Any]:
    """The rows of a workspace's model that the person sees."""
    if workspace.customer_path is None and not workspace.whole_company:
        return rows
    sight = sight_of(user)
    if sight is None:
        return rows
    if workspace.whole_company:
        return rows.none()
    paths = workspace.customer_path
    paths = (paths,) if isinstance(paths, str) else paths
    mine = Q()
    for path in paths:
        mine |= Q(**{f"{path}__in": sight.customers})
    if workspace.owner_path:  # what has no customer yet is its author's
        nobodys = Q(**{f"{path}__isnull": True for path in paths})
        mine |= nobodys & Q(**{f"{workspace.owner_path}__in": sight.people})
    return rows.filter(mine)


def visible_to(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """The rows the person sees, by the declaration of their model's workspace."""
    workspace = registry.of(rows.model)
    return rows if workspace is None else narrow(rows, workspace, user)


def viewer() -> Any:
    """The person whose request is answered; None in a job or a command."""
    return _viewer.get()


@contextmanager
def viewing(user: Any) -> Iterator[None]:
    """Everything inside is shown to that person."""
    token = _viewer.set(user)
    try:
        with extras.kept(afresh=True):
            yield
    finally:
        _viewer.reset(token)
