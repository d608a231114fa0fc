"""The file that is sent: CII, UBL, or the printed PDF/A-3 with the data inside (Factur-X)."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.company.models import OptionValue
from ronda.countries.fr.domain.einvoice.reading import read_invoice
from ronda.countries.fr.einvoices import Facturx
from ronda.countries.fr.platform.fake import running
from ronda.countries.fr.platform.kinds import folder_of
from ronda.countries.fr.services.sent_files import as_of_now
from ronda.einvoices import services
from ronda.kernel.errors import Refusal
from ronda.reports import services as printing
from ronda.reports.domain.hybrid import pdfa_problems
from ronda.reports.models import PrintedDocument
from ronda.reports.queries import print_facts
from ronda.reports.tests.firm import DAY, french_firm, issued, lines, payer
from tests.support.schematron import CII, Judge, missing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture
def company(db):
    return french_firm()


def sends(company, sent_as):
    OptionValue.objects.update_or_create(
        company=company, group="fr_einvoices", name="sent_as", defaults={"value": sent_as}
    )


def business(company, name="Bouchon SARL", **facts):
    given = {"registration_id": "55208131766522", "tax_id": "03552081317", "kind": "firm", **facts}
    return payer(company, name, **given)


def prepared(document):
    made = services.prepare([document], by="anna", on=DAY, now=NOW)
    assert [str(refusal.message) for _document, refusal in made.failed] == []
    return made.made[0]


def test_the_data_alone_leave_unless_the_company_says_otherwise(company):
    row = prepared(issued(business(company), lines(company)))

    assert (row.file_name, row.kept.media_type) == ("732829320_000001.xml", "application/xml")
    assert b"CrossIndustryInvoice" in services.content(row.kept)


def test_a_factur_x_is_an_archive_whose_data_are_those_that_would_be_sent_alone(company):
    document = issued(business(company), lines(company, 3))
    alone = Facturx().write([document], numbers={document.pk: 7})[document.pk]
    sends(company, "facturx")
    row = prepared(document)
    pdf = services.content(row.kept)

    assert (row.file_name, row.kept.media_type) == ("732829320_000001.pdf", "application/pdf")
    assert row.facts == alone.facts
    assert pdfa_problems(pdf) == []
    received = read_invoice(pdf)
    assert received.in_pdf
    assert received.xml == alone.content
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert list(opened.attachments) == ["factur-x.xml"]
        assert str(opened.docinfo["/Title"]) == str(document)


def test_ubl_says_the_same(company):
    sends(company, "ubl")
    document = issued(business(company), lines(company, 3))
    row = prepared(document)
    received = read_invoice(services.content(row.kept))

    assert row.file_name.endswith(".xml")
    assert b"urn:oasis:names:specification:ubl" in services.content(row.kept)
    assert received.invoice.totals.gross == document.gross_total


def test_what_was_printed_is_what_is_sent(company):
    sends(company, "facturx")
    document = issued(business(company), lines(company))
    printed = printing.content(printing.printed(document, by="anna"))

    assert services.content(prepared(document).kept) == printed


def test_the_same_document_gives_the_same_bytes_printed_or_not(company):
    sends(company, "facturx")
    document = issued(business(company), lines(company))
    first = services.content(prepared(document).kept)

    assert printing.content(printing.printed(document, by="anna")) == first


def test_a_print_without_data_is_not_what_is_sent(company):
    account = business(company, email="", recipient_code="")
    document = issued(account, lines(company))
    row = printing.printed(document, by="anna")
    with row.file.storage.open(row.file.name, "wb") as file:
        file.write(b"%PDF-1.4 of another program")
    PrintedDocument.objects.update(sha256=sha256(b"%PDF-1.4 of another program"))
    sends(company, "facturx")
    made = Facturx().write([document], numbers={document.pk: 1})[document.pk]

    assert pdfa_problems(made.content) == []


def sha256(content):
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(content).hexdigest()


def test_a_damaged_print_is_said_and_stops_nobody_else(company):
    sends(company, "facturx")
    account = business(company)
    first, second = (issued(account, lines(company)) for _each in range(2))
    row = printing.printed(first, by="anna")
    with row.file.storage.open(row.file.name, "ab") as file:
        file.write(b"more")
    made = Facturx().write([first, second], numbers={first.pk: 1, second.pk: 2})

    assert isinstance(made[first.pk], Refusal)
    assert made[second.pk].content.startswith(b"%PDF-")


def test_r33_what_was_rejected_is_sent_again_with_pages_and_data_of_now(company):
    sends(company, "facturx")
    account = business(company)
    document = issued(account, lines(company))
    printing.printed(document, by="anna")
    account.party.name = "Bouchon et fils SARL"
    account.party.save()
    document = type(document).objects.get(pk=document.pk)

    made = Facturx().write([document], numbers={document.pk: 2}, corrected={document.pk})[document.pk]

    assert read_invoice(made.content).invoice.buyer.name == "Bouchon et fils SARL"
    assert pdfa_problems(made.content) == []
    (printed,) = print_facts([document], company)
    assert printed.buyer["name"] == "Bouchon SARL"
    assert as_of_now(printed, document).buyer["name"] == "Bouchon et fils SARL"


def test_many_files_are_made_with_the_queries_of_one(company):
    sends(company, "facturx")
    account = business(company)
    documents = [issued(account, lines(company, 2)) for _each in range(4)]
    numbers = {document.pk: document.pk for document in documents}
    counts = []
    for some in (documents[:1], documents):
        fresh = list(
            type(documents[0])
            .objects.filter(pk__in=[one.pk for one in some])
            .select_related("company", "party")
        )
        with CaptureQueriesContext(connection) as queries:
            assert len(Facturx().write(fresh, numbers=numbers)) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_platform_takes_a_factur_x(company, tmp_path):
    sends(company, "facturx")
    OptionValue.objects.create(company=company, group="einvoices", name="channel", value="fr_platform")
    document = issued(business(company), lines(company))
    with running(tmp_path / "platform", life=("200", "202")) as server:
        folder = Path(folder_of(company))
        folder.mkdir(parents=True)
        told = {
            "flow_url": f"{server.url}/flow-service",
            "directory_url": f"{server.url}/directory-service",
            "token_url": f"{server.url}/token",
            "client_id": "airpur",
            "client_secret": "secret",
        }
        rows = "\n".join(f'{name} = "{value}"' for name, value in told.items())
        (folder / "platform.toml").write_text(f"[platform]\n{rows}\n", encoding="utf-8")
        row = prepared(document)
        assert len(services.send([row], by="anna", now=NOW).sent) == 1
        server.platform.step(6)
        services.take_in(company, by="", now=NOW)
    row.refresh_from_db()
    assert row.state in {"taken", "delivered"}


def test_the_official_rules_accept_the_data_inside(company):
    if why := missing(*CII):
        pytest.skip(why)
    sends(company, "facturx")
    row = prepared(issued(business(company), lines(company, 2)))
    xml = read_invoice(services.content(row.kept)).xml
    with Judge() as judge:
        for rule_set in CII:
            assert judge.failures(rule_set, xml) == []
