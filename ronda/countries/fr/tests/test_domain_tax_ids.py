import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from ronda.countries.fr.domain.tax_ids import (
    is_directory_address,
    is_siren,
    is_siret,
    is_vat_number,
    vat_number_of,
)

SIREN = "732829320"
SIRET = "73282932000074"
sirens = st.text("0123456789", min_size=8, max_size=8).map(lambda eight: eight + luhn.calc_check_digit(eight))


@given(st.text("0123456789", min_size=8, max_size=8))
def test_exactly_one_last_digit_of_a_siren_is_right(eight):
    assert sum(is_siren(eight + digit) for digit in "0123456789") == 1


@given(sirens, st.text("0123456789", min_size=4, max_size=4))
def test_exactly_one_last_digit_of_a_siret_is_right(siren, establishment):
    if siren == "356000000":  # La Poste has a rule of its own
        return
    assert sum(is_siret(siren + establishment + digit) for digit in "0123456789") == 1


@pytest.mark.parametrize("value", ["", "73282932", "732829321", "73282932A", "7328293200", SIRET])
def test_a_siren_has_nine_digits_and_the_right_last_one(value):
    assert not is_siren(value)


@pytest.mark.parametrize("value", ["", SIREN, "73282932000075", "73282932100074", SIRET + "0"])
def test_a_siret_has_fourteen_digits_and_the_right_last_one(value):
    assert not is_siret(value)


def test_la_poste_has_its_own_rule():
    assert is_siret("35600000000048")
    assert is_siret("35600000049837")


def test_the_vat_key_of_a_known_firm():
    assert vat_number_of(SIREN) == vat_number_of(SIRET) == "44732829320"


@given(sirens)
def test_the_vat_number_of_a_siren_is_valid_and_no_other_key_is(siren):
    if siren.startswith("000"):  # numbers of Monaco, outside the French register
        return
    right = vat_number_of(siren)

    assert is_vat_number(right)
    assert not is_vat_number(f"{(int(right[:2]) + 1) % 97:02d}{siren}")


def test_no_vat_number_without_a_siren():
    with pytest.raises(ValueError, match="does not start with a SIREN"):
        vat_number_of("732829321")


@pytest.mark.parametrize(
    "address",
    [SIREN, f"{SIREN}_{SIRET}", f"{SIREN}_{SIRET}_SERVICE-1", f"{SIREN}_factures", f"{SIREN}_a.b-c+d"],
)
def test_an_address_of_the_directory_starts_with_the_siren(address):
    assert is_directory_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "732829321",
        SIRET,
        f"{SIREN}_73282932000075",
        f"{SIREN}_35600000000048",
        f"{SIREN}_a b",
        f"{SIREN}_a/b",
        "contact@example.fr",
        f"{SIREN}_{'x' * 116}",
    ],
)
def test_other_addresses_are_refused(address):
    assert not is_directory_address(address)


def test_an_address_has_125_characters_at_most():
    assert is_directory_address(f"{SIREN}_{'x' * 115}")
