"""Prices, quantities and discounts of a line as the file can state them."""

from dataclasses import replace
from decimal import Decimal

from ronda.countries.it.domain.fatturapa.elements import EIGHT
from ronda.countries.it.domain.fatturapa.model import Discount, Line
from ronda.kernel.money import CENT

ONE = Decimal(1)
HALF_CENT = CENT / 2


def written_quantity(line: Line) -> tuple[Decimal | None, Decimal]:
    """Quantity and unit price: the schema has no negative quantity, so its sign goes to the price."""
    quantity, price = line.quantity, line.unit_price
    if quantity is not None and quantity < 0:
        return -quantity, -price
    return quantity, price


def written_discounts(line: Line) -> tuple[Discount, ...]:
    """The discounts as stated; a percentage of more than two decimals becomes an amount per unit (R30)."""
    discounts = line.discounts
    if not discounts:
        return discounts
    if line.quantity is not None and line.quantity < 0:
        discounts = tuple(_turned(item) for item in discounts)
    if all(_exact(item) for item in discounts):
        return discounts
    price, found = written_quantity(line)[1], []
    for item in discounts:
        effect = item.effect_on(price)
        found.append(item if _exact(item) else _as_amount(item.kind, effect))
        price += effect
    return tuple(found)


def _exact(item: Discount) -> bool:
    return item.percent is None or item.percent == item.percent.quantize(CENT)


def _as_amount(kind: str, effect: Decimal) -> Discount:
    return Discount(kind, amount=(effect if kind == "MG" else -effect).quantize(EIGHT))


def _turned(item: Discount) -> Discount:
    """For a price whose sign has changed: an amount per unit changes its own, a percentage does not."""
    return item if item.amount is None else Discount(item.kind, item.percent, -item.amount)


def expected_net(line: Line) -> Decimal:
    """Unit price after discounts in cascade, each amount per unit, times the quantity (1 when not stated).

    From the values as they will stand in the file (control 00423); not rounded.
    """
    quantity, price = written_quantity(line)
    price = price.quantize(EIGHT)
    for item in written_discounts(line):
        price += item.effect_on(price)
    return price * (ONE if quantity is None else quantity.quantize(EIGHT))


def with_fitting_discount(line: Line) -> Line:
    """The line with one more discount or surcharge per unit where its own do not give its amount (R30).

    For amounts that took a share of a discount of the whole document, or were rounded on their way: the
    exchange wants price, discounts and quantity to give the amount (00423). Unchanged where they do, and
    where the quantity is zero.
    """
    rest = expected_net(line) - line.net
    quantity = ONE if line.quantity is None else line.quantity
    if abs(rest) <= HALF_CENT or not quantity:
        return line
    reduction = (rest / abs(quantity)).quantize(EIGHT)
    added = Discount("SC" if reduction > 0 else "MG", amount=abs(reduction))
    return replace(line, discounts=(*line.discounts, added if quantity > 0 else _turned(added)))
