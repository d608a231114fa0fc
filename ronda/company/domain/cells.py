"""Dates, numbers and yes/no as people write them in tables, by the conventions of a locale.

What could mean two things is refused, and the refusal says how to write it. A locale is "it",
"fr" or "en" ("it-IT" is taken as "it").
"""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

Cell = str | Decimal | date | datetime | time | bool

_NUMERIC_DATE = re.compile(r"(\d{1,4})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{1,4})", re.ASCII)
_COMPACT_DATE = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_WORD_DATE = re.compile(
    r"(\d{1,2})(?:er|°|º|st|nd|rd|th)?(?:\s+de|\s+di|\s+of)?[\s./-]+([^\W\d_]+)\.?[\s./,-]+(\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_CLOCK = re.compile(r"[ T]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?$")
_SIGNS = re.compile(
    r"(?P<open>\()?\s*(?P<lead>[-+])?\s*(?P<body>[0-9][0-9., ']*|[.,][0-9]+)"
    r"\s*(?P<trail>-)?\s*(?P<close>\))?"
)
_MONEY = re.compile(r"(?:€|\beur\b|\beuro\b|%)", re.IGNORECASE)
_PLAIN = re.compile(r"\d+|\d*\.\d+", re.ASCII)

_MONTHS = (
    ("gennaio", "janvier", "january"),
    ("febbraio", "fevrier", "february"),
    ("marzo", "mars", "march"),
    ("aprile", "avril", "april"),
    ("maggio", "mai", "may"),
    ("giugno", "juin", "june"),
    ("luglio", "juillet", "july"),
    ("agosto", "aout", "august"),
    ("settembre", "septembre", "september"),
    ("ottobre", "octobre", "october"),
    ("novembre", "novembre", "november"),
    ("dicembre", "decembre", "december"),
)
_TRUE = frozenset(["1", "si", "s", "x", "vero", "v", "true", "t", "yes", "y", "oui", "o", "vrai", "ok", "on"])
_FALSE = frozenset(["0", "no", "n", "falso", "f", "false", "non", "faux", "off", "-"])
# What a spreadsheet program may take for a formula at the start of a text (OWASP: CSV injection).
FORMULA_STARTS = frozenset("=+-@\t\r\n")
# What is written in a cell to empty the field; a blank cell leaves it as it is.
CLEARING = {"it": "(vuoto)", "fr": "(vide)", "en": "(empty)"}
_CLEARING = frozenset(CLEARING.values())
# Which mark parts thousands and which decimals. A point among French digits may be either.
_THOUSANDS = {"it": ".' ", "fr": "' ", "en": ",' "}
_DECIMAL = {"it": ",", "fr": ",", "en": "."}
_EXAMPLES = {"it": "1234,56", "fr": "1234,56", "en": "1234.56"}


class NotADate(Refusal):
    code = "company.cell_not_a_date"


class AmbiguousDate(NotADate):
    code = "company.cell_ambiguous_date"


class NotANumber(Refusal):
    code = "company.cell_not_a_number"


class AmbiguousNumber(NotANumber):
    code = "company.cell_ambiguous_number"


class NotYesOrNo(Refusal):
    code = "company.cell_not_yes_or_no"


def parse_date(value: Cell, locale: str) -> date:
    """The date in a cell; a time of day beside it is dropped.

    Day first in Italian and French; in English 3/4/2026 is refused as ambiguous, unless only
    one reading is a date. Year first and month names are understood everywhere; years of two
    digits up to 69 are of this century. Raises `NotADate`, `AmbiguousDate`.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise _not_a_date(value)
    text = _CLOCK.sub("", " ".join(value.split()))
    if compact := _COMPACT_DATE.fullmatch(text):
        return _date(value, *compact.groups())
    if numeric := _NUMERIC_DATE.fullmatch(text):
        return _numeric_date(value, numeric.groups(), _language(locale))
    return _word_date(value, _plain(text))


def _numeric_date(value: str, parts: tuple[str, ...], locale: str) -> date:
    first, second, third = parts
    if len(first) == 4:
        return _date(value, first, second, third)
    if len(first) == 3 or len(third) in {1, 3}:
        raise _not_a_date(value)
    if locale == "en" and first != second and int(first) <= 12 and int(second) <= 12:
        message = _("“%(read)s” may be two dates: write it with the year first, as 2026-04-03.")
        raise AmbiguousDate(message % {"read": value[:40]}, read=value[:40])
    if locale == "en" and int(second) > 12:
        first, second = second, first
    return _date(value, third, second, first)


def _word_date(value: str, text: str) -> date:
    if found := _WORD_DATE.fullmatch(text):
        day, name, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        name, day, year = found.groups()
    else:
        raise _not_a_date(value)
    months = [at for at, names in enumerate(_MONTHS, 1) if any(_is_month(name, full) for full in names)]
    if len(months) != 1:
        raise _not_a_date(value)
    return _date(value, year, str(months[0]), day)


def _is_month(text: str, full: str) -> bool:
    return len(text) >= 3 and full.startswith(text)


def _date(value: str, year: str, month: str, day: str) -> date:
    full_year = int(year)
    if len(year) == 2:
        full_year += 2000 if full_year < 70 else 1900
    try:
        return date(full_year, int(month), int(day))
    except ValueError:
        raise _not_a_date(value) from None


def _not_a_date(value: Cell) -> NotADate:
    read = str(value)[:40]
    message = _("“%(read)s” is not a date. Write day, month and year, as 31/12/2026 or 2026-12-31.")
    return NotADate(message % {"read": read}, read=read)


def parse_decimal(value: Cell, locale: str) -> Decimal:
    """The number in a cell, exactly; a currency or per cent sign beside it is dropped.

    "1.234" is 1234 in Italian, 1.234 in English, refused in French. A mark where the locale
    does not put it ("12.5" in Italian) is refused rather than guessed. A minus may stand
    before, after, or be a pair of brackets. Raises `NotANumber`, `AmbiguousNumber`.
    """
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise _not_a_number(value, locale)
    text = (
        _MONEY.sub("", "".join(" " if char.isspace() else char for char in value))
        .replace("’", "'")
        .replace("−", "-")
    )
    found = _SIGNS.fullmatch(text.strip())
    if found is None or bool(found["open"]) != bool(found["close"]) or len(text) > 60:
        raise _not_a_number(value, locale)
    signs = [bool(found["open"]), found["lead"] is not None, found["trail"] is not None]
    if sum(signs) > 1:
        raise _not_a_number(value, locale)
    number = _unsigned(value, found["body"].strip(), _language(locale))
    return -number if found["open"] or found["trail"] or found["lead"] == "-" else number


def _unsigned(value: str, body: str, locale: str) -> Decimal:
    mark = _DECIMAL[locale]
    whole, _mark, decimals = body.partition(mark)
    groups = re.split("[" + re.escape(_THOUSANDS[locale]) + "]", whole)
    marks = {char for char in whole if not char.isdigit()}
    grouped = len(marks) == 1 and 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    digits = "".join(groups)
    plain = f"{digits}.{decimals}" if decimals else digits
    if (marks and not grouped) or not _PLAIN.fullmatch(plain) or (_mark and not decimals):
        raise _ambiguous(value, locale)
    return Decimal(plain)


def _ambiguous(value: str, locale: str) -> AmbiguousNumber:
    message = _("“%(read)s” can be read in more than one way. Write it without separators, as %(example)s.")
    facts = {"read": value[:40], "example": _EXAMPLES[locale]}
    return AmbiguousNumber(message % facts, read=value[:40])


def _not_a_number(value: Cell, locale: str) -> NotANumber:
    message = _("“%(read)s” is not a number. Write digits only, as %(example)s.")
    facts = {"read": str(value)[:40], "example": _EXAMPLES[_language(locale)]}
    return NotANumber(message % facts, read=str(value)[:40])


def parse_bool(value: Cell) -> bool:
    """Yes or no in Italian, French or English, 1 or 0, or an x; a blank is refused."""
    if isinstance(value, bool):
        return value
    word = _plain(str(value)).strip().removesuffix(".0")
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    message = _("“%(read)s” is neither yes nor no. Write yes or no.")
    raise NotYesOrNo(message % {"read": str(value)[:40]}, read=str(value)[:40])


def is_clearing(value: Cell) -> bool:
    """Whether the cell says, in any of the languages, that the field is to be emptied."""
    # All of them stand in brackets: hardly any other text has to be looked at closely.
    return isinstance(value, str) and ")" in value and value.strip().casefold() in _CLEARING


def clearing_word(locale: str) -> str:
    """The word for "empty" of a language."""
    return CLEARING[_language(locale)]


def without_guard(text: str) -> str:
    """A text as it was before `guarded` kept spreadsheets from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in FORMULA_STARTS else text


def guarded(text: str) -> str:
    """A text no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{text}" if text.lstrip("'")[:1] in FORMULA_STARTS else text


def _plain(text: str) -> str:
    """Small letters without accents."""
    return "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )


def _language(locale: str) -> str:
    language = locale[:2].lower()
    return language if language in _DECIMAL else "en"
