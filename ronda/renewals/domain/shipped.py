"""Indices a firm finds in its register from the first day. Values are in `data/`, each with its source."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent.parent / "data"


class Shipped(NamedTuple):
    """The definition of an index: `every` 1 month or 3, `decimals` of the variation, None: not rounded."""

    code: str
    country: str
    name: str
    every: int
    decimals: int | None
    base: str
    source: str


# Italy rounds the variation to one decimal (R18); French clauses use the ratio of two values as it is.
SERIES = (
    Shipped(
        "FOI",
        "IT",
        "prezzi al consumo, famiglie di operai e impiegati, senza tabacchi",
        1,
        1,
        "2015",
        "ISTAT",
    ),
    Shipped("NIC", "IT", "prezzi al consumo, intera collettività", 1, 1, "", "ISTAT"),
    Shipped("SYNTEC", "FR", "indice de la Fédération Syntec", 1, None, "", "Fédération Syntec"),
    Shipped("ICHT-IME", "FR", "coût horaire du travail révisé (ICHTrev-TS)", 1, None, "", "INSEE"),
    Shipped("IPC", "FR", "prix à la consommation hors tabac, ensemble des ménages", 1, None, "", "INSEE"),
    Shipped("BT01", "FR", "bâtiment, tous corps d’état", 1, None, "", "INSEE"),
    Shipped("FSD2", "FR", "frais et services divers", 1, None, "", "Le Moniteur"),
    Shipped("ILC", "FR", "loyers commerciaux", 3, None, "", "INSEE"),
    Shipped("ILAT", "FR", "loyers des activités tertiaires", 3, None, "", "INSEE"),
    Shipped("ICC", "FR", "coût de la construction", 3, None, "", "INSEE"),
    Shipped("IRL", "FR", "référence des loyers", 3, None, "", "INSEE"),
)


class ShippedValue(NamedTuple):
    """One line of a file in `data/`."""

    code: str
    month: date
    value: Decimal
    base: str
    published: Decimal | None
    published_two_years: Decimal | None
    source: str


def shipped_values(path: Path = DATA / "values.csv") -> Iterator[ShippedValue]:
    """The values that come with the program, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            year, _dash, month = row["month"].partition("-")
            yield ShippedValue(
                row["series"],
                date(int(year), int(month), 1),
                Decimal(row["value"]),
                row["base"],
                _percent(row["published"]),
                _percent(row["published_two_years"]),
                row["source"],
            )


def _percent(read: str) -> Decimal | None:
    return Decimal(read) if read else None
