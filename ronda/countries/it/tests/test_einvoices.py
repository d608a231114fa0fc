"""From an issued document to its receipts: what stands in the file, and the journey through SdI."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import (
    DraftLine,
    confirm_run,
    deduct_advance,
    draft_document,
    issue_document,
    issue_entries,
    prepare_run,
)
from ronda.billing.tests.firm import make_item
from ronda.company.models import OptionValue
from ronda.contracts.services import NewLine, create_contract
from ronda.countries.it.domain.fatturapa import read_invoice
from ronda.countries.it.domain.preflight import objections, preflight
from ronda.countries.it.einvoices import Fatturapa
from ronda.countries.it.exchange.simulator import Simulator
from ronda.countries.it.services.invoicing import invoices_of
from ronda.einvoices import services
from ronda.einvoices.door import format_for
from ronda.einvoices.folder import folder_of
from ronda.einvoices.models import Receipt, Transmission
from ronda.parties.models import PaymentTerms
from ronda.reports.tests.firm import DAY, credited, issued, italian_firm, lines, payer, vat

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
SCHEMA = django_settings.BASE_DIR.parent / "shared/standards/it/fatturapa/FatturaPA_v1.2.3_local.xsd"


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture(scope="module")
def schema():
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not there: {SCHEMA}")
    return etree.XMLSchema(etree.parse(SCHEMA))


@pytest.fixture
def company(db):
    return italian_firm()


def firm_payer(company, **facts):
    return payer(company, "Officine Rossi Srl", **{"recipient_code": "ABCDEF1", **facts})


def file_of(document, on=DAY):
    """The only file of a document, read back."""
    prepared = services.prepare([document], by="anna", on=on, now=NOW)
    for _document, refusal in prepared.failed:
        raise AssertionError((str(refusal.message), refusal.facts))
    content = services.content(prepared.made[0].kept)
    (invoice,) = read_invoice(content, prepared.made[0].file_name)
    return prepared.made[0], content, invoice


def three_parts(company):
    return PaymentTerms.objects.create(company=company, code="T3", name="30/60/90", days=[30, 60, 90])


def test_p32_a_plain_invoice_states_firm_customer_lines_and_payment(company, schema):
    account = firm_payer(company, terms=three_parts(company))
    document = issued(account, lines(company, 3), heading="Manutenzione", notes="Grazie.")
    row, content, invoice = file_of(document)

    schema.assertValid(etree.fromstring(content))
    assert objections(content, on=DAY) == []
    assert row.file_name == "IT01234567897_00001.xml"
    assert (invoice.kind, invoice.number, invoice.date) == ("TD01", document.label, DAY)
    assert (invoice.seller.registration.office, invoice.seller.registration.number) == ("MI", "1234567")
    assert invoice.seller.registration.capital == Decimal(50000)
    assert invoice.buyer.recipient_code == "ABCDEF1"
    assert invoice.total == document.gross_total
    assert invoice.causals == ("Manutenzione", "Grazie.")
    dues = list(document.instalments.order_by("position").values_list("due_on", "amount"))
    assert [(one.due, one.amount) for one in invoice.payments] == dues
    assert {one.terms for one in invoice.payments} == {"TP01"}
    assert {one.iban for one in invoice.payments} == {"IT60X0542811101000000123456"}


def test_r36_withholding_r35_stamp_and_exempt_lines_stand_in_the_file(company, schema):
    account = firm_payer(company, withholding_code="PROF")
    document = issued(account, lines(company, 1, nature="N4", withholding=True))
    _row, content, invoice = file_of(document)

    schema.assertValid(etree.fromstring(content))
    assert objections(content, on=DAY) == []
    (withheld,) = invoice.withholdings
    assert (withheld.kind, withheld.rate, withheld.reason) == ("RT01", Decimal(20), "A")
    assert withheld.amount == document.withholding_total
    assert invoice.stamp.amount == Decimal("2.00")
    assert invoice.payments[0].amount == document.payable


def test_r37_split_payment_to_a_public_body_with_order_cig_and_cup(company, schema):
    codes = {"purchase_order": "ODA 12", "cig": "Z1234567890"[:10], "cup": "J31B11000050001"}
    account = firm_payer(company, kind="public", recipient_code="UFABCD", tax_regime="split")
    document = issued(account, lines(company, 2), **codes)
    _row, content, invoice = file_of(document)

    schema.assertValid(etree.fromstring(content))
    assert invoice.format == "FPA12"
    assert {one.exigibility for one in invoice.summaries} == {"S"}
    assert invoice.payments[0].amount == document.net_total
    (order,) = invoice.references
    assert (order.kind, order.document, order.cig, order.cup) == (
        "order",
        "ODA 12",
        codes["cig"],
        codes["cup"],
    )


def test_a_credit_note_names_its_invoice_and_an_advance_is_td02(company, schema):
    account = firm_payer(company)
    invoice = issued(account, lines(company, 1))
    note = credited(invoice)
    _row, content, read = file_of(note)
    schema.assertValid(etree.fromstring(content))
    assert (read.kind, read.total) == ("TD04", note.gross_total)
    assert [(one.kind, one.document, one.day) for one in read.references] == [("invoice", invoice.label, DAY)]

    advance = issued(account, lines(company, 1), kind=DocumentKind.ADVANCE)
    _row, content, read = file_of(advance)
    schema.assertValid(etree.fromstring(content))
    assert (read.kind, read.payments[0].terms) == ("TD02", "TP03")


def test_r41_a_balance_names_the_advance_it_takes_off_with_its_lines(company, schema):
    account = firm_payer(company)
    advance = issued(
        account,
        [DraftLine("Acconto", Decimal(1), Decimal(100), vat_code=vat(company))],
        kind=DocumentKind.ADVANCE,
    )
    whole = [DraftLine("Lavori", Decimal(1), Decimal(500), vat_code=vat(company))]
    draft = draft_document(account, whole, by="anna", on=DAY, language="it")
    deduct_advance(draft, advance, on=DAY, by="anna")
    balance = issue_document(draft, on=DAY, by="anna")

    _row, content, read = file_of(balance)

    schema.assertValid(etree.fromstring(content))
    assert objections(content, on=DAY) == []
    (linked,) = [one for one in read.references if one.kind == "invoice"]
    assert (linked.document, linked.lines) == (advance.label, (2,))
    assert read.total == Decimal("488.00")


def test_r30_a_discount_of_the_whole_document_stands_on_its_lines(company, schema):
    document = issued(firm_payer(company), lines(company, 3), discount=Decimal("7.5"))
    _row, content, read = file_of(document)
    schema.assertValid(etree.fromstring(content))
    assert objections(content, on=DAY) == []
    assert sum(line.net for line in read.lines) == document.net_total
    assert read.document_total == document.gross_total


@pytest.mark.parametrize(
    "customer",
    [
        {
            "kind": "person",
            "first_name": "Mario",
            "last_name": "Rossi",
            "tax_id": "",
            "registration_id": "RSSMRA80A01F205X",
            "recipient_code": "",
        },
        {"country": "DE", "tax_id": "DE136695976", "recipient_code": "", "postcode": "10115", "province": ""},
        {"country": "CH", "tax_id": "", "recipient_code": "", "postcode": "8001", "province": ""},
        {"recipient_code": "", "pec": "rossi@pec.example"},
    ],
    ids=["consumer", "german firm", "swiss firm", "certified mail"],
)
def test_customers_of_every_kind_are_written_as_sdi_wants_them(company, schema, customer):
    document = issued(firm_payer(company, **customer), lines(company, 1))
    _row, content, read = file_of(document)
    schema.assertValid(etree.fromstring(content))
    assert objections(content, on=DAY) == []
    assert read.buyer.tax_identity


def test_a_contract_is_named_with_its_period(company, schema):
    account = firm_payer(company)
    item = make_item(company, vat_code=vat(company))
    contract = create_contract(
        account,
        title="Manutenzione",
        starts_on=date(2026, 1, 1),
        lines=[NewLine(item, Decimal(100))],
        by="anna",
    )
    run = prepare_run(company, as_of=date(2026, 1, 31), document_date=DAY, by="anna")
    issue_entries(confirm_run(run, by="anna", in_background=False), by="anna")
    _row, content, read = file_of(Document.objects.get(run=run))
    schema.assertValid(etree.fromstring(content))
    (named,) = read.references
    assert (named.kind, named.document, named.day) == ("contract", contract.number, contract.starts_on)
    assert (read.lines[0].period_from, read.lines[0].period_to) == (date(2026, 1, 1), date(2026, 1, 31))


def test_a_draft_is_checked_before_it_is_issued(company):
    account = firm_payer(company, tax_id="", registration_id="")
    draft = draft_document(account, lines(company, 1), by="anna", on=DAY, language="it")
    found = services.findings_of([draft], on=DAY)[draft.pk]
    assert [one.code for one in found if one.blocks] == ["00417"]
    assert found[0].field == "party.tax_id"


def test_invoices_are_read_in_a_constant_number_of_queries(company):
    account = firm_payer(company, withholding_code="PROF")
    documents = [issued(account, lines(company, 2, withholding=True)) for _n in range(9)]
    counts = []
    for chosen in (documents[:2], documents):
        fresh = list(Document.objects.filter(pk__in=[one.pk for one in chosen]))
        with CaptureQueriesContext(connection) as queries:
            invoices_of(fresh, on=DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- the journey -------------------------------------------------------------------------------------------


@pytest.fixture
def exchange(company, tmp_path):
    """SdI in small, at the folders of the company; it knows all tax numbers, so it never only warns."""
    OptionValue.objects.create(company=company, group="einvoices", name="channel", value="folder")
    simulator = Simulator(
        tmp_path / "sdi",
        opening=NOW,
        firm=folder_of(company).outbox.parent,
        check=lambda content: [
            (one.code, str(one.text)) for one in preflight(read_invoice(content)[0], on=DAY)
        ],
    )
    yield simulator
    simulator.close()


def goes_round(exchange, company, now):
    """The exchange takes what lies there, days pass, the firm fetches the answers."""
    exchange.sweep()
    exchange.advance(6)
    exchange.sweep()
    return services.take_in(company, by="", now=now)


def test_r33_r42_rejected_corrected_sent_again_and_delivered(company, exchange):
    """Here a doubtful number only warns; SdI knows that there is none. It is corrected and sent again."""
    document = issued(firm_payer(company, tax_id="12345678900"), lines(company, 1))
    (row,) = services.prepare([document], by="anna", on=DAY, now=NOW).made
    assert len(services.send([row], by="anna", now=NOW).sent) == 1

    goes_round(exchange, company, NOW + timedelta(days=1))
    row.refresh_from_db()
    assert row.state == "rejected"
    assert row.exchange_id
    assert row.due_on is not None

    document.party.tax_id = "12345678903"
    document.party.save()
    again = services.resend(document, by="anna", on=DAY, now=NOW)
    assert again.file_name == "IT01234567897_00002.xml"
    services.send([again], by="anna", now=NOW)
    goes_round(exchange, company, NOW + timedelta(days=2))

    again.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, again.state) == ("rejected", "delivered")
    assert Document.objects.get(pk=document.pk).label == document.label
    assert services.take_in(company, by="", now=NOW).total == 0


def test_r42_a_consumer_who_gets_nothing_is_no_error_and_a_public_body_answers(company, exchange):
    person = {"kind": "person", "tax_id": "", "registration_id": "RSSMRA80A01F205X", "recipient_code": ""}
    consumer = issued(payer(company, "Mario Rossi", **person), lines(company, 1))
    public = {"kind": "public", "recipient_code": "UFABCD", "tax_regime": "split"}
    body = issued(payer(company, "Comune di Prova", **public), lines(company, 1))
    prepared = services.prepare([consumer, body], by="anna", on=DAY, now=NOW)
    assert prepared.failed == []
    services.send(prepared.made, by="anna", now=NOW)
    for _round in range(4):
        goes_round(exchange, company, NOW + timedelta(days=1))

    states = dict(Transmission.objects.values_list("document__party__name", "state"))
    assert states == {"Mario Rossi": "available", "Comune di Prova": "accepted"}
    assert Receipt.objects.count() >= 3


def test_every_italian_document_has_the_format(company):
    assert isinstance(format_for(issued(firm_payer(company), lines(company, 1))), Fatturapa)
