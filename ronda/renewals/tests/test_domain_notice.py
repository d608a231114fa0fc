"""R19 and R20: terms in months, anchors, and the last useful day for notice."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.renewals.domain.notice import (
    NoticeRule,
    Term,
    ends_after_notice,
    last_useful_day,
    new_term,
    open_end,
    renewal_date,
)

DAY = timedelta(days=1)
THREE_MONTHS = NoticeRule(3, "month")


def test_r19_the_renewal_date_is_the_day_after_the_end():
    assert renewal_date(date(2026, 12, 31)) == date(2027, 1, 1)


def test_r19_a_calendar_year_stays_one_across_leap_years():
    term = Term(date(2023, 1, 1), date(2023, 12, 31))
    for year in range(2024, 2033):
        term = new_term(term.ends_on, 12, anchor=date(2023, 1, 1))
        assert term == Term(date(year, 1, 1), date(year, 12, 31))


def test_r19_what_began_on_29_february_comes_back_to_it():
    anchor, end, seen = date(2024, 2, 29), date(2025, 2, 27), []
    for _year in range(4):
        term = new_term(end, 12, anchor=anchor)
        seen.append(term.starts_on)
        end = term.ends_on
    assert seen == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_r19_what_began_on_the_31st_comes_back_to_it():
    anchor, end, seen = date(2025, 1, 31), date(2025, 2, 27), []
    for _month in range(3):
        term = new_term(end, 1, anchor=anchor)
        seen.append(term.starts_on)
        end = term.ends_on
    assert seen == [date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]


def test_r19_an_end_that_is_not_on_the_anchor_begins_a_rhythm_of_its_own():
    assert new_term(date(2026, 12, 31), 12, anchor=date(2025, 3, 15)) == Term(
        date(2027, 1, 1), date(2027, 12, 31)
    )


def test_r19_a_term_of_no_months_is_refused():
    with pytest.raises(ValueError, match="at least one month"):
        new_term(date(2026, 12, 31), 0)


@pytest.mark.parametrize(
    ("end", "rule", "expected"),
    [
        (date(2026, 12, 31), THREE_MONTHS, date(2026, 9, 30)),
        (date(2026, 5, 31), THREE_MONTHS, date(2026, 2, 28)),
        (date(2024, 5, 31), THREE_MONTHS, date(2024, 2, 29)),
        (date(2026, 12, 31), NoticeRule(90, "day"), date(2026, 10, 2)),
        (date(2026, 12, 31), NoticeRule(), date(2026, 12, 31)),
    ],
)
def test_r20_the_last_useful_day_is_the_end_less_the_notice_kept_inside_the_month(end, rule, expected):
    assert last_useful_day(end, rule) == expected


def test_r20_moved_to_the_working_day_before_a_weekend_and_a_holiday():
    rule = NoticeRule(2, "month", working_day=True)
    assert last_useful_day(date(2026, 12, 31), rule) == date(2026, 10, 30)  # 31/10 is a Saturday
    christmas = {date(2026, 12, 25), date(2026, 12, 26)}
    assert last_useful_day(date(2027, 2, 28), rule, christmas) == date(2026, 12, 28)
    one = NoticeRule(1, "month", working_day=True)
    # 26/12/2026 is St Stephen, a Saturday; 25/12 is Christmas: the 24th it is.
    assert last_useful_day(date(2027, 1, 26), one, christmas) == date(2026, 12, 24)


def test_r20_a_cancellation_received_later_renews_one_more_term():
    end, year = date(2026, 12, 31), {"months": 12, "anchor": date(2025, 1, 1)}
    assert ends_after_notice(end, date(2026, 9, 30), THREE_MONTHS, **year) == date(2026, 12, 31)
    assert ends_after_notice(end, date(2026, 10, 1), THREE_MONTHS, **year) == date(2027, 12, 31)


def test_r20_a_contract_without_end_ends_when_its_notice_has_run():
    assert open_end(date(2026, 11, 30), THREE_MONTHS) == date(2027, 2, 28)
    assert open_end(date(2026, 11, 30), NoticeRule(30, "day")) == date(2026, 12, 30)


days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@given(days, st.integers(1, 60), st.integers(1, 12))
def test_r19_terms_touch_each_other_and_never_drift_from_the_anchor(anchor, months, terms):
    end = new_term(anchor - DAY, months, anchor=anchor).ends_on
    for k in range(1, terms + 1):
        term = new_term(end, months, anchor=anchor)
        assert term.starts_on == end + DAY
        apart = (term.starts_on.year - anchor.year) * 12 + term.starts_on.month - anchor.month
        assert apart == k * months
        assert term.starts_on.day == anchor.day or term.starts_on.day >= 28
        end = term.ends_on


@given(days, days, st.integers(0, 12), st.sampled_from(["month", "day"]), st.booleans(), st.integers(1, 36))
def test_r20_the_end_found_is_the_first_for_which_the_notice_is_in_time(
    end, received, number, unit, working, months
):
    rule = NoticeRule(number, unit, working)
    found = ends_after_notice(end, received, rule, months=months)
    assert received <= last_useful_day(found, rule)
    if found != end:
        assert received > last_useful_day(end, rule)


@given(days, st.integers(0, 24), st.sampled_from(["month", "day"]), st.sets(st.integers(0, 40)))
def test_r20_a_working_day_is_never_later_than_the_day_itself(end, number, unit, off):
    exact = last_useful_day(end, NoticeRule(number, unit))
    holidays = {exact - n * DAY for n in off}
    moved = last_useful_day(end, NoticeRule(number, unit, working_day=True), holidays)
    assert moved <= exact
    assert moved.weekday() < 5
    assert moved not in holidays
    skipped = {moved + n * DAY for n in range(1, (exact - moved).days + 1)}
    assert all(day.weekday() >= 5 or day in holidays for day in skipped)
