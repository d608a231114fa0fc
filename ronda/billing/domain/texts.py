"""Words on documents, in the language of the recipient (R8); not that of the person at the screen."""

from datetime import date
from decimal import Decimal

_PERIOD = {
    "it": ("dal {} al {}", "per il giorno {}"),
    "fr": ("du {} au {}", "pour le {}"),
    "en": ("from {} to {}", "for {}"),
}
_STAMP = {"it": "Imposta di bollo", "fr": "Droit de timbre", "en": "Stamp duty"}
_CREDIT = {"it": "Storno {}", "fr": "Avoir sur {}", "en": "Credit of {}"}
_ADVANCE = {"it": "Detrazione acconto {}", "fr": "Déduction de l’acompte {}", "en": "Less advance {}"}

_ADJUSTMENT = {"it": "Conguaglio: {}", "fr": "Régularisation : {}", "en": "Adjustment: {}"}


def _day(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def period_text(starts_on: date, ends_on: date, language: str) -> str:
    """ "dal 01/03/2026 al 31/03/2026"; a single day reads as one."""
    span, single = _PERIOD.get(language, _PERIOD["en"])
    return (
        single.format(_day(starts_on))
        if starts_on == ends_on
        else span.format(_day(starts_on), _day(ends_on))
    )


def line_text(text: str, starts_on: date, ends_on: date, language: str) -> str:
    """A fee with its period, at most 1000 characters (the limit of electronic invoices)."""
    period = period_text(starts_on, ends_on, language)
    return f"{text[: 1000 - len(period) - 1]} {period}"


def stamp_text(language: str) -> str:
    return _STAMP.get(language, _STAMP["en"])


def fund_text(name: str, percent: Decimal, language: str) -> str:
    """ "Contributo integrativo 4 %"; a rate with the decimal sign of the language."""
    rate = format(percent.normalize(), "f")
    return f"{name} {rate if language == 'en' else rate.replace('.', ',')} %"


def credit_text(label: str, language: str) -> str:
    return _CREDIT.get(language, _CREDIT["en"]).format(label)


def advance_text(label: str, language: str) -> str:
    return _ADVANCE.get(language, _ADVANCE["en"]).format(label)


def adjustment_text(text: str, starts_on: date, ends_on: date, language: str) -> str:
    """The line of an adjustment document: the fee and the days whose amount changed."""
    wording = _ADJUSTMENT.get(language, _ADJUSTMENT["en"])
    return wording.format(line_text(text[:950], starts_on, ends_on, language))
