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
# Names in Greek (ELOT 743) and Cyrillic (as in passports, ICAO 9303), letter by letter: each group begins
# with the letter, what follows stands for it; the soft sign stands for nothing.
_GREEK = "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs τt υy φf χch ψps ωo ςs"
_RUSSIAN = "аa бb вv гg дd еe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъie ыy ь"
_OTHERS = "эe юiu яia іi їi єie ґg ѓg ѕdz јj љlj њnj ќk ћc ўu џdz ђd ёe әa ғg қk ңn өo ұu үu һh"
_GROUPS = f"{_GREEK} {_RUSSIAN} {_OTHERS}"
_LETTERS = {group[0]: group[1:] for group in _GROUPS.split(" ")} | {"\N{FRACTION SLASH}": "/"}

_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_ABOVE_LATIN, _ABOVE_ASCII = re.compile(r"[^\x00-\xff]"), re.compile(r"[^\x00-\x7e]")
_UNKNOWN = re.compile("\ufffd+")


def latin_text(text: str) -> str:
    """The text in Latin-1: typographic signs by their plain form, letters without foreign accents.

    Greek and Cyrillic letters become Latin ones. What has no plain form (an emoji, another alphabet)
    becomes "?" once for a run of it.
    Blanks and control characters become single spaces; the ends are trimmed.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = text.translate(_REPLACEMENTS)
    return _squeeze(_ABOVE_LATIN.sub(lambda found: _fitting(found[0], 0xFF), plain))


def ascii_text(text: str) -> str:
    """The text in ASCII, for the fields that allow no accent (numbers, codes)."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = text.translate(_REPLACEMENTS)
    return _squeeze(_ABOVE_ASCII.sub(lambda found: _fitting(found[0], 0x7E), plain))


def _fitting(char: str, last: int) -> str:
    if char == "\N{MICRO SIGN}":  # not "m": a thousandth of it
        return "u"
    parts = unicodedata.normalize("NFKD", char)
    plain = "".join(part if ord(part) <= last else _romanised(part) for part in parts)
    if plain:
        return plain
    if char.lower() in _LETTERS:
        return ""
    return "" if unicodedata.combining(char) or 0xFE00 <= ord(char) <= 0xFE0F else "\ufffd"


def _romanised(letter: str) -> str:
    """A Greek or Cyrillic letter in Latin ones, capital if it was."""
    found = _LETTERS.get(letter.lower(), "")
    return found.capitalize() if letter.isupper() else found


def _squeeze(text: str) -> str:
    return _BLANKS.sub(" ", _UNKNOWN.sub("?", text)).strip()
