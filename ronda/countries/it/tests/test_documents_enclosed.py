"""Files inside the e-invoice: the printed pages, and those of the document that carry the firm's tag."""

import base64
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from lxml import etree

from ronda.company.models import Attachment, FileTag, OptionValue
from ronda.company.services.files import attach_file
from ronda.countries.it.domain.fatturapa import read_invoice
from ronda.countries.it.domain.fatturapa.limits import MAX_FILE_BYTES
from ronda.countries.it.tests.fatture import assert_valid
from ronda.einvoices import services
from ronda.einvoices.door import format_for
from ronda.reports.models import PrintedDocument
from ronda.reports.tests.firm import DAY, issued, italian_firm, lines, payer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture
def company(db):
    return italian_firm()


def wants(company, **chosen):
    for name, value in chosen.items():
        OptionValue.objects.create(company=company, group="it_invoices", name=name, value=value)


def document_of(company, *files):
    """An issued document with files on it: (name, content, tag)."""
    document = issued(payer(company, "Officine Rossi Srl", recipient_code="ABCDEF1"), lines(company, 1))
    for name, content, tag in files:
        kept = attach_file(document, ContentFile(content), name=name, by="anna", note="Rapporto")
        if tag:
            kept.tagged.add(FileTag.objects.get_or_create(company=company, name=tag)[0])
    return document


def prepared(document):
    return services.prepare([document], by="anna", on=DAY, now=NOW)


def enclosed_in(document):
    """Name, kind and bytes of what the written file holds."""
    (row,) = prepared(document).made
    content = services.content(row.kept)
    assert_valid(content, "FPR12")
    (invoice,) = read_invoice(content, row.file_name)
    texts = etree.fromstring(content).xpath("//Attachment/text()")
    return [
        (one.name, one.format, base64.b64decode(text))
        for one, text in zip(invoice.attachments, texts, strict=True)
    ]


def test_nothing_goes_with_an_invoice_unless_the_firm_wants_it(company):
    document = document_of(company, ("rapporto.txt", b"lavori", "da inviare"))
    assert enclosed_in(document) == []
    assert not PrintedDocument.objects.exists()


def test_the_printed_pages_go_with_it_and_are_those_that_are_kept(company):
    wants(company, enclose_pdf=True)
    document = document_of(company)
    ((name, kind, pages),) = enclosed_in(document)
    assert (name, kind) == ("FT 1-2026.pdf", "PDF")
    with PrintedDocument.objects.get(document=document).file.open("rb") as kept:
        assert kept.read() == pages


def test_files_with_the_tag_go_with_it_and_others_stay(company):
    wants(company, enclosed_tag="da inviare")
    long = f"{'a' * 80}.txt"
    document = document_of(
        company,
        ("rapporto.txt", b"lavori", "da inviare"),
        ("nota.txt", b"per noi", ""),
        (long, b"x", "da inviare"),
    )
    document_of(company, ("altro.txt", b"di un altro", "da inviare"))
    assert enclosed_in(document) == [
        ("rapporto.txt", "TXT", b"lavori"),
        (f"{'a' * 56}.txt", "TXT", b"x"),
    ]


def test_files_in_the_bin_stay(company):
    wants(company, enclosed_tag="da inviare")
    document = document_of(company, ("rapporto.txt", b"lavori", "da inviare"))
    Attachment.objects.update(binned_at=NOW)
    assert enclosed_in(document) == []


def test_more_than_5_mb_is_said_before_issue_and_refused_in_words(company):
    wants(company, enclosed_tag="da inviare")
    large = b"lavori " * (MAX_FILE_BYTES // 7)
    document = document_of(company, ("rapporto.txt", large, "da inviare"))
    findings = format_for(document).preflight([document], on=DAY)[document.pk]
    assert [(one.code, one.blocks) for one in findings] == [("00003", True)]

    written = format_for(document).write([document], numbers={document.pk: 1})[document.pk]
    assert written.code == "fatturapa.too_large_to_send"
    assert "5 MB" in str(written.message)


def test_a_file_that_is_gone_stops_only_its_invoice(company):
    wants(company, enclosed_tag="da inviare")
    lost = document_of(company, ("rapporto.txt", b"lavori", "da inviare"))
    plain = document_of(company)
    kept = Attachment.objects.get()
    kept.file.storage.delete(kept.file.name)
    written = format_for(lost).write([lost, plain], numbers={lost.pk: 1, plain.pk: 2})
    assert written[lost.pk].code == "fatturapa.file_not_there"
    assert written[plain.pk].content
