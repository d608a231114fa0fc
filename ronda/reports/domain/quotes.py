"""What the layout of a quote can read: one dictionary of plain values, built from facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.kernel.money import ZERO
from ronda.quotes.domain.rhythms import Rhythm
from ronda.quotes.domain.totals import OfferTotals
from ronda.reports.domain import formats, words
from ronda.reports.domain.documents import address_lines

_PLACE = {"it": 0, "fr": 1, "en": 2}
_TABLE: dict[str, tuple[str, str, str]] = {  # Italian, French, English
    "quote": ("Preventivo", "Devis", "Quote"),
    "valid_until": ("Valido fino al", "Valable jusqu’au", "Valid until"),
    "optional": ("opzionale", "en option", "optional"),
    "not_counted": ("non compreso nel totale", "non compris dans le total", "not in the total"),
    "alternative": ("alternativa", "variante", "alternative"),
    "once": ("Una tantum", "Ponctuel", "Once"),
    "total": ("Totale", "Total TTC", "Total"),
    "net": ("Imponibile", "Total HT", "Net"),
    "per_year": ("in un anno", "par an", "in a year"),
    "for": ("Spettabile", "À l’attention de", "For"),
    "site": ("Luogo", "Lieu", "Place"),
    "conditions": ("Condizioni", "Conditions", "Conditions"),
    "agreed": ("Per accettazione", "Bon pour accord", "Accepted"),
    "agreed_blank": ("Data, timbro e firma", "Date, cachet et signature", "Date and signature"),
    "accepted_by": ("Accettato da", "Accepté par", "Accepted by"),
    "typed": ("firma con nome digitato", "signature par nom saisi", "signed by typed name"),
    "seal": ("Sigillo", "Sceau", "Seal"),
}
_EVERY: dict[tuple[str, int], tuple[str, str, str]] = {
    ("month", 1): ("ogni mese", "par mois", "every month"),
    ("month", 2): ("ogni 2 mesi", "tous les 2 mois", "every 2 months"),
    ("month", 3): ("ogni trimestre", "par trimestre", "every quarter"),
    ("month", 4): ("ogni quadrimestre", "tous les 4 mois", "every 4 months"),
    ("month", 6): ("ogni semestre", "par semestre", "every half-year"),
    ("month", 12): ("ogni anno", "par an", "every year"),
    ("week", 1): ("ogni settimana", "par semaine", "every week"),
}
_EVERY_N = {
    "month": ("ogni {} mesi", "tous les {} mois", "every {} months"),
    "week": ("ogni {} settimane", "toutes les {} semaines", "every {} weeks"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLine:
    """A line as it stands on the quote; `picture` is a data: address or empty."""

    key: int
    kind: str
    text: str
    details: str = ""
    picture: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO
    vat_rate: Decimal = ZERO
    nature: str = ""
    rhythm: Rhythm = Rhythm()
    is_option: bool = False
    alternative: str = ""
    chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFacts:
    """A quote with all that is printed of it."""

    language: str
    currency: str
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    lines: Sequence[OfferedLine]
    totals: OfferTotals
    discount: Decimal
    number: str
    title: str
    on: date | None
    valid_until: date | None
    draft: bool
    intro: str
    closing: str
    site: str
    identity: str
    logo: str
    window: str
    accepted_on: date | None = None
    signer: str = ""
    signature: str = ""
    seal: str = ""


def quote_words(language: str) -> dict[str, str]:
    """The words of a quote, and those all prints share."""
    place = _PLACE[formats.known(language)]
    return words.words(language) | {key: texts[place] for key, texts in _TABLE.items()}


def rhythm_text(rhythm: Rhythm, language: str) -> str:
    """How often, in the reader's language; empty for what is billed once."""
    if not rhythm.recurring:
        return ""
    place = _PLACE[formats.known(language)]
    known = _EVERY.get((rhythm.unit, rhythm.every))
    return known[place] if known else _EVERY_N[rhythm.unit][place].format(rhythm.every)


def quote_context(facts: QuoteFacts) -> dict[str, Any]:
    """The dictionary a layout of quotes reads; every key is always there."""
    said = quote_words(facts.language)
    return {
        "language": facts.language,
        "words": said,
        "document": _document(facts, said),
        "seller": _party(facts.seller, facts.language, home=""),
        "buyer": _party(facts.buyer, facts.language, home=str(facts.seller.get("country") or "")),
        "lines": [_line(line, facts) for line in facts.lines],
        "columns": {"discount": any(line.discount for line in facts.lines)},
        "sums": _sums(facts, said),
        "year": {"net": facts.totals.net, "gross": facts.totals.gross},
        "acceptance": _acceptance(facts),
        "identity": facts.identity,
        "logo": facts.logo,
        "window": facts.window,
    }


def _document(facts: QuoteFacts, said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "quote",
        "title": said["quote"],
        "number": facts.number or said["draft_number"],
        "date": facts.on,
        "valid_until": facts.valid_until,
        "draft": facts.draft,
        "heading": facts.title,
        "intro": facts.intro,
        "closing": facts.closing,
        "site": facts.site,
        "currency": facts.currency,
        "discount": facts.discount,
    }


_PARTY_FIELDS = ("name", "code", "tax_id", "registration_id", "phone", "email", "pec", "website", "country")


def _party(given: Mapping[str, Any], language: str, *, home: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(given.get(name) or "") for name in _PARTY_FIELDS}
    found["address"] = address_lines(given, language, home=home)
    return found


def _line(line: OfferedLine, facts: QuoteFacts) -> dict[str, Any]:
    rate = formats.number(line.vat_rate, facts.language) + formats.NO_BREAK + "%"
    return {
        "kind": line.kind,
        "text": line.text,
        "details": line.details,
        "picture": line.picture,
        "quantity": line.quantity,
        "unit": line.unit,
        "price": line.unit_price,
        "discount": line.discount,
        "vat_label": line.nature or rate,
        "net": facts.totals.nets.get(line.key, ZERO),
        "rhythm": rhythm_text(line.rhythm, facts.language),
        "optional": line.is_option,
        "alternative": line.alternative,
        "chosen": line.chosen,
    }


def _sums(facts: QuoteFacts, said: Mapping[str, str]) -> list[dict[str, Any]]:
    several = len(facts.totals.blocks) > 1
    return [
        {
            "title": rhythm_text(block.rhythm, facts.language) or (said["once"] if several else ""),
            "recurring": block.rhythm.recurring,
            "net": block.sums.net,
            "gross": block.sums.gross,
            "discount": block.sums.header_discount,
            "vat": [
                {
                    "label": group.nature
                    or formats.number(group.rate, facts.language) + formats.NO_BREAK + "%",
                    "net": group.net,
                    "vat": group.vat,
                }
                for group in block.sums.groups
            ],
        }
        for block in facts.totals.blocks
    ]


def _acceptance(facts: QuoteFacts) -> dict[str, Any]:
    return {
        "on": facts.accepted_on,
        "signer": facts.signer,
        "signature": facts.signature,
        "seal": facts.seal,
    }
