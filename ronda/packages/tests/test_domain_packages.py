"""Days, periods, prices and what is due of a package."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.kernel.periods import total_days
from ronda.packages.domain.packages import (
    Due,
    Standing,
    State,
    WrongDeposits,
    last_day,
    periods,
    prices_of_lines,
    refuse_wrong_deposits,
    state,
    value_of_period,
)


def d(text):
    return Decimal(text)


@pytest.mark.parametrize(
    ("starts_on", "months", "days", "last"),
    [
        (date(2026, 1, 1), 12, 0, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, 0, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, 0, date(2025, 2, 27)),
        (date(2026, 3, 2), 0, 30, date(2026, 3, 31)),
        (date(2026, 3, 2), 1, 10, date(2026, 4, 11)),
        (date(2026, 3, 2), 0, 0, None),
    ],
)
def test_the_last_day_of_a_package(starts_on, months, days, last):
    assert last_day(starts_on, months=months, days=days) == last


def test_r52_periods_with_an_anchor_of_the_contract_are_shorter_at_the_ends():
    found = periods(date(2026, 1, 15), date(2026, 4, 9), 1, anchor=date(2025, 6, 10))
    assert [(one.start, one.last_day) for one in found] == [
        (date(2026, 1, 15), date(2026, 2, 9)),
        (date(2026, 2, 10), date(2026, 3, 9)),
        (date(2026, 3, 10), date(2026, 4, 9)),
    ]


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 800),
    st.integers(1, 12),
    st.integers(-400, 400),
)
def test_r52_every_day_of_a_subscription_is_in_one_period(first, length, months, shift):
    last = date.fromordinal(first.toordinal() + length)
    found = periods(first, last, months, anchor=date.fromordinal(first.toordinal() + shift))
    assert total_days(found) == length + 1
    assert all(before.end == after.start for before, after in zip(found, found[1:], strict=False))
    assert (found[0].start, found[-1].last_day) == (first, last)


@given(
    st.decimals("0", "9999", places=2), st.lists(st.decimals("0", "500", places=2), min_size=1, max_size=6)
)
def test_the_parts_of_the_price_add_up(price, worth):
    assert sum(prices_of_lines(price, worth)) == price


@given(st.decimals("0", "9999", places=2), st.integers(1, 60))
def test_the_values_of_the_periods_add_up_to_the_price(price, count):
    assert sum(value_of_period(price, n, count) for n in range(count)) == price


def test_p18_states_follow_from_facts():
    on, last = date(2026, 6, 1), date(2026, 5, 31)
    open_, done = Standing(d("10"), d("4")), Standing(d("10"), d("10"), over=d("1"))
    assert state(open_, expires_on=None, on=on) == State.RUNNING
    assert state(open_, expires_on=on, on=on) == State.RUNNING
    assert state(open_, expires_on=last, on=on) == State.EXPIRED
    assert state(done, expires_on=last, on=on) == State.CONCLUDED
    assert state(open_, expires_on=None, on=on, closed_on=on) == State.CONCLUDED


def test_p19_done_and_left():
    found = Standing(d("200"), d("199"), expired=d("0.5"))
    assert (found.left, found.done_percent) == (d("0.5"), 99)
    assert Standing(d("10"), d("10"), over=d("3")).left == d("-3")


def test_p19_the_balance_is_the_price_less_the_deposits_paid():
    """549.00 with VAT; deposits of 122.00 and 61.00 billed, the first one paid."""
    found = Due(d("549.00"), d("183.00"), d("61.00"))
    assert (found.paid, found.balance, found.to_bill) == (d("122.00"), d("427.00"), d("366.00"))


def test_deposits_are_positive_cents_and_not_above_the_price():
    refuse_wrong_deposits(d("100.00"), [d("60.00"), d("40.00")])
    for wrong in (["0"], ["-1.00"], ["33.333"], ["60.00", "40.01"]):
        with pytest.raises(WrongDeposits):
            refuse_wrong_deposits(d("100.00"), [d(one) for one in wrong])
