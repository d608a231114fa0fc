"""Declarations of intent (R38): consumed at issue, quoted in the file, never exceeded unseen."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.models import Document
from ronda.billing.services import credit_document, draft_document, issue_document
from ronda.billing.tests.firm import log_in
from ronda.company.models import AuditEntry, OptionValue
from ronda.company.options import forget
from ronda.countries.it.domain.fatturapa import read_invoice, write_invoice
from ronda.countries.it.domain.preflight import preflight
from ronda.countries.it.models import IntentUse, LetterOfIntent
from ronda.countries.it.services.intents import (
    BadProtocol,
    BadValidity,
    CeilingBelowUse,
    IntentExceeded,
    IntentMissing,
    LetterInUse,
    NotInItaly,
    resting_of,
    revoke,
    save_letter,
    take_up_again,
)
from ronda.countries.it.services.invoicing import invoices_of
from ronda.reports.tests.firm import DAY, french_firm, italian_firm, lines, payer

pytestmark = pytest.mark.django_db
PROTOCOL = "08060120341234567-00000{}"


@pytest.fixture
def company(db):
    return italian_firm()


@pytest.fixture
def account(company):
    return payer(company, "Esporta Srl", recipient_code="ABCDEF1")


def letter(account, ceiling="1000.00", number=1, **facts):
    given = {"received_on": date(2026, 1, 10), "year": 2026, "starts_on": date(2026, 1, 1)}
    return LetterOfIntent.objects.create(
        company=account.party.company, party=account.party, protocol=PROTOCOL.format(number),
        ceiling=Decimal(ceiling), **{**given, "ends_on": date(2026, 12, 31), **facts},
    )  # fmt: skip


def draft(account, count=1):
    """One line of 128.50, two of 128.50 + 2 × 129.50."""
    company = account.party.company
    return draft_document(account, lines(company, count, nature="N3.5"), by="anna", on=DAY, language="it")


def issue(account, count=1):
    return issue_document(draft(account, count), on=DAY, by="anna")


def left_of(row):
    used = sum(use.amount for use in row.uses.all())
    return row.ceiling - used


def test_r38_an_invoice_without_vat_takes_from_the_declaration_and_quotes_it_in_the_file(account):
    row = letter(account)
    document = issue(account, 2)
    assert left_of(row) == Decimal("612.50")

    invoice = invoices_of([document], on=DAY)[document.pk]
    (read,) = read_invoice(write_invoice(replace(invoice, progressive="00001")), "IT01234567897_00001.xml")
    data = [one for line in read.lines if line.nature == "N3.5" for one in line.other_data]
    assert [(one.kind, one.text, one.day) for one in data] == [("INTENTO", row.protocol, row.received_on)] * 2
    assert not [one for one in preflight(invoice, on=DAY) if one.code == "00477"]


def test_r38_without_a_declaration_nothing_is_issued(account):
    made = draft(account)
    with pytest.raises(IntentMissing):
        issue_document(made, on=DAY, by="anna")
    made.refresh_from_db()
    assert made.is_draft
    assert not IntentUse.objects.exists()


def test_r38_beyond_the_ceiling_nothing_is_issued_and_the_excess_is_named(account):
    row = letter(account, "200.00")
    issue(account)
    with pytest.raises(IntentExceeded) as refused:
        issue(account)
    assert refused.value.facts["short"] == "57.00"
    assert left_of(row) == Decimal("71.50")


def test_r38_a_further_declaration_takes_what_the_first_has_no_room_for(account):
    first, second = letter(account, "200.00"), letter(account, "500.00", 2, received_on=date(2026, 2, 1))
    uses = [issue(account).intent_use.letter for _n in range(2)]
    assert uses == [first, second]


def test_r38_a_revoked_declaration_covers_nothing_from_that_day_on(account):
    row = revoke(letter(account), on=DAY, by="anna", reason="PEC")
    with pytest.raises(IntentMissing):
        issue(account)
    take_up_again(row, by="anna")
    issue(account)
    actions = AuditEntry.objects.filter(action__startswith="it.intent.").values_list("action", flat=True)
    assert list(actions.order_by("pk")) == ["it.intent.revoked", "it.intent.taken_up"]


def test_r38_a_credit_note_gives_back_what_its_invoice_took_and_quotes_the_same_declaration(account):
    row = letter(account, "300.00")
    document = issue(account)
    note = credit_document(document, on=DAY, by="anna", reason="Reso")
    assert left_of(row) == Decimal(300)
    assert note.intent_use.amount == -document.intent_use.amount

    (line,) = (one for one in invoices_of([note], on=DAY)[note.pk].lines if one.nature == "N3.5")
    assert line.other_data[0].text == row.protocol


def test_r38_a_credit_note_needs_no_declaration_in_force(account):
    row = letter(account)
    document = issue(account)
    revoke(row, on=DAY, by="anna")
    credit_document(document, on=DAY, by="anna", reason="Reso")
    assert left_of(row) == Decimal(1000)


def test_with_the_option_to_warn_it_is_issued_and_told_in_the_history(company, account):
    OptionValue.objects.create(company=company, group="it_invoices", name="intents", value="warn")
    forget()
    document = issue(account)
    assert not IntentUse.objects.exists()
    row = letter(account, "100.00")
    exceeding = issue(account)
    assert exceeding.intent_use.letter == row
    told = AuditEntry.objects.filter(action="it.intent.not_covered").order_by("pk")
    assert [one.subject_pk for one in told] == [document.pk, exceeding.pk]
    assert row.protocol in told[1].facts["why"]


def test_documents_with_vat_ask_for_nothing(company, account):
    document = issue_document(
        draft_document(account, lines(company), by="anna", on=DAY, language="it"), on=DAY, by="anna"
    )
    assert not IntentUse.objects.exists()
    assert resting_of([document], on=DAY) == {}


def test_drafts_of_one_customer_are_placed_one_after_the_other(account):
    row = letter(account, "200.00")
    found = resting_of([draft(account), draft(account)], on=DAY)
    assert [one.problem.value for one in found.values()] == ["", "exceeded"]
    assert [one.left for one in found.values()] == [Decimal(200), Decimal("71.50")]
    assert left_of(row) == 200


def test_the_same_queries_for_one_document_and_for_many(account):
    letter(account, "100000.00")

    def asked(count):
        made = [issue(account) for _n in range(count)]
        documents = list(Document.objects.filter(pk__in=[one.pk for one in made]).select_related("company"))
        with CaptureQueriesContext(connection) as queries:
            invoices_of(documents, on=DAY)
        return len(queries)

    assert asked(1) == asked(5)


# --- the register ------------------------------------------------------------------------------------------


def save(company, **facts):
    given = {
        "protocol": "08060120341234567/1", "received_on": date(2026, 1, 10), "year": 2026,
        "ceiling": Decimal(1000), "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31),
    }  # fmt: skip
    row = facts.pop("row", None) or LetterOfIntent(company=company)
    for name, value in {**given, **facts}.items():
        setattr(row, name, value)
    return save_letter(SimpleNamespace(instance=row, save=row.save), by="anna", company=company)


def test_a_declaration_is_kept_in_the_form_of_its_receipt(company, account):
    assert save(company, party=account.party).protocol == "08060120341234567-000001"


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        ({"protocol": "123"}, BadProtocol, "protocol"),
        ({"starts_on": date(2025, 12, 31)}, BadValidity, "starts_on"),
        ({"year": 2025}, BadValidity, "starts_on"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(company, account, facts, refusal, field):
    with pytest.raises(refusal) as refused:
        save(company, party=account.party, **facts)
    assert refused.value.field == field


def test_what_documents_quote_does_not_change_and_the_ceiling_stays_above_its_use(company, account):
    row = save(company, party=account.party)
    issue(account)
    for facts, refusal in (
        ({"party": payer(company, "Altra Srl").party}, LetterInUse),
        ({"received_on": date(2026, 1, 11)}, LetterInUse),
        ({"protocol": PROTOCOL.format(2)}, LetterInUse),
        ({"ceiling": Decimal("128.49")}, CeilingBelowUse),
    ):
        with pytest.raises(refusal):
            save(company, row=LetterOfIntent.objects.get(pk=row.pk), **{"party": account.party, **facts})
    assert save(company, row=row, party=account.party, ceiling=Decimal("128.50")).ceiling == Decimal("128.50")


def test_firms_elsewhere_have_no_declarations():
    firm = french_firm()
    with pytest.raises(NotInItaly):
        save(firm, party=payer(firm, "Client").party)
    client = log_in(Client(), firm, everything=True)
    assert reverse("letter-of-intent-list") not in client.get("/").content.decode()


def test_the_draft_shows_its_declaration_and_what_is_left(company, account):
    letter(account, "1000.00")
    client = log_in(Client(), company, everything=True)
    page = client.get(reverse("document-detail", args=[draft(account).pk]), {"tab": "file-data"})
    content = page.content.decode()
    assert PROTOCOL.format(1) in content
    assert "871.50" in content
    customer = client.get(reverse("party-detail", args=[account.party_id]), {"tab": "intents"})
    assert PROTOCOL.format(1) in customer.content.decode()


def test_a_document_without_a_declaration_says_so_before_it_is_issued(company, account):
    client = log_in(Client(), company, everything=True)
    page = client.get(reverse("document-detail", args=[draft(account).pk]), {"tab": "file-data"})
    assert "no declaration of intent" in page.content.decode()
