from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.company.country import PlaceRow
from ronda.company.services import create_company
from ronda.parties.models import Address, Place
from ronda.parties.queries import possible_duplicates
from ronda.parties.services import add_site, create_party, load_places, update_party
from ronda.parties.services import places as loading

pytestmark = pytest.mark.django_db


@pytest.fixture
def rossi(company):
    return create_party(
        company,
        name="Rossi Impianti Srl",
        by="anna",
        city="Lecco",
        tax_id="01234567897",
        email="info@rossi.it",
        phone="+39 035 232323",
    )


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "Impianti Rossi"}, "name"),
        ({"name": "Rosi Impianti"}, "name"),
        ({"tax_id": "IT 01234567897"}, "tax_id"),
        ({"email": "INFO@rossi.it"}, "email"),
        ({"phone": "035/232323"}, "phone"),
    ],
)
def test_a_customer_is_found_again_while_he_is_typed(company, rossi, typed, why):
    (found,) = possible_duplicates(company, **typed)

    assert (found.party, why in found.why) == (rossi, True)


def test_others_the_record_itself_and_other_companies_are_not_found(company, rossi):
    assert possible_duplicates(company, name="Verdi Giardini") == []
    assert possible_duplicates(company, name=rossi.name, exclude=rossi.pk) == []
    assert possible_duplicates(create_company(name="B", country="IT", by="test"), name=rossi.name) == []


def test_a_changed_name_is_found_and_the_old_one_is_not(company, rossi):
    update_party(rossi, by="anna", name="Verdi Giardini")

    assert possible_duplicates(company, name="Rossi Impianti") == []
    assert possible_duplicates(company, name="Giardini Verdi")[0].party == rossi


def test_the_number_of_statements_does_not_grow(company, rossi, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        possible_duplicates(
            company, name="one two three four five six seven", tax_id="01234567897", email="a@b.it"
        )


def test_duplicates_answer_the_form(anna, client, rossi):
    answer = client.get(reverse("party-duplicates"), {"name": "Rossi impianti"}).json()

    (found,) = answer["results"]
    assert found["text"] == rossi.name
    assert found["url"] == reverse("party-detail", args=[rossi.pk])
    assert rossi.code in found["hint"]
    assert client.get(reverse("party-duplicates"), {"name": "Rossi", "exclude": rossi.pk}).json() == {
        "results": []
    }


def test_strangers_get_neither_customers_nor_places(client, rossi):
    assert client.get(reverse("party-duplicates"), {"name": "Rossi"}).status_code == 403
    assert client.get(reverse("places"), {"q": "ber"}).status_code == 403


def cities(client, **asked):
    return [one["city"] for one in client.get(reverse("places"), asked).json()["results"]]


def test_places_are_offered_by_name_or_postcode_in_both_countries(anna, client, places):
    assert cities(client, q="berg") == ["Bergamo", "Bergerac"]
    assert cities(client, q="berg", country="FR") == ["Bergerac"]
    assert cities(client, q="bozen") == ["Bolzano"]
    assert cities(client, q="2412", country="IT") == ["Bergamo", "Bergamo"]
    assert cities(client, q="b") == []
    assert cities(client, q="berg", country="DE") == []


def test_a_place_comes_with_what_the_form_fills_in(anna, client, places):
    (found,) = client.get(reverse("places"), {"q": "seri"}).json()["results"]

    assert (found["postcode"], found["province"], found["country"]) == ("24068", "BG", "IT")
    assert found["latitude"] == "45.680000"
    assert "postcode" not in client.get(reverse("places"), {"q": "bergamo"}).json()["results"][0]


def test_province_and_point_follow_from_the_city(company, places):
    party = create_party(company, name="Rossi", by="anna", city="BERGAMO")

    assert (party.province, party.latitude) == ("BG", Decimal("45.69"))
    assert party.precision == Address.Precision.PLACE


def test_the_city_follows_from_a_postcode_of_one_town(company, places):
    assert create_party(company, name="Rossi", by="anna", postcode="24068").city == "Seriate"


def test_nothing_is_guessed_between_two_towns_of_one_name(company, places):
    party = create_party(company, name="Rossi", by="anna", city="Samone")
    assert (party.province, party.latitude, party.precision) == ("", None, "")

    party = create_party(company, name="Verdi", by="anna", city="Samone", postcode="38059")
    assert party.province == "TN"


def test_a_customer_who_moves_takes_province_and_point_along(company, places):
    party = create_party(company, name="Rossi", by="anna", city="Bergamo")

    party = update_party(party, by="anna", city="Bolzano")
    assert (party.province, party.latitude) == ("BZ", Decimal("46.49"))


def test_a_point_placed_by_hand_stays(company, places):
    party = create_party(company, name="Rossi", by="anna")
    site = add_site(party, name="Roof", by="anna", city="Bergamo", latitude="45.7", longitude="9.6")

    assert (site.precision, site.latitude, site.province) == (Address.Precision.PIN, "45.7", "BG")


def test_loaded_places_carry_their_search_keys(db, monkeypatch):
    class Pack:
        def places(self):
            return iter([PlaceRow("IT", "1", "Forlì", "", "FC", "", ("47121",), None, None, 1)])

    monkeypatch.setattr(loading, "registered_countries", lambda: ("IT",))
    monkeypatch.setattr(loading, "pack_for", lambda code: Pack())

    assert load_places() == 1
    assert Place.objects.get().key == "forli"
