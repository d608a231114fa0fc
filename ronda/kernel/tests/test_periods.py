from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.kernel.periods import (
    Period,
    add_months,
    every,
    index_at,
    intersect,
    nth,
    repeated,
    subtract,
    total_days,
    union,
)

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
units = st.sampled_from(["day", "week", "month"])
sets_of_periods = st.lists(
    st.builds(
        lambda start, length: Period(start, start + timedelta(length)),
        st.dates(date(2026, 1, 1), date(2026, 3, 31)),
        st.integers(0, 40),
    ),
    max_size=8,
)


def days_of(periods):
    return {p.start + timedelta(n) for p in periods for n in range(p.days)}


def starts(anchor, unit="month", n=1, count=5, **options):
    return [nth(anchor, unit, n, k, **options) for k in range(count)]


def test_r01_monthly_from_the_31st_comes_back_to_the_31st_v01_v02():
    assert starts(date(2025, 1, 31)) == [
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
        date(2025, 5, 31),
    ]


def test_r01_yearly_from_29_february_comes_back_to_29_february():
    assert starts(date(2024, 2, 29), n=12) == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def test_r01_the_28th_and_the_last_day_of_the_month_are_two_rules_v03():
    assert starts(date(2025, 2, 28), count=3) == [date(2025, 2, 28), date(2025, 3, 28), date(2025, 4, 28)]
    assert starts(date(2025, 2, 28), count=3, month_end=True) == [
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
    ]


def test_fifty_two_weeks_are_not_twelve_months():
    assert nth(date(2026, 1, 1), "week", 52, 1) == date(2026, 12, 31)
    assert nth(date(2026, 1, 1), "month", 12, 1) == date(2027, 1, 1)


@given(days, units, st.integers(1, 60), days, st.booleans())
def test_the_index_of_a_day_names_the_period_that_contains_it(anchor, unit, n, day, month_end):
    month_end = month_end and unit == "month"
    k = index_at(anchor, unit, n, day, month_end=month_end)

    assert nth(anchor, unit, n, k, month_end=month_end) <= day
    assert day < nth(anchor, unit, n, k + 1, month_end=month_end)


@settings(max_examples=60)
@given(days, st.integers(1, 12), days)
def test_r02_periods_touch_each_other_and_reach_the_end(anchor, n, until):
    periods = list(every(n, anchor=anchor, until=until))

    assert all(a.end == b.start for a, b in zip(periods, periods[1:], strict=False))
    if periods:
        assert periods[0].start == anchor
        assert periods[-1].contains(until - timedelta(1))


def test_a_period_shorter_than_a_unit_is_refused():
    with pytest.raises(ValueError, match="at least one month"):
        list(every(0, anchor=date(2026, 1, 1), until=date(2027, 1, 1)))


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


def test_closed_days_are_both_in():
    january = Period.closed(date(2026, 1, 1), date(2026, 1, 31))

    assert (january.days, january.last_day) == (31, date(2026, 1, 31))
    assert january.contains(date(2026, 1, 31))
    assert not january.contains(date(2026, 2, 1))


def test_what_lies_inside_overlaps_and_what_touches_does_not():
    january = Period(date(2026, 1, 1), date(2026, 2, 1))
    day = Period(date(2026, 1, 10), date(2026, 1, 11))

    assert january.overlaps(day)
    assert day.overlaps(january)
    assert january.covers(day)
    assert not day.covers(january)
    assert january.common(day) == day
    assert january.common(Period(date(2026, 2, 1), date(2026, 3, 1))) is None


@given(sets_of_periods)
def test_a_union_has_the_same_days_once(periods):
    joined = union(periods)

    assert days_of(joined) == days_of(periods)
    assert total_days(joined) == len(days_of(periods))
    assert all(a.end < b.start for a, b in zip(joined, joined[1:], strict=False))


@given(sets_of_periods, sets_of_periods)
def test_subtraction_and_intersection_share_out_the_days(periods, others):
    left, common = subtract(periods, others), intersect(periods, others)

    assert days_of(left) == days_of(periods) - days_of(others)
    assert days_of(common) == days_of(periods) & days_of(others)
    assert total_days(left) + total_days(common) == len(days_of(periods))


@given(sets_of_periods)
def test_repeated_days_are_those_of_two_periods(periods):
    counted = [day for p in periods for day in days_of([p])]

    assert days_of(repeated(periods)) == {day for day in counted if counted.count(day) > 1}


@given(days, st.integers(-600, 600))
def test_adding_months_lands_in_the_right_month(anchor, months):
    later = add_months(anchor, months)

    assert (later.year * 12 + later.month) - (anchor.year * 12 + anchor.month) == months
    assert later.day == anchor.day or (later + timedelta(1)).day == 1
