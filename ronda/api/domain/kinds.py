"""The events other programs may be told of. An app adds its own: `name_event("ticket.opened", _(…))`."""

from typing import Any

_names: dict[str, Any] = {}


def name_event(code: str, label: Any) -> None:
    """Make an event known to the screens; to be announced by `ronda.api.services.announce`."""
    _names[code] = label


def event_names() -> dict[str, Any]:
    """Every event with its words, by code."""
    return dict(sorted(_names.items()))
