"""R40: cash is rounded to five cents, and only when everything is paid in cash."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.payments.domain.cash import cash_rounding, to_five_cents

cents = st.integers(0, 10**8).map(lambda n: Decimal(n) / 100)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("1.01", "1.00"), ("0.99", "1.00"), ("1.02", "1.00"), ("1.03", "1.05"), ("1.05", "1.05")],
)
def test_r40_the_worked_amounts(amount, rounded):
    assert to_five_cents(Decimal(amount)) == Decimal(rounded)


@given(cents)
def test_r40_rounding_moves_by_two_cents_at_most_and_lands_on_five(amount):
    rounded = to_five_cents(amount)

    assert abs(rounded - amount) <= Decimal("0.02")
    assert rounded % Decimal("0.05") == 0


def test_r40_a_mixed_payment_and_a_part_payment_are_not_rounded():
    assert cash_rounding(Decimal("1.01"), Decimal("1.00"), paid_before=False) == Decimal("-0.01")
    assert cash_rounding(Decimal("1.01"), Decimal("1.00"), paid_before=True) == 0
    assert cash_rounding(Decimal("1.01"), Decimal("0.50"), paid_before=False) == 0
