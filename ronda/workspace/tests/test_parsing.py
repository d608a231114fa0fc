from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ronda.workspace.display import badge, day, money, number
from ronda.workspace.parsing import Unreadable, read_amount, read_day, show_amount

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("it", "1.234,56", "1234.56"),
        ("it", "1.234", "1234"),
        ("it", "12.50", "12.50"),
        ("it", "-1.234.567,8", "-1234567.8"),
        ("it", "12,5 €", "12.5"),
        ("fr", "1 234,56", "1234.56"),
        ("fr", "1\u202f234,56", "1234.56"),
        ("en", "1,234.56", "1234.56"),
        ("en", "1,234", "1234"),
        ("it", "1,234.56", "1234.56"),
        ("it", "0.125", "0.125"),
    ],
)
def test_amounts_are_read_as_people_of_the_language_write_them(language, text, amount):
    with translation.override(language):
        assert read_amount(text, places=2) == Decimal(amount)


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("it", "1.234", 8),
        ("en", "1,234", None),
        ("fr", "1.234", 2),
        ("it", "1.23.4", 2),
        ("it", "1,234,56.7,8", 2),
        ("it", "12a", 2),
        ("it", "", 2),
        ("it", "1e5", 2),
        ("it", "NaN", 2),
        ("it", "١٢", 2),
        ("it", ",", 2),
        ("it", "9" * 60, 2),
    ],
)
def test_what_could_be_two_numbers_or_none_is_refused(language, text, places):
    with translation.override(language), pytest.raises(Unreadable):
        read_amount(text, places=places)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from(["it", "fr", "en"]))
def test_an_amount_shown_is_read_back_the_same(amount, language):
    with translation.override(language):
        assert read_amount(show_amount(amount), places=2) == amount
        assert read_amount(money(amount), places=2) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25/6/2026", date(2026, 6, 25)),
        ("25.06.26", date(2026, 6, 25)),
        ("2026-06-25", date(2026, 6, 25)),
        ("250626", date(2026, 6, 25)),
        ("25/6", date(2026, 6, 25)),
        ("31/12", date(2025, 12, 31)),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text, expected):
    assert read_day(text, today=TODAY) == expected


@pytest.mark.parametrize(
    "text", ["31/02/2026", "29/2/2026", "tomorrow-ish", "13/13", "2026-13-01", "1/1/20266"]
)
def test_days_no_calendar_has_are_refused(text):
    with pytest.raises(Unreadable):
        read_day(text, today=TODAY)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("it", ("1.234,50", "1.234,50\u00a0€", "1.234,125")),
        ("fr", ("1\u202f234,50", "1\u202f234,50\u202f€", "1\u202f234,125")),
        ("en", ("1,234.50", "€1,234.50", "1,234.125")),
    ],
)
def test_figures_are_shown_by_the_language(language, expected):
    with translation.override(language):
        shown = (money(Decimal("1234.5")), money(Decimal("1234.5"), "EUR"), number(Decimal("1234.12500")))
    assert shown == expected


def test_a_day_has_four_figures_of_year_and_a_badge_escapes_its_word():
    assert day(date(2026, 6, 5)) == "05/06/2026"
    assert badge("<b>", "nonsense") == '<span class="badge badge-gray">&lt;b&gt;</span>'
