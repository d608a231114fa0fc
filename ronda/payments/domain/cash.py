"""Cash totals rounded to five cents (R40). Italy: DL 50/2017, art. 13-quater."""

from decimal import ROUND_HALF_UP, Decimal

STEP = Decimal("0.05")


def to_five_cents(amount: Decimal) -> Decimal:
    """The nearest multiple of five cents: 1.01 → 1.00, 0.99 → 1.00, 1.03 → 1.05."""
    return ((amount / STEP).quantize(Decimal(1), ROUND_HALF_UP) * STEP).quantize(Decimal("0.01"))


def cash_rounding(owed: Decimal, received: Decimal, *, paid_before: bool) -> Decimal:
    """What is rounded away when `received` in cash settles `owed`: received − owed, or zero.

    Only when everything is paid in cash: `paid_before` says that a part was already paid
    otherwise, and a sum that is not the rounded one is simply a part payment.
    """
    if paid_before or received == owed or received != to_five_cents(owed):
        return Decimal(0)
    return received - owed
