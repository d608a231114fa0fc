"""Frequencies as people write them in tables, in Italian, French and English."""

import re
import unicodedata

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MONTH, WEEK, ONCE = "month", "week", "once"

_MONTHS = {
    1: "mensile mensuel mensuelle monthly month mese mois m ogni mese tous les mois",
    2: "bimestrale bimestriel bimestrielle bimonthly b",
    3: "trimestrale trimestriel trimestrielle quarterly quarter q t trim",
    4: "quadrimestrale quadrimestriel quadrimestrielle four-monthly quadr f",
    6: "semestrale semestriel semestrielle half-yearly semiannual semi-annual s sem h",
    12: "annuale annuel annuelle yearly annual annually anno an year a y",
    24: "biennale bisannuel biennal biennale biennial",
    36: "triennale triennal triennial",
}
_PHRASES = {
    "ogni mese": (1, MONTH), "tous les mois": (1, MONTH), "una volta": (1, ONCE), "una tantum": (1, ONCE),
    "unica soluzione": (1, ONCE), "une fois": (1, ONCE), "une seule fois": (1, ONCE), "once": (1, ONCE),
    "one-off": (1, ONCE), "unico": (1, ONCE), "ponctuel": (1, ONCE),
    "settimanale": (1, WEEK), "hebdomadaire": (1, WEEK), "weekly": (1, WEEK),
    "quindicinale": (2, WEEK), "bisettimanale": (2, WEEK), "fortnightly": (2, WEEK),
    "ogni due settimane": (2, WEEK), "toutes les deux semaines": (2, WEEK),
}  # fmt: skip
_WORDS = {word: (count, MONTH) for count, words in _MONTHS.items() for word in words.split() if word not in {
    "ogni", "tous", "les"}}  # fmt: skip
_COUNTED = re.compile(
    r"(?:ogni|tous les|toutes les|every)?\s*(\d{1,3})\s*"
    r"(mesi|mese|mois|months|month|m|anni|anno|ans|an|years|year|settimane|semaines|weeks)?"
)


class UnknownFrequency(Refusal):
    code = "contracts.unknown_frequency"


def read_frequency(read: str) -> tuple[int, str]:
    """(how many, unit) of "mensile", "trimestriel", "Q", "6", "ogni 2 mesi", "una tantum".

    A bare number counts months. Raises `UnknownFrequency`, also for "bimensuel", which some take for
    twice a month and some for every two months.
    """
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", read.casefold()) if not unicodedata.combining(char)
    )
    words = " ".join(plain.replace(".", " ").split())
    if words in _PHRASES:
        return _PHRASES[words]
    if words in _WORDS:
        return _WORDS[words]
    found = _COUNTED.fullmatch(words)
    if found and 1 <= int(found[1]) <= 120:
        count, unit = int(found[1]), found[2] or "m"
        if unit[0] in "sw":
            return count, WEEK
        return (count * 12 if unit[0] in "ay" else count), MONTH
    message = _("“%(read)s” is not a frequency. Write monthly, quarterly, yearly… or a number of months.")
    raise UnknownFrequency(message % {"read": read[:40]}, read=read[:40])
