"""Contracts and amendments on paper: what is printed, kept, sent, and what a layout may not do (E34)."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.core import mail as outbox
from django.urls import reverse

from ronda.company.models import Attachment, OutgoingMail
from ronda.contracts.services import LineChange, amend, suspend
from ronda.contracts.tests.agreements import agree
from ronda.renewals.models import RenewalTerms
from ronda.reports import services
from ronda.reports.domain import rendering
from ronda.reports.domain.agreement_samples import sample_agreement
from ronda.reports.domain.agreements import AgreementFacts, Fee, agreement_context, duration
from ronda.reports.domain.conditions import paragraphs, sample_conditions
from ronda.reports.domain.liquid import LayoutError, require_plain
from ronda.reports.forms import ConditionsForm
from ronda.reports.models import ContractConditions, PrintLayout
from ronda.reports.services.agreements import (
    NobodyToSendTo,
    agreement_layout,
    amendment_context,
    contract_context,
)
from ronda.reports.tests import firm
from ronda.reports.tests.conftest import join
from ronda.reports.workspace import save_conditions

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def contract(company):
    return agree(
        firm.payer(company, "Bianchi & Figli"),
        {"price": "100.00", "text": "Pulizia scale"},
        {"price": "360.00", "frequency": 12, "text": "Vetri", "quantity": "2"},
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        title="Pulizie condominiali",
    )


@pytest.fixture
def amendment(contract):
    line = contract.lines.get(text="Pulizia scale")
    change = LineChange(line.pk, price=Decimal("110.50"), quantity=Decimal(3))
    return amend(
        contract, effective_on=date(2026, 7, 1), changes=[change], reason="Nuova scala", by="anna", on=DAY
    )


def text(context, kind="contract"):
    """The page as text without markup."""
    whole = rendering.to_html(agreement_layout(kind), context).partition("</head>")[2]
    plain = unescape(re.sub(r"<[^>]+>", " ", whole)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(plain.split())


def test_e34_a_contract_prints_parties_fees_and_what_they_come_to_in_a_year(contract):
    said = text(contract_context(contract))
    assert "Aria Pulita Srl Via Torino 12" in said
    assert "Bianchi & Figli Via Monte Rosa 45 20149 Milano (MI) Partita IVA 12345678903" in said
    assert "Dal 1 gennaio 2026 al 31 dicembre 2027, estremi compresi." in said
    # 12 × 100.00 and 2 × 360.00 once a year.
    assert "Pulizia scale 1 100,00 a periodo ogni mese anticipata 1.200,00" in said
    assert "Vetri 2 360,00 a periodo ogni anno anticipata 720,00" in said
    assert "Totale annuo 1.920,00 €" in said


def test_e34_policies_and_renewal_are_told_in_words(contract):
    RenewalTerms.objects.create(
        contract=contract, mode="tacit", term_months=12, notice_number=3, channel="pec"
    )
    said = text(contract_context(contract))
    assert "Nei giorni di sospensione il canone non è dovuto; la scadenza non cambia." in said
    assert "è stornato con nota di credito." in said
    assert "salvo disdetta da comunicare via PEC almeno 3 mesi prima." in said


def test_e34_italian_firms_have_a_second_signature_french_ones_what_is_customary(contract, french):
    assert "artt. 1341 e 1342 c.c." in text(contract_context(contract))
    theirs = agree(firm.payer(french, "Résidence"), starts_on=date(2026, 1, 1))
    said = text(contract_context(theirs))
    assert "« Lu et approuvé »" in said
    assert "1341" not in said
    assert "À compter du 1er janvier 2026, sans terme fixé." in said


def test_e34_the_placeholder_asks_to_be_replaced_and_the_firm_s_own_text_replaces_it(company, contract):
    assert "TESTO DI ESEMPIO: sostituire" in text(contract_context(contract))
    own = services.write_conditions(company, language="it", title="Nostre", text="# Uno\nPrimo.", by="anna")
    said = text(contract_context(contract))
    assert "Nostre versione 1 Uno Primo." in said
    assert "ESEMPIO" not in said
    assert "1341" not in said
    services.write_conditions(company, language="it", title="Nostre", text="# Uno\nPrimo.", by="anna")
    services.write_conditions(company, language="it", title="Nostre", text="# Uno\nSecondo.", by="anna")
    own.refresh_from_db()
    assert own.version == 2
    services.delete_conditions(own, by="anna")
    assert not ContractConditions.objects.exists()


def test_conditions_are_read_as_headings_and_paragraphs():
    assert paragraphs("# One\nfirst\nline\n\nsecond\r\n\r\n\n# Two") == [
        {"heading": True, "text": "One"},
        {"heading": False, "text": "first\nline"},
        {"heading": False, "text": "second"},
        {"heading": True, "text": "Two"},
    ]
    assert sample_conditions("de").text == sample_conditions("en").text


def test_e34_what_a_customer_wrote_is_text_and_never_markup(company):
    account = firm.payer(company, "<script>alert(1)</script>")
    theirs = agree(account, {"price": "1.00", "text": "{{ seller.iban }}<img src=x>"}, title="<b>x</b>")
    services.write_conditions(
        company, language="it", title="<i>t</i>", text="<iframe src='http://x'></iframe>", by="anna"
    )
    page = rendering.to_html(agreement_layout("contract"), contract_context(theirs))
    assert "<script" not in page
    assert "<iframe" not in page
    assert "<img src=x" not in page
    assert "{{ seller.iban }}" in page
    assert services.print_contract(theirs).startswith(b"%PDF-")


@pytest.mark.parametrize("kind", ["contract", "amendment"])
@pytest.mark.parametrize("language", ["it", "fr", "en"])
def test_layouts_get_plain_values_only_and_print_long_contracts(kind, language):
    context = agreement_context(sample_agreement(kind, language, lines=60))
    require_plain(context)
    assert rendering.to_pdf(agreement_layout(kind), context).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("html", "css", "reason"),
    [
        ("{{ nothing }}", "", "mistake"),
        ("{% for a in (1..999999999) %}.{% endfor %}", "", "loops"),
        ("<p>x</p>", "@import 'http://example.org/a.css';", "fetch"),
        ("<img src='file:///etc/passwd'>", "", "fetch"),
        ("<script>x</script>", "", "element"),
        ("{% include 'x' %}", "", "mistake"),
    ],
)
@pytest.mark.parametrize("kind", ["contract", "amendment"])
def test_a_hostile_layout_of_a_contract_is_not_kept(company, kind, html, css, reason):
    layout = services.copy_default(company, kind=kind, name="Mine", by="anna")
    assert layout.html == agreement_layout(kind).html
    with pytest.raises(LayoutError) as caught:
        services.save_layout(layout, name="Mine", html=html, css=css, by="anna")
    assert caught.value.reason == reason
    layout.refresh_from_db()
    assert layout.html == agreement_layout(kind).html


def test_a_layout_in_use_prints_the_contracts_of_its_company(company, contract, amendment):
    layout = services.copy_default(company, kind="contract", name="Mine", by="anna")
    services.save_layout(layout, name="Mine", html="<p>{{ document.number }}</p>", css="", by="anna")
    long = services.print_contract(contract)
    services.set_in_use(PrintLayout.objects.get(), by="anna")
    assert len(services.print_contract(contract)) < len(long) / 2
    assert len(services.print_amendment(amendment)) > len(services.print_contract(contract))


def test_a_print_is_kept_once_per_wording_with_its_hash(company, contract):
    first = services.keep_contract(contract, by="anna")
    assert services.keep_contract(contract, by="anna") == first
    services.write_conditions(company, language="it", title="N", text="Altro.", by="anna")
    second = services.keep_contract(contract, by="anna")
    assert first.sha256 != second.sha256
    assert Attachment.objects.filter(object_id=contract.pk).count() == 2


def test_an_amendment_prints_what_changes_from_when_and_why(amendment):
    said = text(amendment_context(amendment), "amendment")
    assert "Con effetto dal 1 luglio 2026" in said
    assert "Motivo Nuova scala" in said
    assert "Quantità 1 3" in said
    assert "Prezzo 100,00 a periodo 110,50 a periodo" in said
    assert "Sconto" not in said
    assert services.print_amendment(amendment).startswith(b"%PDF-")
    assert services.keep_amendment(amendment, by="anna").name.endswith("-1.pdf")


def test_a_suspension_prints_its_days(contract):
    resting = suspend(contract, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 31), by="anna", on=DAY)
    said = text(amendment_context(resting.amendment), "amendment")
    assert "Oggetto Sospensione" in said
    assert "Sospensione — 01/08/2026 – 31/08/2026" in said


def test_a_contract_is_sent_with_its_pdf_in_the_customer_s_language(contract):
    mail = services.send_contract(contract, by="anna")
    assert mail.to == [contract.party.email]
    assert mail.subject == f"Contratto {contract.number}"
    assert "copia firmata" in mail.body
    assert Attachment.objects.filter(object_id=contract.pk).count() == 1
    assert not outbox.outbox
    contract.party.email = ""
    contract.party.save()
    with pytest.raises(NobodyToSendTo):
        services.send_contract(contract, by="anna")
    assert services.send_contract(contract, to="b@example.org", message="Ecco.", by="anna").body == "Ecco."


def test_the_buttons_of_a_contract_print_and_send(page, contract, amendment):
    assert page.get(reverse("contract-pdf", args=[contract.pk])).content.startswith(b"%PDF-")
    assert page.get(reverse("amendment-pdf", args=[amendment.pk])).content.startswith(b"%PDF-")
    answer = page.post(reverse("contract-print"), {"id": contract.pk})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert (
        page.post(reverse("contract-send"), {"id": contract.pk, "to": "", "message": ""}).status_code == 302
    )
    assert OutgoingMail.objects.count() == 1


def test_a_contract_of_another_company_is_not_printed(page, french):
    foreign = agree(firm.payer(french, "Résidence"))
    assert page.get(reverse("contract-pdf", args=[foreign.pk])).status_code == 404
    change = LineChange(foreign.lines.get().pk, price=Decimal(9))
    theirs = amend(foreign, effective_on=date(2026, 7, 1), changes=[change], by="anna", on=DAY)
    assert page.get(reverse("amendment-pdf", args=[theirs.pk])).status_code == 404


def test_the_editor_tries_a_layout_with_a_contract_of_the_company(page, company, contract, french):
    layout = services.copy_default(company, kind="contract", name="Mine", by="anna")
    html = page.get(reverse("printlayout-edit", args=[layout.pk])).content.decode()
    assert "clauses" in html
    url = reverse("layout-preview", args=[layout.pk])
    asked = {"html": layout.html, "css": layout.css, "document": contract.pk}
    assert page.post(url, asked).headers["Content-Type"] == "image/png"
    foreign = agree(firm.payer(french, "Résidence"))
    assert page.post(url, asked | {"document": foreign.pk}).json()["errors"]


def test_who_may_not_see_contracts_prints_an_invented_one(client, company, contract):
    user = join(company, "read_only")
    client.force_login(user)
    assert client.get(reverse("contract-pdf", args=[contract.pk])).status_code in (200, 403)
    assert client.post(reverse("contract-send"), {"id": contract.pk}).status_code == 403


def test_conditions_are_written_on_a_form_that_begins_with_the_placeholder(company):
    assert "TESTO DI ESEMPIO" in ConditionsForm(company=company)["text"].value()
    given = {"language": "it", "title": "Nostre", "text": "Uno.\n\nDue.", "special": ""}
    form = ConditionsForm(given, company=company)
    assert form.is_valid(), form.errors
    own = save_conditions(form, by="anna", company=company)
    assert (own.version, own.text) == (1, "Uno.\n\nDue.")
    again = ConditionsForm({**given, "text": "Tre.", "seen": ""}, instance=own, company=company)
    assert again.is_valid(), again.errors
    assert save_conditions(again, by="anna", company=company).version == 2


def test_an_open_end_is_told(company):
    facts = AgreementFacts(
        kind="contract", language="en", currency="EUR", seller={}, buyer={}, starts_on=date(2026, 1, 1),
        fees=[Fee(text="x")],
    )  # fmt: skip
    assert duration(facts) == "From 1 January 2026, without a fixed end."
