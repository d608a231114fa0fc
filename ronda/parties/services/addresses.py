"""Addresses completed from the municipalities: province, and a point on the map."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ronda.parties.domain.addresses import Municipality, choose
from ronda.parties.domain.names import normalised
from ronda.parties.models import Address, Place, Postcode
from ronda.parties.queries import PLACE_FIELDS

AT_ONCE = 500
Known = dict[tuple[str, str], list[Municipality]]


def complete_addresses(addresses: Iterable[Address], *, moved: bool = False) -> None:
    """Fill the province, the city of a postcode, the postcode of a small town, and the centroid.

    Only what is empty is filled, unless the address has `moved`: then the province and a point that was
    not placed by hand follow the new city. Nothing is saved here; nothing is guessed where several
    municipalities fit.
    """
    asked = [one for one in addresses if one.city or one.postcode]
    by_postcode = _by_postcode({(one.country, one.postcode) for one in asked if one.postcode})
    by_name = _by_name({(one.country, normalised(one.city)) for one in asked if one.city})
    meant: dict[tuple[str, ...], Municipality | None] = {}  # addresses of a list repeat themselves
    for one in asked:
        what = (one.country, one.postcode, one.city, one.province)
        if what not in meant:
            near = by_postcode.get((one.country, one.postcode), [])
            named = by_name.get((one.country, normalised(one.city)), [])
            meant[what] = _meant(one, near, named, moved=moved)
        place = meant[what]
        if place is not None:
            _fill(one, place, moved=moved)


def _meant(
    address: Address, near: list[Municipality], named: list[Municipality], *, moved: bool
) -> Municipality | None:
    for province in [address.province, ""] if moved else [address.province]:
        found = choose(near, city=address.city, province=province)
        if found is None and address.city:
            found = choose(named, city=address.city, province=province)
        if found is not None:
            return found
    return None


def _fill(address: Address, place: Municipality, *, moved: bool) -> None:
    by_hand = address.precision == Address.Precision.PIN
    if moved or not address.province:
        address.province = place.province
    address.city = address.city or place.name
    if (address.latitude is None or (moved and not by_hand)) and place.latitude is not None:
        address.latitude, address.longitude = place.latitude, place.longitude
        address.precision = Address.Precision.PLACE


def locate(address: Address, *, by_hand: bool) -> None:
    """Say how the coordinates were found: by hand when a person wrote both."""
    if address.latitude is None or address.longitude is None:
        address.latitude = address.longitude = None
        address.precision = Address.Precision.NONE
    elif by_hand:
        address.precision = Address.Precision.PIN


def _by_postcode(asked: set[tuple[str, str]]) -> Known:
    found: Known = defaultdict(list)
    countries = {country for country, _code in asked}
    for codes in _chunks(sorted({code for _country, code in asked})):
        # The index begins with the country.
        rows = Postcode.objects.filter(country__in=countries, code__in=codes).values_list(
            "country", "code", *(f"place__{name}" for name in PLACE_FIELDS)
        )
        for country, code, *facts in rows:
            if (country, code) in asked:
                found[country, code].append(Municipality(*facts))
    return found


def _by_name(asked: set[tuple[str, str]]) -> Known:
    found: Known = defaultdict(list)
    for keys in _chunks(sorted({key for _country, key in asked if key})):
        for field in ("key", "other_key"):
            rows = Place.objects.filter(**{f"{field}__in": keys}).values_list("country", field, *PLACE_FIELDS)
            for country, key, *facts in rows:
                place = Municipality(*facts)
                if (country, key) in asked and place not in found[country, key]:
                    found[country, key].append(place)
    return found


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
