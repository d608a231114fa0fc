"""Customers of the French firm: property managers, shops, offices and banks around Lyon."""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from ronda.company.models import Company
from ronda.parties.models import Family, Party, PaymentMethod, PaymentTerms
from ronda.parties.services import NewParty
from ronda.site.demo import numbers
from ronda.site.demo.towns import Towns, address, pinned, spread

_OWN = numbers.siren(1)
OWN_FACTS = {
    "legal_name": "Propreté des Canuts SAS",
    "tax_id": numbers.french_vat(_OWN),
    "registration_id": numbers.siret(_OWN),
    "street": "18 montée de la Grande Côte",
    "postcode": "69001",
    "city": "Lyon",
    "province": "69",
    "phone": "+33 4 65 71 00 18",
    "email": "gestion@canuts.example.org",
    "website": "https://canuts.example.org",
    "iban": numbers.french_iban("30002", "00550", 4512),
    "bank_name": "Crédit Lyonnais",
    "share_capital": "30000.00",
    "registry_office": "Lyon",
}
PROVINCES = {"69": 26, "38": 6, "01": 5, "42": 4}
STREETS = (
    "rue de la République", "rue Victor-Hugo", "avenue Jean-Jaurès", "cours Lafayette", "rue Garibaldi",
    "rue des Fleurs", "place de la Mairie", "avenue du Général-de-Gaulle", "quai du Rhône", "rue Pasteur",
    "boulevard des Alpes", "chemin des Vignes", "rue du Marché", "allée des Platanes", "rue Jules-Ferry",
)  # fmt: skip
WORDS = (
    "Saône", "Rhône", "Croix-Rousse", "Beaujolais", "Confluence", "Fourvière", "Dombes", "Gerland", "Pilat",
    "Vercors", "Bellecour", "Part-Dieu", "Bugey", "Monts-d'Or", "Villette", "Perrache",
)  # fmt: skip
RESIDENCES = (
    "Les Tilleuls", "Le Clos des Lilas", "Les Acacias", "Le Parc", "Les Hautes Roches", "Bellevue",
    "Les Jardins", "Le Belvédère", "Les Cèdres", "La Roseraie",
)  # fmt: skip
SHOPS = ("Boulangerie", "Pharmacie", "Librairie", "Optique", "Fleuriste", "Salon de coiffure", "Épicerie")
OFFICES = ("Cabinet d'architectes", "Étude notariale", "Agence", "Laboratoire", "Cabinet comptable", "Studio")
NAMES = ("Camille Perrin", "Hugo Marchand", "Léa Fournier", "Nadia Benali", "Thomas Girard", "Inès Rolland")
FAMILIES = ("Syndics", "Commerces", "Bureaux", "Banques", "Particuliers")


class Book(NamedTuple):
    """What the firm's customers are described with."""

    rng: Random
    towns: Towns
    terms: dict[str, PaymentTerms]
    methods: dict[str, PaymentMethod]
    families: dict[str, Family]

    def street(self) -> str:
        return f"{self.rng.randint(1, 160)} {self.rng.choice(STREETS)}"


def customers(company: Company, count: int, sites: int) -> list[NewParty]:
    """The customers with their sites, always the same."""
    rng = Random(6900)
    book = Book(
        rng,
        Towns("FR", PROVINCES),
        {row.code: row for row in PaymentTerms.objects.filter(company=company)},
        {row.code: row for row in PaymentMethod.objects.filter(company=company)},
        {name: Family.objects.create(company=company, name=name) for name in FAMILIES},
    )
    kinds = [_KINDS[n % len(_KINDS)] for n in range(count)]
    weights = [24 if kind is _bank else 8 if kind is _manager else 1 for kind in kinds]
    shares = spread(sites, count, rng, weights)
    return [kind(book, n, share) for n, (kind, share) in enumerate(zip(kinds, shares, strict=True), start=2)]


def _manager(book: Book, n: int, sites: int) -> NewParty:
    """A syndic with its buildings: one invoice per letter."""
    rows = [
        {**_site(book, f"Résidence {RESIDENCES[(n + k) % len(RESIDENCES)]}"), "group": "AB"[k % 2]}
        for k in range(sites)
    ]
    name = f"Régie {WORDS[n % len(WORDS)]} {n}"
    return NewParty(
        name=name,
        facts=_facts(book, n, "Syndics", ("45FM", "30J")),
        sites=rows,
        contacts=[_contact(n, "accounting")],
        recipients=[f"regie{n}@example.com"],
    )


