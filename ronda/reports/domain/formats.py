"""Amounts, numbers and days as the reader of a document writes them: his language, not the screen's."""

from datetime import date
from decimal import Decimal

from ronda.kernel.money import to_cents

NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

DEFAULT_LANGUAGE = "en"
_SEPARATORS = {"it": (".", ","), "fr": (NARROW, ","), "en": (",", ".")}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}
_MONTHS = {
    "it": [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def known(language: str) -> str:
    """The language itself where documents can be written in it, else English."""
    return language if language in _SEPARATORS else DEFAULT_LANGUAGE


def money(amount: Decimal, language: str, currency: str = "") -> str:
    """Two decimals, rounded half up; with the sign of the currency where the language puts it."""
    text = _grouped(f"{abs(to_cents(amount)):,.2f}", language)
    sign = MINUS if amount < 0 else ""
    if not currency:
        return sign + text
    symbol = _SYMBOLS.get(currency, currency)
    if known(language) == "en":
        glue = NO_BREAK if len(symbol) > 1 else ""
        return f"{sign}{symbol}{glue}{text}"
    return f"{sign}{text}{NO_BREAK}{symbol}"


def number(value: Decimal, language: str, places: int = 0) -> str:
    """A quantity, percentage or unit price: no useless zeros, at least `places` decimals."""
    text = format(abs(value), ",f")
    whole, _point, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    sign = MINUS if value < 0 else ""
    return sign + _grouped(f"{whole}.{decimals}" if decimals else whole, language)


def day(value: date, language: str, style: str = "") -> str:
    """02/03/2026, in English 2 Mar 2026; with style "long" 2 marzo 2026, 1er mars 2026."""
    language = known(language)
    if style == "long":
        first = f"{value.day}er" if language == "fr" and value.day == 1 else str(value.day)
        return f"{first} {_MONTHS[language][value.month - 1]} {value.year}"
    if language == "en":
        return f"{value.day} {_MONTHS['en'][value.month - 1][:3]} {value.year}"
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def iban(value: str) -> str:
    """In groups of four, as on paper."""
    compact = "".join(value.split())
    return NO_BREAK.join(compact[start : start + 4] for start in range(0, len(compact), 4))


def _grouped(text: str, language: str) -> str:
    thousands, point = _SEPARATORS[known(language)]
    return text.translate({ord(","): thousands, ord("."): point})
