"""Texts within the characters FatturaPA allows (XSD: Basic Latin and Latin-1 Supplement)."""

import re
import unicodedata

_REPLACEMENTS = str.maketrans(
    {
        "€": "EUR", "‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "‹": "<", "›": ">",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "…": "...", "•": "-",
        "™": "(TM)",
        "œ": "oe", "Œ": "OE", "š": "s", "Š": "S", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "Ÿ": "Y",
        "≤": "<=", "≥": ">=", "≠": "!=", "√": "V", "Ω": "ohm", "µ": "µ", "→": "->", "←": "<-",
        "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u2028": " ", "\u2029": " ",
    }
)  # fmt: skip
_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0]+")


def latin_text(text: str) -> str:
    """The text in Latin-1: typographic signs by their plain form, letters without foreign accents.

    What has no plain form (an emoji, another alphabet) becomes "?" once for a run of it.
    Blanks and control characters become single spaces; the ends are trimmed.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _squeeze("".join(_fitting(char, 0xFF) for char in text.translate(_REPLACEMENTS)))


def ascii_text(text: str) -> str:
    """The text in ASCII, for the fields that allow no accent (numbers, codes)."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _squeeze("".join(_fitting(char, 0x7E) for char in text.translate(_REPLACEMENTS)))


def _fitting(char: str, last: int) -> str:
    if ord(char) <= last:
        return char
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if ord(part) <= last)
    if plain:
        return plain
    return "" if unicodedata.combining(char) or 0xFE00 <= ord(char) <= 0xFE0F else "\ufffd"


def _squeeze(text: str) -> str:
    return _BLANKS.sub(" ", re.sub("\ufffd+", "?", text)).strip()
