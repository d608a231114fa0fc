from decimal import Decimal

import pytest

from ronda.company.models import AuditEntry
from ronda.kernel.errors import Refusal
from ronda.parties.models import Family, Party, PaymentTerms
from ronda.parties.services import (
    CodeInUse,
    InvalidIban,
    LikelyDuplicate,
    NewParty,
    RowsRefused,
    create_parties,
    create_party,
    problems_of,
    questions,
    update_party,
)

IBAN = "IT60 X054 2811 1010 0000 0123 456"
GOOD, OTHER = "01234567897", "00000010215"


def test_s02_a_name_and_an_address_are_enough(company):
    party = create_party(company, name=" Rossi Mario ", by="anna", street="Via Roma 1", city="Bergamo")

    account = party.accounts.get()
    assert (party.name, party.code, party.country) == ("Rossi Mario", "C000001", "IT")
    assert (account.is_default, [group.code for group in account.groups.all()]) == (True, [""])
    assert AuditEntry.objects.filter(
        action="parties.party.created", actor="anna", subject_pk=party.pk
    ).exists()


def test_codes_follow_each_other_and_leave_alone_those_written_by_hand(company):
    create_party(company, name="One", by="anna", code="C000007")
    create_party(company, name="Two", by="anna", code="C99")

    assert create_party(company, name="Three", by="anna").code == "C000008"


def test_a_code_in_use_is_refused(company):
    create_party(company, name="One", by="anna", code="X1")

    with pytest.raises(CodeInUse):
        create_party(company, name="Two", by="anna", code="X1")


def test_s30_the_iban_is_checked_and_the_bank_is_found(company):
    party = create_party(company, name="Rossi", by="anna", iban=IBAN)

    bank = party.bank_accounts.get()
    assert (bank.iban, bank.bic) == ("IT60X0542811101000000123456", "BLOPIT22")
    assert party.accounts.get().bank_account == bank
    with pytest.raises(InvalidIban):
        create_party(company, name="Verdi", by="anna", iban=IBAN.replace("456", "457"))


def test_conditions_families_sites_and_recipients_come_along(company):
    terms = PaymentTerms.objects.filter(company=company)[1]
    family = Family.objects.create(company=company, name="Condominiums")
    party = create_party(
        company,
        name="Magnolie",
        by="anna",
        terms=terms,
        discount=Decimal(5),
        families=[family],
        sites=[{"name": "A", "group": "A"}, {"name": "B", "group": "A"}, {"name": "Garden"}],
        contacts=[{"name": "Ferri", "role": "accounting"}],
        recipients=["one@example.org", "one@example.org"],
    )

    account = party.accounts.get()
    assert (account.terms, account.discount) == (terms, 5)
    assert list(party.families.all()) == [family]
    assert [(s.code, s.letter) for s in party.sites.order_by("pk")] == [("1", "A"), ("2", "A"), ("3", "")]
    assert party.contacts.get().role == "accounting"
    assert [one.email for one in account.groups.get(code="").recipients.all()] == ["one@example.org"]


def test_a_likely_duplicate_is_a_question(company):
    create_party(company, name="Mario Rossi", by="anna", city="Bergamo")

    with pytest.raises(LikelyDuplicate):
        create_party(company, name="ROSSI MARIO S.n.c.", by="anna", city="bergamo")
    create_party(company, name="Mario Rossi", by="anna", city="Lecco")
    create_party(company, name="Rossi Mario", by="anna", confirmed=frozenset({LikelyDuplicate.code}))
    assert Party.objects.filter(company=company).count() == 3


def test_all_rows_are_created_or_none(company):
    rows = [NewParty(name="One"), NewParty(name="Two", facts={"iban": "IT00"}), NewParty(name="One")]

    with pytest.raises(RowsRefused) as refused:
        create_parties(company, rows, by="anna")

    codes = {n: [one.code for one in found] for n, found in refused.value.facts["problems"].items()}
    assert codes == {1: ["parties.invalid_iban"], 2: ["parties.likely_duplicate"]}
    assert not Party.objects.filter(company=company).exists()
    assert questions(problems_of(company, rows)) == {"parties.likely_duplicate"}


def test_a_hundred_customers_take_the_statements_of_ten(company, django_assert_max_num_queries):
    def rows(start, count):
        return [
            NewParty(name=f"Customer {n}", facts={"email": f"c{n}@example.org"}, sites=[{"name": "Site"}])
            for n in range(start, start + count)
        ]

    create_parties(company, rows(0, 10), by="anna")
    with django_assert_max_num_queries(30):
        assert len(create_parties(company, rows(100, 100), by="anna")) == 100


def test_a_wrong_name_of_a_fact_is_a_mistake_of_the_program(company):
    with pytest.raises(TypeError):
        create_party(company, name="Rossi", by="anna", colour="red")


def test_a_change_is_recorded_with_before_and_after(company):
    party = create_party(company, name="Rossi", by="anna", phone="035 1")

    update_party(party, by="bob", phone="035 2", name="Rossi")

    entry = AuditEntry.objects.get(action="parties.party.updated")
    assert (entry.actor, entry.facts) == ("bob", {"phone": ["035 1", "035 2"]})


def test_a_change_does_not_ask_again_about_what_was_saved_before(company):
    doubtful = frozenset({"parties.doubtful_tax_id"})
    party = create_party(company, name="Rossi", by="anna", tax_id="123", confirmed=doubtful)

    assert update_party(party, by="anna", tax_id="123", phone="035 2").phone == "035 2"
    with pytest.raises(Refusal):
        update_party(party, by="anna", tax_id="124")


def test_a_changed_iban_is_used_from_then_on(company):
    party = create_party(company, name="Rossi", by="anna")

    update_party(party, by="anna", iban=IBAN)

    assert party.accounts.get().bank_account.iban == IBAN.replace(" ", "")
