"""From an issued document of a French firm to its CII file, its platform and the answers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.billing.services import draft_document
from ronda.company.models import OptionValue
from ronda.countries.fr.domain.einvoice.reading import read_invoice
from ronda.countries.fr.domain.lifecycle.receipts import acknowledgement
from ronda.countries.fr.einvoices import FRENCH_TOTALS, Facturx
from ronda.countries.fr.platform.fake import running
from ronda.countries.fr.platform.kinds import folder_of
from ronda.countries.fr.services.invoicing import invoices_of
from ronda.einvoices import services
from ronda.einvoices.domain.states import State
from ronda.einvoices.door import format_for
from ronda.kernel.errors import Refusal
from ronda.reports import services as printing
from ronda.reports.domain.hybrid import pdfa_problems
from ronda.reports.tests.firm import DAY, credited, french_firm, issued, lines, payer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture
def company(db):
    return french_firm()


def business(company, name="Bouchon SARL", **facts):
    given = {"registration_id": "55208131766522", "tax_id": "03552081317", "kind": "company", **facts}
    return payer(company, name, **given)


def file_of(document, on=DAY):
    """The only file of a document, and what stands in it."""
    prepared = services.prepare([document], by="anna", on=on, now=NOW)
    for _document, refusal in prepared.failed:
        raise AssertionError((str(refusal.message), refusal.facts))
    row = prepared.made[0]
    return row, read_invoice(services.content(row.kept)).invoice


def test_p32_a_plain_invoice_states_firm_customer_lines_and_totals(company):
    document = issued(business(company), lines(company, 3), notes="Merci.")
    row, invoice = file_of(document)

    assert format_for(document).code == "facturx"
    assert row.file_name == "732829320_000001.xml"
    assert (invoice.number, invoice.issued_on) == (document.label.replace(" ", "-"), DAY)
    assert (invoice.seller.legal_id, invoice.seller.vat_number) == ("732829320", "FR44732829320")
    assert (invoice.buyer.legal_id, invoice.buyer.endpoint) == ("552081317", "552081317")
    assert invoice.totals.gross == document.gross_total
    assert [line.net for line in invoice.lines] == [line.net for line in document.lines.order_by("position")]
    assert {"PMT", "PMD", "AAB", "BAR"} <= {note.code for note in invoice.notes}
    assert "Merci." in {note.text for note in invoice.notes}


def test_r34_a_credit_note_names_the_invoice_it_corrects(company):
    document = issued(business(company), lines(company))
    _row, invoice = file_of(credited(document))

    assert invoice.kind == "381"
    assert [one.number for one in invoice.references] == [document.label.replace(" ", "-")]
    assert invoice.totals.gross == document.gross_total


def test_r29_a_file_that_would_say_another_total_is_stopped(company):
    document = issued(business(company), lines(company))
    document.gross_total += Decimal("0.01")

    found = Facturx().preflight([document], on=DAY)[document.pk]

    assert [(one.code, one.blocks) for one in found] == [(FRENCH_TOTALS, True)]


def test_p32_what_a_draft_lacks_is_said_before_it_is_issued(company):
    account = payer(company, "Sans adresse", email="")
    draft = draft_document(account, lines(company), on=DAY, by="anna")

    codes = {one.code for one in Facturx().preflight([draft], on=DAY)[draft.pk] if one.blocks}

    assert "BR-FR-12" in codes


def test_many_documents_are_read_with_the_queries_of_one(company):
    account = business(company)
    documents = [issued(account, lines(company, 2)) for _each in range(4)]
    counts = []
    for some in (documents[:1], documents):
        fresh = [type(one).objects.get(pk=one.pk) for one in some]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(invoices_of(fresh, on=DAY)) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_r42_answers_of_the_platform_lead_to_one_state_in_any_order(company):
    document = issued(business(company), lines(company))
    row, _invoice = file_of(document)
    taken = acknowledgement(row.file_name, ok=True, at=NOW + timedelta(minutes=1))
    refused = acknowledgement(
        row.file_name, ok=False, at=NOW, details=[("InvalidSchema", "the file is not valid")]
    )
    legal = Facturx()
    receipts = [legal.read_receipt("a.json", content) for content in (taken, refused)]

    assert legal.judge(receipts[:1], sent=True, facts=row.facts).state is State.TAKEN
    states = {legal.judge(order, sent=True, facts=row.facts).state for order in (receipts, receipts[::-1])}
    assert len(states) == 1
    assert legal.judge(receipts[1:], sent=True, facts=row.facts).state is State.REJECTED


def test_numbers_of_files_are_those_of_the_siren(company):
    assert Facturx().transmitter(company) == "FR732829320"


@pytest.fixture
def platform(company, settings, tmp_path):
    """A local platform, and the company set up to use it."""
    OptionValue.objects.create(company=company, group="einvoices", name="channel", value="fr_platform")
    with running(tmp_path / "platform", life=("200",)) as server:
        folder = folder_of(company)
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
        yield server.platform


def goes_round(platform, company):
    platform.step(6)
    return services.take_in(company, by="", now=NOW)


def test_r33_r42_rejected_corrected_sent_again_approved_and_collected(company, platform):
    document = issued(business(company), lines(company))
    number = document.label.replace(" ", "-")
    platform.plan(number, {"status": "213", "reasons": [["REJ_SEMAN", "NIN"]]})
    row, _invoice = file_of(document)
    assert len(services.send([row], by="anna", now=NOW).sent) == 1
    goes_round(platform, company)
    row.refresh_from_db()
    assert row.state == "rejected"

    platform.plan(number, "202", "205", {"status": "212", "collected": [["20", str(document.gross_total)]]})
    again = services.resend(document, by="anna", on=DAY, now=NOW)
    assert again.file_name == "732829320_000002.xml"
    services.send([again], by="anna", now=NOW)
    goes_round(platform, company)

    again.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, again.state) == ("rejected", "collected")
    assert services.take_in(company, by="", now=NOW).total == 0


def test_the_printed_pdf_of_an_invoice_carries_its_data_and_is_an_archive(company):
    document = issued(business(company), lines(company, 3))
    row, sent = file_of(document)
    pdf = printing.content(printing.printed(document, by="anna"))

    received = read_invoice(pdf)
    assert received.in_pdf
    assert received.xml == services.content(row.kept)
    assert received.invoice.totals == sent.totals
    assert pdfa_problems(pdf) == []


def test_a_document_that_breaks_a_rule_is_printed_as_plain_pages(company):
    document = issued(payer(company, "Sans adresse", email=""), lines(company))
    pdf = printing.content(printing.printed(document, by="anna"))

    assert pdf.startswith(b"%PDF-")
    assert pdfa_problems(pdf) != []
    with pytest.raises(Refusal):
        read_invoice(pdf)
