"""The public holidays of France: Code du travail, art. L3133-1 and L3134-13."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.countries.fr.pack import France


def days(year, postcode=""):
    return {each.day: each.name for each in France().holidays(year, postcode=postcode)}


def test_the_holidays_of_2026_are_these():
    assert days(2026) == {
        date(2026, 1, 1): "Jour de l'An",
        date(2026, 4, 6): "Lundi de Pâques",
        date(2026, 5, 1): "Fête du Travail",
        date(2026, 5, 8): "Victoire de 1945",
        date(2026, 5, 14): "Ascension",
        date(2026, 5, 25): "Lundi de Pentecôte",
        date(2026, 7, 14): "Fête nationale",
        date(2026, 8, 15): "Assomption",
        date(2026, 11, 1): "Toussaint",
        date(2026, 11, 11): "Armistice de 1918",
        date(2026, 12, 25): "Noël",
    }


@pytest.mark.parametrize("postcode", ["57000", "67000", "68100"])
def test_alsace_and_moselle_have_two_days_more(postcode):
    more = days(2026, postcode).items() - days(2026).items()
    assert more == {
        (date(2026, 4, 3), "Vendredi saint"),
        (date(2026, 12, 26), "Deuxième jour de Noël"),
    }


@pytest.mark.parametrize("postcode", ["", "54000", "75001", "97133"])
def test_elsewhere_in_france_there_are_eleven(postcode):
    assert len(France().holidays(2026, postcode=postcode)) == 11


def test_8_may_is_a_holiday_since_1982():
    assert date(1981, 5, 8) not in days(1981)
    assert date(1982, 5, 8) in days(1982)


@given(st.integers(1982, 2100))
def test_moving_holidays_keep_their_day_of_the_week(year):
    weekdays = {each.name: each.day.isoweekday() for each in France().holidays(year, postcode="67000")}
    assert weekdays["Vendredi saint"] == 5
    assert weekdays["Lundi de Pâques"] == 1
    assert weekdays["Ascension"] == 4
    assert weekdays["Lundi de Pentecôte"] == 1
