"""Text for FatturaPA: its patterns allow Basic Latin and the Latin-1 supplement only."""

import unicodedata
from collections.abc import Iterator

_REPLACED = {
    "€": "EUR",
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‛": "'",
    "′": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "‹": "'",
    "›": "'",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "•": "-",
    "…": "...",
    "™": "(TM)",
    "œ": "oe",
    "Œ": "OE",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ħ": "h",
    "Ħ": "H",
    "ı": "i",
    "ŋ": "n",
    "Ŋ": "N",
    "ſ": "s",
    "ẞ": "SS",
    "≤": "<=",
    "≥": ">=",
    "≠": "<>",
    "→": "->",
    "←": "<-",
    "\u2028": " ",
    "\u2029": " ",
}


def to_latin1(text: str) -> str:
    """`text` with every character in the set that the FatturaPA patterns allow.

    Letters lose accents unknown to Latin-1, typographic signs become plain ones, other
    scripts become "?", emoji and invisible marks go. Control characters and line ends become
    spaces. Applying it twice changes nothing more.
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(piece for letter in composed for piece in _allowed(letter))


def _allowed(letter: str) -> Iterator[str]:
    if letter in _REPLACED:
        yield _REPLACED[letter]
    elif "\x20" <= letter <= "\x7e" or "\xa0" <= letter <= "\xff":
        yield letter
    elif unicodedata.category(letter) == "Cc":
        yield " "
    else:
        yield _fallback(letter)


def _fallback(letter: str) -> str:
    """The letter without what Latin-1 cannot show; "" for marks and emoji, "?" for other scripts."""
    plain = "".join(
        _REPLACED.get(part, part)
        for part in unicodedata.normalize("NFKD", letter)
        if not unicodedata.combining(part)
    )
    kept = "".join(part for part in plain if "\x20" <= part <= "\x7e" or "\xa0" <= part <= "\xff")
    if kept:
        return kept
    return "?" if unicodedata.category(letter)[0] in "LN" else ""
