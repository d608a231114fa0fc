"""What a contract comes to in a year and how often it is billed, for lists and analyses (E32)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from ronda.kernel.i18n import _, pgettext_lazy
from ronda.kernel.money import to_cents

WEEKS = 52
MONTHS = 12
_LETTERS = {1: "M", 2: "B", 3: "Q", 4: "F", 6: "H", 12: "Y"}
# As firms write them; "Q" is a quarter in English and four months in Italian, so it is said in one only.
_SHOWN = {
    "M": pgettext_lazy("letter for every month", "M"),
    "B": pgettext_lazy("letter for every two months", "B"),
    "Q": pgettext_lazy("letter for every three months", "Q"),
    "F": pgettext_lazy("letter for every four months", "F"),
    "H": pgettext_lazy("letter for every six months", "H"),
    "Y": pgettext_lazy("letter for every year", "Y"),
    "1": _("once"),
    "1W": pgettext_lazy("how often", "weekly"),
}
_WEEKS = pgettext_lazy("how often, in a narrow column", "%(n)s weeks")


class Fee(NamedTuple):
    """The price and rhythm of one line."""

    quantity: Decimal
    price: Decimal
    discount: Decimal
    basis: str
    unit: str
    every: int


def yearly(fee: Fee) -> Decimal:
    """Net of a full year; nothing for what is billed once."""
    if fee.unit == "once":
        return Decimal(0)
    net = fee.quantity * fee.price * (100 - fee.discount) / 100
    if fee.basis == "year":
        return to_cents(net)
    if fee.basis == "month":
        return to_cents(net * MONTHS)
    times = Decimal(WEEKS if fee.unit == "week" else MONTHS) / fee.every
    return to_cents(net * times)


def letter(fee: Fee) -> str:
    """The code that is kept, the same in every language; see `shown` for what people read.

    M monthly, B every two months, Q quarter, F four months, H half-year, Y year; else "5M", "2W", "1".
    """
    if fee.unit == "once":
        return "1"
    if fee.unit == "week":
        return f"{fee.every}W"
    return _LETTERS.get(fee.every, f"{fee.every}M")


def rhythm(fees: Iterable[Fee]) -> str:
    """The letters of a contract's lines, each once: "M+Y" for mixed frequencies (E3)."""
    return "+".join(dict.fromkeys(letter(fee) for fee in fees))[:20]


def shown(kept: str) -> str:
    """The codes of `rhythm` in the current language: "M+Y" is "M+A" in Italian and French.

    What is read here is read back by `frequency_words.read_frequency`, one by one.
    """
    return "+".join(_shown(code) for code in kept.split("+"))


def _shown(code: str) -> str:
    if code in _SHOWN:
        return str(_SHOWN[code])
    return str(_WEEKS) % {"n": code[:-1]} if code.endswith("W") else code
