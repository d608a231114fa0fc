from datetime import date
from decimal import Decimal

import pytest

from ronda.reports.domain import formats


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "1.234.567,50 €"),
        ("fr", "1\u202f234\u202f567,50 €"),
        ("en", "€1,234,567.50"),
        ("de", "€1,234,567.50"),
    ],
)
def test_money_is_written_as_readers_of_the_language_write_it(language, text):
    written = formats.money(Decimal("1234567.5"), language, "EUR")
    assert written.replace("\N{NO-BREAK SPACE}", " ") == text


def test_an_amount_never_breaks_over_two_lines():
    for language in ("it", "fr", "en"):
        assert " " not in formats.money(Decimal("1234567.5"), language, "CHF")


def test_negative_amounts_carry_a_real_minus():
    assert formats.money(Decimal("-3.5"), "it") == "−3,50"
    assert formats.money(Decimal("-3.5"), "en", "EUR") == "−€3.50"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [("1.5000", 0, "1,5"), ("12", 2, "12,00"), ("0.12345678", 2, "0,12345678"), ("1200", 0, "1.200")],
)
def test_numbers_lose_useless_zeros_and_keep_the_decimals_asked_for(value, places, text):
    assert formats.number(Decimal(value), "it", places) == text


def test_days_are_never_mistaken_for_another_month():
    first = date(2026, 3, 1)
    assert formats.day(first, "it") == "01/03/2026"
    assert formats.day(first, "en") == "1 Mar 2026"
    assert formats.day(first, "fr", "long") == "1er mars 2026"
    assert formats.day(first, "it", "long") == "1 marzo 2026"


def test_an_iban_is_printed_in_groups_of_four():
    assert formats.iban("IT60X0542811101000000123456").split("\N{NO-BREAK SPACE}")[:2] == ["IT60", "X054"]
