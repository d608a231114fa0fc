"""Reads on tokens and webhooks that forms and screens share."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.api.domain.kinds import event_names
from ronda.api.domain.scopes import EVERYWHERE, READ, WRITE
from ronda.workspace.registry import areas, registry

VERBS = {READ: _("read"), WRITE: _("read and write")}


def scope_choices() -> list[tuple[str, Any]]:
    """Every scope there is with its words; one for all areas first."""
    known = areas()
    found: dict[str, Any] = {EVERYWHERE: _("Everything")}
    for workspace in registry:
        if workspace.api:
            code = workspace.scope()
            area = known.get(code)
            found.setdefault(code, area.label if area else capfirst(code))
    return [
        (f"{code}:{verb}", f"{label}: {words}")
        for code, label in found.items()
        for verb, words in VERBS.items()
    ]


def scopes_in_words(scopes: Sequence[str]) -> str:
    words = {code: str(label) for code, label in scope_choices()}
    return ", ".join(words.get(scope, scope) for scope in scopes)


def event_choices() -> list[tuple[str, Any]]:
    return list(event_names().items())


def events_in_words(events: Sequence[str]) -> str:
    words = event_names()
    return ", ".join(str(words.get(event, event)) for event in events)
