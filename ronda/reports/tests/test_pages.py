"""Prints on the screen."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from ronda.billing.services import draft_document
from ronda.company.models import OutgoingMail
from ronda.reports import services
from ronda.reports.models import PrintedDocument, PrintLayout
from ronda.reports.tests import firm
from ronda.reports.tests.conftest import join
from ronda.reports.workspace import Layouts
from ronda.workspace import testing

pytestmark = pytest.mark.django_db


def pdf(document):
    return reverse("document-pdf", args=[document.pk])


def make_layout(company, n):
    return services.copy_default(company, kind="invoice", name=f"Layout number {n}", by="test")


@pytest.fixture
def layout(company):
    return make_layout(company, 1)


def test_the_pdf_of_a_document_is_shown_and_the_same_each_time(page, invoice):
    first, second = page.get(pdf(invoice)), page.get(pdf(invoice), {"download": "1"})
    assert first.content == second.content
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["Content-Disposition"] == 'inline; filename="FT 1-2026.pdf"'
    assert second.headers["Content-Disposition"].startswith("attachment")


def test_a_draft_is_shown_and_not_kept(page, company):
    draft = draft_document(firm.payer(company), firm.lines(company), by="anna", on=firm.DAY)
    assert page.get(pdf(draft)).content.startswith(b"%PDF-")
    assert not PrintedDocument.objects.exists()


def test_a_document_of_another_company_is_not_found(page, french):
    foreign = firm.issued(firm.payer(french), firm.lines(french))
    assert page.get(pdf(foreign)).status_code == 404
    assert Client().get(pdf(foreign)).status_code == 302


def test_ticked_documents_are_downloaded_in_one_archive(page, company, invoice):
    other = firm.issued(firm.payer(company), firm.lines(company))
    ids = {"id": [invoice.pk, other.pk]}
    assert page.get(reverse("document-download"), ids).status_code == 200
    answer = page.post(reverse("document-download"), ids)
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["FT 1-2026.pdf", "FT 2-2026.pdf"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="2 documents.zip"'


def test_a_draft_among_the_ticked_is_refused_in_words(page, company, invoice):
    draft = draft_document(firm.payer(company), firm.lines(company), by="anna", on=firm.DAY)
    answer = page.post(reverse("document-download"), {"id": [invoice.pk, draft.pk]})
    assert answer.status_code == 422
    assert "is a draft" in answer.content.decode()


def test_ticked_documents_are_sent_and_the_list_says_who_could_not_be_reached(page, company, invoice):
    silent = firm.issued(firm.payer(company, name="Silent Srl", email=""), firm.lines(company))
    answer = page.post(reverse("document-send"), {"id": [invoice.pk, silent.pk]})
    assert "Silent Srl: no e-mail address" in answer.content.decode()
    assert OutgoingMail.objects.count() == 1


def test_mails_are_on_the_page_of_their_document(page, invoice):
    services.send_documents([invoice], by="anna")
    text = page.get(reverse("document-detail", args=[invoice.pk]), {"tab": "mails"}).content.decode()
    assert "Fattura FT 1/2026" in text
    assert "waiting" in text


def test_the_editor_shows_the_layout_and_the_names_it_can_use(page, layout):
    text = page.get(reverse("printlayout-edit", args=[layout.pk])).content.decode()
    assert "<ui-layout-editor" in text
    assert reverse("layout-preview", args=[layout.pk]) in text
    assert "section.lines" in text
    assert "style=" not in text.partition("<textarea")[0]


def test_the_preview_answers_a_picture_or_the_mistakes_with_their_lines(page, layout, invoice):
    url = reverse("layout-preview", args=[layout.pk])
    fine = page.post(url, {"html": layout.html, "css": layout.css, "document": invoice.pk})
    assert fine.headers["Content-Type"] == "image/png"
    wrong = page.post(url, {"html": "<p>\n{{ nothing }}", "css": ""})
    (told,) = wrong.json()["errors"]
    assert told["line"] == 2
    as_pdf = page.post(f"{url}?pdf", {"html": "<p>x</p>", "css": ""})
    assert as_pdf.content.startswith(b"%PDF-")


def test_a_document_of_another_company_is_not_previewed(page, layout, french):
    foreign = firm.issued(firm.payer(french), firm.lines(french))
    answer = page.post(
        reverse("layout-preview", args=[layout.pk]), {"html": "<p>x</p>", "css": "", "document": foreign.pk}
    )
    assert answer.json()["errors"]


def test_a_layout_of_another_company_is_not_previewed(page, french):
    foreign = make_layout(french, 1)
    answer = page.post(reverse("layout-preview", args=[foreign.pk]), {"html": "", "css": ""})
    assert answer.status_code == 404


def test_who_may_not_change_layouts_does_not_preview_them(client, company, layout):
    client.force_login(join(company, "read_only"))
    assert client.post(reverse("layout-preview", args=[layout.pk]), {"html": ""}).status_code == 403


def test_a_layout_is_made_by_name_and_changed_in_the_editor(page, company):
    page.post(reverse("printlayout-add"), {"kind": "credit_note", "name": "Ours"})
    layout = PrintLayout.objects.get()
    url = reverse("printlayout-edit", args=[layout.pk])
    seen = page.get(url).context["form"].initial.get("seen", "")

    refused = page.post(url, {"name": "Ours", "html": "a\n{{ no }}", "css": "", "seen": seen})
    assert refused.status_code == 422
    assert "Line 2" in refused.content.decode()
    assert page.post(url, {"name": "Ours", "html": "<p>ok</p>", "css": "", "seen": seen}).status_code == 302
    layout.refresh_from_db()
    assert layout.html == "<p>ok</p>"


@pytest.mark.parametrize("action", ["use", "unuse", "restore", "delete"])
def test_every_action_of_a_layout_runs(page, layout, action):
    answer = page.post(reverse(f"printlayout-{action}"), {"id": layout.pk})
    assert answer.status_code == 302
    layout = PrintLayout.objects.filter(pk=layout.pk).first()
    assert (layout is None) == (action == "delete")
    assert layout is None or layout.is_default == (action == "use")


def test_list_takes_the_same_queries_for_two_rows_and_for_twelve(page, company):
    testing.check_constant_queries(Layouts, make_layout, page, company)


def test_layouts_of_another_company_are_not_found(page, company, french):
    testing.check_other_company(Layouts, make_layout, page, company, french)


def test_every_page_of_a_layout_opens(page, company):
    testing.check_pages_open(Layouts, make_layout, page, company)


def test_every_column_and_filter_can_be_used(page, company):
    testing.check_every_column_and_filter(Layouts, make_layout, page, company)
