"""An address completed from a municipality."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ronda.parties.domain.names import normalised


@dataclass(frozen=True, slots=True)
class Municipality:
    """What is known of a place: its names as they are searched, and its point in degrees."""

    name: str
    key: str
    other_key: str
    province: str
    latitude: Decimal | None
    longitude: Decimal | None
    population: int = 0


def choose(found: Sequence[Municipality], *, city: str, province: str = "") -> Municipality | None:
    """The one municipality that is meant, or None when it is not certain.

    A city that was written must be the municipality's name; a province, if any, its province.
    Without a city the postcode must have led to one municipality only.
    """
    key = normalised(city)
    fit = [
        place
        for place in found
        if (not key or key in (place.key, place.other_key))
        and (not province or place.province.upper() == province.upper())
    ]
    return fit[0] if len(fit) == 1 else None
