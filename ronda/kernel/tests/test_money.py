from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.kernel.money import CENT, running_share, split_by_weight, spread, to_cents, to_unit_price

amounts = st.decimals("-99999.99", "99999.99", places=2)
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any)


@given(amounts, weights)
def test_parts_add_up_to_the_whole(total, weights):
    assert sum(split_by_weight(total, weights)) == total


@given(amounts, weights)
def test_no_part_is_off_by_more_than_a_cent(total, weights):
    for part, weight in zip(split_by_weight(total, weights), weights, strict=True):
        assert abs(part - total * weight / sum(weights)) <= CENT


def test_a_cent_left_over_goes_to_one_part_only():
    assert split_by_weight(Decimal("10.00"), [1, 1, 1]) == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]


@given(amounts, weights)
def test_running_shares_are_the_parts_of_a_split(total, weights):
    shares, seen = [], 0
    for weight in weights:
        shares.append(running_share(total, seen, weight, sum(weights)))
        seen += weight

    assert shares == split_by_weight(total, weights)


@given(amounts, st.lists(amounts, min_size=1, max_size=12).filter(sum))
def test_an_amount_spread_over_sales_and_returns_adds_up(total, lines):
    assert sum(spread(total, lines)) == total


def test_nothing_is_spread_over_lines_that_add_up_to_zero():
    with pytest.raises(ValueError, match="zero"):
        spread(Decimal(1), [Decimal(5), Decimal(-5)])
    with pytest.raises(ValueError, match="zero"):
        running_share(Decimal(1), 0, 1, 0)


def test_halves_are_rounded_away_from_zero():
    assert (to_cents(Decimal("0.005")), to_cents(Decimal("-0.005"))) == (Decimal("0.01"), Decimal("-0.01"))
    assert to_unit_price(Decimal(1) / 3) == Decimal("0.33333333")
