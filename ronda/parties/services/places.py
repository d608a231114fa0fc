"""Municipalities of the countries served, kept as rows so that forms can complete addresses."""

from django.db import transaction

from ronda.company.bulk import insert, row
from ronda.company.country import PlaceRow, pack_for, registered_countries
from ronda.company.jobs import Progress, no_progress
from ronda.parties.domain.names import normalised
from ronda.parties.models import Place, Postcode

ROWS_PER_TRANSACTION = 4_000


def load_places(*, progress: Progress = no_progress) -> int:
    """Load the municipalities of every country pack that has none loaded yet; how many were added."""
    added = 0
    for code in registered_countries():
        if not Place.objects.filter(country=code).exists():
            added += _load_country(code, progress)
    return added


def _load_country(code: str, progress: Progress) -> int:
    rows = list(pack_for(code).places())
    # All of a country or nothing: a half-loaded one would look complete the next time.
    with transaction.atomic():
        for start in range(0, len(rows), ROWS_PER_TRANSACTION):
            _insert(rows[start : start + ROWS_PER_TRANSACTION])
            progress(min(start + ROWS_PER_TRANSACTION, len(rows)), len(rows))
    return len(rows)


def _insert(rows: list[PlaceRow]) -> None:
    places = insert(
        [
            row(
                Place,
                country=each.country,
                code=each.code,
                name=each.name,
                other_name=each.other_name,
                key=normalised(each.name),
                other_key=normalised(each.other_name),
                province=each.province,
                region=each.region,
                postcodes=" ".join(each.postcodes),
                latitude=each.latitude,
                longitude=each.longitude,
                population=each.population or 0,
            )
            for each in rows
        ]
    )
    insert(
        [
            row(Postcode, place_id=place.pk, country=place.country, code=code)
            for place, each in zip(places, rows, strict=True)
            for code in dict.fromkeys(each.postcodes)
        ]
    )
