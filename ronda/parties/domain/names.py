"""Names compared as people compare them: without case, accents, legal forms and the order of words."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

_COMMON = """
    srl srls spa sapa snc sas ss scarl scrl scpa coop onlus aps asd sarl sasu eurl sa sci scop scm gie
    selarl gmbh ag ltd llc soc societa societe ditta impresa entreprise ets studio
    di da de del della delle dei degli dello dell all e ed et du des la le les lo il i gli the
"""
#: Legal forms and small words of Italian and French names: they tell nobody apart.
COMMON = frozenset(_COMMON.split())
SHORTEST_WORD = 2
PHONE_DIGITS = 8
#: In an import each name is compared several times.
REMEMBERED = 8_192
SAME_WORD_FROM = 70
_NO_WORD = re.compile(r"[^a-z0-9]+")
_NO_FIGURE = re.compile(r"\D+")


@lru_cache(maxsize=REMEMBERED)
def normalised(text: str) -> str:
    """Small letters and figures, no accents, one space between words; dots join ("S.r.l." is "srl")."""
    bare = text.casefold()
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_NO_WORD.sub(" ", bare.replace(".", "").replace("'", " ")).split())


def words(name: str) -> list[str]:
    """The words that tell a name from another, in alphabetical order; all of them if none is left."""
    return list(_words(name))


@lru_cache(maxsize=REMEMBERED)
def _words(name: str) -> tuple[str, ...]:
    every = normalised(name).split()
    telling = {word for word in every if word not in COMMON and _tells(word)}
    return tuple(sorted(telling or set(every)))


def _tells(word: str) -> bool:
    """Initials tell nobody apart, figures do: "Stairs 1" is not "Stairs 2"."""
    return len(word) >= SHORTEST_WORD or word.isdecimal()


@lru_cache(maxsize=REMEMBERED)
def name_key(name: str) -> str:
    """Equal for names made of the same words: "Rossi Mario" and "MARIO ROSSI s.n.c."."""
    return " ".join(_words(name))


@lru_cache(maxsize=REMEMBERED)
def sound(word: str) -> str:
    """A word without what is easily mistyped: vowels after the first letter, h, doubled letters.

    "Bianchi", "Bianci" and "Biancchi" sound the same. Figures stay as they are.
    """
    kept = word[:1]
    for letter in word[1:]:
        if letter not in "aeiouhy" and letter != kept[-1:]:
            kept += letter
    return kept


def sounds(name: str) -> list[str]:
    """The sounds of a name's words, each once."""
    return sorted({sound(word) for word in _words(name)})


def phone_key(phone: str) -> str:
    """The last eight figures of a telephone number; empty where it has fewer than six."""
    figures = _NO_FIGURE.sub("", phone) if phone else ""
    return figures[-PHONE_DIGITS:] if len(figures) >= 6 else ""


def similarity(one: str, other: str) -> int:
    """How alike two names are, 0 to 100: each word with its nearest in the other, by length."""
    mine, theirs = words(one), words(other)
    if not mine or not theirs:
        return 0
    return (_coverage(mine, theirs) + _coverage(theirs, mine)) // 2


def _coverage(some: list[str], others: Iterable[str]) -> int:
    """The part of some words found among others, in per cent of their letters."""
    others = list(others)
    found = sum(len(word) * max(_alike(word, other) for other in others) for word in some)
    return found // sum(map(len, some))


def _alike(word: str, other: str) -> int:
    """How alike two words are, 0 to 100; words that only have some letters in common are not."""
    if word == other:
        return 100
    found = int(SequenceMatcher(None, word, other).ratio() * 100)
    return found if found >= SAME_WORD_FROM else 0
