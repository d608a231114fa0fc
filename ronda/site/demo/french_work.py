"""What the French firm sells, and its contracts."""

from datetime import date
from typing import Any

from ronda.parties.models import Party
from ronda.site.demo.agreements import Agreement, Case, Recipe

ITEMS: tuple[dict[str, Any], ...] = (
    {"code": "BUR", "name": "Nettoyage de bureaux", "price": "420.00", "unit": "mo"},
    {"code": "PC", "name": "Entretien des parties communes", "price": "185.00", "unit": "mo"},
    {"code": "VIT", "name": "Nettoyage de vitrerie", "price": "95.00", "unit": "vis"},
    {"code": "BENNES", "name": "Sortie des conteneurs", "price": "14.50", "unit": "vis"},
    {"code": "SOL", "name": "Décapage et protection des sols", "price": "6.20", "unit": "m2"},
    {"code": "MAG", "name": "Nettoyage de magasin", "price": "260.00", "unit": "mo"},
    {"code": "AGE", "name": "Nettoyage d'agence bancaire", "price": "310.00", "unit": "mo"},
    {"code": "CONSO", "name": "Consommables sanitaires", "price": "38.00", "unit": "mo"},
    {"code": "REMISE", "name": "Remise en état", "price": "480.00", "unit": "lump"},
    {"code": "MEN", "name": "Ménage à domicile", "price": "29.00", "unit": "h"},
)


def vat_of(party: Party) -> str:
    """Housework of private persons is taxed at the intermediate rate; else the item's own."""
    return "10" if party.kind == Party.Kind.PERSON else ""


def offices(c: Case) -> Agreement:
    return Agreement("Nettoyage des bureaux", c.started(), [c.fee("BUR", c.about(420), alignment="calendar")])


def branches(c: Case) -> Agreement:
    """A line per site: the letters of the sites split the invoices."""
    fees = [c.fee("AGE", c.about(310), site=site, alignment="calendar") for site in c.sites[:24]]
    return Agreement("Nettoyage des sites", c.started(), fees)


def common_parts(c: Case) -> Agreement:
    fees = [c.fee("PC", c.about(185), site=site, timing="arrears") for site in c.sites[:6]]
    return Agreement("Entretien des parties communes", c.started(), fees)


def shop(c: Case) -> Agreement:
    fees = [c.fee("MAG", c.about(260)), c.fee("CONSO", "38.00")]
    return Agreement("Nettoyage du magasin", c.started(), fees)


def windows(c: Case) -> Agreement:
    return Agreement("Vitrerie trimestrielle", c.started(), [c.fee("VIT", c.about(95), frequency=3)])


def containers(c: Case) -> Agreement:
    fee = c.fee("BENNES", "14.50", quantity="2", frequency_unit="week", frequency=2, timing="arrears")
    return Agreement("Sortie des conteneurs", date(2025, 9, 1), [fee])


def floors(c: Case) -> Agreement:
    fee = c.fee("SOL", "6.20", quantity="85.5", frequency=12, discount="5")
    return Agreement("Protection annuelle des sols", c.started(), [fee])


def new_customer(c: Case) -> Agreement:
    fees = [
        c.fee("BUR", c.about(420), alignment="calendar", first_partial="by_days"),
        c.fee("REMISE", "480.00", frequency_unit="once"),
    ]
    return Agreement("Nettoyage des bureaux avec remise en état", c.recently(), fees)


def ended(c: Case) -> Agreement:
    fee = c.fee("MAG", c.about(260), alignment="calendar", last_partial="by_days")
    return Agreement("Nettoyage du magasin, résilié", c.started(), [fee], ends_on=date(2026, 9, 20))


def year_in_quarters(c: Case) -> Agreement:
    fee = c.fee("BUR", c.about(4_900), frequency=3, price_basis="year", invoice_day="first_of_month")
    return Agreement("Nettoyage, forfait annuel par trimestre", c.started(), [fee])


def held(c: Case) -> Agreement:
    return Agreement("Nettoyage du magasin", c.started(), [c.fee("MAG", c.about(260))], then="hold")


def future(c: Case) -> Agreement:
    return Agreement("Nettoyage des bureaux 2027", date(2027, 1, 4), [c.fee("BUR", c.about(420))])


RECIPES: tuple[tuple[int, Recipe], ...] = (
    (12, offices),
    (10, branches),
    (8, common_parts),
    (8, shop),
    (7, windows),
    (3, containers),
    (3, floors),
    (2, new_customer),
    (2, ended),
    (3, year_in_quarters),
    (1, held),
    (1, future),
)
