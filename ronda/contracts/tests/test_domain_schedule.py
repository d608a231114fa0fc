from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.contracts.domain.schedule import ALIGNMENTS, INVOICE_DAYS, TIMINGS, Schedule, periods
from ronda.kernel.periods import Period

days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
schedules = st.builds(
    Schedule,
    anchor=days,
    unit=st.sampled_from(["month", "week"]),
    every=st.integers(1, 24),
    alignment=st.sampled_from(ALIGNMENTS),
    timing=st.sampled_from(TIMINGS),
    invoice_day=st.sampled_from(INVOICE_DAYS),
    invoice_day_number=st.integers(1, 31),
    offset_days=st.integers(-20, 20),
    lead_days=st.integers(0, 30),
    month_end_anchor=st.booleans(),
)


def first_days(schedule, starts_on, until):
    return [period.start for period in periods(schedule, starts_on, None, until=until)]


@settings(max_examples=80)
@given(schedules, days, st.none() | st.integers(0, 900), st.integers(0, 900))
def test_r02_used_periods_cover_the_line_without_gap_or_overlap(schedule, start, lasts, horizon):
    last = None if lasts is None else start + timedelta(lasts)
    until = start + timedelta(horizon)
    found = list(periods(schedule, start, last, until=until))

    assert all(a.end == b.start for a, b in zip(found, found[1:], strict=False))
    assert all(period.days >= 1 for period in found)
    if horizon:
        assert found[0].start == start
        assert found[-1].end >= min(until, (last or date.max - timedelta(1)) + timedelta(1))
    assert last is None or all(period.last_day <= last for period in found)


@settings(max_examples=80)
@given(schedules, st.integers(-50, 200))
def test_a_period_knows_its_own_index(schedule, k):
    period = schedule.full_period(k)

    assert schedule.index_of(period.start) == k
    assert schedule.index_of(period.last_day) == k


@settings(max_examples=80)
@given(schedules, st.integers(-20, 60), days)
def test_no_period_due_by_a_day_lies_beyond_the_last_index(schedule, k, as_of):
    period = schedule.full_period(k)

    if schedule.billable_from(period, date(2000, 1, 1)) <= as_of:
        assert k <= schedule.last_index_due(as_of)


@settings(max_examples=80)
@given(schedules, st.integers(-20, 60))
def test_r04_nothing_in_arrears_is_meant_for_a_day_before_its_last(schedule, k):
    period = schedule.full_period(k)

    if schedule.timing == "arrears":
        assert schedule.invoice_on(period) >= period.last_day + timedelta(schedule.offset_days)


def test_v01_v02_a_monthly_line_from_the_31st_neither_drifts_nor_skips_february():
    schedule = Schedule(date(2025, 1, 31))

    assert first_days(schedule, date(2025, 1, 31), date(2025, 6, 1)) == [
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
        date(2025, 5, 31),
    ]


def test_v03_the_28th_stays_the_28th_unless_the_last_day_was_agreed():
    start, until = date(2025, 2, 28), date(2025, 5, 1)

    assert first_days(Schedule(start), start, until) == [start, date(2025, 3, 28), date(2025, 4, 28)]
    assert first_days(Schedule(start, month_end_anchor=True), start, until) == [
        start,
        date(2025, 3, 31),
        date(2025, 4, 30),
    ]


def test_r03_a_quarterly_line_from_6_september_under_each_alignment():
    start, until = date(2025, 9, 6), date(2026, 7, 2)

    def under(alignment):
        return first_days(Schedule(start, every=3, alignment=alignment), start, until)

    assert under("anniversary") == [start, date(2025, 12, 6), date(2026, 3, 6), date(2026, 6, 6)]
    assert under("calendar") == [
        start,
        date(2025, 10, 1),
        date(2026, 1, 1),
        date(2026, 4, 1),
        date(2026, 7, 1),
    ]
    assert under("activation_month") == [start, date(2025, 12, 1), date(2026, 3, 1), date(2026, 6, 1)]


def test_calendar_weeks_begin_on_monday():
    start = date(2026, 1, 1)  # a Thursday

    assert first_days(Schedule(start, "week", 2, "calendar"), start, date(2026, 2, 1)) == [
        start,
        date(2026, 1, 12),
        date(2026, 1, 26),
    ]


@pytest.mark.parametrize(
    ("timing", "invoice_day", "expected"),
    [
        ("advance", "period_start", date(2026, 1, 31)),
        ("advance", "period_end", date(2026, 2, 27)),
        ("advance", "first_of_month", date(2026, 1, 1)),
        ("advance", "last_of_month", date(2026, 1, 31)),
        ("arrears", "period_start", date(2026, 2, 27)),
        ("arrears", "period_end", date(2026, 2, 27)),
        ("arrears", "day_after", date(2026, 2, 28)),
        ("arrears", "first_of_month", date(2026, 3, 1)),
        ("arrears", "last_of_month", date(2026, 2, 28)),
    ],
)
def test_r04_the_invoice_day_is_a_rule_of_its_own(timing, invoice_day, expected):
    schedule = Schedule(date(2026, 1, 31), timing=timing, invoice_day=invoice_day)

    assert schedule.invoice_on(schedule.full_period(0)) == expected


def test_r04_a_fixed_day_is_clipped_to_the_month():
    schedule = Schedule(date(2026, 1, 1), invoice_day="day_of_month", invoice_day_number=31)

    assert [schedule.invoice_on(schedule.full_period(k)) for k in range(4)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_r04_days_before_the_period():
    schedule = Schedule(date(2026, 1, 1), offset_days=-10, lead_days=5)
    february = schedule.full_period(1)

    assert schedule.invoice_on(february) == date(2026, 1, 22)
    assert schedule.billable_from(february, date(2026, 1, 1)) == date(2026, 1, 17)


def test_r04_the_first_of_the_month_may_come_before_the_period():
    schedule = Schedule(date(2026, 5, 20), invoice_day="first_of_month")

    assert schedule.billable_from(schedule.full_period(1), date(2026, 5, 20)) == date(2026, 6, 1)
    assert schedule.last_index_due(date(2026, 6, 1)) >= 1


def test_r05_nothing_is_billable_before_the_start_less_the_lead_days():
    start = date(2026, 9, 1)
    for lead in (0, 10):
        schedule = Schedule(start, offset_days=-30, lead_days=lead)
        assert schedule.billable_from(schedule.full_period(0), start) == start - timedelta(lead)


def test_a_line_of_one_day_has_one_period_of_one_day():
    day = date(2026, 5, 1)

    assert list(periods(Schedule(day), day, day, until=date(2027, 1, 1))) == [Period.closed(day, day)]
    assert list(periods(Schedule(day), day, day - timedelta(1), until=date(2027, 1, 1))) == []


@pytest.mark.parametrize(
    "wrong",
    [{"every": 0}, {"invoice_day_number": 32}, {"lead_days": -1}, {"unit": "day"}, {"timing": "later"}],
)
def test_a_schedule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Schedule(date(2026, 1, 1), **wrong)
