"""What an app above adds to the page of an import of its own kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ronda.company.models import ImportBatch


@dataclass(frozen=True, slots=True)
class Panel:
    """`template` is shown on the page of a batch with what `context` gives; `label` names the kind."""

    label: Any
    template: str
    context: Callable[[ImportBatch], Mapping[str, Any]]


_panels: dict[str, Panel] = {}


def register_panel(kind: str, panel: Panel) -> None:
    """Show this on the page of imports of a kind."""
    _panels[kind] = panel


def panel_of(kind: str) -> Panel | None:
    return _panels.get(kind)
