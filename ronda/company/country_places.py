"""Reading the place files that country packs ship (written by tools/build_places.py)."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from ronda.company.country_types import PlaceRow

#: Columns of a place file, in order.
COLUMNS = (
    "code",
    "name",
    "other_name",
    "province",
    "region",
    "postcodes",
    "latitude",
    "longitude",
    "population",
)


def read_places(path: Path, *, country: str, regions: Mapping[str, str] | None = None) -> Iterator[PlaceRow]:
    """Every municipality of a gzipped CSV file, in its order, one at a time.

    `regions` maps a province code to its region for files that leave the column empty.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield PlaceRow(
                country=country,
                code=row["code"],
                name=row["name"],
                other_name=row["other_name"],
                province=row["province"],
                region=row["region"] or (regions or {}).get(row["province"], ""),
                postcodes=tuple(_expand(row["postcodes"])),
                latitude=Decimal(row["latitude"]) if row["latitude"] else None,
                longitude=Decimal(row["longitude"]) if row["longitude"] else None,
                population=int(row["population"] or 0),
            )


def _expand(postcodes: str) -> Iterator[str]:
    """ "00118-00120 00199" is 00118, 00119, 00120 and 00199: big towns have whole ranges."""
    for part in postcodes.split():
        first, _dash, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{number:05d}"
