"""The public holidays of Italy: legge 260/1949 and what changed it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ronda.company.domain.holidays import easter
from ronda.countries.it.pack import Italy


def days(year, postcode=""):
    return {each.day: each.name for each in Italy().holidays(year, postcode=postcode)}


def test_the_holidays_of_2026_are_these():
    assert days(2026) == {
        date(2026, 1, 1): "Capodanno",
        date(2026, 1, 6): "Epifania",
        date(2026, 4, 6): "Lunedì dell'Angelo",
        date(2026, 4, 25): "Anniversario della Liberazione",
        date(2026, 5, 1): "Festa del lavoro",
        date(2026, 6, 2): "Festa della Repubblica",
        date(2026, 8, 15): "Assunzione",
        date(2026, 10, 4): "San Francesco d'Assisi",
        date(2026, 11, 1): "Ognissanti",
        date(2026, 12, 8): "Immacolata Concezione",
        date(2026, 12, 25): "Natale",
        date(2026, 12, 26): "Santo Stefano",
    }


def test_saint_francis_is_a_holiday_from_2026():
    assert date(2025, 10, 4) not in days(2025)
    assert date(2026, 10, 4) in days(2026)


def test_the_epiphany_was_taken_away_in_1977_and_given_back_in_1985():
    found = [year for year in range(1970, 1995) if date(year, 1, 6) in days(year)]
    assert found == [*range(1970, 1978), *range(1986, 1995)]


def test_the_day_of_the_republic_was_a_working_day_from_1977_to_2000():
    found = [year for year in range(1970, 2010) if date(year, 6, 2) in days(year)]
    assert found == [*range(1970, 1977), *range(2001, 2010)]


def test_saints_peter_and_paul_are_a_holiday_in_rome_only():
    assert date(2026, 6, 29) in days(2026, "00187")
    assert date(2026, 6, 29) not in days(2026, "20121")
    assert date(2026, 6, 29) not in days(2026)


@given(st.integers(2026, 2100))
def test_twelve_holidays_a_year_and_one_of_them_the_monday_after_easter(year):
    found = Italy().holidays(year)
    assert len(found) == 12
    mondays = [each.day for each in found if each.name == "Lunedì dell'Angelo"]
    assert [(day - easter(year)).days for day in mondays] == [1]
    assert mondays[0].isoweekday() == 1
