"""What a contract comes to in a year and how often it is billed, for lists and analyses (E32)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from ronda.kernel.money import to_cents

WEEKS = 52
MONTHS = 12
_LETTERS = {1: "M", 2: "B", 3: "Q", 4: "F", 6: "H", 12: "Y"}


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
    """M monthly, B every two months, Q quarter, F four months, H half-year, Y year; else "5M", "2W", "1"."""
    if fee.unit == "once":
        return "1"
    if fee.unit == "week":
        return f"{fee.every}W"
    return _LETTERS.get(fee.every, f"{fee.every}M")


def rhythm(fees: Iterable[Fee]) -> str:
    """The letters of a contract's lines, each once: "M+Y" for mixed frequencies (E3)."""
    return "+".join(dict.fromkeys(letter(fee) for fee in fees))[:20]
