# ruff: noqa: DTZ001, E501 -- cells know no time zones; the tables of cases read better whole
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.company.domain.cells import (
    AmbiguousDate,
    AmbiguousNumber,
    NotADate,
    NotANumber,
    NotYesOrNo,
    parse_bool,
    parse_date,
    parse_decimal,
)
from ronda.kernel.errors import Refusal

LOCALES = ["it", "fr", "en"]


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("03/04/2026", "it", date(2026, 4, 3)),
        ("03/04/2026", "fr", date(2026, 4, 3)),
        ("3-4-26", "it-IT", date(2026, 4, 3)),
        ("3.4.1999", "it", date(1999, 4, 3)),
        ("3/4/70", "it", date(1970, 4, 3)),
        ("13/04/2026", "en", date(2026, 4, 13)),
        ("04/13/2026", "en", date(2026, 4, 13)),
        ("04/04/2026", "en", date(2026, 4, 4)),
        ("2026-04-03", "en", date(2026, 4, 3)),
        ("2026/4/3 10:30", "it", date(2026, 4, 3)),
        ("2026-04-03T10:30:00Z", "fr", date(2026, 4, 3)),
        ("20260403", "it", date(2026, 4, 3)),
        ("29/02/2028", "it", date(2028, 2, 29)),
        ("1° aprile 2026", "it", date(2026, 4, 1)),
        ("1er août 2026", "fr", date(2026, 8, 1)),
        ("3 Apr 2026", "en", date(2026, 4, 3)),
        ("April 3rd, 2026", "en", date(2026, 4, 3)),
        ("31-dic-26", "it", date(2026, 12, 31)),
    ],
)
def test_dates_are_read_as_the_locale_writes_them(text, locale, expected):
    assert parse_date(text, locale) == expected


@pytest.mark.parametrize("text", ["31/02/2026", "29/02/2026", "32/1/2026", "2026-13-01", "0/0/0000", "", "ieri", "1/2",
                                  "03042026", "3/4/202", "12 ma 2026", "5 brumaio 2026", "46000"])  # fmt: skip
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_no_date_is_refused_naming_what_was_read(text, locale):
    with pytest.raises(NotADate) as refused:
        parse_date(text, locale)
    assert (refused.value.facts["read"], text in str(refused.value.message)) == (text, True)


def test_an_english_date_with_two_readings_is_refused():
    with pytest.raises(AmbiguousDate):
        parse_date("03/04/2026", "en")


def test_cells_that_are_dates_already_are_taken_and_numbers_are_not():
    assert (
        parse_date(datetime(2026, 4, 3, 23, 59), "it")
        == parse_date(date(2026, 4, 3), "it")
        == date(2026, 4, 3)
    )
    with pytest.raises(NotADate):
        parse_date(Decimal(46115), "it")


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)))
def test_every_day_is_read_back_from_every_usual_form(day):
    for locale in ("it", "fr"):
        assert parse_date(f"{day:%d/%m/%Y}", locale) == parse_date(f"{day:%d.%m.%y}", locale) == day
    assert all(parse_date(day.isoformat(), locale) == day for locale in LOCALES)


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("1.234", "it", "1234"),
        ("1.234", "en", "1.234"),
        ("1,234", "en", "1234"),
        ("1,234", "it", "1.234"),
        ("1.234.567,89", "it", "1234567.89"),
        ("1,234,567.89", "en", "1234567.89"),
        ("1 234 567,89", "fr", "1234567.89"),
        ("1\u202f234,5", "fr", "1234.5"),
        ("1'234,5", "it", "1234.5"),
        ("€ 1.200,00", "it", "1200"),
        ("12,50 €", "fr", "12.50"),
        ("22%", "it", "22"),
        ("-5,5", "it", "-5.5"),
        ("−5", "it", "-5"),
        ("5,5-", "it", "-5.5"),
        ("(1.000,00)", "it", "-1000"),
        ("+7", "en", "7"),
        (",5", "it", "0.5"),
        ("007", "it", "7"),
    ],
)
def test_numbers_are_read_as_the_locale_writes_them(text, locale, expected):
    assert parse_decimal(text, locale) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "locale"),
    [("12.5", "it"), ("1.23", "it"), ("1.234", "fr"), ("1,23", "en"), ("1.23.456", "it"), ("1234.567", "it"),
     ("1,2,3", "it"), ("1.234 567", "it"), ("1,", "it"), ("12,34,567", "en")],
)  # fmt: skip
def test_a_mark_that_may_mean_two_things_is_refused(text, locale):
    with pytest.raises(AmbiguousNumber):
        parse_decimal(text, locale)


@pytest.mark.parametrize("text", ["", " ", "abc", "1e5", "NaN", "Infinity", "--5", "(5", "-(5)", "-5-", "٣", "5 m", "=1+1", "€"])  # fmt: skip
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_no_number_is_refused_naming_what_was_read(text, locale):
    with pytest.raises(NotANumber) as refused:
        parse_decimal(text, locale)
    assert refused.value.facts["read"] == text


@given(st.decimals(-999_999_999, 999_999_999, places=2))
def test_every_amount_is_read_back_as_each_country_prints_it(amount):
    english = f"{amount:,.2f}"
    italian = english.translate(str.maketrans(",.", ".,"))

    assert parse_decimal(english, "en") == parse_decimal(italian, "it") == amount
    assert parse_decimal(italian.replace(".", "\u00a0"), "fr") == amount
    assert parse_decimal(amount, "it") is amount


@given(st.text(max_size=30), st.sampled_from(LOCALES))
def test_any_text_is_read_or_refused(text, locale):
    for parse in (parse_date, parse_decimal):
        try:
            parse(text, locale)
        except Refusal:
            continue


@pytest.mark.parametrize("text", ["Sì", "si", "X", "1", "yes", "OUI", "vero", "TRUE", True, Decimal(1)])
def test_yes_is_yes_in_three_languages(text):
    assert parse_bool(text) is True


@pytest.mark.parametrize("text", ["No", "n", "0", "NON", "falso", "false", False, Decimal("0.0")])
def test_no_is_no_in_three_languages(text):
    assert parse_bool(text) is False


@pytest.mark.parametrize("text", ["", "forse", "2", date(2026, 1, 1)])
def test_neither_yes_nor_no_is_refused(text):
    with pytest.raises(NotYesOrNo):
        parse_bool(text)
