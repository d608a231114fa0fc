"""The stamp report of a firm: lists, choices with their reasons, payments, the spreadsheet (R35)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from ronda.billing.models import Document
from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import log_in, queries_of
from ronda.company.models import AuditEntry
from ronda.countries.it.domain.stamp_report import Place
from ronda.countries.it.models import StampChoice, StampPayment
from ronda.countries.it.queries import stamp_year
from ronda.countries.it.services.intents import NotInItaly
from ronda.countries.it.services.stamp_report import (
    NotOnListB,
    PaidTooEarly,
    QuarterPaid,
    ReasonMissing,
    choose_place,
    save_payment,
    take_back,
)
from ronda.einvoices.models import Transmission
from ronda.einvoices.services import archiving
from ronda.reports.tests.firm import french_firm, italian_firm, lines, payer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
FEBRUARY = date(2026, 2, 10)


@pytest.fixture
def company(db):
    return italian_firm()


def exempt(company, name="Condominio"):
    """Who owes no stamp duty: its documents are without VAT and state none."""
    return payer(company, name, stamp_duty_exemption="art. 8 L. 266/1991")


def issue(account, on=FEBRUARY, nature="N4", count=1, **facts):
    company = account.party.company
    rows = lines(company, count, nature=nature)
    draft = draft_document(account, rows, by="anna", on=on, language=company.language, **facts)
    return issue_document(draft, on=on, by="anna")


def reject(document):
    kept = archiving.store(document.company_id, [archiving.ToKeep(f"{document.pk}.xml", b"<x/>")], now=NOW)
    with transaction.atomic():
        archiving.chain(document.company_id, kept)
    return Transmission.objects.create(
        company=document.company, document=document, format="fatturapa", kept=kept[0], state="rejected",
        file_name=f"{document.pk}.xml", prepared_at=NOW, prepared_by="anna", sent_at=NOW,
    )  # fmt: skip


def listed(company, year=2026, quarter=1):
    return {row.label: row.place for row in stamp_year(company, year).listed.get(quarter, [])}


def test_documents_that_state_their_duty_are_on_list_a_and_those_that_do_not_on_list_b(company):
    on_a = issue(payer(company))
    on_b = issue(exempt(company))
    issue(payer(company, "Con IVA"), nature="")
    found = stamp_year(company, 2026)
    assert on_a.stamp_duty == 2
    assert found.stated == {1: (1, Decimal("2.00"))}
    assert listed(company) == {on_b.label: Place.B}
    assert (found.duty_of(1), found.duty_of(2)) == (Decimal(4), Decimal(0))


def test_a_rejected_document_is_on_no_list_until_it_is_sent_again(company, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    documents = [issue(payer(company)), issue(exempt(company))]
    rejected = [reject(document) for document in documents]
    assert stamp_year(company, 2026).duty_of(1) == 0
    Transmission.objects.filter(pk__in=[row.pk for row in rejected]).update(state="delivered")
    assert stamp_year(company, 2026).duty_of(1) == 4


def test_quarters_are_told_apart_by_the_date_of_the_document(company):
    account = exempt(company)
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31)):
        issue(account, day)
    found = stamp_year(company, 2026)
    assert [found.duty_of(quarter) for quarter in (1, 2, 3, 4)] == [2, 2, 0, 2]


def test_a_document_is_left_out_of_list_b_with_its_reason_and_comes_back(company):
    document = issue(exempt(company))
    assert choose_place([document], decision="out", reason=" Ente del terzo settore ", by="anna") == 1
    assert listed(company) == {document.label: Place.LEFT_OUT}
    assert stamp_year(company, 2026).duty_of(1) == 0
    told = AuditEntry.objects.get(action="it.stamp.chosen")
    assert told.facts == {"decision": "out", "reason": "Ente del terzo settore"}
    assert choose_place([document], decision="out", reason="Ente del terzo settore", by="anna") == 0
    assert choose_place([document], decision="", by="anna") == 1
    assert listed(company) == {document.label: Place.B}
    assert not StampChoice.objects.exists()


def test_a_document_the_rules_do_not_name_is_added_with_its_reason(company):
    document = issue(payer(company), nature="N1")
    assert listed(company) == {}
    choose_place([document], decision="add", reason="Anticipazioni", by="anna")
    assert listed(company) == {document.label: Place.B}
    assert stamp_year(company, 2026).duty_of(1) == 2


def test_choices_without_a_reason_or_about_other_documents_are_refused(company):
    document = issue(exempt(company))
    with pytest.raises(ReasonMissing):
        choose_place([document], decision="out", reason=" ", by="anna")
    with pytest.raises(NotOnListB):
        choose_place([document, issue(payer(company))], decision="out", reason="x", by="anna")
    draft = draft_document(
        exempt(company), lines(company, nature="N4"), by="anna", on=FEBRUARY, language="it"
    )
    with pytest.raises(NotOnListB):
        choose_place([draft], decision="add", reason="x", by="anna")
    assert not StampChoice.objects.exists()


def pay(company, **facts):
    given = {"year": 2026, "quarter": 1, "paid_on": date(2026, 5, 20), "amount": Decimal(2)}
    row = StampPayment(company=company, **{**given, **facts})
    return save_payment(SimpleNamespace(instance=row, save=row.save), by="anna", company=company)


def test_a_paid_quarter_does_not_change_until_its_payment_is_taken_back(company):
    document = issue(exempt(company))
    payment = pay(company)
    assert stamp_year(company, 2026).open_of(1) == 0
    with pytest.raises(QuarterPaid):
        choose_place([document], decision="out", reason="x", by="anna")
    take_back(payment, by="anna", reason="F24 scartato")
    assert stamp_year(company, 2026).open_of(1) == 2
    assert choose_place([document], decision="out", reason="x", by="anna") == 1
    assert AuditEntry.objects.get(action="it.stamp.taken_back").facts["reason"] == "F24 scartato"


def test_a_payment_before_its_quarter_or_of_a_firm_elsewhere_is_refused(company):
    with pytest.raises(PaidTooEarly):
        pay(company, paid_on=date(2025, 12, 31))
    with pytest.raises(NotInItaly):
        pay(french_firm())


# --- the page ----------------------------------------------------------------------------------------------


@pytest.fixture
def client(company):
    return log_in(Client(), company, everything=True)


FIRST = {"year": 2026, "quarter": 1}


def test_the_page_shows_both_lists_the_codes_and_what_is_to_pay(company, client):
    on_a, on_b = issue(payer(company, "Di lista A")), issue(exempt(company, "Di lista B"))
    page = client.get(reverse("it-stamp"), FIRST).content.decode()
    for text in (on_a.label, on_b.label, "Di lista A", "Di lista B", "2521", "2524", "art. 8 L. 266/1991"):
        assert text in page
    assert f"{reverse('document-stamp-report')}?id={on_b.pk}" in page


def test_a_document_is_left_out_by_its_button(company, client):
    document = issue(exempt(company))
    url = f"{reverse('document-stamp-report')}?id={document.pk}"
    assert client.get(url).status_code == 200
    client.post(url, {"id": document.pk, "decision": "out", "reason": "Ente esente"})
    assert StampChoice.objects.get().reason == "Ente esente"
    assert "Ente esente" in client.get(reverse("it-stamp"), FIRST).content.decode()


def test_mark_as_paid_comes_filled_in(company, client):
    issue(exempt(company))
    given = {"year": 2026, "quarter": 1, "amount": "2.00", "paid_on": "2026-05-20"}
    page = client.get(reverse("stamp-payment-add"), given)
    assert page.status_code == 200
    answer = client.post(reverse("stamp-payment-add"), given)
    assert answer.status_code == 302, answer.content.decode()
    assert StampPayment.objects.get().amount == 2


def test_the_spreadsheet_has_every_document_of_both_lists(company, client):
    on_a, on_b = issue(payer(company, "=1+1")), issue(exempt(company))
    out = issue(exempt(company, "Esente"))
    choose_place([out], decision="out", reason="Ente esente", by="anna")
    file = b"".join(client.get(reverse("it-stamp-xlsx"), FIRST).streaming_content)
    rows = load_workbook(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert [(row[0], row[1], row[3], row[5]) for row in rows[1:]] == [
        ("A", on_a.label, "'=1+1", 2.0),
        ("B", on_b.label, "Condominio", 2.0),
        ("left out", out.label, "Esente", 0.0),
    ]


@pytest.mark.parametrize("name", ["it-stamp", "it-stamp-xlsx"])
def test_firms_elsewhere_have_no_stamp_report(name):
    client = log_in(Client(), french_firm(), everything=True)
    assert client.get(reverse(name)).status_code == 404
    assert reverse("it-stamp") not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "asked", [{}, {"year": "x", "quarter": 9}, {"year": 10**12, "quarter": 1}, {"year": 2021, "quarter": 1}]
)
def test_odd_quarters_show_the_last_one(client, asked):
    assert client.get(reverse("it-stamp"), asked).status_code == 200


def test_documents_of_another_firm_are_not_there(company, client):
    issue(exempt(italian_firm("Altra", tax_id="00743110157")))
    assert stamp_year(company, 2026).duty_of(1) == 0
    assert "Condominio" not in client.get(reverse("it-stamp"), FIRST).content.decode()


def test_the_same_queries_for_two_documents_and_for_many(company, client):
    account = exempt(company)
    url = f"{reverse('it-stamp')}?year=2026&quarter=1"
    issue(account)
    issue(payer(company))
    few = queries_of(client, url)
    for _n in range(8):
        issue(account)
        issue(payer(company))
    assert queries_of(client, url) == few
    with CaptureQueriesContext(connection) as queries:
        stamp_year(company, 2026)
    assert len(queries) == 3


def test_the_year_is_read_in_three_queries_of_a_hundred_thousand_documents_without_reading_them(company):
    """What a query brings back is what stands on list B, and sums: list A is added up by the database."""
    document = issue(payer(company))
    rows = [
        Document(
            company=company, kind="invoice", status="issued", party=document.party, account=document.account,
            series="X", year=2026, number=n, label=f"X {n}", date=FEBRUARY, stamp_duty=2,
        )
        for n in range(1, 2001)
    ]  # fmt: skip
    Document.objects.bulk_create(rows)
    found = stamp_year(company, 2026)
    assert found.stated == {1: (2001, Decimal(4002))}
    assert found.listed == {}