def _shop(book: Book, n: int, sites: int) -> NewParty:
    rows = [_site(book, "Boutique" if not k else f"Boutique {k + 1}") for k in range(sites)]
    name = f"{SHOPS[n % len(SHOPS)]} {WORDS[n * 3 % len(WORDS)]} {n}"
    return NewParty(name=name, facts=_facts(book, n, "Commerces", ("PRLV", "RECEPTION")), sites=rows)


def _office(book: Book, n: int, sites: int) -> NewParty:
    rows = [_site(book, "Bureaux" if not k else f"Bureaux, étage {k}") for k in range(sites)]
    name = f"{OFFICES[n % len(OFFICES)]} {WORDS[n * 5 % len(WORDS)]} {n}"
    return NewParty(
        name=name,
        facts=_facts(book, n, "Bureaux", ("30J", "30FM", "45J")),
        sites=rows,
        contacts=[_contact(n, "management")],
    )


def _bank(book: Book, n: int, sites: int) -> NewParty:
    """A bank with many branches: the letters are its regions."""
    rows = [
        {
            **(site := _site(book, f"Agence {k + 1}")),
            "name": f"Agence {site['city']} {k + 1}",
            "group": "NSE"[k % 3],
        }
        for k in range(sites)
    ]
    return NewParty(
        name=f"Caisse Mutuelle {WORDS[n % len(WORDS)]} {n}",
        facts={**_facts(book, n, "Banques", ("45FM", "30-60J")), "purchase_order": f"BC-{n:05d}"},
        sites=rows,
        contacts=[_contact(n, "accounting"), _contact(n + 1, "technical")],
        recipients=[f"comptes{n}@example.com", f"immobilier{n}@example.com"],
    )


def _person(book: Book, n: int, sites: int) -> NewParty:
    first, last = NAMES[n % len(NAMES)].split()
    place = book.towns.pick(book.rng)
    facts = {
        **address(place, book.street()),
        "kind": Party.Kind.PERSON,
        "first_name": first,
        "last_name": last,
        "email": f"client{n}@example.net",
        "families": [book.families["Particuliers"]],
        "terms": book.terms["RECEPTION"],
        "method": book.methods["CHQ"],
    }
    return NewParty(
        name=f"{last} {first} {n}",
        facts=facts,
        sites=[_site(book, f"Domicile {k + 1}") for k in range(sites)],
    )


_KINDS: tuple[Callable[[Book, int, int], NewParty], ...] = (
    _manager, _shop, _office, _bank, _office, _shop, _person, _manager, _office, _shop,
)  # fmt: skip


def _facts(book: Book, n: int, family: str, codes: tuple[str, ...]) -> dict[str, Any]:
    place, code = book.towns.pick(book.rng), codes[n % len(codes)]
    number = numbers.siren(10_000 + n)
    facts = {
        **address(place, book.street()),
        "kind": Party.Kind.FIRM,
        "tax_id": numbers.french_vat(number),
        "registration_id": numbers.siret(number),
        "recipient_code": number,
        "email": f"contact{n}@example.com",
        "phone": f"+33 4 65 71 {n // 100:02d} {n % 100:02d}",
        "families": [book.families[family]],
        "terms": book.terms[code],
        "method": book.methods["PRLV" if code == "PRLV" else "VIR"],
    }
    if code == "PRLV":
        facts["iban"] = numbers.french_iban("30002", "00550", 9_900_000 + n)
    return facts


def _site(book: Book, name: str) -> dict[str, Any]:
    return {"name": name, **pinned(book.towns.pick(book.rng), book.street(), book.rng)}


def _contact(n: int, role: str) -> dict[str, Any]:
    name = NAMES[n % len(NAMES)]
    return {
        "name": name,
        "role": role,
        "email": f"contact.{role}{n}@example.net",
        "mobile": f"+33 6 39 98 {n // 100:02d} {n % 100:02d}",
    }
