"""Document totals: VAT is computed once per rate and nature, on the sum of the net lines.

Source of the rule: EN 16931 BR-CO-10 and BR-CO-17; for Italy the checks 00422 and 00423
of the exchange system, which allow no other way to reach the same cents.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ronda.kernel.money import ZERO, spread, to_cents

HUNDRED = Decimal(100)
ONE = Decimal(1)

# Immediate, deferred (on payment), split (the customer pays the VAT to the State).
Exigibility = Literal["I", "D", "S"]
Gift = Literal["", "discount", "total_allowance", "net_allowance"]


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction of the unit price: a percentage, or an amount per unit; negative = surcharge."""

    percent: Decimal = ZERO
    amount: Decimal = ZERO


def discounted(unit_price: Decimal, discounts: Iterable[Discount]) -> Decimal:
    """The unit price after the discounts, each on what the previous one left. Not rounded."""
    for discount in discounts:
        if discount.percent:
            unit_price -= unit_price * discount.percent / HUNDRED
        unit_price -= discount.amount
    return unit_price


def line_net(quantity: Decimal, unit_price: Decimal, discounts: Sequence[Discount] = ()) -> Decimal:
    """Quantity × (unit price − discounts), rounded once, to cents."""
    if discounts:
        unit_price = discounted(unit_price, discounts)
    return to_cents(quantity * unit_price)


@dataclass(frozen=True, slots=True)
class Line:
    """What of a document line matters to the totals.

    nature: why no VAT is charged ("N2.2", "VATEX-EU-AE"…); empty with a positive rate.
    withholding: the line is part of the withholding base.
    in_stamp_base: the country's pack says that the line counts for stamp duty.
    discountable: takes its share of a discount on the whole document.
    gift: "discount" = nothing owed and no VAT; "total_allowance" = base and VAT are
        declared, the customer owes neither; "net_allowance" = the customer owes the VAT only.
    """

    quantity: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    discounts: tuple[Discount, ...] = ()
    nature: str = ""
    vat_code: str = ""
    exigibility: Exigibility = "I"
    withholding: bool = False
    in_stamp_base: bool = False
    discountable: bool = True
    gift: Gift = ""

    @classmethod
    def of_net(cls, net: Decimal, vat_rate: Decimal, nature: str = "") -> "Line":
        """A line of one unit."""
        return cls(ONE, net, vat_rate, nature=nature)

    @property
    def net(self) -> Decimal:
        if self.gift == "discount":
            return to_cents(ZERO)
        return line_net(self.quantity, self.unit_price, self.discounts)


@dataclass(frozen=True, slots=True)
class VatGroup:
    rate: Decimal
    net: Decimal
    vat: Decimal
    nature: str = ""
    exigibility: Exigibility = "I"


@dataclass(frozen=True, slots=True)
class Fund:
    """A social-fund or surcharge percentage on the lines (cassa, rivalsa); has its own VAT."""

    percent: Decimal
    vat_rate: Decimal
    nature: str = ""
    withholding: bool = False
    exigibility: Exigibility = "I"


@dataclass(frozen=True, slots=True)
class Withholding:
    """`rate` per cent of `base_percent` per cent of the lines it applies to."""

    rate: Decimal
    base_percent: Decimal = HUNDRED
    code: str = ""


@dataclass(frozen=True, slots=True)
class StampRule:
    """`amount` is due when the stamp base is strictly above `threshold`.

    charged: the customer pays it, as an out-of-scope amount of the given `nature`.
    """

    threshold: Decimal
    amount: Decimal
    charged: bool = False
    nature: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The amounts of one document; `line_nets` are after the share of the header discount.

    gross = net + VAT. payable = gross − withholding − VAT paid by the customer to the
    State (split payment) − allowances on gifts. `stamp` is due even when not charged.
    """

    groups: tuple[VatGroup, ...]
    line_nets: tuple[Decimal, ...] = ()
    net: Decimal = ZERO
    vat: Decimal = ZERO
    split_vat: Decimal = ZERO
    funds: Decimal = ZERO
    withholding: Decimal = ZERO
    stamp: Decimal = ZERO
    allowance: Decimal = ZERO
    header_discount: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def payable(self) -> Decimal:
        return self.net + self.vat - self.split_vat - self.withholding - self.allowance


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """What applies to a whole document rather than to a line."""

    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    funds: tuple[Fund, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    stamp: StampRule | None = None


PLAIN = DocumentTerms()
_Key = tuple[Decimal, str, Exigibility]


@dataclass(slots=True)
class _Sums:
    """Running sums while a document is added up."""

    by_group: dict[_Key, Decimal] = field(default_factory=dict)
    withholding_base: Decimal = ZERO
    stamp_base: Decimal = ZERO
    free_of_all: dict[_Key, Decimal] = field(default_factory=dict)
    free_of_net: Decimal = ZERO

    def add(self, key: _Key, net: Decimal) -> None:
        self.by_group[key] = self.by_group.get(key, ZERO) + net

    def add_line(self, line: Line, net: Decimal) -> None:
        key = (line.vat_rate, line.nature, line.exigibility)
        self.by_group[key] = self.by_group.get(key, ZERO) + net
        if line.withholding:
            self.withholding_base += net
        if line.in_stamp_base:
            self.stamp_base += net
        if line.gift == "total_allowance":
            self.free_of_all[key] = self.free_of_all.get(key, ZERO) + net
        elif line.gift == "net_allowance":
            self.free_of_net += net

    def allowance(self, groups: Iterable[VatGroup]) -> Decimal:
        """What the customer does not owe: gifts, with the VAT that disappears with them."""
        waived = self.free_of_net
        for group in groups:
            free = self.free_of_all.get((group.rate, group.nature, group.exigibility), ZERO)
            if free:
                still_owed = ZERO if group.exigibility == "S" else _vat(group.net - free, group.rate)
                billed = ZERO if group.exigibility == "S" else group.vat
                waived += free + billed - still_owed
        return waived


def _vat(net: Decimal, rate: Decimal) -> Decimal:
    return to_cents(net * rate / HUNDRED)


def header_discount(nets: Sequence[Decimal], discountable: Sequence[bool], terms: DocumentTerms) -> Decimal:
    """The document's discount in cents: the percentage first, then the amount."""
    base = sum((net for net, takes in zip(nets, discountable, strict=True) if takes), ZERO)
    percentage = to_cents(base * terms.discount_percent / HUNDRED)
    return percentage + terms.discount_amount


