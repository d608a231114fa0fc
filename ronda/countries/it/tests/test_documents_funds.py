"""R36: charges for social funds and several withholdings, from the draft to the file and the books."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from ronda.accounting.models import Account, JournalEntry
from ronda.billing.models import Document, DocumentKind, DocumentLine, SocialFund
from ronda.billing.services import (
    DraftLine,
    add_lines,
    confirm_run,
    credit_document,
    deduct_advance,
    draft_document,
    issue_document,
    issue_entries,
    prepare_run,
    update_draft,
)
from ronda.billing.tests.firm import make_item
from ronda.contracts.services import NewLine, create_contract
from ronda.countries.it.domain.fatturapa import write_invoice
from ronda.countries.it.domain.preflight import objections, preflight
from ronda.countries.it.services.invoicing import invoices_of
from ronda.countries.it.tests.fatture import assert_valid
from ronda.reports.queries import print_facts
from ronda.reports.tests.firm import DAY, issued, italian_firm, payer, vat

pytestmark = pytest.mark.django_db
D = Decimal
FUND = DocumentLine.Kind.FUND


@pytest.fixture
def company(db):
    return italian_firm()


def fund(company, code="TC04", rate="4", **facts):
    facts.setdefault("name", "Contributo integrativo")
    facts.setdefault("starts_on", date(2020, 1, 1))
    return SocialFund.objects.create(company=company, code=code, rate=D(rate), **facts)


def fees(company, *nets, nature="", **facts):
    code = vat(company, nature)
    facts.setdefault("withholding", True)
    return [DraftLine("Progetto", D(1), D(net), vat_code=code, **facts) for net in nets]


def client_of(company, **facts):
    return payer(company, "Officine Rossi Srl", recipient_code="ABCDEF1", **facts)


def invoice_of(document):
    """As it goes out: within the format, and nothing to object to."""
    invoice = invoices_of([document], on=DAY)[document.pk]
    assert preflight(invoice, on=DAY) == []
    content = write_invoice(invoice)
    assert_valid(content, invoice.format)
    assert objections(content, on=DAY) == []
    assert etree.fromstring(content) is not None
    return invoice


def charged(document):
    return [line.net for line in document.lines.filter(kind=FUND)]


def test_r36_a_professional_charges_the_fund_with_vat_and_without_withholding(company):
    fund(company)
    document = issued(client_of(company, withholding_code="PROF"), fees(company, 1000))

    assert charged(document) == [D("40.00")]
    assert (document.net_total, document.vat_total) == (D("1040.00"), D("228.80"))
    assert (document.withholding_total, document.payable) == (D("200.00"), D("1068.80"))
    invoice = invoice_of(document)
    (written,) = invoice.welfare_funds
    assert (written.kind, written.rate, written.base, written.amount) == ("TC04", 4, 1000, 40)
    assert (written.vat_rate, written.withholding) == (22, False)
    assert [line.description for line in invoice.lines] == ["Progetto"]
    assert invoice.total == document.gross_total


def test_r36_rivalsa_inps_is_part_of_what_tax_is_withheld_from(company):
    fund(company, "TC22", withholding=True, name="Rivalsa INPS")
    document = issued(client_of(company, withholding_code="PROF"), fees(company, 1000))
    assert document.withholding_total == D("208.00")
    (written,) = invoice_of(document).welfare_funds
    assert (written.kind, written.withholding) == ("TC22", True)

    private = issued(client_of(company), fees(company, 1000))
    assert invoice_of(private).welfare_funds[0].withholding is False


def test_the_charge_is_taxed_as_its_fees_and_expenses_of_the_customer_bear_none(company):
    fund(company)
    lines = [*fees(company, 100, "0.10"), *fees(company, 200, nature="N4"), *fees(company, 50, nature="N1")]
    invoice = invoice_of(issued(client_of(company), lines))
    told = [(one.vat_rate, one.nature, one.base, one.amount) for one in invoice.welfare_funds]
    assert told == [(22, "", D("100.10"), D("4.00")), (0, "N4", D("200.00"), D("8.00"))]
    # The fund counts for the stamp duty like the fees it is on; the line that charges the duty comes last.
    assert invoice.stamp.amount == D("2.00")
    assert [line.number for line in invoice.lines] == [1, 2, 3, 4, 5]


def test_a_vat_code_of_the_funds_own_taxes_the_whole_charge(company):
    fund(company, vat_code=vat(company))
    lines = [*fees(company, 100), *fees(company, 200, nature="N4")]
    (written,) = invoice_of(issued(client_of(company), lines)).welfare_funds
    assert (written.vat_rate, written.base, written.amount) == (22, 300, 12)


@pytest.mark.parametrize(
    ("facts", "rates"),
    [
        ({"starts_on": date(2026, 3, 3)}, []),
        ({"ends_on": date(2026, 3, 1)}, []),
        ({"ends_on": date(2026, 3, 2)}, ["4.00"]),
        ({"starts_on": date(2026, 3, 2)}, ["4.00"]),
    ],
    ids=["later", "over", "last day", "first day"],
)
def test_a_fund_is_charged_on_the_days_it_is_for(company, facts, rates):
    fund(company, **facts)
    assert charged(issued(client_of(company), fees(company, 100))) == [D(rate) for rate in rates]


def test_discounts_lower_the_charge_and_gifts_bear_none(company):
    fund(company)
    given = fees(company, 100, gift="total_allowance")
    document = issued(client_of(company), [*fees(company, 1000), *given], discount=D(10))
    assert charged(document) == [D("36.00")]
    invoice_of(document)


def test_a_draft_follows_its_lines_and_keeps_one_charge(company):
    fund(company)
    draft = draft_document(client_of(company), fees(company, 100, nature="N4"), by="anna", on=DAY)
    draft = add_lines(draft, fees(company, 50, nature="N4"), by="anna", on=DAY)
    draft = update_draft(draft, by="anna", on=DAY)
    kinds = list(draft.lines.order_by("position").values_list("position", "kind", "net"))
    assert kinds == [(1, "sale", 100), (2, "sale", 50), (3, "fund", 6), (4, "stamp", 2)]

    SocialFund.objects.all().delete()
    assert charged(update_draft(draft, by="anna", on=DAY)) == []


def test_r36_a_credit_note_gives_the_charge_back_by_share_and_never_more(company):
    fund(company, withholding=True)
    document = issued(
        client_of(company, withholding_code="PROF"), fees(company, "33.33", "33.33", "33.34", nature="N3.1")
    )
    assert charged(document) == [D("4.00")]
    notes = [
        credit_document(document, on=DAY, by="anna", quantities={line.pk: D(1)})
        for line in document.lines.exclude(kind=FUND)
    ]
    back = [charged(note) for note in notes]
    assert back == [[D("1.33")], [D("1.34")], [D("1.33")]]
    totals = [sum(getattr(note, name) for note in notes) for name in ("gross_total", "net_total")]
    assert totals == [document.gross_total, document.net_total]
    written = [invoice_of(note).welfare_funds[0] for note in notes]
    assert [one.base for one in written] == [D("33.33"), D("33.33"), D("33.34")]


def test_a_charge_of_yesterdays_rate_is_given_back_at_yesterdays_rate(company):
    old = fund(company)
    document = issued(client_of(company), fees(company, 1000))
    SocialFund.objects.filter(pk=old.pk).update(rate=D(5))
    note = credit_document(document, on=DAY, by="anna")
    assert charged(note) == [D("40.00")]
    assert note.gross_total == document.gross_total


def test_an_amount_given_back_takes_its_share_of_the_charge(company):
    fund(company)
    document = issued(client_of(company), fees(company, 1000))
    (line,) = document.lines.exclude(kind=FUND)
    assert charged(credit_document(document, on=DAY, by="anna", amounts={line.pk: D(250)})) == [D("10.00")]
    assert charged(credit_document(document, on=DAY, by="anna")) == [D("30.00")]


def test_r41_a_balance_charges_only_what_the_advance_did_not(company):
    fund(company)
    account = client_of(company)
    advance = issued(account, fees(company, 400), kind=DocumentKind.ADVANCE)
    draft = draft_document(account, fees(company, 1000), by="anna", on=DAY, language="it")
    deduct_advance(draft, advance, on=DAY, by="anna")
    balance = issue_document(Document.objects.get(pk=draft.pk), on=DAY, by="anna")
    assert (charged(advance), charged(balance)) == ([D("16.00")], [D("24.00")])
    invoice_of(balance)


def movements(document):
    entry = JournalEntry.objects.get(source=f"billing.document:{document.pk}")
    return {one.account.role or one.account.code: one.amount for one in entry.lines.all()}


def test_the_charge_is_posted_to_its_account_also_on_an_advance(company):
    own = Account.objects.create(
        company=company, code="2409", name="Debiti verso Inarcassa", kind="liability"
    )
    fund(company, revenue_account=own.code)
    advance = issued(client_of(company), fees(company, 1000), kind=DocumentKind.ADVANCE)
    plain = issued(client_of(company), fees(company, 1000))
    assert movements(advance)["2409"] == movements(plain)["2409"] == D(-40)
    assert movements(advance)["advances_received"] == movements(plain)["sales"] == D(-1000)


def test_the_month_charges_the_fund_as_the_preview_said_and_reads_it_once(company):
    fund(company)
    item = make_item(company, vat_code=vat(company))
    for number in range(3):
        account = payer(company, f"Cliente {number}", recipient_code="ABCDEF1")
        start = date(2026, 1, 1)
        create_contract(
            account, title="Consulenza", starts_on=start, lines=[NewLine(item, D(100))], by="anna"
        )
    run = prepare_run(company, as_of=date(2026, 1, 31), by="anna")
    confirm_run(run, by="anna", in_background=False)
    with CaptureQueriesContext(connection) as queries:
        run = issue_entries(run, by="anna")
    documents = Document.objects.filter(run=run)
    assert [charged(one) for one in documents] == [[D("4.00")]] * 3
    assert sum(one.gross_total for one in documents) == run.gross_total == D("380.64")
    assert len([one for one in queries if "socialfund" in one["sql"]]) == 1


def test_a_charge_is_printed_with_its_rate(company):
    fund(company, rate="4.5")
    document = issued(client_of(company), fees(company, 1000))
    (facts,) = print_facts([document], company)
    assert ("Contributo integrativo 4,5 %", D(45)) in [(line.text, line.net) for line in facts.lines]


def test_r36_tax_and_contribution_are_kept_back_together_and_written_apart(company):
    account = client_of(company, withholding_code="AGENTE-E")
    document = issued(account, fees(company, "1000.10"))
    assert document.withholding_total == D("200.02")
    told = {one.kind: (one.rate, one.amount) for one in invoice_of(document).withholdings}
    assert told == {"RT01": (23, D("115.01")), "RT04": (D("8.50"), D("85.01"))}
