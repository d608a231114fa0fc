"""Files, zips and folders of past invoices sent from the page."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ronda.billing.tests.firm import log_in, make_firm
from ronda.company.jobs.worker import run_pending
from ronda.company.models import ImportBatch
from ronda.contracts.models import Contract, ContractProposal
from ronda.countries.it import uploads
from ronda.countries.it.domain.fatturapa import write_invoice
from ronda.countries.it.tests.test_past_invoices import OWN_NUMBER, invoice, year_of

pytestmark = pytest.mark.django_db
PAGE = "it-import-invoices"


@pytest.fixture
def firm(db):
    return make_firm(tax_id=OWN_NUMBER)


@pytest.fixture
def anna(client, firm):
    return log_in(client, firm, everything=True)


def files(invoices):
    return [SimpleUploadedFile(f"in{at}.xml", write_invoice(one)) for at, one in enumerate(invoices)]


def packed(invoices):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for at, one in enumerate(invoices):
            archive.writestr(f"z{at}.xml", write_invoice(one))
    return SimpleUploadedFile("year.zip", content.getvalue())


def send(client, sent):
    answer = client.post(reverse(PAGE), {"files": sent})
    assert answer.status_code == 302
    run_pending()
    return ImportBatch.objects.order_by("-pk").first()


def test_many_files_become_proposals_that_are_ticked_into_contracts(anna, firm):
    assert anna.get(reverse(PAGE)).status_code == 200
    batch = send(anna, files(year_of("Canone", 1)))

    assert (batch.state, batch.rows, batch.summary["proposals"]) == ("done", 12, 1)
    page = reverse("importbatch-detail", args=[batch.pk])
    assert b"Bianchi Spa" in anna.get(page).content
    proposal = ContractProposal.objects.get()
    anna.post(reverse("it-import-accept", args=[batch.pk]), {"id": [proposal.pk]})
    assert Contract.objects.get().starts_on == date(2026, 1, 1)
    assert anna.get(page).status_code == 200


def test_a_zip_and_loose_files_may_be_sent_together(anna, firm):
    batch = send(anna, [packed(year_of("Canone", 1)), *files([invoice(99, date(2025, 5, 5), "Visita")])])

    assert (batch.state, batch.rows, batch.refused) == ("done", 13, 0), batch.errors


def test_a_single_zip_is_kept_as_it_came(anna, firm):
    sent = packed(year_of("Canone", 1))
    batch = send(anna, [sent])

    assert (batch.name, batch.rows, batch.file.size) == ("year.zip", 12, sent.size)


def test_an_upload_beyond_the_limit_is_cut(anna, firm, monkeypatch):
    monkeypatch.setattr("ronda.countries.it.pages.LARGEST_UPLOAD", 1000)

    assert send(anna, files(year_of("Canone", 1))) is None


def test_the_form_needs_its_token(firm):
    strict = log_in(Client(enforce_csrf_checks=True), firm, everything=True)

    assert strict.post(reverse(PAGE), {"files": files(year_of("Canone", 1))}).status_code == 403
    assert not ImportBatch.objects.exists()


def test_a_company_without_number_answers_on_the_page(client, db):
    firm = make_firm()
    anna = log_in(client, firm, everything=True)
    batch = send(anna, files(year_of("Canone", 1)))
    assert (batch.state, batch.summary["refusal"]) == ("failed", "it.seller_not_known")
    assert b"Yes, go ahead" in anna.get(reverse("importbatch-detail", args=[batch.pk])).content

    anna.post(reverse("it-import-seller", args=[batch.pk]))
    run_pending()

    batch.refresh_from_db()
    assert (batch.state, batch.rows) == ("done", 12)


def test_a_thousand_files_are_on_disk_and_not_in_memory(rf):
    handler = uploads.ArchiveUpload(rf.get("/"), limit=10**9)
    for at in range(1000):
        handler.new_file("files", f"f{at}.xml", "text/xml", None, None)
        handler.receive_data_chunk(b"<a/>" * 100, 0)
        handler.file_complete(400)

    name, content = handler.finish()

    assert (name, handler.size) == ("", 400_000)
    with zipfile.ZipFile(content) as archive:
        assert len(archive.namelist()) == 1000
    handler.close()
