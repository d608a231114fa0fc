"""An amount paid bit by bit, split over the parts of what it pays."""

from collections.abc import Sequence
from decimal import Decimal

from ronda.kernel.money import ZERO, running_share, spread, to_cents


def shares_of(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` in cents over `weights`; the shares add up to it, and are `weights` when it is their sum.

    One part after the other takes its rounded share of what is left. Each step grows with the total, so
    does their chain: where all weights have one sign, a share never shrinks while the total grows. So what
    was once reported is not taken back by the next payment. Raises ValueError when the weights add up to
    zero.
    """
    whole = sum(weights, ZERO)
    if not whole:
        raise ValueError("a receipt cannot be split over an invoice of zero")
    if min(weights) < 0 < max(weights):
        return spread(to_cents(total), weights)
    left, shares = to_cents(total), []
    for weight in weights:
        share = running_share(left, 0, weight, whole) if whole else ZERO
        shares.append(share)
        left -= share
        whole -= weight
    return shares
