"""Customers of the Italian firm: condominiums, firms, public bodies and private persons around Brescia."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from ronda.company.models import Company
from ronda.parties.models import Family, Party, PaymentMethod, PaymentTerms, Place
from ronda.parties.services import NewParty
from ronda.site.demo import numbers
from ronda.site.demo.towns import Towns, address, pinned, spread

OWN_FACTS = {
    "legal_name": "Manutenzioni Garza S.r.l.",
    "tax_id": numbers.partita_iva(1),
    "registration_id": numbers.partita_iva(1),
    "street": "Via del Serpente 14",
    "postcode": "25131",
    "city": "Brescia",
    "province": "BS",
    "phone": "+39 030 5550142",
    "email": "amministrazione@garza.example.org",
    "pec": "garza@pec.example.org",
    "website": "https://garza.example.org",
    "iban": numbers.italian_iban("03069", "11200", 4512),
    "bank_name": "Intesa Sanpaolo",
    "share_capital": "50000.00",
    "registry_office": "BS 990001",
    "tax_regime": "RF01",
}
PROVINCES = {"BS": 34, "BG": 8, "MN": 5, "CR": 4, "VR": 3}
STREETS = (
    "Via Roma", "Via Mazzini", "Via Garibaldi", "Via Dante Alighieri", "Via dei Mille", "Viale Europa",
    "Via San Faustino", "Via Milano", "Via Cremona", "Corso Zanardelli", "Via Vittorio Veneto",
    "Via Monte Grappa", "Via della Chiesa", "Via Marconi", "Piazza della Libertà", "Via Manzoni",
    "Via IV Novembre", "Via Leonardo da Vinci", "Via Oberdan", "Viale Piave", "Via Trento", "Via Verdi",
)  # fmt: skip
BUILDINGS = (
    "Le Betulle", "Il Gelso", "Belvedere", "Corte Antica", "I Tigli", "La Fontana", "Aurora", "Panorama",
    "Il Cedro", "Residenza del Parco", "Le Querce", "San Giorgio", "La Pieve", "Le Magnolie", "Smeraldo",
    "Il Torrione", "La Loggia", "Le Rondini", "I Glicini", "Santa Giulia", "Il Mulino", "La Filanda",
    "Quadrifoglio", "Le Primule", "Vista Lago", "Il Borgo", "I Platani", "La Cascina", "Le Terrazze",
)  # fmt: skip
WORDS = (
    "Alba", "Brixia", "Cidneo", "Delta", "Franciacorta", "Garda", "Maddalena", "Oglio", "Sebino",
    "Valtrompia", "Valsabbia", "Mella", "Chiese", "Leonessa", "Lombarda", "Padana", "Rovere", "Ticino",
    "Orione", "Vega",
)  # fmt: skip
TRADES = (
    "Meccanica", "Tessitura", "Logistica", "Immobiliare", "Stampi", "Alimentari", "Arredi", "Edilizia",
    "Trasporti", "Cartotecnica", "Hotel", "Centro Commerciale", "Clinica", "Torneria", "Fonderia", "Studio",
)  # fmt: skip
FORMS = ("S.r.l.", "S.p.A.", "S.n.c.", "S.a.s.", "Soc. Coop.")
FIRST = (
    ("Giulia", True), ("Marco", False), ("Francesca", True), ("Alessandro", False), ("Chiara", True),
    ("Luca", False), ("Elena", True), ("Matteo", False), ("Paola", True), ("Stefano", False),
    ("Silvia", True), ("Roberto", False), ("Anna", True), ("Giovanni", False), ("Lucia", True),
)  # fmt: skip
LAST = (
    "Bonetti", "Ferrari", "Zani", "Gatti", "Pasini", "Lombardi", "Rizzini", "Bettoni", "Corsini", "Mori",
    "Tonelli", "Ghidini", "Archetti", "Salvi", "Bertoli", "Franzoni", "Piovani", "Scalvini", "Viola",
    "Moretti", "Bresciani", "Comini", "Danesi", "Ferrandi", "Inverardi", "Locatelli", "Olivari", "Togni",
)  # fmt: skip
BODIES = (
    "Comune di {town}", "Istituto Comprensivo di {town}", "Biblioteca Civica di {town}",
    "Casa di Riposo di {town}", "ASST del Garda – Presidio di {town}",
)  # fmt: skip
BANKS = (("03069", "11200"), ("02008", "11233"), ("05034", "11210"), ("08692", "11201"))
FAMILIES = ("Condomini", "Aziende", "Enti pubblici", "Privati", "Amministratori")


class Book(NamedTuple):
    """What the firm's customers are described with."""

    rng: Random
    towns: Towns
    terms: dict[str, PaymentTerms]
    methods: dict[str, PaymentMethod]
    families: dict[str, Family]
    bodies: set[str]

    def number(self) -> str:
        return str(self.rng.randint(1, 148))

    def street(self) -> str:
        return f"{self.rng.choice(STREETS)} {self.number()}"