def spread_discount(
    nets: Sequence[Decimal], discount: Decimal, discountable: Sequence[bool] | None = None
) -> list[Decimal]:
    """The share of `discount` each line bears, in proportion to its net (O13).

    The shares add up to the discount. Raises ValueError when the lines that take part
    add up to zero.
    """
    weights = [net if discountable is None or discountable[index] else ZERO for index, net in enumerate(nets)]
    return spread(discount, weights)


def totals(lines: Iterable[Line], terms: DocumentTerms = PLAIN) -> Totals:
    """Add up a document. The order of the lines does not matter to any total."""
    lines = list(lines)
    nets = [line.net for line in lines]
    discount = ZERO
    if terms.discount_percent or terms.discount_amount:
        takes = [line.discountable and not line.gift for line in lines]
        discount = header_discount(nets, takes, terms)
        nets = _less_discount(lines, nets, discount, takes)
    sums = _Sums()
    for line, net in zip(lines, nets, strict=True):
        sums.add_line(line, net)
    if terms is PLAIN:
        return _result(sums, nets, ZERO, ZERO, ZERO, ZERO)
    funds = _add_funds(sums, nets, terms.funds)
    withheld = sum((_withheld(sums.withholding_base, each) for each in terms.withholdings), ZERO)
    return _result(sums, nets, discount, funds, withheld, _add_stamp(sums, terms.stamp))


def _less_discount(
    lines: Sequence[Line], nets: Sequence[Decimal], discount: Decimal, takes: Sequence[bool]
) -> list[Decimal]:
    """Net of each line less its share, which is dealt out in an order of its own: by what the lines are."""
    left = list(nets)
    if not discount:
        return left
    order = sorted(range(len(lines)), key=lambda index: _line_order(lines[index], nets[index]))
    shares = spread_discount([nets[i] for i in order], discount, [takes[i] for i in order])
    for index, share in zip(order, shares, strict=True):
        left[index] -= share
    return left


def _line_order(line: Line, net: Decimal) -> tuple[object, ...]:
    return -line.vat_rate, line.nature, line.exigibility, line.withholding, line.in_stamp_base, -net


def _add_funds(sums: _Sums, nets: Sequence[Decimal], funds: Iterable[Fund]) -> Decimal:
    base, added = sum(nets, ZERO), ZERO
    for fund in funds:
        amount = to_cents(base * fund.percent / HUNDRED)
        sums.add((fund.vat_rate, fund.nature, fund.exigibility), amount)
        if fund.withholding:
            sums.withholding_base += amount
        added += amount
    return added


def _withheld(base: Decimal, rule: Withholding) -> Decimal:
    return to_cents(base * rule.base_percent * rule.rate / (HUNDRED * HUNDRED))


def _add_stamp(sums: _Sums, rule: StampRule | None) -> Decimal:
    """Stamp duty: only strictly above the threshold; charged, it is an out-of-scope amount."""
    if rule is None or sums.stamp_base <= rule.threshold:
        return ZERO
    if rule.charged:
        sums.add((ZERO, rule.nature, "I"), rule.amount)
    return rule.amount


def _result(
    sums: _Sums, nets: list[Decimal], discount: Decimal, funds: Decimal, withheld: Decimal, stamp: Decimal
) -> Totals:
    groups = tuple(
        VatGroup(rate, net, _vat(net, rate), nature, exigibility)
        for (rate, nature, exigibility), net in sorted(sums.by_group.items(), key=_group_order)
    )
    return Totals(
        groups=groups,
        line_nets=tuple(nets),
        net=sum((group.net for group in groups), ZERO),
        vat=sum((group.vat for group in groups), ZERO),
        split_vat=sum((group.vat for group in groups if group.exigibility == "S"), ZERO),
        funds=funds,
        withholding=withheld,
        stamp=stamp,
        allowance=sums.allowance(groups) if sums.free_of_all or sums.free_of_net else ZERO,
        header_discount=discount,
    )


def _group_order(item: tuple[_Key, Decimal]) -> tuple[Decimal, str, str]:
    (rate, nature, exigibility), _net = item
    return -rate, nature, exigibility
