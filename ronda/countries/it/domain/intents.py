"""Declarations of intent of usual exporters: which one a document rests on, and what is left of its ceiling.

Art. 1, c. 1 lett. c D.L. 746/1983: who has one may be invoiced without VAT (nature N3.5) up to its amount.
The supplier checks that it was received (art. 7 c. 4-bis D.Lgs. 471/1997) and quotes it in the file.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
NATURE = "N3.5"
#: Protocol of receipt and progressive number: 08060120341234567-000001.
_PROTOCOL = re.compile(r"([0-9]{17})\s*[-/ ]\s*([0-9]{1,6})", re.ASCII)


class Problem(StrEnum):
    """Why a document has no declaration to rest on."""

    NONE = ""
    MISSING = "missing"
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class Letter:
    """A declaration: days inclusive, `ceiling` and `used` in euro; revoked from `revoked_on` on."""

    key: int
    received_on: date
    starts_on: date
    ends_on: date
    ceiling: Decimal
    used: Decimal = ZERO
    revoked_on: date | None = None

    @property
    def left(self) -> Decimal:
        return self.ceiling - self.used

    def holds(self, on: date) -> bool:
        """Whether a document of that day may rest on it: received, in force and not revoked."""
        revoked = self.revoked_on is not None and on >= self.revoked_on
        return max(self.starts_on, self.received_on) <= on <= self.ends_on and not revoked


@dataclass(frozen=True, slots=True)
class Chosen:
    """The declaration for a document, and what is wrong; `short` is by how much the ceiling is exceeded."""

    letter: Letter | None
    problem: Problem = Problem.NONE
    short: Decimal = ZERO


def choose(letters: Iterable[Letter], *, on: date, amount: Decimal) -> Chosen:
    """The declaration a document of `amount` (net, in euro, without VAT under N3.5) rests on.

    The one received first that has room for all of it; a document is never split. Without room in any: the
    one with most left, and by how much it is exceeded.
    """
    held = sorted((one for one in letters if one.holds(on)), key=lambda one: (one.received_on, one.key))
    if not held:
        return Chosen(None, Problem.MISSING)
    for letter in held:
        if amount <= letter.left:
            return Chosen(letter)
    best = max(held, key=lambda one: one.left)
    return Chosen(best, Problem.EXCEEDED, amount - best.left)


def protocol_in_form(text: str) -> str:
    """The protocol as the file states it (control 00477), "" when it is none.

    08060120341234567-1 becomes 08060120341234567-000001.
    """
    found = _PROTOCOL.fullmatch(text.strip())
    return f"{found[1]}-{found[2]:0>6}" if found else ""
