"""O62: the printed form of consents, for a customer or for one person there."""

import html
import io
import re
from datetime import date

import pytest
from django.urls import reverse
from pypdf import PdfReader

from ronda.company.models import Membership, User
from ronda.company.services import create_company
from ronda.parties.models import Contact
from ronda.parties.services import create_party
from ronda.privacy.models import AnonymisedContact
from ronda.privacy.services import write_text
from ronda.reports.domain import rendering
from ronda.reports.services.consents import NothingToAsk, print_consent_form

ON = date(2026, 3, 2)


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="anna")


@pytest.fixture
def party(company):
    facts = {"street": "Via Garibaldi 7", "city": "Bergamo", "kind": "person"}
    return create_party(company, name="Mario Bianchi", by="anna", **facts)


@pytest.fixture
def texts(company):
    def write(purpose, channel, title, text, **more):
        given = {"language": "it", "valid_from": date(2026, 1, 1), "by": "anna", **more}
        return write_text(company, purpose=purpose, channel=channel, title=title, text=text, **given)

    write("notice", "", "Informativa", "Trattiamo i dati\ncon <b>cura</b> {{ company }}.")
    write("marketing", "mail", "Offerte", "Prima stesura")
    write("marketing", "mail", "Offerte", "Seconda stesura")
    write("marketing", "sms", "Messaggi", "Non ancora", valid_from=date(2026, 4, 1))
    return write


@pytest.fixture
def office(company, client):
    user = User.objects.create_user("zoe")
    role = company.roles.get(code="owner")
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client.force_login(user)
    return client


def said(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_o62_the_form_says_who_what_in_which_version_and_where_to_sign(party, texts, monkeypatch):
    monkeypatch.setattr(rendering, "to_pdf", rendering.to_html)
    page = print_consent_form(party, on=ON)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())

    for part in ("Aria Srl", "Mario Bianchi", "Via Garibaldi 7", "Informativa", "Ho letto", "Offerte"):
        assert part in text
    for part in ("Acconsento", "Non acconsento", "Luogo e data", "Firma", "versione 2", "Seconda stesura"):
        assert part in text
    assert "Prima stesura" not in text
    assert "Non ancora" not in text
    assert "<b>cura</b> {{ company }}" in text  # what people write is printed, not obeyed
    assert page.count('class="box') == 3  # read; yes and no


def test_o62_the_same_day_gives_the_same_bytes(party, texts):
    assert print_consent_form(party, on=ON) == print_consent_form(party, on=ON)


def test_o62_it_is_in_the_customers_language_where_there_are_texts_in_it(party, texts):
    texts("notice", "", "Information", "Nous traitons vos données", language="fr")
    party.language = "fr"
    text = said(print_consent_form(party, on=ON))
    assert "Nous traitons vos données" in text
    assert "J’accepte" in text
    assert "Trattiamo" not in text


def test_o62_one_person_signs_for_himself(party, texts):
    contact = Contact.objects.create(party=party, name="Ada Neri")
    text = said(print_consent_form(party, on=ON, contact=contact))
    assert "Ada Neri" in text
    assert "per il cliente Mario Bianchi" in text


def test_o62_without_a_text_there_is_nothing_to_sign(party, office):
    with pytest.raises(NothingToAsk):
        print_consent_form(party, on=ON)
    url = reverse("party-consent-form", args=[party.pk])
    assert office.get(url).url == reverse("party-detail", args=[party.pk])
    tab = office.get(reverse("party-detail", args=[party.pk]), {"tab": "privacy"})
    assert url not in tab.text


def test_o62_it_is_printed_from_the_tab_of_the_customer(party, texts, office):
    url = reverse("party-consent-form", args=[party.pk])
    assert url in office.get(reverse("party-detail", args=[party.pk]), {"tab": "privacy"}).text
    answer = office.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")


def test_other_companies_customers_and_people_have_no_form_here(party, texts, office, company):
    other = create_company(name="Altra Srl", country="IT", by="anna")
    stranger = create_party(other, name="Verdi", by="anna")
    person = Contact.objects.create(party=stranger, name="Luca Verdi")
    assert office.get(reverse("party-consent-form", args=[stranger.pk])).status_code == 404
    mine = reverse("party-consent-form", args=[party.pk])
    assert office.get(mine, {"contact": person.pk}).status_code == 404
    assert office.get(mine, {"contact": "x"}).status_code == 404


def test_o63_who_was_anonymised_has_none(party, texts, office, company):
    contact = Contact.objects.create(party=party, name="Ada Neri")
    AnonymisedContact.objects.create(
        company=company, contact=contact, at="2026-03-02T09:00Z", by="anna", fields=1, records=1, files=0
    )
    url = reverse("party-consent-form", args=[party.pk])
    assert office.get(url, {"contact": contact.pk}).status_code == 404
