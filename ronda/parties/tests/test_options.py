"""Each value of each option changes what is asked of a customer (O25 to O28)."""

import pytest

from ronda.company import options
from ronda.company.country import InvalidTaxId
from ronda.company.models import User
from ronda.parties.models import Family, PaymentMethod, PaymentTerms
from ronda.parties.options import MANDATORY_CHOICES, PartyOptions
from ronda.parties.services import (
    DoubtfulTaxId,
    InvalidEmail,
    InvalidPhone,
    KeyIncomplete,
    KeyInUse,
    KeyNotCoherent,
    MissingFacts,
    TaxIdInUse,
    TaxIdRepeated,
    create_party,
    update_party,
)

GOOD, OTHER = "01234567897", "00743110157"
ALL = frozenset({"parties.likely_duplicate", "parties.tax_id_repeated", "parties.doubtful_tax_id"})


def new(company, name="Rossi", **facts):
    return create_party(company, name=name, by="anna", **facts)


@pytest.mark.parametrize("fact", [code for code, _label in MANDATORY_CHOICES])
def test_o25_what_is_ticked_is_asked_for(company, choose, fact):
    choose(mandatory=[fact])
    values = {
        "tax_id": GOOD,
        "registration_id": GOOD,
        "recipient_code": "0000000",
        "pec": "a@pec.it",
        "email": "a@b.it",
        "language": "it",
        "families": [Family.objects.create(company=company, name="F")],
        "owner": User.objects.create_user("seller"),
        "method": PaymentMethod.objects.filter(company=company)[0],
        "iban": "IT60X0542811101000000123456",
        "terms": PaymentTerms.objects.filter(company=company)[0],
    }
    value = values.get(fact, "x1")

    with pytest.raises(MissingFacts) as refused:
        new(company)
    assert refused.value.field == fact
    assert new(company, **{fact: value})


def test_o25_suppliers_need_the_name_only(company, choose):
    choose(mandatory=["phone"])

    assert new(company, is_customer=False, is_supplier=True)


def test_o26_by_the_code_alone_nothing_else_is_asked(company):
    assert new(company).code != new(company, confirmed=ALL).code


def test_o26_name_and_tax_numbers(company, choose):
    choose(customer_key="name_tax_ids")
    new(company, tax_id=GOOD)

    with pytest.raises(KeyIncomplete):
        new(company, "Verdi")
    with pytest.raises(KeyInUse):
        new(company, tax_id=GOOD, confirmed=ALL)
    assert new(company, "Verdi", tax_id=GOOD, confirmed=ALL)


def test_o26_name_and_email(company, choose):
    choose(customer_key="name_email")
    new(company, email="a@b.it")

    with pytest.raises(KeyIncomplete) as refused:
        new(company, "Verdi")
    assert refused.value.field == "email"
    with pytest.raises(KeyInUse):
        new(company, email="A@B.it", confirmed=ALL)
    assert new(company, email="c@b.it", confirmed=ALL)


def test_o26_name_and_a_card_code_written_by_hand(company, choose):
    choose(customer_key="name_card")

    with pytest.raises(KeyIncomplete) as refused:
        new(company)
    assert refused.value.field == "code"
    assert new(company, code="K1").code == "K1"


def test_o26_the_tax_number_is_the_card_code(company, choose):
    choose(customer_key="tax_id_card")

    party = new(company, tax_id=GOOD, code="ignored")
    assert party.code == GOOD
    assert update_party(party, by="anna", tax_id=OTHER).code == OTHER
    with pytest.raises(KeyIncomplete):
        new(company, "Verdi")


def test_o26_suppliers_have_a_key_of_their_own(company, choose):
    choose(supplier_key="name_email")

    assert new(company)
    with pytest.raises(KeyIncomplete):
        new(company, "Verdi", is_supplier=True)


@pytest.mark.parametrize("key", ["name_tax_ids", "name_email", "tax_id_card"])
def test_o26_the_key_does_not_change_while_records_have_none(company, choose, key):
    party = new(company)

    with pytest.raises(KeyNotCoherent):
        choose(customer_key=key)
    assert options.read(PartyOptions, company).customer_key == "code"
    facts = {"tax_id": GOOD, "email": "a@b.it"} | ({"code": GOOD} if key == "tax_id_card" else {})
    update_party(party, by="anna", **facts)
    choose(customer_key=key)
    assert options.read(PartyOptions, company).customer_key == key


def test_o26_the_key_does_not_change_while_two_records_share_it(company, choose):
    for _n in range(2):
        new(company, email="a@b.it", confirmed=ALL)

    with pytest.raises(KeyNotCoherent):
        choose(customer_key="name_email")


def test_o27_telephone_numbers(company, choose):
    assert new(company, phone="12")
    choose(check_phones=True)

    with pytest.raises(InvalidPhone):
        new(company, "Verdi", mobile="12")
    assert new(company, "Verdi", phone="035 232323", mobile="+33 6 12 34 56 78")


def test_o27_email_addresses(company, choose):
    with pytest.raises(InvalidEmail):
        new(company, email="ask Paolo")
    choose(check_emails=False)
    assert new(company, email="ask Paolo")


def test_o28_warning_only(company):
    with pytest.raises(DoubtfulTaxId):
        new(company, tax_id="12345678901")
    assert new(company, tax_id=GOOD)
    with pytest.raises(TaxIdRepeated):
        new(company, "Verdi", tax_id=f"IT {GOOD}")


def test_o28_unique(company, choose):
    choose(tax_id_check="unique")
    new(company, registration_id=GOOD)

    with pytest.raises(DoubtfulTaxId):
        new(company, "Verdi", tax_id="12345678901")
    with pytest.raises(TaxIdInUse):
        new(company, "Verdi", registration_id=GOOD, confirmed=ALL)


def test_o28_correct_and_unique(company, choose):
    choose(tax_id_check="correct")
    new(company, tax_id=GOOD)

    with pytest.raises(InvalidTaxId):
        new(company, "Verdi", tax_id="12345678901", confirmed=ALL)
    with pytest.raises(TaxIdInUse):
        new(company, "Verdi", tax_id=GOOD, confirmed=ALL)
    assert new(company, "Verdi", tax_id="DE136695976", country="DE").tax_id == "136695976"


def test_o28_who_is_not_active_may_be_left_out_until_active_again(company, choose):
    choose(tax_id_check="unique", ignore_inactive=True)
    old = new(company, tax_id=GOOD)
    update_party(old, by="anna", active=False)

    assert new(company, "Verdi", tax_id=GOOD)
    with pytest.raises(TaxIdRepeated):
        update_party(old, by="anna", active=True)
    assert update_party(old, by="anna", active=True, confirmed=ALL).active


def test_o28_who_is_not_active_counts_otherwise(company, choose):
    choose(tax_id_check="unique")
    update_party(new(company, tax_id=GOOD), by="anna", active=False)

    with pytest.raises(TaxIdInUse):
        new(company, "Verdi", tax_id=GOOD)
