"""The legal kind a person chooses for a document: offered, printed, refused, in the file, in the chain."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from ronda.billing.models import ChainLink, Document, DocumentKind
from ronda.billing.services import NoOperationDay, UnfittingKind, draft_document, issue_document, update_draft
from ronda.billing.services.chaining import contents_now
from ronda.billing.tests.firm import log_in
from ronda.countries.it.data.legal_kinds import LEGAL_KINDS
from ronda.countries.it.services.invoicing import invoices_of
from ronda.einvoices import services
from ronda.einvoices.domain.exchange import Standing
from ronda.einvoices.domain.states import State
from ronda.einvoices.door import format_for
from ronda.reports.domain.documents import print_context
from ronda.reports.queries import print_facts
from ronda.reports.tests.firm import DAY, credited, french_firm, issued, italian_firm, lines, payer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
DELIVERED = date(2026, 2, 26)


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture
def company(db):
    return italian_firm()


def deferred(company, **facts):
    account = payer(company, "Officine Rossi Srl", recipient_code="ABCDEF1")
    return issued(account, lines(company, 1), **({"legal_kind": "TD24", "operation_on": DELIVERED} | facts))


def kind_in_file(document):
    return invoices_of([document], on=DAY)[document.pk].kind


def test_nothing_chosen_is_the_usual_kind(company):
    account = payer(company, "Officine Rossi Srl")
    invoice = issued(account, lines(company, 1))
    advance = issued(account, lines(company, 1), kind=DocumentKind.ADVANCE)
    found = [kind_in_file(one) for one in (invoice, advance, credited(invoice))]
    assert found == ["TD01", "TD02", "TD04"]


@pytest.mark.parametrize("code", ["TD05", "TD06", "TD24", "TD25", "TD26"])
def test_what_was_chosen_stands_in_the_file_and_on_paper(company, code):
    document = deferred(company, legal_kind=code)
    title = next(kind.titles["it"] for kind in LEGAL_KINDS if kind.code == code)
    assert kind_in_file(document) == code
    assert print_context(*print_facts([document], company))["document"]["title"] == title


def test_an_advance_on_a_fee_note_is_td03(company):
    advance = deferred(company, kind=DocumentKind.ADVANCE, legal_kind="TD03")
    assert kind_in_file(advance) == "TD03"


@pytest.mark.parametrize("code", ["TD02", "TD04", "TD16", "nonsense"])
def test_a_kind_that_is_not_one_of_the_documents_kind_is_refused(company, code):
    with pytest.raises(UnfittingKind) as refusal:
        deferred(company, legal_kind=code)
    assert refusal.value.field == "legal_kind"


def test_a_kind_the_law_did_not_know_yet_is_refused(company):
    draft = draft_document(payer(company), lines(company, 1), by="anna", on=DAY, legal_kind="TD24")
    with pytest.raises(UnfittingKind):
        update_draft(draft, on=date(2020, 9, 30), by="anna")
    update_draft(draft, on=date(2020, 10, 1), by="anna")


def test_a_french_document_has_no_legal_kind_to_choose(db):
    firm = french_firm()
    with pytest.raises(UnfittingKind):
        issued(payer(firm), lines(firm, 1), legal_kind="TD01")


@pytest.mark.parametrize("day", [None, date(2026, 3, 3)], ids=["no day", "a day after the document"])
def test_a_deferred_document_says_of_which_day_it_is_but_a_draft_may_wait(company, day):
    account = payer(company)
    facts = {"legal_kind": "TD24", "operation_on": day}
    draft = draft_document(account, lines(company, 1), by="anna", on=DAY, **facts)
    with pytest.raises(NoOperationDay) as refusal:
        issue_document(draft, on=DAY, by="anna")
    assert refusal.value.field == "operation_on"
    assert Document.objects.get(pk=draft.pk).is_draft


@pytest.mark.parametrize(
    ("kind", "due"),
    [("TD24", date(2026, 3, 15)), ("TD25", date(2026, 3, 15)), ("TD01", date(2026, 3, 10))],
)
def test_a_deferred_invoice_is_due_on_the_15th_of_the_next_month_others_after_12_days(company, kind, due):
    document = deferred(company, legal_kind=kind)
    (row,) = services.prepare([document], by="anna", on=DAY, now=NOW).made
    standing = Standing(State.READY, DAY, None, row.facts)
    found = format_for(document).deadlines(standing, [])
    assert [one.due for one in found] == [due]


def test_the_chain_holds_the_kind_and_the_day_and_says_nothing_where_nothing_is_said(company):
    plain, other = deferred(company, legal_kind="", operation_on=None), deferred(company)
    kept = dict(ChainLink.objects.values_list("document_id", "content"))
    assert {one.pk: content for one, _seal, content in contents_now([plain.pk, other.pk])} == kept

    Document.objects.filter(pk=other.pk).update(operation_on=DAY)
    Document.objects.filter(pk=plain.pk).update(legal_kind="TD06")
    now = {one.pk: content for one, _seal, content in contents_now([plain.pk, other.pk])}
    assert not set(now.values()) & set(kept.values())


def test_the_form_offers_the_kinds_of_the_country_only_where_there_is_a_choice(company, client):
    log_in(client, company, everything=True)
    fields = client.get(reverse("document-add")).context["form"].fields
    assert [code for code, _label in fields["legal_kind"].choices] == [
        *("", "TD01", "TD24", "TD25", "TD06", "TD05", "TD26", "TD02", "TD03")
    ]
    assert "operation_on" in fields

    log_in(client, french_firm(), everything=True)
    fields = client.get(reverse("document-add")).context["form"].fields
    assert not {"legal_kind", "operation_on"} & set(fields)


def test_the_page_of_a_document_names_its_legal_kind(company, client):
    log_in(client, company, everything=True)
    page = client.get(reverse("document-detail", args=[deferred(company).pk])).content.decode()
    assert "TD24 Deferred invoice" in page
