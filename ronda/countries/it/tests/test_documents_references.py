"""What a document refers to: on the draft, in the file, on paper, in the chain, on its credit note."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.domain.references import line_numbers
from ronda.billing.models import ChainLink, Document, DocumentReference, SocialFund
from ronda.billing.services import NoSuchLine, ReferenceWithoutDay, draft_document, issue_document
from ronda.billing.services.chaining import contents_now
from ronda.billing.tests.firm import log_in
from ronda.countries.it.domain.fatturapa import write_invoice
from ronda.countries.it.domain.preflight import objections, preflight
from ronda.countries.it.services.invoicing import invoices_of
from ronda.countries.it.tests.fatture import assert_valid
from ronda.einvoices.door import format_for
from ronda.reports.domain.documents import print_context
from ronda.reports.queries import print_facts
from ronda.reports.tests.firm import DAY, credited, italian_firm, lines, payer, vat

pytestmark = pytest.mark.django_db
Kind = DocumentReference.Kind
DELIVERED = date(2026, 2, 26)


@pytest.fixture
def company(db):
    return italian_firm()


def draft(company, *references, count=2, **facts):
    account = payer(company, "Officine Rossi Srl", recipient_code="ABCDEF1")
    made = draft_document(account, lines(company, count), by="anna", on=DAY, **({"language": "it"} | facts))
    for kind, number, *rest in references:
        more = rest[0] if rest else {}
        DocumentReference.objects.create(document=made, kind=kind, number=number, **more)
    return made


def issued(*given, **facts):
    return issue_document(draft(*given, **facts), on=DAY, by="anna")


def invoice_of(document):
    invoice = invoices_of([document], on=DAY)[document.pk]
    assert preflight(invoice, on=DAY) == []
    content = write_invoice(invoice)
    assert_valid(content, invoice.format)
    assert objections(content, on=DAY) == []
    return invoice


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", ()), ("2", (2,)), ("3, 1", (1, 3)), ("1-3, 2;5", (1, 2, 3, 5)), ("1 – 2 4", (1, 2, 4))],
)
def test_numbers_of_lines_are_read_as_people_write_them(text, numbers):
    assert line_numbers(text) == numbers


@pytest.mark.parametrize("text", ["0", "a", "3-1", "1-", "1.5", "12345"])
def test_what_is_no_number_of_a_line_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        line_numbers(text)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.ORDER, "order"),
        (Kind.CONTRACT, "contract"),
        (Kind.AGREEMENT, "agreement"),
        (Kind.RECEPTION, "receipt"),
        (Kind.INVOICE, "invoice"),
    ],
)
def test_every_kind_of_reference_stands_in_its_own_place_of_the_file(company, kind, written):
    facts = {
        "day": DELIVERED,
        "item": "10",
        "job_code": "C-7",
        "cig": "Z123456789",
        "cup": "J31B11000050001",
        "lines": "2",
    }
    (one,) = invoice_of(issued(company, (kind, "A/1", facts))).references
    assert (one.kind, one.document, one.day, one.item) == (written, "A/1", DELIVERED, "10")
    assert (one.job_code, one.cig, one.cup, one.lines) == ("C-7", "Z123456789", "J31B11000050001", (2,))


def test_delivery_notes_of_a_deferred_invoice_name_their_lines(company):
    notes = [
        (Kind.DELIVERY_NOTE, "DDT 12", {"day": DELIVERED, "lines": "1"}),
        (Kind.DELIVERY_NOTE, "DDT 15", {"day": date(2026, 2, 20), "lines": "2"}),
    ]
    document = issued(company, *notes, legal_kind="TD24", operation_on=DELIVERED)
    told = [(one.kind, one.document, one.day, one.lines) for one in invoice_of(document).references]
    assert told == [
        ("delivery_note", "DDT 12", DELIVERED, (1,)),
        ("delivery_note", "DDT 15", date(2026, 2, 20), (2,)),
    ]


def test_the_order_of_the_header_and_its_codes_go_on_working_beside_them(company):
    codes = {"purchase_order": "ODA 12", "cig": "Z123456789"}
    document = issued(company, (Kind.AGREEMENT, "CONV-1"), **codes)
    told = [(one.kind, one.document, one.cig) for one in invoice_of(document).references]
    assert told == [("order", "ODA 12", "Z123456789"), ("agreement", "CONV-1", "")]


def test_a_code_without_an_order_still_names_itself_unless_a_reference_says_one(company):
    alone = issued(company, cig="Z123456789")
    said = issued(company, (Kind.AGREEMENT, "CONV-1", {"cig": "Z123456789"}), cig="Z123456789")
    assert [one.document for one in invoice_of(alone).references] == ["Z123456789"]
    assert [one.document for one in invoice_of(said).references] == ["CONV-1"]


def test_a_line_that_is_not_there_is_refused_at_issue_and_the_draft_stays(company):
    made = draft(company, (Kind.ORDER, "A/1", {"lines": "1, 3"}))
    with pytest.raises(NoSuchLine):
        issue_document(made, on=DAY, by="anna")
    assert Document.objects.get(pk=made.pk).is_draft


def test_lines_are_counted_without_what_is_added_to_them(company):
    SocialFund.objects.create(
        company=company, code="TC04", name="Contributo", rate=4, starts_on=date(2020, 1, 1)
    )
    with pytest.raises(NoSuchLine):
        issued(company, (Kind.ORDER, "A/1", {"lines": "3"}))
    (one,) = invoice_of(issued(company, (Kind.ORDER, "A/1", {"lines": "2"}))).references
    assert one.lines == (2,)


def test_a_delivery_note_without_its_day_is_refused(company):
    with pytest.raises(ReferenceWithoutDay):
        issued(company, (Kind.DELIVERY_NOTE, "DDT 12"))


def test_a_credit_note_names_orders_and_contracts_of_its_invoice_but_no_lines_and_no_deliveries(company):
    given = [
        (Kind.CONTRACT, "C-1", {"cig": "Z123456789", "lines": "1"}),
        (Kind.DELIVERY_NOTE, "DDT 12", {"day": DELIVERED}),
    ]
    invoice = issued(company, *given)
    told = [(one.kind, one.document, one.cig, one.lines) for one in invoice_of(credited(invoice)).references]
    assert told == [("contract", "C-1", "Z123456789", ()), ("invoice", invoice.label, "", ())]


def test_references_are_printed_with_their_day(company):
    document = issued(company, (Kind.DELIVERY_NOTE, "12", {"day": DELIVERED}), operation_on=DELIVERED)
    told = print_context(*print_facts([document], company))["references"]
    assert told == [
        {"label": "Operazione", "value": "", "date": DELIVERED},
        {"label": "DDT", "value": "12", "date": DELIVERED},
    ]


def test_the_chain_holds_every_reference(company):
    document = issued(company, (Kind.ORDER, "A/1"))
    kept = ChainLink.objects.get(document=document).content
    ((_row, _seal, now),) = contents_now([document.pk])
    assert now == kept

    DocumentReference.objects.update(number="A/2")
    ((_row, _seal, changed),) = contents_now([document.pk])
    DocumentReference.objects.all().delete()
    ((_row, _seal, gone),) = contents_now([document.pk])
    assert len({kept, changed, gone}) == 3


def test_invoices_of_many_documents_take_as_many_queries_as_of_one(company):
    SocialFund.objects.create(
        company=company, code="TC04", name="Contributo", rate=4, starts_on=date(2020, 1, 1)
    )
    made = [issued(company, (Kind.ORDER, "A/1")) for _one in range(4)]

    def queries(some):
        fresh = list(Document.objects.filter(pk__in=[one.pk for one in some]))
        with CaptureQueriesContext(connection) as found:
            invoices_of(fresh, on=DAY)
        return len(found)

    assert queries(made[:1]) == queries(made)


def deferred_findings(company, *references, on=DAY, operation=DELIVERED):
    made = draft(company, *references, legal_kind="TD24", operation_on=operation)
    document = issue_document(made, on=on, by="anna")
    return format_for(document).preflight([document], on=on)[document.pk]


def test_a_deferred_invoice_after_the_15th_or_without_delivery_note_is_worth_a_look(company):
    note = (Kind.DELIVERY_NOTE, "12", {"day": DELIVERED})
    assert deferred_findings(company, note, on=date(2026, 3, 15)) == []
    (late,) = deferred_findings(company, note, on=date(2026, 3, 16))
    (bare,) = deferred_findings(company, on=date(2026, 3, 16), operation=date(2026, 3, 16))
    assert (late.field, late.blocks) == ("document.operation_on", False)
    assert (bare.field, bare.blocks) == ("document.references", False)
    assert "15/03/2026" in str(late.text)


def posted(account, line, **reference):
    """A draft with one line and one reference, as the browser sends it."""
    given = {"account": account.pk, "kind": "invoice", "discount": "0"}
    for prefix, count in (("documentline", 1), ("documentreference", 1)):
        given |= {f"{prefix}-TOTAL_FORMS": count, f"{prefix}-INITIAL_FORMS": 0}
        given |= {f"{prefix}-MIN_NUM_FORMS": 0, f"{prefix}-MAX_NUM_FORMS": 200}
    given |= {f"documentline-0-{name}": value for name, value in line.items()}
    return given | {f"documentreference-0-{name}": value for name, value in reference.items()}


def test_a_person_writes_references_on_the_draft(company, client):
    log_in(client, company, everything=True)
    account = payer(company)
    line = {
        "text": "Fornitura",
        "quantity": "1",
        "unit_price": "10",
        "discount": "0",
        "vat_code": vat(company).pk,
    }
    page = reverse("document-add")

    answer = client.post(page, posted(account, line, kind="delivery_note", number="12", lines="1-1"))
    assert answer.status_code == 422
    assert "A delivery note is named with its day." in answer.content.decode()
    answer = client.post(page, posted(account, line, kind="order", number="12", lines="2"))
    assert answer.status_code == 422
    assert "refers to line 2" in answer.content.decode()
    assert not Document.objects.exists()

    facts = {"kind": "delivery_note", "number": "12", "lines": "1-1", "day": "26/02/2026"}
    answer = client.post(page, posted(account, line, **facts))
    assert answer.status_code == 302
    (one,) = DocumentReference.objects.all()
    assert (one.kind, one.number, one.day, one.lines) == ("delivery_note", "12", DELIVERED, "1")
    assert one.document.gross_total == Decimal("12.20")
    assert "Delivery note 12" in client.get(answer.url).content.decode()
