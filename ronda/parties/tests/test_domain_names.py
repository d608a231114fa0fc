import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.parties.domain.addresses import Municipality, choose
from ronda.parties.domain.names import name_key, normalised, phone_key, similarity, sound, sounds


def test_names_are_compared_without_case_accents_legal_forms_and_order():
    assert name_key("ROSSI Mario S.n.c.") == name_key("Mario Rossi") == "mario rossi"
    assert name_key("Società Caffè dell'Orso S.r.l.") == name_key("Caffe Orso")


def test_a_name_of_nothing_but_common_words_keeps_them():
    assert name_key("Studio Srl") == "srl studio"


@pytest.mark.parametrize(("one", "other"), [("bianchi", "bianci"), ("ferrari", "ferari"), ("galli", "gali")])
def test_words_that_sound_alike_have_one_key(one, other):
    assert sound(one) == sound(other)


def test_words_that_sound_different_do_not():
    assert not set(sounds("Rossi")) & set(sounds("Verdi"))


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [("Bianchi Mario", "Mario Bianci", 90), ("Rossi Impianti Srl", "Rossi Impianti", 100)],
)
def test_near_names_are_similar(one, other, least):
    assert similarity(one, other) >= least


def test_names_with_one_common_word_are_not_very_similar():
    assert similarity("Condominio Rosa", "Condominio Tulipano") < 72


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_does_not_depend_on_the_order(one, other):
    assert similarity(one, one) == (100 if normalised(one) else 0)
    assert 0 <= similarity(one, other) <= 100


def test_a_telephone_number_is_known_by_its_last_figures():
    assert phone_key("+39 035 232323") == phone_key("035/232323")[-8:] == "35232323"
    assert phone_key("1234") == ""


def town(name, province):
    return Municipality(name, name.lower(), "", province, None, None)


def test_a_place_is_chosen_only_when_it_is_certain():
    samone = [town("Samone", "TO"), town("Samone", "TN")]

    assert choose(samone, city="Samone") is None
    assert choose(samone, city="SAMONE", province="tn") == samone[1]
    assert choose(samone[:1], city="") == samone[0]
    assert choose(samone[:1], city="Ivrea") is None
