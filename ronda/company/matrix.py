"""What a role allows as a table: areas with their records inside, and what may be done with each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Permission
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.company.domain.roles import ACT, MATRIX_VERBS, state_of, verb_of
from ronda.company.wording import model_of, permission_label
from ronda.workspace.context import AREAS, title_of
from ronda.workspace.declare import Area
from ronda.workspace.registry import areas, registry

VERB_LABELS = {
    "view": _("see"),
    "add": _("add"),
    "change": _("change"),
    "delete": _("delete"),
    ACT: _("act"),
}


@dataclass(slots=True)
class Box:
    """One permission to tick; `text` is said beside it only where a cell holds several."""

    key: int
    ticked: bool
    label: str
    text: str = ""


@dataclass(slots=True)
class Line:
    """A kind of record. `inner` ones have no list of their own: they are seen inside others."""

    label: str
    inner: bool
    cells: dict[str, list[Box]] = field(default_factory=lambda: {verb: [] for verb in MATRIX_VERBS})


@dataclass(slots=True)
class AreaOfRole:
    """An area of the navigation with its lines; `states` says all, some, none or nothing to give."""

    code: str
    label: str
    order: int
    lines: list[Line] = field(default_factory=list)

    @property
    def states(self) -> list[tuple[str, Any, str]]:
        """(verb, its label, state) of each column, over all lines of the area."""
        return [
            (verb, VERB_LABELS[verb], state_of(box.ticked for line in self.lines for box in line.cells[verb]))
            for verb in MATRIX_VERBS
        ]


def matrix(permissions: Iterable[Permission], ticked: Iterable[int]) -> list[AreaOfRole]:
    """The permissions by area and kind of record, those in `ticked` ticked; no query of its own."""
    held = set(ticked)
    known = {**AREAS, **areas()}
    found: dict[str, AreaOfRole] = {}
    lines: dict[str, Line] = {}
    for permission in permissions:
        model = f"{permission.content_type.app_label}.{permission.content_type.model}"
        if model not in lines:
            code = _area_of(model)
            area = known.get(code) or Area(code, capfirst(code), order=900)
            place = found.setdefault(code, AreaOfRole(code, str(area.label), area.order))
            lines[model] = _line(model)
            place.lines.append(lines[model])
        verb = verb_of(permission.codename, permission.content_type.model)
        label = permission_label(permission)
        box = Box(permission.pk, permission.pk in held, label, label if verb == ACT else "")
        lines[model].cells[verb].append(box)
    for place in found.values():
        place.lines.sort(key=lambda line: (line.inner, line.label))
    return sorted(found.values(), key=lambda area: (area.order, area.code))


def _line(label: str) -> Line:
    model = model_of(label)
    workspace = registry.of(model) if model else None
    if workspace is not None:
        return Line(title_of(workspace), inner=False)
    name = model._meta.verbose_name_plural if model else label
    return Line(capfirst(str(name)), inner=True)


def _area_of(label: str) -> str:
    """The area of a kind of record's list; of the rest, that of its app's first list."""
    model = model_of(label)
    workspace = registry.of(model) if model else None
    if workspace is not None and workspace.area:
        return workspace.area
    return next(_areas_of_app(label.partition(".")[0]), "settings")


def _areas_of_app(app: str) -> Iterator[str]:
    for workspace in registry:
        if workspace.model._meta.app_label == app and workspace.area:
            yield workspace.area
