"""O25 to O28 hold in the form, the API and imports alike; a change of the key names who is in its way."""

import pytest
from django.urls import reverse

from ronda.company.context import acting_for
from ronda.company.models import Workstation
from ronda.company.services.settings import save_options
from ronda.parties.models import BillingAccount, Family, Party
from ronda.parties.options import PartyOptions
from ronda.parties.services import KeyNotCoherent, NewParty, create_party, problems_of, update_party
from ronda.parties.services.importing import Changes, update_parties

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
GOOD, OTHER = "01234567897", "00743110157"
ALL = frozenset({"parties.likely_duplicate", "parties.tax_id_repeated", "parties.doubtful_tax_id"})
# Options, what a customer is given, and the refusal with its field.
REFUSED = {
    "o25": ({"mandatory": ["phone"]}, {}, "parties.missing_facts", "phone"),
    "o26": ({"customer_key": "name_email"}, {}, "parties.key_incomplete", "email"),
    "o27 phone": ({"check_phones": True}, {"phone": "12"}, "parties.invalid_phone", "phone"),
    "o27 email": ({}, {"email": "ask Paolo"}, "parties.invalid_email", "email"),
    "o28": ({"tax_id_check": "correct"}, {"tax_id": "12345678901"}, "country.invalid_tax_id", "tax_id"),
}
every_refusal = pytest.mark.parametrize(
    ("chosen", "facts", "code", "field"), REFUSED.values(), ids=list(REFUSED)
)


@every_refusal
def test_o25_to_o28_hold_in_the_api(anna, client, company, choose, chosen, facts, code, field):
    choose(**chosen)
    body = {"name": "Verdi", "kind": "firm", "city": "Lecco", "is_customer": True, **facts}
    answer = client.post(reverse("api-party-list"), body, "application/json")

    told = answer.json()
    assert answer.status_code in (400, 409), told
    assert told.get("code") == code or field in told
    assert not Party.objects.exists()


@every_refusal
def test_o25_to_o28_hold_for_rows_of_an_import(company, choose, chosen, facts, code, field):
    choose(**chosen)
    [problems] = problems_of(company, [NewParty(name="Verdi", facts=facts)]).values()

    assert (problems[0].code, problems[0].field) == (code, field)


@every_refusal
def test_o25_to_o28_hold_for_customers_an_import_changes(company, choose, chosen, facts, code, field):
    party = create_party(company, name="Verdi", by="anna", email="a@b.it", phone="035 232323")
    choose(**chosen)
    facts = facts or {field: ""}
    [problems] = update_parties(company, [Changes(party, None, facts)], by="anna").values()

    assert (problems[0].code, problems[0].field) == (code, field)
    party.refresh_from_db()
    assert (party.email, party.phone) == ("a@b.it", "035 232323")


@pytest.mark.parametrize("fact", ["families", "iban"])
def test_o25_an_import_does_not_ask_for_what_the_customer_has_already(company, choose, fact):
    iban = "IT60X0542811101000000123456"
    given = {"families": [Family.objects.create(company=company, name="F")], "iban": iban}
    party = create_party(company, name="Verdi", by="anna", **{fact: given[fact]})
    without = create_party(company, name="Bianchi", by="anna")
    choose(mandatory=[fact])
    account = BillingAccount.objects.get(party=party)

    rows = [Changes(one, account if one == party else None, {"notes": "x"}) for one in (party, without)]
    problems = update_parties(company, rows, by="anna")
    assert {at: [one.field for one in found] for at, found in problems.items()} == {1: [fact]}


def test_o26_the_refusal_to_change_the_key_names_the_duplicates(company, choose):
    one = create_party(company, name="Rossi", by="anna", email="a@b.it")
    two = create_party(company, name="ROSSI", by="anna", email="A@b.it", confirmed=ALL)
    three = create_party(company, name="Verdi", by="anna")

    with pytest.raises(KeyNotCoherent) as refused:
        choose(customer_key="name_email")
    told = str(refused.value.message)
    assert f"ROSSI ({two.code}) = Rossi ({one.code}), Verdi ({three.code})" in told
    assert refused.value.facts["count"] == 2


def test_o28_reactivation_asks_in_the_api_and_obeys_once_answered(anna, client, company, choose):
    choose(tax_id_check="unique", ignore_inactive=True)
    old = create_party(company, name="Rossi", by="anna", city="Lecco", tax_id=GOOD)
    update_party(old, by="anna", active=False)
    create_party(company, name="Verdi", by="anna", tax_id=GOOD)

    url = reverse("api-party-detail", args=[old.pk])
    asked = client.patch(url, {"active": True}, "application/json")
    assert (asked.status_code, asked.json()["code"]) == (409, "parties.tax_id_repeated")
    again = client.patch(url, {"active": True, "confirmed": ["parties.tax_id_repeated"]}, "application/json")
    assert again.status_code == 200, again.json()
    old.refresh_from_db()
    assert old.active


def test_o9_codes_carry_the_series_of_the_company_or_of_the_till(company, choose):
    till = Workstation.objects.create(company=company, name="Till 1", kind="till")
    assert create_party(company, name="One", by="anna").code == "C000001"
    choose(code_prefix="MI-")
    assert [create_party(company, name=f"Two {n}", by="anna").code for n in range(2)] == [
        "MI-000001",
        "MI-000002",
    ]
    save_options(company, PartyOptions, {"code_prefix": "T1"}, by="anna", workstation=till)
    with acting_for(company.pk, "anna", till.pk):
        assert create_party(company, name="Three", by="anna").code == "T1000001"
    choose(code_prefix="C")
    assert create_party(company, name="Four", by="anna").code == "C000002"
