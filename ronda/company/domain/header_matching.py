"""Which column of a stranger's table is which field of ours: a suggestion, to be confirmed."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LEAST_CONFIDENCE = 70  # per cent; below it no column is suggested

_NOT_WORDS = re.compile(r"[^a-z0-9]+")

# Field → headers met in Italian, French and English tables, already plain (see `_plain`).
SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (
        "ragione sociale", "denominazione", "nome", "cliente", "intestatario", "nominativo", "azienda",
        "raison sociale", "nom", "client", "denomination", "name", "company", "company name", "customer",
    ),
    "first_name": ("nome", "prenom", "first name", "given name"),
    "last_name": ("cognome", "nom de famille", "last name", "surname", "family name"),
    "code": (
        "codice", "cod", "codice cliente", "cod cliente", "riferimento", "code", "code client", "reference",
        "customer code", "customer id", "id",
    ),
    "vat_id": (
        "partita iva", "p iva", "piva", "p i", "codice iva", "tva", "numero tva", "n tva",
        "tva intracommunautaire", "vat", "vat number", "vat id", "tax id",
    ),
    "fiscal_code": ("codice fiscale", "cod fiscale", "cf", "c f", "fiscal code", "tax code"),
    "siret": ("siret", "numero siret", "n siret"),
    "siren": ("siren", "numero siren", "n siren"),
    "street": ("indirizzo", "via", "sede", "adresse", "rue", "voie", "address", "street", "address 1"),
    "house_number": ("numero civico", "civico", "n civico", "numero de voie", "house number"),
    "postcode": ("cap", "codice postale", "code postal", "cp", "postcode", "postal code", "zip", "zip code"),
    "city": ("comune", "citta", "localita", "ville", "commune", "city", "town"),
    "province": ("provincia", "prov", "pr", "departement", "province", "county", "state"),
    "country": ("nazione", "paese", "stato", "pays", "country"),
    "email": ("email", "e mail", "mail", "posta elettronica", "courriel", "adresse mail", "email address"),
    "pec": ("pec", "email pec", "indirizzo pec", "posta certificata"),
    "recipient_code": (
        "codice destinatario", "codice sdi", "sdi", "codice univoco", "cod destinatario", "recipient code",
    ),
    "phone": ("telefono", "tel", "telefono fisso", "telephone", "phone", "phone number"),
    "mobile": ("cellulare", "cell", "telefono cellulare", "portable", "mobile", "mobile phone"),
    "iban": ("iban", "coordinate bancarie", "conto corrente", "coordonnees bancaires", "rib", "bank account"),
    "bic": ("bic", "swift", "bic swift"),
    "description": ("descrizione", "oggetto", "causale", "libelle", "designation", "objet", "description"),
    "quantity": ("quantita", "qta", "q ta", "quantite", "qte", "quantity", "qty"),
    "unit": ("unita di misura", "um", "u m", "unita", "unite", "unit", "unit of measure"),
    "unit_price": ("prezzo unitario", "prezzo", "prix unitaire", "prix", "pu ht", "unit price", "price"),
    "amount": ("importo", "totale", "canone", "imponibile",
        "montant", "total", "montant ht", "amount", "fee"),
    "discount": ("sconto", "remise", "discount"),
    "vat_rate": ("aliquota", "aliquota iva", "iva", "taux tva", "taux de tva", "vat rate", "tax rate"),
    "date": ("data", "data documento", "date", "date du document", "document date"),
    "number": ("numero", "numero documento", "n documento", "numero fattura", "numero de facture", "number"),
    "due_on": ("scadenza", "data scadenza", "echeance", "date d echeance", "due date"),
    "starts_on": (
        "inizio", "data inizio", "dal", "decorrenza", "debut", "date de debut", "start", "start date"),
    "ends_on": ("fine", "data fine", "al", "termine", "fin", "date de fin", "end", "end date"),
    "months": ("mesi", "periodicita", "frequenza", "mois", "periodicite", "months", "frequency"),
    "payment_method": (
        "modalita pagamento", "pagamento", "mode de paiement", "paiement", "payment method", "payment",
    ),
    "notes": ("note", "annotazioni", "osservazioni", "notes", "remarques", "commentaire", "comments"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldNames:
    """A field and what its column may be called besides its own name and the usual synonyms."""

    name: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """`header` at `position` (from 0) for `field`; `confidence` is a percentage."""

    field: str
    header: str
    position: int
    confidence: int


def suggest_mapping(headers: Sequence[str], fields: Iterable[str | FieldNames]) -> dict[str, Match]:
    """The best column for each field, by the name of the field; each column is used once.

    The surest pairs are taken first, ties in the order of fields and headers. A field without
    a column at `LEAST_CONFIDENCE` or more is left out.
    """
    wanted = [field if isinstance(field, FieldNames) else FieldNames(field) for field in fields]
    plain = [_plain(header) for header in headers]
    mapping = _as_written(headers, wanted)
    used = {match.position for match in mapping.values()}
    names_of = [() if field.name in mapping else _names(field) for field in wanted]
    pairs = [
        (-_likeness(text, names), at, position)
        for at, names in enumerate(names_of)
        for position, text in enumerate(plain)
        if names and position not in used
    ]
    for negative, at, position in sorted(pairs):
        name = wanted[at].name
        if -negative >= LEAST_CONFIDENCE and name not in mapping and position not in used:
            mapping[name] = Match(name, headers[position], position, -negative)
            used.add(position)
    return mapping


def _as_written(headers: Sequence[str], wanted: Sequence[FieldNames]) -> dict[str, Match]:
    """The columns that have a field's very label, signs and all ("%"): the tables written here."""
    at = {header.strip().casefold(): position for position, header in reversed(list(enumerate(headers)))}
    found: dict[str, Match] = {}
    used: set[int] = set()
    for field in wanted:
        known = [at[label.strip().casefold()] for label in field.labels if label.strip().casefold() in at]
        free = [position for position in known if position not in used]
        if free:
            found[field.name] = Match(field.name, headers[free[0]], free[0], 100)
            used.add(free[0])
    return found


def _names(field: FieldNames) -> tuple[str, ...]:
    own = (field.name, *field.labels)
    return tuple(dict.fromkeys((*(_plain(text) for text in own), *SYNONYMS.get(field.name, ()))))


def _likeness(text: str, names: tuple[str, ...]) -> int:
    """100 for a known name; a little less for one inside or near another."""
    if not text or not names:
        return 0
    return max(_likeness_of_one(text, name) for name in names)


def _likeness_of_one(text: str, name: str) -> int:
    if text == name:
        return 100
    if text.replace(" ", "") == name.replace(" ", ""):
        return 98
    words, known = set(text.split()), set(name.split())
    if len(name) >= 3 and known <= words:  # "Importo (EUR)", "Data di inizio contratto"
        return 90 - min(15, 5 * (len(words) - len(known)))
    if min(len(text), len(name)) < 4:
        return 0
    return int(SequenceMatcher(None, text, name).ratio() * 95)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return _NOT_WORDS.sub(" ", letters).strip()