def customers(company: Company, count: int, sites: int) -> list[NewParty]:
    """The customers with their sites, always the same."""
    rng = Random(2026)
    book = Book(
        rng,
        Towns("IT", PROVINCES),
        {row.code: row for row in PaymentTerms.objects.filter(company=company)},
        {row.code: row for row in PaymentMethod.objects.filter(company=company)},
        {name: Family.objects.create(company=company, name=name) for name in FAMILIES},
        set(),
    )
    kinds = [_KINDS[n % len(_KINDS)] for n in range(count)]
    shares = spread(sites, count, rng, [9 if kind in (_manager, _body) else 3 for kind in kinds])
    return [kind(book, n, share) for n, (kind, share) in enumerate(zip(kinds, shares, strict=True), start=2)]


def _building(book: Book, n: int, sites: int) -> NewParty:
    """A condominium: tax code of a body, 4 % kept back, often a letter of its own for the boiler room."""
    rng, place = book.rng, book.towns.pick(book.rng)
    name = f"Condominio {BUILDINGS[n * 7 % len(BUILDINGS)]} {n}"
    street = book.street()
    facts = {
        **address(place, street),
        "kind": Party.Kind.BUILDING,
        "registration_id": numbers.partita_iva(10_000 + n),
        "recipient_code": "0000000",
        "email": f"condominio{n}@example.org",
        "families": [book.families["Condomini"]],
        "withholding_code": "COND-PG",
        **_paying(book, n, ("BB30", "BB30FM", "SDD30FM")),
    }
    stairs = [f"Scala {chr(65 + k)}" if k else "Vano ascensore" for k in range(sites)]
    rows = [
        {"name": stair, "group": "B" if k and n % 6 == 0 else "", **pinned(place, street, rng)}
        for k, stair in enumerate(stairs)
    ]
    return NewParty(name=name, facts=facts, sites=rows, contacts=[_contact(book, n, "management")])


def _firm(book: Book, n: int, sites: int) -> NewParty:
    rng, place = book.rng, book.towns.pick(book.rng)
    name = f"{rng.choice(TRADES)} {rng.choice(WORDS)} {n} {rng.choice(FORMS)}"
    number = numbers.partita_iva(20_000 + n)
    facts = {
        **address(place, book.street()),
        "kind": Party.Kind.FIRM,
        "tax_id": number,
        "registration_id": number,
        "recipient_code": f"RND{n:04d}",
        "pec": f"azienda{n}@pec.example.org",
        "email": f"contabilita{n}@example.com",
        "phone": f"+39 030 555{n:04d}",
        "families": [book.families["Aziende"]],
        "discount": "0",
        **_paying(book, n, ("BB30FM", "BB60FM", "RB30FM", "RB60FM10", "BB30/60FM")),
    }
    rows = [_site(book, label) for label in _labels(("Sede", "Stabilimento", "Magazzino", "Uffici"), sites)]
    return NewParty(name=name, facts=facts, sites=rows, recipients=[f"fatture{n}@example.com"])


def _manager(book: Book, n: int, sites: int) -> NewParty:
    """A property manager who pays for many buildings, in letters A and B."""
    place = book.towns.pick(book.rng)
    last = LAST[n % len(LAST)]
    facts = {
        **address(place, book.street()),
        "kind": Party.Kind.FIRM,
        "tax_id": numbers.partita_iva(30_000 + n),
        "recipient_code": f"AMM{n:04d}",
        "email": f"studio{n}@example.com",
        "families": [book.families["Amministratori"]],
        **_paying(book, n, ("BB60FM", "BB30/60FM")),
    }
    rows = []
    for k in range(sites):
        rows.append(
            {**_site(book, f"Condominio {BUILDINGS[(n + k) % len(BUILDINGS)]}"), "group": "AB"[k % 2]}
        )
    return NewParty(
        name=f"Studio {last} Amministrazioni {n}",
        facts=facts,
        sites=rows,
        contacts=[_contact(book, n, "accounting"), _contact(book, n + 3, "technical")],
        recipients=[f"studio{n}@example.com"],
    )


