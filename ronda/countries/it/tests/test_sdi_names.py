import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.countries.it.domain.sdi import (
    BadTransmitter,
    NumbersExhausted,
    invoice_name,
    notification_name,
    read_invoice_name,
    read_notification_name,
    stem_of,
)
from ronda.countries.it.domain.sdi.names import NUMBERS

# The pattern of the technical specifications (italy.md §1.5), written down once more on purpose.
OFFICIAL = re.compile(
    r"^(IT[A-Za-z0-9]{11,16}|(?!IT)[A-Z]{2}[A-Za-z0-9]{2,28})_[A-Za-z0-9]{1,5}\.(xml|zip|p7m)(\.p7m)?$"
)


@given(st.integers(1, NUMBERS - 1), st.integers(1, NUMBERS - 1))
def test_two_numbers_never_give_one_name_and_every_name_is_official(first, second):
    names = invoice_name("IT", "01234567890", first), invoice_name("IT", "01234567890", second)
    assert (names[0] == names[1]) == (first == second)
    assert all(OFFICIAL.match(name) for name in names)


def test_names_count_in_letters_and_digits():
    assert [invoice_name("IT", "01234567890", number) for number in (1, 35, 36, NUMBERS - 1)] == [
        "IT01234567890_00001.xml",
        "IT01234567890_0000Z.xml",
        "IT01234567890_00010.xml",
        "IT01234567890_ZZZZZ.xml",
    ]
    assert invoice_name("fr", "AB123", 1, "xml.p7m") == "FRAB123_00001.xml.p7m"


@pytest.mark.parametrize("number", [0, -1, NUMBERS])
def test_a_number_without_a_name_is_refused(number):
    with pytest.raises(NumbersExhausted):
        invoice_name("IT", "01234567890", number)


@pytest.mark.parametrize(
    ("country", "code"), [("IT", "123"), ("", "01234567890"), ("IT", "../../etc/pass"), ("FR", "")]
)
def test_a_transmitter_that_sdi_would_not_know_is_refused(country, code):
    with pytest.raises(BadTransmitter):
        invoice_name(country, code, 1)


@pytest.mark.parametrize(
    "name",
    [
        "IT01234567890_FPA01.xml",
        "IT01234567890_00001.xml.p7m",
        "ITABCDEF80A01H501Z_1.zip",
        "DE12_a.p7m",
        "IT01234567890_FPA001.xml",
        "IT0123456789_1.xml",
        "IT01234567890_1.txt",
        "IT01234567890_1.xml\n",
        "it01234567890_1.xml",
        "x/IT01234567890_1.xml",
    ],
)
def test_a_name_is_read_exactly_when_the_specifications_allow_it(name):
    allowed = bool(OFFICIAL.match(name)) and not name.endswith("\n")
    assert (read_invoice_name(name) is not None) == allowed


def test_a_message_leads_back_to_its_invoice():
    name = notification_name("IT01234567890_00001.xml.p7m", "RC", 1)
    assert name == "IT01234567890_00001_RC_001.xml"
    found = read_notification_name(name)
    assert (found.stem, found.kind, found.number) == ("IT01234567890_00001", "RC", "001")
    assert stem_of(name) == stem_of("IT01234567890_00001.zip") == "IT01234567890_00001"
    assert read_notification_name("IT01234567890_00001_XX_001.xml") is None
