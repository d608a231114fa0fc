"""O63, R51: one person at a customer's is anonymised, the customer and the others there are not."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from ronda.company.models import Attachment, AuditEntry, Membership, OutgoingMail, User
from ronda.company.restored import restored
from ronda.company.services import create_company, queue_mail, save_options
from ronda.company.services.files import attach_file
from ronda.parties.models import BillingGroup, Contact, DocumentRecipient, Party
from ronda.parties.services import create_party
from ronda.privacy.models import AnonymisedContact, Consent
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.queries import may_contact
from ronda.privacy.queries_contacts import words_of_contact
from ronda.privacy.services import (
    AlreadyAnonymised,
    ForGood,
    HeldBack,
    SomethingLeft,
    SwitchedOff,
    anonymise,
    anonymise_contact,
    apply_list_again,
    record_consents,
)
from ronda.privacy.services.consents import NobodyThere
from ronda.privacy.services.list_kept import place
from ronda.privacy.tests.test_anonymising import draft
from ronda.privacy.tests.test_every_text import everywhere
from ronda.quotes.models import Quote
from tests.makers import make_consent_text, make_quote

DAY = date(2026, 1, 2)
YES = frozenset({ForGood.code})
BOTH = YES | {SomethingLeft.code}
NAME, MAIL, PHONE = "Ginevra Quaglia", "ginevra.quaglia@ditta.example", "+39 347 9988776"


@pytest.fixture
def firm(company):
    return create_party(
        company, name="Impianti Serio Srl", by="anna", city="Bergamo", email="info@serio.example"
    )


@pytest.fixture
def person(firm):
    return Contact.objects.create(
        party=firm, name=NAME, email=MAIL, mobile=PHONE, position="Direttrice", notes="Chiamare dopo le 9"
    )


@pytest.fixture
def colleague(firm):
    return Contact.objects.create(party=firm, name="Ugo Longhi", email="ugo@serio.example")


def erased(contact, now, confirmed=YES):
    return anonymise_contact(contact, now=now, by="anna", confirmed=confirmed)


def test_o63_the_person_goes_and_the_customer_and_colleagues_stay(firm, person, colleague, now):
    row = erased(person, now)

    for one in (firm, person, colleague):
        one.refresh_from_db()
    assert (person.email, person.mobile, person.position, person.notes) == ("", "", "", "")
    assert NAME not in person.name
    assert (firm.name, firm.email) == ("Impianti Serio Srl", "info@serio.example")
    assert (colleague.name, colleague.email) == ("Ugo Longhi", "ugo@serio.example")
    assert (row.contact, row.by) == (person, "anna")


@pytest.mark.django_db(transaction=True)
def test_o63_nothing_of_the_person_is_left_in_any_table_or_file(company, firm, person, now):
    text = make_consent_text(company, 1)
    [consent] = record_consents(
        firm, [(text, "given")], contact=person, answered_on=DAY, source="paper", on=DAY, by="anna"
    )
    attach_file(consent, ContentFile(b"signed: Ginevra Quaglia"), name="Ginevra Quaglia.txt", by="anna")
    queue_mail(company, to=[MAIL], subject=f"To {NAME}", body=f"Dear {NAME}", about=person, by="anna")
    queue_mail(
        company, to=[MAIL, "info@serio.example"], subject="Offer", body=f"Ask {NAME}", about=firm, by="anna"
    )
    Party.objects.filter(pk=firm.pk).update(notes=f"The keys are with {NAME}, {PHONE}.")
    AuditEntry.objects.create(
        company=company, actor="anna", action="parties.contact.updated", subject_label="parties.contact",
        subject_pk=person.pk, facts={"name": ["Ginevra", NAME], "email": MAIL},
    )  # fmt: skip
    AuditEntry.objects.create(
        company=company, actor="anna", action="parties.party.updated", subject_label="parties.party",
        subject_pk=firm.pk, facts={"notes": f"asked by {NAME}"},
    )  # fmt: skip

    done = erased(person, now)

    for word in (NAME, MAIL, PHONE, "Chiamare dopo"):
        assert everywhere(word) == []
    assert done.files == 1
    assert not Attachment.objects.exists()
    firm.refresh_from_db()
    assert firm.notes.startswith("The keys are with •••")
    assert OutgoingMail.objects.filter(subject="Offer").exists()
    assert AuditEntry.objects.filter(action="privacy.contact.anonymised", subject_pk=person.pk).exists()


def test_o63_what_others_share_is_not_masked(firm, person, colleague, now):
    Contact.objects.filter(pk=person.pk).update(email="info@serio.example", mobile=colleague.mobile)
    Contact.objects.filter(pk=colleague.pk).update(phone=PHONE)
    Contact.objects.filter(pk=person.pk).update(phone=PHONE)
    person.refresh_from_db()
    assert words_of_contact(person) == (NAME,)

    erased(person, now)

    firm.refresh_from_db()
    assert firm.email == "info@serio.example"
    assert Contact.objects.get(pk=colleague.pk).phone == PHONE


def test_o63_it_is_asked_and_asked_again_where_documents_go_to_the_person(firm, person, now):
    group = BillingGroup.objects.get(account__party=firm)
    DocumentRecipient.objects.create(group=group, email=MAIL)
    kept = DocumentRecipient.objects.create(group=group, email="info@serio.example")

    with pytest.raises(ForGood):
        erased(person, now, frozenset())
    with pytest.raises(SomethingLeft):
        erased(person, now, YES)
    erased(person, now, BOTH)

    assert list(DocumentRecipient.objects.all()) == [kept]


@pytest.mark.parametrize("state", ["draft", "sent", "accepted"])
def test_r51_a_quote_under_way_or_accepted_in_the_persons_name_holds_back(company, person, now, state):
    quote = make_quote(company, 7)
    Quote.objects.filter(pk=quote.pk).update(
        party=person.party, contact=person, state=state, seal="s" * 64, accepted_on=DAY
    )
    with pytest.raises(HeldBack) as refused:
        erased(person, now, BOTH)
    assert refused.value.facts["obstacles"] == ["quotes_accepted" if state == "accepted" else "quotes"]
    assert Contact.objects.get(pk=person.pk).name == NAME


def test_o63_a_quote_that_was_refused_loses_the_name_only(company, person, now):
    quote = make_quote(company, 7)
    facts = {"addressee": NAME, "title": "Manutenzione", "intro": f"Gentile {NAME},"}
    Quote.objects.filter(pk=quote.pk).update(party=person.party, contact=person, state="refused", **facts)
    erased(person, now)
    quote.refresh_from_db()
    assert (quote.addressee, quote.title, quote.intro) == ("•••", "Manutenzione", "Gentile •••,")


def test_r51_who_is_the_customer_is_held_back_by_what_holds_the_customer_back(company, party, now):
    himself = Contact.objects.create(party=party, name="Bianchi Esposito Mario")
    other = Contact.objects.create(party=party, name=NAME)
    draft(party)
    with pytest.raises(HeldBack) as refused:
        erased(himself, now, BOTH)
    assert "billing.document" in refused.value.facts["obstacles"]
    assert erased(other, now).contact == other


def test_o62_whoever_is_gone_is_not_asked_and_not_addressed(company, person, now):
    text = make_consent_text(company, 1)
    given = {"answered_on": text.valid_from, "on": text.valid_from, "source": "paper", "by": "anna"}
    record_consents(person.party, [(text, "given")], contact=person, note=f"{NAME} signed", **given)
    erased(person, now)

    kept = Consent.objects.get()
    assert (kept.answer, kept.note) == ("given", "")
    assert not may_contact(person, purpose=text.purpose, channel=text.channel, on=text.valid_from)
    with pytest.raises(NobodyThere):
        record_consents(person.party, [(text, "given")], contact=person, **given)


def test_o63_nobody_is_anonymised_twice_nor_where_it_is_switched_off(company, firm, person, now):
    save_options(company, PrivacyOptions, {"enabled": False, "inactive_years": 5}, by="anna")
    with pytest.raises(SwitchedOff):
        erased(person, now)
    save_options(company, PrivacyOptions, {"enabled": True, "inactive_years": 5}, by="anna")
    erased(person, now)
    with pytest.raises(AlreadyAnonymised):
        erased(person, now)
    anonymise(firm, now=now, by="anna", confirmed=BOTH)


@pytest.mark.django_db(transaction=True)
def test_o63_after_an_older_backup_the_person_is_anonymised_again_and_nobody_else(company, person, now):
    firm, kept = person.party, (NAME, MAIL)
    erased(person, now)
    text = place().read_text()
    assert NAME not in text
    assert MAIL not in text

    AnonymisedContact.objects.all().delete()
    Contact.objects.filter(pk=person.pk).update(name=kept[0], email=kept[1])
    restored(now=now)
    person.refresh_from_db()
    assert (NAME in person.name, person.email) == (False, "")

    AnonymisedContact.objects.all().delete()
    Contact.objects.filter(pk=person.pk).update(name="Somebody Else", email="else@serio.example")
    apply_list_again(now=now)
    person.refresh_from_db()
    assert (person.name, person.party) == ("Somebody Else", firm)


def test_o63_the_button_is_on_the_page_of_the_person_and_other_companies_have_none(company, person, client):
    role = company.roles.get(code="owner")
    user = User.objects.create_user("zoe")
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client.force_login(user)
    url = reverse("contact-anonymise")
    assert reverse("contact-anonymise") in client.get(reverse("contact-detail", args=[person.pk])).text
    client.post(url, {"id": person.pk, "understood": "on"})
    assert AnonymisedContact.objects.filter(contact=person).exists()

    other = create_company(name="Altra Srl", country="IT", by="anna")
    stranger = Contact.objects.create(party=create_party(other, name="Verdi", by="anna"), name="Luca Verdi")
    assert client.post(url, {"id": stranger.pk, "understood": "on"}).status_code == 404
