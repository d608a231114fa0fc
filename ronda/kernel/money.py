"""Amounts. Decimal only; rounding is always an explicit, named act."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
UNIT_PRICE_STEP = Decimal("0.00000001")


def to_cents(amount: Decimal) -> Decimal:
    """Round half away from zero to two places, as fiscal documents require."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def to_unit_price(amount: Decimal) -> Decimal:
    """Round half away from zero to eight places, the most an electronic invoice carries."""
    return amount.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP)


def running_share(
    total: Decimal, before: Decimal | int, part: Decimal | int, whole: Decimal | int
) -> Decimal:
    """The cents of `total` that belong to `part` of `whole`, when `before` was given already.

    Consecutive parts that make up the whole add up to `total` in cents, to the last cent.
    Raises ValueError when `whole` is zero.
    """
    if not whole:
        raise ValueError("nothing to share out on: the whole is zero")
    return to_cents(total * (before + part) / whole) - to_cents(total * before / whole)


def split_by_weight(total: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Split `total` by weight into cents so that the parts add up to `total` again.

    Each boundary is rounded once, on the running share: the error never piles up
    on one part.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("weights must be non-negative and not all zero")
    whole, seen, given, parts = sum(weights), 0, Decimal(0), []
    for weight in weights:
        seen += weight
        boundary = to_cents(total * seen / whole)
        parts.append(boundary - given)
        given = boundary
    return parts


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Like `split_by_weight`, on amounts that may be negative (a return among the sales).

    Raises ValueError when the weights add up to zero: there is nothing to be proportional to.
    """
    whole = sum(weights, ZERO)
    if not whole:
        raise ValueError("an amount cannot be spread over lines that add up to zero")
    seen, given, parts = ZERO, ZERO, []
    for weight in weights:
        seen += weight
        boundary = to_cents(total * seen / whole)
        parts.append(boundary - given)
        given = boundary
    return parts
