"""Which of several layers of values counts: the nearest that has one (P8)."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

#: The place of a value that nobody set.
DEFAULT = "default"


class Found(NamedTuple):
    """A value and the place it comes from."""

    value: Any
    place: str


def nearest(defaults: Mapping[str, Any], layers: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Found]:
    """Every name of `defaults` with the value of the last layer that has it.

    `layers` are (place, values), the farthest first. Names without a default are left out.
    """
    found = {name: Found(value, DEFAULT) for name, value in defaults.items()}
    for place, values in layers:
        found |= {name: Found(value, place) for name, value in values.items() if name in defaults}
    return found
