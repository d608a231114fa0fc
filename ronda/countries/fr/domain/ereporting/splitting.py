"""A document's VAT groups as the parts a report asks for: by category for sales, by rate for receipts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.countries.fr.data.ereporting import LEFT_OUT_NATURES, MARGIN_NATURES, NOT_IN_FRANCE
from ronda.countries.fr.domain.ereporting.model import ReceiptPart, SalePart
from ronda.countries.fr.domain.shares import shares_of
from ronda.kernel.money import ZERO, spread, to_cents

#: Exigibility of a VAT code: on payment.
ON_PAYMENT = "D"
GOODS, SERVICES, UNTAXED, MARGIN = "TLB1", "TPS1", "TNT1", "TMA1"


@dataclass(frozen=True, slots=True)
class VatGroup:
    """VAT of a document at one rate, for one reason and one exigibility (R29); negative on credit notes.

    goods, services: the sums of its lines, by which base and VAT are split.
    """

    rate: Decimal
    nature: str
    exigibility: str
    net: Decimal
    vat: Decimal
    goods: Decimal = ZERO
    services: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def on_payment(self) -> bool:
        """Whether its VAT is owed when the money comes: services without the option for debits."""
        return self.exigibility == ON_PAYMENT


def sale_parts(group: VatGroup) -> tuple[SalePart, ...]:
    """The parts of a group by category (TT-81); none for what is not reported at all.

    Exempt under art. 261 to 261 E CGI without the duty to invoice, and disbursements (art. 267, II-2°), are
    outside of e-reporting (art. 290 CGI, as told by the administration's pages).
    """
    if group.nature.startswith(LEFT_OUT_NATURES):
        return ()
    if group.nature in NOT_IN_FRANCE:
        return (SalePart(UNTAXED, group.rate, group.net, group.vat),)
    if group.nature in MARGIN_NATURES:
        return (SalePart(MARGIN, group.rate, group.net, group.vat),)
    if not group.goods + group.services or not group.goods or not group.services:
        category = GOODS if group.goods else SERVICES
        return (SalePart(category, group.rate, group.net, group.vat),)
    weights = (group.services, group.goods)
    bases, vats = spread(group.net, weights), spread(group.vat, weights)
    found = (
        SalePart(code, group.rate, base, vat)
        for code, base, vat in zip((SERVICES, GOODS), bases, vats, strict=True)
    )
    return tuple(part for part in found if part.base or part.vat)


def received_on(groups: Iterable[VatGroup], total: Decimal) -> dict[Decimal, Decimal]:
    """What of `total`, all money received of a document until now, is at each rate due on payment.

    The money is split over all groups, VAT included; only groups on payment are told. A function of the
    total alone, so that any sequence of receipts and refunds ends with the same sums.
    """
    ordered = sorted(groups, key=lambda one: (-one.rate, not one.on_payment, one.exigibility, one.nature))
    found: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    if not any(one.gross for one in ordered):
        return {}
    weights = [one.gross for one in ordered]
    for group, share in zip(ordered, _shares(to_cents(total), weights), strict=True):
        if group.on_payment:
            found[group.rate] += share
    return {rate: amount for rate, amount in found.items() if amount}


def _shares(total: Decimal, weights: Sequence[Decimal]) -> Sequence[Decimal]:
    """As `shares_of`; a document that comes to nothing has no parts to share money by."""
    if not sum(weights, ZERO):
        return [ZERO for _weight in weights]
    return shares_of(total, weights)


def receipts_by_day(
    groups: Iterable[VatGroup], movements: Iterable[tuple[date, Decimal]]
) -> dict[date, tuple[ReceiptPart, ...]]:
    """What came in of one document on each day, by rate; `movements` in the order in which they happened.

    The parts of all days add up to `received_on` of the sum. Days on which nothing is told are left out.
    """
    known, total = tuple(groups), ZERO
    before: Mapping[Decimal, Decimal] = {}
    days: dict[date, dict[Decimal, Decimal]] = {}
    for on, amount in sorted(movements, key=lambda one: one[0]):
        total += amount
        after = received_on(known, total)
        day = days.setdefault(on, {})
        for rate in {*before, *after}:
            day[rate] = day.get(rate, ZERO) + after.get(rate, ZERO) - before.get(rate, ZERO)
        before = after
    parts = {
        on: tuple(ReceiptPart(rate, amount) for rate, amount in sorted(rates.items()) if amount)
        for on, rates in days.items()
    }
    return {on: found for on, found in parts.items() if found}