def _body(book: Book, n: int, sites: int) -> NewParty:
    """A public body: office code of six characters, CIG, split payment."""
    place, name = _body_name(book, n)
    facts = {
        **address(place, book.street()),
        "kind": Party.Kind.PUBLIC,
        "registration_id": numbers.partita_iva(40_000 + n),
        "recipient_code": f"UF{n:04d}",
        "pec": f"protocollo{n}@pec.example.org",
        "families": [book.families["Enti pubblici"]],
        "tax_regime": "split",
        "cig": f"Z{n:09d}",
        "purchase_order": f"DET-{n}/2025",
        **_paying(book, 0, ("BB30",)),
    }
    rows = [_site(book, label) for label in _labels(("Municipio", "Scuola primaria", "Palestra"), sites)]
    return NewParty(name=name, facts=facts, sites=rows)


def _body_name(book: Book, n: int) -> tuple[Place, str]:
    """A town that has no such body yet, and the name."""
    while True:
        place = book.towns.pick(book.rng)
        name = BODIES[n // 2 % len(BODIES)].format(town=place.name)
        if name not in book.bodies:
            book.bodies.add(name)
            return place, name


def _person(book: Book, n: int, sites: int) -> NewParty:
    rng, place = book.rng, book.towns.pick(book.rng)
    first, woman = FIRST[n % len(FIRST)]
    last = LAST[n // len(FIRST) % len(LAST)]
    born = date(1948, 1, 1) + timedelta(days=rng.randint(0, 18_000))
    street = book.street()
    facts = {
        **address(place, street),
        "kind": Party.Kind.PERSON,
        "first_name": first,
        "last_name": last,
        "registration_id": numbers.codice_fiscale(last, first, born, "B157", woman=woman),
        "recipient_code": "0000000",
        "email": f"{last.lower()}.{n}@example.net",
        "mobile": f"+39 333 555{n:04d}",
        "families": [book.families["Privati"]],
        **_paying(book, n, ("RD", "BB30", "SDD")),
    }
    rows = [
        {"name": label, **pinned(place, street, rng)}
        for label in _labels(("Abitazione", "Casa al lago"), sites)
    ]
    return NewParty(name=f"{last} {first}", facts=facts, sites=rows)


# One round: forty in a hundred are condominiums.
_KINDS: tuple[Callable[[Book, int, int], NewParty], ...] = (
    _building, _firm, _body, _person, _building, _manager, _firm, _building, _person, _building,
)  # fmt: skip


def _paying(book: Book, n: int, codes: tuple[str, ...]) -> dict[str, Any]:
    """Terms with the method they imply; an account at a bank where money is fetched."""
    code = codes[n % len(codes)]
    method = "MP19" if code.startswith("SDD") else "MP12" if code.startswith("RB") else "MP05"
    facts: dict[str, Any] = {"terms": book.terms[code], "method": book.methods[method]}
    if method != "MP05" or n % 4 == 1:
        bank, branch = BANKS[n % len(BANKS)]
        facts["iban"] = numbers.italian_iban(bank, branch, 99_000_000 + n)
    return facts


def _labels(names: tuple[str, ...], count: int) -> list[str]:
    """Names for so many sites, numbered after the first round."""
    return [
        names[k % len(names)] + (f" {k // len(names) + 1}" if k >= len(names) else "") for k in range(count)
    ]


def _site(book: Book, name: str) -> dict[str, Any]:
    return {"name": name, **pinned(book.towns.pick(book.rng), book.street(), book.rng)}


def _contact(book: Book, n: int, role: str) -> dict[str, Any]:
    first, last = FIRST[n % len(FIRST)][0], LAST[n * 11 % len(LAST)]
    return {
        "name": f"{first} {last}",
        "role": role,
        "email": f"{first.lower()}.{last.lower()}{n}@example.net",
        "mobile": f"+39 347 555{n:04d}",
    }
