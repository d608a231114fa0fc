"""Text of an invoice line without the words that change every month, and the period these tell.

Italian, French and English as firms write them: "Canone marzo 2025", "1er trimestre 2025",
"dal 01/01/2025 al 31/03/2025". What remains is the same text every time.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from ronda.kernel.periods import Period, add_months


class Reading(NamedTuple):
    """The text that stays, and the period read from what was taken out, if any."""

    text: str
    period: Period | None


_MONTH_WORDS = (
    "gennaio gen janvier janv january jan",
    "febbraio feb février fevrier févr fevr february",
    "marzo mar mars march",
    "aprile apr avril avr april",
    "maggio mag mai may",
    "giugno giu juin june jun",
    "luglio lug juillet juil july jul",
    "agosto ago août aout august aug",
    "settembre sett set septembre sept september sep",
    "ottobre ott octobre oct october",
    "novembre nov november",
    "dicembre dic décembre decembre déc dec december",
)
_MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_LONG = "|".join(
    sorted((w for w in _MONTHS if len(w) > 4 or w in ("mars", "juin", "août", "aout")), key=len)[::-1]
)
_ANY = "|".join(sorted(_MONTHS, key=len)[::-1])
_ORDINALS = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6,
    "primo": 1, "secondo": 2, "terzo": 3, "quarto": 4,
    "premier": 1, "deuxième": 2, "troisième": 3, "quatrième": 4,
    "first": 1, "second": 2, "third": 3, "fourth": 4,
}  # fmt: skip
_SPANS = {"bim": 2, "trim": 3, "quadrim": 4, "sem": 6, "quarter": 3, "half": 6}

# "n. 2031" is a number, not a year.
_NOT_A_NUMBER = r"(?<!n\. )(?<!n° )(?<!\bnr )(?<!\bno )(?<!\bnum )"
_DATE = r"(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})"
_TO = r"\s*(?:-|–|—|/|\bal\b|\bau\b|\ba\b|\bà\b|\bto\b|\bfino al\b|\bjusqu'au\b|\be\b|\bet\b)\s*"
_OF = r"(?:\s*(?:di|del|dell'anno|de|de l'année|of|d')\s*)?"
_YEAR = r"(?:20\d\d)"
_LEAD_WORDS = "per il|pour le|mese di|mesi di|mesi|mese|mois de|mois d'|mois|periodo|période|dal|del|du|from"
_LEAD = rf"(?:\b(?:{_LEAD_WORDS})\s*)*"
_FLAGS = re.IGNORECASE

_RANGE = re.compile(rf"{_LEAD}\b({_DATE}){_TO}({_DATE})", _FLAGS)
_MONTH_RANGE = re.compile(
    rf"{_LEAD}\b({_ANY})\.?\s*({_YEAR})?{_TO}({_ANY})\.?{_OF}[\s\-/']*({_YEAR})", _FLAGS
)
_ORDINAL = r"(vi|iv|v|iii|ii|i|[1-6](?:\s*(?:°|º|ª|er|re|ème|eme|e|st|nd|rd|th|\^))?|" + (
    "|".join(word for word in _ORDINALS if len(word) > 3) + ")"
)
_PART = re.compile(
    rf"{_LEAD}\b{_ORDINAL}\s*(bim|trim|quadrim|sem|quarter|half)(?:estre|\.)?(?:\s+year)?{_OF}[\s/\-]*({_YEAR})?\b",
    _FLAGS,
)
_SHORT_PART = re.compile(rf"\b([TQS])([1-4])[\s/\-]*({_YEAR})", _FLAGS)
_MONTH = re.compile(rf"{_LEAD}\b(?:({_LONG})\b{_OF}\s*({_YEAR})?|({_ANY})\.?[\s\-/']*({_YEAR}))\b", _FLAGS)
_NUMERIC_MONTH = re.compile(rf"{_LEAD}\b(0?[1-9]|1[0-2])\s*[/\-]\s*({_YEAR})\b", _FLAGS)
_WHOLE_YEAR = re.compile(
    rf"{_LEAD}(?:\b(?:anno|année|annee|exercice|esercizio|year)\s*)?{_NOT_A_NUMBER}\b({_YEAR})\b(?!\s*[/\-]\s*{_YEAR})",
    _FLAGS,
)
_NOISE = re.compile(
    rf"\b(?:rata|échéance|echeance|instalment)\s*(?:n\.?|n°)?\s*\d+(?:\s*(?:/|di|de|of)\s*\d+)?"
    rf"|{_LEAD}\b{_DATE}|\b{_YEAR}\s*[/\-]\s*(?:{_YEAR}|\d\d)\b",
    _FLAGS,
)
_EDGE_WORDS = (
    "dal|al|del|della|dell'|di|du|au|de|des|d'|per|pour|il|le|la|mese|mois|periodo|période|periode|bimestre|"
    "competenza|relativo al|relativo|relatif|anno|année|annee|from|to|of|for|the"
)
_EDGE = rf"(?:\b(?:{_EDGE_WORDS})(?:\b|(?<='))|[\s\-–—,;:./()\[\]])+"
_TRAILING = re.compile(_EDGE + r"$", _FLAGS)
_LEADING = re.compile(r"^[\s\-–—,;:./)\]]+")


def _month_number(word: str) -> int:
    return _MONTHS[word.lower().rstrip(".")]


def _day(text: str) -> date | None:
    parts = [int(part) for part in re.split(r"[/.\-]", text)]
    year, month, day = parts if parts[0] > 31 else parts[::-1]
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _months(year: int, month: int, count: int) -> Period:
    start = date(year, month, 1)
    return Period(start, add_months(start, count))


def _read_range(found: re.Match[str]) -> Period | None:
    first, last = _day(found[1]), _day(found[2])
    return Period.closed(first, last) if first and last and first <= last else None


def _read_month_range(found: re.Match[str]) -> Period | None:
    first, last, year = _month_number(found[1]), _month_number(found[3]), int(found[4])
    from_year = int(found[2]) if found[2] else (year if first <= last else year - 1)
    count = (year - from_year) * 12 + last - first + 1
    return _months(from_year, first, count) if count > 0 else None


def _read_part(found: re.Match[str]) -> Period | None:
    word = found[1].lower()
    digits = re.match(r"\d", word)
    rank = int(digits[0]) if digits else _ORDINALS[word]
    length = _SPANS[found[2].lower()]
    if found[3] is None or rank * length > 12:
        return None
    return _months(int(found[3]), (rank - 1) * length + 1, length)


def _read_short_part(found: re.Match[str]) -> Period | None:
    length, rank = (6 if found[1].upper() == "S" else 3), int(found[2])
    return _months(int(found[3]), (rank - 1) * length + 1, length) if rank * length <= 12 else None


def _read_month(found: re.Match[str]) -> Period | None:
    word, year = (found[1], found[2]) if found[1] else (found[3], found[4])
    return _months(int(year), _month_number(word), 1) if year else None


def _read_numeric_month(found: re.Match[str]) -> Period | None:
    return _months(int(found[2]), int(found[1]), 1)


def _read_year(found: re.Match[str]) -> Period | None:
    return _months(int(found[1]), 1, 12)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = (
    (_RANGE, _read_range),
    (_MONTH_RANGE, _read_month_range),
    (_PART, _read_part),
    (_SHORT_PART, _read_short_part),
    (_NUMERIC_MONTH, _read_numeric_month),
    (_MONTH, _read_month),
)


def read_description(description: str) -> Reading:
    """Take months, dates and periods out of a line's text, and say which period they meant."""
    text, period = description, None
    for pattern, reader in (*_READERS, (_NOISE, None), (_WHOLE_YEAR, _read_year)):
        found = pattern.search(text)
        if found is None:
            continue
        if period is None and reader is not None:
            period = reader(found)
        text = pattern.sub(" ", text)
    text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
    text = _LEADING.sub("", _TRAILING.sub("", re.sub(r"\s+", " ", text).strip()))
    return Reading(text.strip(), period)


def comparable(text: str) -> str:
    """The text without case, accents and punctuation: what two lines must have in common."""
    flat = unicodedata.normalize("NFKD", text)
    flat = "".join(char for char in flat if not unicodedata.combining(char)).casefold()
    return " ".join(re.findall(r"\w+", flat))
