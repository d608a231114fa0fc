"""Days of holidays: Easter, rules with their years and places, days of a company's own."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.company.domain.holidays import (
    Holiday,
    HolidayRule,
    Holidays,
    easter,
    holidays_by,
    month_and_day,
)

# Easter Sunday as published; 2008 and 2038 are nearly the earliest and exactly the latest there is.
EASTERS = (
    "1990-04-15", "1991-03-31", "1992-04-19", "1995-04-16", "1999-04-04", "2000-04-23", "2008-03-23",
    "2011-04-24", "2016-03-27", "2019-04-21", "2020-04-12", "2023-04-09", "2024-03-31", "2025-04-20",
    "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2035-03-25", "2038-04-25",
    "2049-04-18", "2050-04-10", "2076-04-19", "2099-04-12", "2100-03-28",
)  # fmt: skip

years = st.integers(1900, 2200)


@pytest.mark.parametrize("published", EASTERS)
def test_easter_is_on_the_day_published(published):
    expected = date.fromisoformat(published)
    assert easter(expected.year) == expected


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_from_22_march_to_25_april(year):
    found = easter(year)
    assert found.isoweekday() == 7
    assert date(year, 3, 22) <= found <= date(year, 4, 25)


@given(years, st.integers(-60, 80), st.integers(1900, 2200), st.integers(0, 50))
def test_a_rule_counts_from_its_first_year_to_its_last(year, after, since, lasting):
    rule = HolidayRule(name="x", after_easter=after, since=since, until=since + lasting)
    found = holidays_by([rule], year)
    assert bool(found) == (since <= year <= since + lasting)
    assert all((each.day - easter(year)).days == after for each in found)


def test_a_holiday_of_a_place_counts_where_the_postcode_begins_with_it():
    rules = [
        HolidayRule(name="here", month=12, day=26, postcodes=("57", "67")),
        HolidayRule(name="all", month=1, day=1),
    ]
    assert [each.name for each in holidays_by(rules, 2026)] == ["all"]
    assert [each.name for each in holidays_by(rules, 2026, postcode="75001")] == ["all"]
    assert holidays_by(rules, 2026, postcode="67000") == (
        Holiday(date(2026, 1, 1), "all"),
        Holiday(date(2026, 12, 26), "here"),
    )


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_day_is_a_holiday_by_the_year_or_by_the_company(day):
    holidays = Holidays(lambda year: [Holiday(date(year, 5, 1), "x")], local=[(6, 24)])
    assert (day in holidays) == ((day.month, day.day) in ((5, 1), (6, 24)))


def test_the_days_of_a_year_are_asked_for_once():
    asked = []
    holidays = Holidays(lambda year: asked.append(year) or ())
    for n in range(400):
        assert date(2026, 1, 1) + timedelta(days=n) not in holidays
    assert asked == [2026, 2027]


def test_what_is_no_date_is_no_holiday():
    assert "2026-05-01" not in Holidays(lambda year: [Holiday(date(year, 5, 1), "x")])


@pytest.mark.parametrize(("text", "expected"), [("06-29", (6, 29)), (" 02-29 ", (2, 29)), ("6-1", (6, 1))])
def test_a_day_of_the_year_is_read(text, expected):
    assert month_and_day(text) == expected


@pytest.mark.parametrize("text", ["", "06", "06-31", "13-01", "29/06", "giugno-2"])
def test_what_no_year_has_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        month_and_day(text)
