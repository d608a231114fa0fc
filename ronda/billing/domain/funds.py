"""Charges for a social fund: a percentage of the fees that the firm adds by law or custom (R36).

Italy: the professionals' *contributo integrativo* (each fund's own law) and the *rivalsa INPS* of 4 %
(art. 1 c. 212 L. 662/1996). Both are part of what VAT is due on; the rivalsa is also part of what tax is
withheld from, the contributo is not. What is spent for the customer (art. 15 D.P.R. 633/1972) is no fee.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ronda.kernel.money import ZERO, to_cents

HUNDRED = Decimal(100)
ORIGIN = "fund"


@dataclass(frozen=True, slots=True)
class FundRule:
    """What a firm charges for a fund: `percent` of the fees, taxed as the lines or by a code of its own.

    `left_out` are natures of lines that are no fees; `withholding`: tax is withheld from it as well.
    """

    code: str
    text: str
    percent: Decimal
    vat_code_id: int | None = None
    withholding: bool = False
    revenue_account: str = ""
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FundCharge:
    """An amount for a fund: `percent` of `base`, taxed by the code `vat_code_id`."""

    rule: FundRule
    base: Decimal
    vat_code_id: int

    @property
    def amount(self) -> Decimal:
        return to_cents(self.base * self.rule.percent / HUNDRED)


class Fee(NamedTuple):
    """A line as the fund sees it: how it is taxed, and its net after all discounts."""

    vat_code_id: int
    nature: str
    net: Decimal


class Origin(NamedTuple):
    """What a line that charges a fund says of itself: code of the fund, rate per cent, fees it is on."""

    code: str
    percent: Decimal
    base: Decimal


def charges(rules: Iterable[FundRule], fees: Sequence[Fee]) -> list[FundCharge]:
    """What each fund gets: once for each VAT code of the fees, or once by the fund's own; never zero."""
    found: list[FundCharge] = []
    for rule in rules:
        bases: dict[int, Decimal] = {}
        for fee in fees:
            if fee.nature not in rule.left_out:
                code = rule.vat_code_id or fee.vat_code_id
                bases[code] = bases.get(code, ZERO) + fee.net
        found += [FundCharge(rule, base, code) for code, base in bases.items()]
    return [charge for charge in found if charge.amount]


def origin(code: str, percent: Decimal, base: Decimal) -> str:
    """The origin of a line for a fund: read back by `origin_of`, and part of what the chain holds."""
    return f"{ORIGIN}:{code}:{percent.normalize():f}:{base:.2f}"


def origin_of(source: str) -> Origin | None:
    """What `origin` wrote; None for lines of another origin."""
    kind, _colon, rest = source.partition(":")
    if kind != ORIGIN:
        return None
    code, percent, base = rest.split(":")
    return Origin(code, Decimal(percent), Decimal(base))


def given_back(charged: Decimal, *, fees: Decimal, credited: Decimal, already: Decimal) -> Decimal:
    """What a credit note gives back of a charge: its share in the fees credited so far, less what was given.

    `credited` includes this note. All fees credited give back all of the charge, to the cent.
    """
    if not fees:
        return ZERO
    return to_cents(charged * credited / fees) - already
