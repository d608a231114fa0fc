"""Real municipalities to put customers in, large ones more often."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from ronda.parties.models import Place

# About a kilometre either way, in hundred-thousandths of a degree.
NEAR = 900


class Towns:
    """The most populous municipalities of some provinces, each with its first postcode."""

    def __init__(self, country: str, provinces: Mapping[str, int]) -> None:
        """`provinces` says how many municipalities of each."""
        self.places: list[Place] = []
        for province, count in provinces.items():
            near = Place.objects.filter(country=country, province=province).exclude(postcodes="")
            self.places += list(near.order_by("-population", "code")[:count])
        if not self.places:
            raise LookupError(f"the municipalities of {country} are not loaded")
        self.weights = [place.population + 4_000 for place in self.places]

    def pick(self, rng: Random) -> Place:
        return rng.choices(self.places, self.weights)[0]


def address(place: Place, street: str) -> dict[str, Any]:
    """An address in the town; the services find province and coordinates."""
    return {
        "street": street,
        "postcode": place.postcodes.split()[0],
        "city": place.name,
        "province": place.province,
        "country": place.country,
    }


def pinned(place: Place, street: str, rng: Random) -> dict[str, Any]:
    """The same with a point of its own near the centre, so that a map shows more than one dot."""
    facts = address(place, street)
    if place.latitude is not None and place.longitude is not None:
        facts["latitude"] = place.latitude + _shift(rng)
        facts["longitude"] = place.longitude + _shift(rng)
    return facts


def _shift(rng: Random) -> Decimal:
    return Decimal(rng.randint(-NEAR, NEAR)).scaleb(-5)


def spread(total: int, parts: int, rng: Random, weights: Sequence[int]) -> list[int]:
    """`total` over so many parts, at least one each; `weights` say how much more some get."""
    counts = [1] * parts
    for _ in range(total - parts):
        counts[rng.choices(range(parts), weights)[0]] += 1
    return counts
