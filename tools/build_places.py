"""Build the place files of the country packs from the source tables.

    python tools/build_places.py it COMUNI_CSV ronda/countries/it/data/places.csv.gz
    python tools/build_places.py fr COMMUNES_CSV ronda/countries/fr/data/places.csv.gz

The output depends on the input only (no time stamp inside), so a rebuild that changes
nothing leaves the file as it was. Sources and licences: data/README.md of each pack.
"""

import argparse
import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from ronda.company.country_places import COLUMNS

#: Four decimals of a degree: eleven metres, enough for distances between towns.
PRECISION = Decimal("0.0001")

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


def convert(rows: Iterable[Mapping[str, str]], source: Mapping[str, str]) -> Iterator[list[str]]:
    """Rows of a source table in the columns of a place file, sorted by code."""
    found = []
    for row in rows:
        cells = {ours: row[theirs].strip() if theirs else "" for ours, theirs in source.items()}
        cells["postcodes"] = " ".join(compress_ranges(cells["postcodes"].split()))
        for axis in ("latitude", "longitude"):
            cells[axis] = _degrees(cells[axis])
        found.append([cells[column] for column in COLUMNS])
    return iter(sorted(found))


def _degrees(text: str) -> str:
    """Rounded; empty where the source has nothing or writes "nan"."""
    if not text or not (degrees := Decimal(text)).is_finite():
        return ""
    return str(degrees.quantize(PRECISION))


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
        write(convert(csv.DictReader(lines), SOURCES[arguments.country]), arguments.target)


if __name__ == "__main__":
    main()
