"""The unit of a quantity, as the reader of a print says it: "2 mesi", "1,5 mois", "3 h"."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from ronda.reports.domain.formats import NO_BREAK, known


class Word(NamedTuple):
    """One and several; symbols have one form only."""

    one: str
    several: str = ""


_Row = Mapping[str, Word]


def _symbol(text: str) -> _Row:
    return {"it": Word(text), "fr": Word(text), "en": Word(text)}


# By the code of UN/ECE Recommendation 20, which e-invoices use, whatever a firm calls the unit.
_WORDS: Mapping[str, _Row] = {
    "HUR": _symbol("h"),
    "DAY": {"it": Word("giorno", "giorni"), "fr": Word("jour", "jours"), "en": Word("day", "days")},
    "WEE": {"it": Word("sett."), "fr": Word("sem."), "en": Word("week", "weeks")},
    "MON": {"it": Word("mese", "mesi"), "fr": Word("mois"), "en": Word("month", "months")},
    "ANN": {"it": Word("anno", "anni"), "fr": Word("an", "ans"), "en": Word("year", "years")},
    "LS": {"it": Word(f"a{NO_BREAK}corpo"), "fr": Word("forfait"), "en": Word(f"lump{NO_BREAK}sum")},
    "KMT": _symbol("km"),
    "MTR": _symbol("m"),
    "MTK": _symbol("m²"),
    "MTQ": _symbol("m³"),
    "KGM": _symbol("kg"),
    "LTR": _symbol("l"),
    "KWH": _symbol("kWh"),
}
# C62 says only "one": what is counted, the code of the firm says.
_COUNTED = "C62"
_THINGS: Mapping[str, _Row] = {
    "pz": {"it": Word("pz"), "fr": Word("pce", "pces"), "en": Word("pc", "pcs")},
    "vis": {"it": Word("visita", "visite"), "fr": Word("visite", "visites"), "en": Word("visit", "visits")},
}


def unit_word(code: str, legal_code: str, quantity: Decimal, language: str) -> str:
    """The unit of a quantity in a language; a firm's own unit as the firm writes it.

    `legal_code` is that of UN/ECE Recommendation 20, empty for a unit that is not in the firm's list.
    """
    found = _THINGS.get(code) if legal_code == _COUNTED else _WORDS.get(legal_code)
    if found is None:
        return code
    word = found[known(language)]
    return word.several or word.one if _is_plural(quantity, language) else word.one


def _is_plural(quantity: Decimal, language: str) -> bool:
    """French counts below two as one: 1,5 mois, 1,5 jour. Elsewhere only one is one."""
    return abs(quantity) >= 2 if language == "fr" else abs(quantity) != 1
