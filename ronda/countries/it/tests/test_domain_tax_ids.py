import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.it import codicefiscale

from ronda.countries.it.domain.tax_ids import (
    check_digit,
    is_codice_fiscale,
    is_partita_iva,
)

ten_digits = st.text("0123456789", min_size=10, max_size=10)
REPLACEABLE = (6, 7, 9, 10, 12, 13, 14)
LETTERS = "LMNPQRSTUV"
PERSON = "RSSMRA80A01H501U"


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("07643520567", True),
        ("07643520568", False),
        ("0764352056", False),
        ("0764352056a", False),
        ("٠٧٦٤٣٥٢٠٥٦٧", False),
        ("", False),
    ],
)
def test_a_partita_iva_has_eleven_digits_and_the_right_last_one(value, valid):
    assert is_partita_iva(value) is valid


def test_the_office_inside_a_partita_iva_does_not_matter():
    assert is_partita_iva("01234567897")


@given(ten_digits)
def test_exactly_one_last_digit_is_right(first_ten):
    assert [d for d in "0123456789" if is_partita_iva(first_ten + d)] == [str(check_digit(first_ten))]


@given(ten_digits, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(first_ten, position, change):
    right = first_ten + str(check_digit(first_ten))
    wrong = right[:position] + str((int(right[position]) + change) % 10) + right[position + 1 :]

    assert not is_partita_iva(wrong)


def test_a_person_has_sixteen_characters_with_the_right_last_letter():
    assert is_codice_fiscale(PERSON)
    assert not is_codice_fiscale(PERSON[:-1] + "V")
    assert not is_codice_fiscale(PERSON[:-1])


def test_a_day_of_birth_that_does_not_exist_is_refused():
    first = "RSSMRA80B31H501"

    assert not is_codice_fiscale(first + codicefiscale.calc_check_digit(first))


def test_a_body_has_eleven_digits_as_codice_fiscale():
    assert is_codice_fiscale("07643520567")


@given(st.sets(st.sampled_from(REPLACEABLE), min_size=1))
def test_omocodia_replaces_digits_by_letters_and_stays_valid(positions):
    letters = [LETTERS[int(c)] if i in positions else c for i, c in enumerate(PERSON[:15])]
    first = "".join(letters)
    code = first + codicefiscale.calc_check_digit(first)

    assert is_codice_fiscale(code)
