from hypothesis import given
from hypothesis import strategies as st

from ronda.privacy.domain.words import MASK, Masking, forms, tells_apart


def test_whole_words_are_masked_whatever_their_case_and_parts_of_others_are_not():
    masking = Masking(["Mario Bianchi", "mario@b.example"])
    text = "MARIO BIANCHI, Mario Bianchini, <mario@b.example>; dario@mario@b.example"
    assert masking.text(text) == f"{MASK}, Mario Bianchini, <{MASK}>; dario@{MASK}"


def test_a_name_is_found_in_json_addresses_and_html_too():
    masking = Masking(["Zoë D'Arc & figli"])
    said = ['"Zo\\u00eb D\'Arc & figli"', "q=Zo%C3%AB+D%27Arc+%26+figli", "<b>Zoë D&#x27;Arc &amp; figli</b>"]
    assert [masking.text(one) for one in said] == [f'"{MASK}"', f"q={MASK}", f"<b>{MASK}</b>"]


def test_texts_at_any_depth_are_masked_and_numbers_stay():
    assert Masking(["Mario Bianchi"]).value({"a": ["x Mario Bianchi", 7, None], "Mario Bianchi": True}) == {
        "a": [f"x {MASK}", 7, None],
        MASK: True,
    }


def test_a_short_single_name_is_not_looked_for():
    assert [tells_apart(name) for name in ("Rossi", "Sede", "Mario Rossi", "Autotrasporti")] == [
        False,
        False,
        True,
        True,
    ]


@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=5), st.text(), st.text())
def test_no_form_of_a_word_is_left_between_spaces(word, before, after):
    masking = Masking([word])
    for form in forms(word):
        assert form not in masking.text(f"{before} {form} {after}").split(" ")
