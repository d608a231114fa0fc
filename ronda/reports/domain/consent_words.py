"""The words of the form on which people give their consents, in the language of who signs.

Tables and not gettext, as in `words`: the language is that of the reader, whoever prints.
"""

from collections.abc import Mapping

from ronda.reports.domain.formats import known

_PLACE = {"it": 0, "fr": 1, "en": 2}
_TABLE: Mapping[str, tuple[str, str, str]] = {
    "title": ("Informativa e consensi", "Information et consentements", "Privacy notice and consents"),
    "person": ("Il/La sottoscritto/a", "Le/La soussigné(e)", "The undersigned"),
    "customer": ("per il cliente", "pour le client", "for the customer"),
    "version": ("versione", "version", "version"),
    "of": ("di", "sur", "of"),
    "page": ("Pagina", "Page", "Page"),
    "read": ("Ho letto l’informativa", "J’ai lu l’information", "I have read the notice"),
    "agree": ("Acconsento", "J’accepte", "I agree"),
    "refuse": ("Non acconsento", "Je refuse", "I do not agree"),
    "free": (
        "Ogni consenso è libero e può essere revocato in ogni momento.",
        "Chaque consentement est libre et peut être retiré à tout moment.",
        "Each consent is free and may be withdrawn at any time.",
    ),
    "place_and_day": ("Luogo e data", "Fait à, le", "Place and date"),
    "signature": ("Firma", "Signature", "Signature"),
}


def words(language: str) -> dict[str, str]:
    """Every word of the form in a language; English where it cannot be written in that one."""
    at = _PLACE[known(language)]
    return {name: row[at] for name, row in _TABLE.items()}
