import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.countries.it.domain.transliterate import to_latin1

#: Both blocks of the pattern [\p{IsBasicLatin}\p{IsLatin-1Supplement}], without control characters.
ALLOWED = re.compile("[\x20-\x7e\xa0-\xff]*")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Canone € 10 – “Café” l’anno…", 'Canone EUR 10 - "Café" l\'anno...'),
        ("Perché è così: à é ì ò ù", "Perché è così: à é ì ò ù"),
        ("Łódź, Čapek, Dvořák", "Lódz, Capek, Dvorák"),
        ("œuvre Œ ﬁne", "oeuvre OE fine"),
        ("Fatto 👍🏽 bene", "Fatto  bene"),
        ("riga\r\ncolonna\t", "riga  colonna "),
        ("10 m² × 3", "10 m² × 3"),
        ("日本", "??"),
        ("e\u0301", "é"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_text_is_written_with_the_letters_that_the_schema_allows(text, written):
    assert to_latin1(text) == written


@given(st.text())
def test_nothing_outside_the_set_is_left(text):
    assert ALLOWED.fullmatch(to_latin1(text))


@given(st.text())
def test_twice_is_the_same_as_once(text):
    once = to_latin1(text)

    assert to_latin1(once) == once


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_left_alone(text):
    assert to_latin1(text) == text
