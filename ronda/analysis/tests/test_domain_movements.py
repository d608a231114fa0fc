"""E33: what recurs every month, and the movements between two days."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.analysis.domain.movements import MOVEMENTS, Lasting, monthly, standing, trend, without
from ronda.contracts.domain.summary import Fee
from ronda.kernel.periods import Period

MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)


def fee(key, amount, starts_on=date(2026, 1, 1), ends_on=None):
    return Lasting(key, starts_on, ends_on, Decimal(amount))


def told(change):
    return {
        name: (getattr(change, name).amount, getattr(change, name).count)
        for name in MOVEMENTS
        if getattr(change, name).count
    }


def test_e33_a_month_is_a_twelfth_of_the_year_in_cents():
    """100.00 a year is 8.33 a month; 300.00 a quarter is 100.00; 10.00 a week is 520.00 / 12 = 43.33."""

    def of(price, unit, every, basis="period"):
        return monthly(Fee(Decimal(1), Decimal(price), Decimal(0), basis, unit, every))

    assert of(100, "month", 12) == Decimal("8.33")
    assert of(300, "month", 3) == Decimal("100.00")
    assert of(10, "week", 1) == Decimal("43.33")
    assert of(900, "once", 1) == 0


def test_e33_new_more_less_and_lost_make_up_the_difference():
    """650.00 in March; +200.00 new, +30.00 more, −50.00 less, −100.00 lost: 730.00 in April."""
    lines = [
        fee("stays", 400),
        fee("grows", 50), fee("grows", 30, date(2026, 4, 10)),
        fee("shrinks", 100, ends_on=date(2026, 4, 9)), fee("shrinks", 50, date(2026, 4, 10)),
        fee("ends", 100, ends_on=MARCH),
        fee("begins", 200, date(2026, 4, 1)),
    ]  # fmt: skip

    (april,) = trend(lines, [MARCH, APRIL])

    assert told(april) == {
        "new": (200, 1), "expansion": (30, 1), "contraction": (-50, 1), "lost": (-100, 1)
    }  # fmt: skip
    assert (april.before.amount, april.difference, april.after.amount) == (650, 80, 730)
    assert (april.before.count, april.after.count) == (4, 4)
    assert april.churn == Decimal("25.0")
    assert april.revenue_churn == Decimal("15.4")
    assert april.revenue_given_up == Decimal("23.1")
    assert april.average == Decimal("182.50")


def test_e33_a_last_day_at_the_end_of_a_month_is_lost_in_the_next_one():
    changes = trend([fee("a", 10, ends_on=APRIL)], [MARCH, APRIL, MAY])

    assert [told(one) for one in changes] == [{}, {"lost": (-10, 1)}]


def test_e33_who_was_there_before_comes_back():
    lines = [fee("a", 10, ends_on=MARCH), fee("a", 12, date(2026, 5, 15))]

    changes = trend(lines, [MARCH, APRIL, MAY])

    assert [told(one) for one in changes] == [{"lost": (-10, 1)}, {"reactivated": (12, 1)}]


def test_r24_a_new_version_from_the_next_day_is_a_change_of_price_and_nothing_else():
    lines = [fee("a", 10, ends_on=date(2026, 4, 14)), fee("a", 11, date(2026, 4, 15))]

    (april,) = trend(lines, [MARCH, APRIL])

    assert told(april) == {"expansion": (1, 1)}


def test_r21_a_line_is_not_there_while_its_contract_rests():
    line = fee("a", 10)
    rest = Period.closed(date(2026, 4, 10), date(2026, 5, 9))

    assert without(line, [rest]) == [
        fee("a", 10, ends_on=date(2026, 4, 9)), fee("a", 10, date(2026, 5, 10))
    ]  # fmt: skip
    changes = trend(without(line, [rest]), [MARCH, APRIL, MAY])
    assert [told(one) for one in changes] == [{"lost": (-10, 1)}, {"reactivated": (10, 1)}]
    assert without(fee("a", 10, ends_on=date(2025, 12, 1)), [rest]) == []


def test_nothing_has_no_rates():
    (change,) = trend([], [MARCH, APRIL])

    assert (change.churn, change.revenue_churn, change.average, change.difference) == (None, None, None, 0)


day = st.dates(date(2025, 1, 1), date(2027, 1, 1))


@st.composite
def lasting(draw):
    starts_on = draw(day)
    length = draw(st.none() | st.integers(0, 400))
    amount = draw(st.decimals(-1000, 1000, places=2))
    ends_on = None if length is None else starts_on + timedelta(days=length)
    return Lasting(draw(st.integers(1, 6)), starts_on, ends_on, amount)


@settings(max_examples=300, deadline=None)
@given(st.lists(lasting(), max_size=25), st.sets(day, min_size=2, max_size=8))
def test_e33_the_movements_are_the_difference_exactly(lines, days):
    days = sorted(days)
    held = standing(lines, days)

    for at, change in enumerate(trend(lines, days)):
        assert change.before.amount == sum(held[at].values())
        assert change.after.amount == sum(held[at + 1].values())
        assert change.difference == change.after.amount - change.before.amount
        came = change.new.count + change.reactivated.count
        assert change.after.count == change.before.count + came - change.lost.count


@settings(max_examples=200, deadline=None)
@given(st.lists(lasting(), max_size=25), day)
def test_e33_what_stands_on_a_day_is_what_lasts_over_it(lines, on):
    expected = sum(
        (line.amount for line in lines if line.starts_on <= on and (line.ends_on or on) >= on), Decimal(0)
    )

    (held,) = standing(lines, [on])

    assert sum(held.values()) == expected
