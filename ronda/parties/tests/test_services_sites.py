import pytest

from ronda.company.services import create_company
from ronda.parties.models import BillingGroup
from ronda.parties.queries import contacts_for, recipients_of
from ronda.parties.services import (
    AccountOfAnother,
    GroupOfAnotherCompany,
    InvalidPhone,
    SiteCodeInUse,
    SiteOfAnother,
    add_contact,
    add_site,
    create_party,
    set_bank_account,
    set_recipients,
)


@pytest.fixture
def party(company):
    return create_party(company, name="Rossi", by="anna")


def test_s13_sites_are_numbered_and_codes_are_not_repeated(party):
    codes = [add_site(party, name=name, by="anna").code for name in ("A", "B")]

    assert codes == ["1", "2"]
    with pytest.raises(SiteCodeInUse):
        add_site(party, name="C", by="anna", code="2")


def test_s15_a_site_takes_the_letter_of_a_group_of_the_same_company(party):
    other = create_party(create_company(name="B", country="IT", by="test"), name="Verdi", by="anna")
    letter = BillingGroup.objects.create(account=party.accounts.get(), code="A")

    assert add_site(party, name="A", by="anna", billing_group=letter).letter == "A"
    with pytest.raises(GroupOfAnotherCompany):
        add_site(party, name="B", by="anna", billing_group=other.accounts.get().groups.get())


def test_o27_numbers_of_sites_are_checked_too(party, choose):
    choose(check_phones=True)

    with pytest.raises(InvalidPhone):
        add_site(party, name="A", by="anna", phone="12")


def test_s25_contacts_are_found_by_what_concerns_them(party, company):
    site = add_site(party, name="A", by="anna")
    pays = add_contact(party, name="Ferri", by="anna", role="accounting")
    opens = add_contact(party, name="Sala", by="anna", role="technical", site=site)

    assert list(contacts_for(party, "accounting", site=site)) == [pays]
    assert list(contacts_for(party, "technical")) == [opens]
    with pytest.raises(SiteOfAnother):
        add_contact(create_party(company, name="Verdi", by="anna"), name="X", by="anna", site=site)


def test_s26_the_recipients_of_a_letter_are_replaced(party):
    group = party.accounts.get().groups.get()
    set_recipients(group, ["a@b.it", "c@b.it"], by="anna")

    kept = set_recipients(group, ["C@b.it ", "", "d@b.it"], by="anna")

    assert [one.email for one in kept] == ["c@b.it", "d@b.it"]
    assert [one.email for one in recipients_of([group.pk])[group.pk]] == ["c@b.it", "d@b.it"]


def test_s30_a_bank_account_is_of_its_own_customer(party, company):
    other = create_party(company, name="Verdi", by="anna")

    with pytest.raises(AccountOfAnother):
        set_bank_account(party, iban="IT60X0542811101000000123456", by="anna", account=other.accounts.get())
