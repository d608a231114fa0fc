"""An incomplete customer stops the e-invoice, not the draft; completed before posting (O16–O18, R43)."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from ronda.accounting.models import JournalEntry
from ronda.billing.models import Document
from ronda.billing.services import IncompletePayer, draft_document, issue_document
from ronda.company.models import OptionValue
from ronda.einvoices import services
from ronda.kernel.errors import Refusal
from ronda.reports.services import render_pdf
from ronda.reports.tests.conftest import join
from ronda.reports.tests.firm import DAY, italian_firm, lines, payer
from ronda.reports.tests.test_printing import text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture
def company(db):
    return italian_firm()


@pytest.fixture
def sending(company):
    """The company sends by folder, so what would be rejected is not issued."""
    OptionValue.objects.create(company=company, group="einvoices", name="channel", value="folder")


def draft(company, **facts):
    account = payer(company, "Officine Rossi Srl", **{"tax_id": "", "recipient_code": "", **facts})
    return draft_document(account, lines(company), by="anna", on=DAY)


def issue(document):
    return issue_document(document, on=DAY, by="anna")


def blocking(document):
    return [one for one in services.findings_of([document], on=DAY)[document.pk] if one.blocks]


def complete(document, **facts):
    for name, value in facts.items():
        setattr(document.party, name, value)
    document.party.save()
    return Document.objects.get(pk=document.pk)


def test_o18_r43_without_tax_numbers_the_draft_is_there_and_says_what_is_missing(company, sending):
    document = draft(company)
    found = blocking(document)
    assert found
    for one in found:
        assert one.field, one.code
        assert str(one.remedy), one.code
    assert render_pdf(document).startswith(b"%PDF")


def test_o18_r43_it_is_not_issued_and_no_number_and_no_entry_are_used_up(company, sending):
    document = draft(company)
    with pytest.raises(Refusal) as refused:
        issue(document)
    assert refused.value.code.startswith("einvoices.")
    document = Document.objects.get(pk=document.pk)
    assert (document.is_draft, document.number) == (True, None)
    assert not JournalEntry.objects.filter(company=company).exists()


def test_o18_r43_completed_before_posting_it_is_issued_with_what_was_entered(company, sending):
    document = draft(company)
    before = text_of(document)
    document = complete(document, tax_id="12345678903", recipient_code="ABCDEF1")
    assert blocking(document) == []
    issued = issue(document)
    assert issued.buyer["tax_id"] == "12345678903"
    assert issued.label.startswith("FT 1/")
    assert "12345678903" not in before
    assert "12345678903" in text_of(issued)


def test_r43_without_a_channel_the_paper_is_issued_and_the_file_refused_with_the_remedy(company):
    """The till goes on: the file is asked for later."""
    issued = issue(draft(company))
    prepared = services.prepare([issued], by="anna", on=DAY, now=NOW)
    ((_document, refusal),) = prepared.failed
    assert str(refusal.message)
    assert not prepared.made


def test_o18_after_posting_the_customer_on_paper_stays_as_printed(company):
    issued = issue(draft(company))
    complete(issued, tax_id="12345678903")
    assert "12345678903" not in text_of(Document.objects.get(pk=issued.pk))


def test_o16_a_fictitious_customer_on_a_draft_is_replaced_by_the_real_one(client, company, sending):
    document = draft(company, street="", city="-", postcode="")
    real = payer(company, "Bianchi Srl", recipient_code="ABCDEF1")
    document.account, document.party = real, real.party
    document.save(update_fields=["account", "party"])
    client.force_login(join(company, "owner"))
    page = client.get(reverse("document-edit", args=[document.pk]))
    assert page.context["form"]["account"].value() == real.pk
    issued = issue(Document.objects.get(pk=document.pk))
    assert issued.buyer["name"] == "Bianchi Srl"


def test_r43_without_an_address_nothing_is_issued_at_all(company):
    with pytest.raises(IncompletePayer) as refused:
        issue(draft(company, city=""))
    assert refused.value.field == "party"


def test_o16_an_issued_invoice_keeps_its_customer(company):
    issued = issue(draft(company))
    with pytest.raises(Refusal):
        issue(issued)
    assert issued.buyer["name"] == "Officine Rossi Srl"
