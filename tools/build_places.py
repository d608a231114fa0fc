"""Build the place files of the country packs from the source tables.

    python -m tools.build_places it COMUNI_CSV ronda/countries/it/data/places.csv.gz
    python -m tools.build_places fr COMMUNES_CSV ronda/countries/fr/data/places.csv.gz

The output depends on the input only (no time stamp inside), so a rebuild that changes
nothing leaves the file as it was. Sources and licences: data/README.md of each pack.
"""

import argparse
import csv
import gzip
import io
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from math import cos, hypot, radians
from pathlib import Path
from statistics import median

from ronda.company.country_places import COLUMNS

#: Four decimals of a degree: eleven metres, enough for distances between towns.
PRECISION = Decimal("0.0001")

#: Kilometres beyond which a point cannot be right, for the French source.
FAR_IN_POSTCODE, FAR_IN_DEPARTMENT = 30, 110
LATITUDE, LONGITUDE = COLUMNS.index("latitude"), COLUMNS.index("longitude")
PROVINCE, POSTCODES = COLUMNS.index("province"), COLUMNS.index("postcodes")

#: Our column for each column of the source.
SOURCES: dict[str, dict[str, str]] = {
    "it": {
        "code": "istat",
        "name": "nome",
        "other_name": "nome_altra_lingua",
        "province": "sigla",
        "region": "regione",
        "postcodes": "cap",
        "latitude": "lat",
        "longitude": "lon",
        "population": "popolazione",
    },
    "fr": {
        "code": "code_insee",
        "name": "nom",
        "other_name": "",
        "province": "departement",
        "region": "",
        "postcodes": "codes_postaux",
        "latitude": "latitude",
        "longitude": "longitude",
        "population": "population_municipale",
    },
}


def convert(rows: Iterable[Mapping[str, str]], source: Mapping[str, str]) -> list[list[str]]:
    """Rows of a source table in the columns of a place file, sorted by code."""
    found = []
    for row in rows:
        cells = {ours: row[theirs].strip() if theirs else "" for ours, theirs in source.items()}
        cells["postcodes"] = " ".join(compress_ranges(cells["postcodes"].split()))
        for axis in ("latitude", "longitude"):
            cells[axis] = _degrees(cells[axis])
        found.append([cells[column] for column in COLUMNS])
    return sorted(found)


def _degrees(text: str) -> str:
    """Rounded; empty where the source has nothing or writes "nan"."""
    if not text or not (degrees := Decimal(text)).is_finite():
        return ""
    return str(degrees.quantize(PRECISION))


def correct_points(rows: list[list[str]]) -> tuple[int, int]:
    """Put right, or empty, the points that lie far from their neighbours; how many of each.

    The French source has points with the sign of the longitude lost, the latitude twice, or of a
    namesake elsewhere. A point is compared with the middle of the places of its postcode (of
    its department where these are fewer than four). One that is too far is mirrored at
    Greenwich if that brings it home, else emptied. French Guiana is too wide to tell.
    """
    middles = _middles(rows)
    mirrored = emptied = 0
    for row in rows:
        key = next((key for key in _groups(row) if key in middles), None)
        if key is None or not row[LATITUDE] or row[PROVINCE] == "973":
            continue
        limit = FAR_IN_POSTCODE if key[0] == "postcode" else FAR_IN_DEPARTMENT
        latitude, longitude = float(row[LATITUDE]), float(row[LONGITUDE])
        away = _kilometres(latitude, longitude, middles[key])
        if away <= limit:
            continue
        if _kilometres(latitude, -longitude, middles[key]) <= min(limit, away / 2):
            row[LONGITUDE] = str(-Decimal(row[LONGITUDE]))
            mirrored += 1
        else:
            row[LATITUDE] = row[LONGITUDE] = ""
            emptied += 1
    return mirrored, emptied


def _groups(row: list[str]) -> list[tuple[str, str]]:
    return [("postcode", row[POSTCODES][:5]), ("department", row[PROVINCE])]


def _middles(rows: list[list[str]]) -> dict[tuple[str, str], tuple[float, float]]:
    """The median point of every group of at least four places."""
    members = defaultdict(list)
    for row in rows:
        if row[LATITUDE]:
            for key in _groups(row):
                members[key].append((float(row[LATITUDE]), float(row[LONGITUDE])))
    return {
        key: (median(point[0] for point in points), median(point[1] for point in points))
        for key, points in members.items()
        if key[1] and len(points) >= 4
    }


def _kilometres(latitude: float, longitude: float, middle: tuple[float, float]) -> float:
    """Distance on a flat map, good enough to tell 30 km from 300."""
    east = (longitude - middle[1]) * cos(radians(middle[0]))
    return 111 * hypot(latitude - middle[0], east)


def compress_ranges(postcodes: Iterable[str]) -> Iterator[str]:
    """Runs of consecutive codes as "first-last"."""
    runs: list[list[int]] = []
    for number in sorted({int(code) for code in postcodes}):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    for first, last in runs:
        yield f"{first:05d}" if first == last else f"{first:05d}-{last:05d}"


def write(rows: Iterable[list[str]], target: Path) -> None:
    """A gzipped CSV whose bytes depend on the rows only."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows)
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("country", choices=sorted(SOURCES))
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    with arguments.source.open(encoding="utf-8", newline="") as lines:
        rows = convert(csv.DictReader(lines), SOURCES[arguments.country])
    if arguments.country == "fr":
        mirrored, emptied = correct_points(rows)
        sys.stdout.write(f"{mirrored} points mirrored, {emptied} emptied\n")
    write(rows, arguments.target)


if __name__ == "__main__":
    main()
