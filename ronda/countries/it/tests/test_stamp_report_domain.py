"""The quarterly stamp report by its own rules: lists A and B, amounts, days (R35)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ronda.countries.it.domain.stamp_report import (
    Choice,
    Facts,
    Place,
    Quarter,
    limit_in,
    payments,
    place_of,
    working_day,
)

DAY = date(2026, 2, 10)
TWO, NONE = Decimal("2.00"), Decimal(0)


# kind, duty stated, net that counts, choice → list and duty
WORKED = [
    ("invoice", "2.00", "100.00", Choice.RULES, Place.A, TWO),
    ("invoice", "2.00", "100.00", Choice.LEAVE_OUT, Place.A, TWO),  # list A cannot be changed
    ("invoice", "0", "77.47", Choice.RULES, None, NONE),
    ("invoice", "0", "77.48", Choice.RULES, Place.B, TWO),
    ("advance", "0", "500.00", Choice.RULES, Place.B, TWO),
    ("credit_note", "0", "-77.48", Choice.RULES, Place.B, TWO),
    ("invoice", "0", "500.00", Choice.LEAVE_OUT, Place.LEFT_OUT, NONE),
    ("invoice", "0", "10.00", Choice.LEAVE_OUT, None, NONE),
    ("invoice", "0", "0", Choice.ADD, Place.B, TWO),
    ("invoice", "0", "500.00", Choice.ADD, Place.B, TWO),
    ("quote", "0", "500.00", Choice.RULES, None, NONE),
]


@pytest.mark.parametrize(("kind", "duty", "net", "choice", "place", "owed"), WORKED)
def test_r35_a_document_stands_on_one_list_with_the_duty_of_its_day(kind, duty, net, choice, place, owed):
    facts = Facts(kind, DAY, Decimal(duty), Decimal(net), choice)
    assert place_of(facts) == (place, owed)


def test_r35_the_duty_is_that_of_the_day():
    assert place_of(Facts("invoice", date(2013, 6, 25), NONE, Decimal(100))) == (Place.B, Decimal("1.81"))
    assert place_of(Facts("invoice", date(2013, 6, 26), NONE, Decimal(100))) == (Place.B, TWO)


@pytest.mark.parametrize(
    ("number", "starts", "ends", "due", "code"),
    [
        (1, date(2027, 1, 1), date(2027, 3, 31), date(2027, 5, 31), "2521"),
        (2, date(2027, 4, 1), date(2027, 6, 30), date(2027, 9, 30), "2522"),
        (3, date(2027, 7, 1), date(2027, 9, 30), date(2027, 11, 30), "2523"),
        (4, date(2027, 10, 1), date(2027, 12, 31), date(2028, 2, 29), "2524"),
    ],
)
def test_quarters_have_their_days_and_their_codes(number, starts, ends, due, code):
    quarter = Quarter(2027, number)
    assert (quarter.starts_on, quarter.ends_on, quarter.due_on, quarter.code) == (starts, ends, due, code)
    assert quarter.following.previous == quarter
    for day in (starts, ends):
        assert Quarter.of(day) == quarter
    assert Quarter.of(ends + timedelta(days=1)) == quarter.following


def test_the_fourth_quarter_is_due_on_the_last_of_february():
    assert Quarter(2025, 4).due_on == date(2026, 2, 28)


MAY, SEPTEMBER, NOVEMBER = date(2026, 5, 31), date(2026, 9, 30), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("5000", "0", (NOVEMBER, NOVEMBER)),
        ("3000", "2000", (NOVEMBER, NOVEMBER)),
        ("3000", "2000.01", (SEPTEMBER, SEPTEMBER)),
        ("5000", "2", (SEPTEMBER, SEPTEMBER)),
        ("5000.01", "0", (MAY, SEPTEMBER)),
        ("0", "5000.01", (SEPTEMBER, SEPTEMBER)),
    ],
)
def test_up_to_5000_euro_the_first_quarters_may_wait(first, second, days):
    found = payments(2026, [Decimal(first), Decimal(second), Decimal(9000), Decimal(9000)])
    assert tuple(one.due_on for one in found[:2]) == days
    assert [one.due_on for one in found[2:]] == [NOVEMBER, date(2027, 2, 28)]
    assert [one.moved for one in found[2:]] == [False, False]
    assert found[0].moved is (days[0] != MAY)


def test_the_limit_is_that_of_the_year():
    assert [limit_in(year) for year in (2020, 2021, 2022, 2023, 2026)] == [0, 250, 250, 5000, 5000]
    small = payments(2022, [Decimal(300), NONE, NONE, NONE])
    assert small[0].due_on == date(2022, 5, 31)


def test_a_day_without_banks_moves_to_the_next_working_day():
    assert working_day(date(2026, 5, 31), ()) == date(2026, 6, 1)  # a Sunday
    assert working_day(date(2026, 5, 31), {date(2026, 6, 1), date(2026, 6, 2)}) == date(2026, 6, 3)
    assert working_day(date(2026, 9, 30), ()) == date(2026, 9, 30)
