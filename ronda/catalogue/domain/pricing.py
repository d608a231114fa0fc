"""Which price applies to an item for a customer on a day, and why.

What was agreed with the customer comes before his price lists, and these before the
item's own price (P6). Adding an offer that does not apply changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

Source = Literal["customer", "list", "base"]


@dataclass(frozen=True, slots=True)
class CustomerOffer:
    """A customer's own price, or a discount on what he would pay otherwise, or both.

    valid_from, valid_to: first and last day, both inclusive; None = unlimited.
    """

    price: Decimal | None = None
    discount: Decimal | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class ListOffer:
    """A price of one of the customer's lists, from a quantity on."""

    list_name: str
    price: Decimal
    from_quantity: Decimal = ZERO
    valid_from: date | None = None
    valid_to: date | None = None
    list_id: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a price was chosen: a code and its facts, put into words when shown."""

    code: str
    facts: dict[str, str]

    def __str__(self) -> str:
        return str(_REASONS[self.code]) % self.facts


_REASONS: dict[str, Any] = {
    "base": _("price of the catalogue"),
    "list": _("price list %(name)s"),
    "list_tier": _("price list %(name)s, from %(quantity)s"),
    "customer": _("price agreed with the customer"),
    "discount": _("%(percent)s %% discount agreed with the customer"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The unit price before discount, the discount in per cent, and the reasons for both."""

    price: Decimal
    discount: Decimal
    source: Source
    reasons: tuple[Reason, ...]


def choose_price(
    base: Decimal,
    *,
    on: date,
    quantity: Decimal = Decimal(1),
    customer: Iterable[CustomerOffer] = (),
    lists: Iterable[ListOffer] = (),
) -> Chosen:
    """The price on a day for a quantity: the customer's, else his lists', else the catalogue's.

    Among several that apply the more specific wins: the one that began last; in a list
    the highest quantity reached; then the shortest validity; then the lower price.
    A customer's discount without a price is taken off the price found otherwise.
    """
    own = [offer for offer in customer if _applies(offer.valid_from, offer.valid_to, on)]
    priced = min((o for o in own if o.price is not None), key=_customer_rank, default=None)
    if priced is not None and priced.price is not None:
        return _with_discount(priced.price, "customer", Reason("customer", {}), priced.discount)
    cut = min((o for o in own if o.discount is not None), key=_customer_rank, default=None)
    discount = None if cut is None else cut.discount
    listed = [
        offer
        for offer in lists
        if _applies(offer.valid_from, offer.valid_to, on) and offer.from_quantity <= quantity
    ]
    if not listed:
        return _with_discount(base, "base", Reason("base", {}), discount)
    best = min(listed, key=_list_rank)
    return _with_discount(best.price, "list", _list_reason(best), discount)


def _applies(first: date | None, last: date | None, on: date) -> bool:
    return (first is None or first <= on) and (last is None or on <= last)


def _span_rank(first: date | None, last: date | None) -> tuple[int, int]:
    """Began later first, then ends sooner first."""
    return -(first or date.min).toordinal(), (last or date.max).toordinal()


def _customer_rank(offer: CustomerOffer) -> tuple[tuple[int, int], Decimal, Decimal]:
    price = offer.price if offer.price is not None else ZERO
    return _span_rank(offer.valid_from, offer.valid_to), price, -(offer.discount or ZERO)


def _list_rank(offer: ListOffer) -> tuple[tuple[int, int], Decimal, Decimal, int]:
    """The list first (by its validity), then its highest tier, then the lower price."""
    return _span_rank(offer.valid_from, offer.valid_to), -offer.from_quantity, offer.price, offer.list_id


def _list_reason(offer: ListOffer) -> Reason:
    if not offer.from_quantity:
        return Reason("list", {"name": offer.list_name})
    quantity = format(offer.from_quantity.normalize(), "f")
    return Reason("list_tier", {"name": offer.list_name, "quantity": quantity})


def _with_discount(price: Decimal, source: Source, reason: Reason, discount: Decimal | None) -> Chosen:
    if not discount:
        return Chosen(price, ZERO, source, (reason,))
    why = Reason("discount", {"percent": format(discount.normalize(), "f")})
    return Chosen(price, discount, source, (reason, why))
