"""P30: values of a company's own fields are read, shown and written without loss."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ronda.workspace.extra_inputs import form_field
from ronda.workspace.extra_values import LARGEST, as_json, clean, plain, written
from ronda.workspace.extras import ExtraField

LANGUAGES = ("it", "fr", "en")
CHOICES = (("oil", "Olio"), ("gas", "Gas: metano"), ("other", "altro"))
KINDS = ("text", "number", "amount", "date", "yes_no", "choice", "link")


def field(kind, **facts):
    return ExtraField("custom_plant", "Impianto", kind, choices=CHOICES, **facts)


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=80)
VALUES = {
    "text": words.map(str.strip).filter(bool),
    "number": st.decimals(-LARGEST + 1, LARGEST - 1, places=6).map(lambda n: clean(field("number"), n)),
    "amount": st.decimals(-LARGEST + 1, LARGEST - 1, places=2),
    "date": st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    "yes_no": st.booleans(),
    "choice": st.sampled_from([code for code, _label in CHOICES]),
    "link": st.sampled_from(["https://example.com/a?b=1", "http://example.org", "https://ex.ample.it/è"]),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_p30_what_a_form_shows_is_read_back_as_the_same_value(kind, language):
    @given(VALUES[kind])
    def check(value):
        with translation.override(language):
            text = written(field(kind), value)
            assert clean(field(kind), text) == value
            assert form_field(field(kind), value).clean(text) == value

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_p30_a_typed_value_is_cleaned_to_itself(kind):
    @given(VALUES[kind])
    def check(value):
        assert clean(field(kind), value) == value

    check()


@pytest.mark.parametrize("kind", ["text", "yes_no", "choice", "date", "amount"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_p30_what_a_list_or_a_print_shows_can_be_imported_again(kind, language):
    @given(VALUES[kind])
    def check(value):
        with translation.override(language):
            assert clean(field(kind), plain(field(kind), value)) == value

    check()


@given(VALUES["number"])
def test_p30_the_api_gives_numbers_as_text_that_is_read_back_exactly(value):
    assert Decimal(as_json(value)) == value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_p30_nothing_is_none_and_refused_where_a_value_is_needed(kind, nothing):
    assert clean(field(kind), nothing) is None
    with pytest.raises(ValidationError, match="Impianto: a value is needed here"):
        clean(field(kind, required=True), nothing)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "abc"),
        ("number", True),
        ("number", Decimal("NaN")),
        ("number", Decimal("0.0000001")),
        ("number", "1000000000"),
        ("amount", "12.345,678"),
        ("amount", Decimal("1.005")),
        ("date", "31/02/2026"),
        ("date", date(1850, 1, 1)),
        ("date", 5),
        ("yes_no", "maybe"),
        ("choice", "coal"),
        ("link", "javascript:alert(1)"),
        ("link", "not a link"),
        ("link", "ftp://example.com"),
        ("text", "a\x00b"),
        ("text", "two\nlines"),
        ("text", "x" * 501),
    ],
)
def test_p30_what_does_not_fit_is_refused_in_words_that_name_the_field(kind, raw):
    with pytest.raises(ValidationError) as refused:
        clean(field(kind), raw)
    assert refused.value.messages[0].startswith("Impianto: ")


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("date", datetime(2026, 6, 25, 10, 30, tzinfo=UTC), date(2026, 6, 25)),
        ("date", "25/6/26", date(2026, 6, 25)),
        ("yes_no", "Sì", True),
        ("yes_no", "non", False),
        ("yes_no", Decimal(1), True),
        ("choice", "GAS: METANO", "gas"),
        ("text", Decimal("12.50"), "12.5"),
        ("text", " pulito ", "pulito"),
        ("link", "example.com/x", "https://example.com/x"),
        ("number", 12, Decimal(12)),
        ("number", Decimal("100"), Decimal("100")),
    ],
)
def test_p30_values_of_tables_are_taken_as_they_come(kind, raw, value):
    assert clean(field(kind), raw) == value


def test_p30_a_choice_out_of_use_is_shown_and_may_stay_but_is_not_offered():
    old = field("choice", retired=(("coal", "Carbone"),))
    assert plain(old, "coal") == "Carbone"
    assert clean(old, "coal") == "coal"
    offered = [code for code, _label in form_field(old).choices]
    assert "coal" not in offered
    assert "coal" in [code for code, _label in form_field(old, "coal").choices]
