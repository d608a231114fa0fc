"""What people see of reports and statuses."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.tests.firm import log_in, queries_of
from ronda.company.models import Job
from ronda.company.options import forget
from ronda.countries.fr.domain.ereporting import Kind
from ronda.countries.fr.ereporting_queries import to_see_to
from ronda.countries.fr.models import EReport, InvoiceStatus
from ronda.countries.fr.services import ereporting, ereporting_sending, statuses
from ronda.countries.fr.tests.reporting_firm import (
    NOW,
    OCTOBER,
    TODAY,
    business,
    choose,
    household,
    invoice,
    pay,
    reporting_firm,
)
from ronda.einvoices import services as einvoices
from ronda.reports.tests.firm import italian_firm
from tests.purchase_makers import make_supplier_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    yield
    forget()


@pytest.fixture
def company(db):
    return reporting_firm()


@pytest.fixture
def page(client, company):
    return log_in(client, company, everything=True)


def prepared(company, day=3):
    invoice(household(company), day)
    return ereporting.prepare(company, Kind.TRANSACTIONS, OCTOBER, by="anna", now=NOW)


def do(page, row, what):
    return page.post(reverse("fr-report-do", args=[row.pk, what]), follow=True).content.decode()


def test_the_list_shows_periods_with_state_figures_and_last_day(page, company):
    row = prepared(company)

    text = page.get(reverse("fr-reports")).content.decode()

    assert reverse("fr-report", args=[row.pk]) in text
    assert "(10.3)" in text
    assert "30/11/2027" in text


def test_a_report_shows_the_documents_behind_each_figure(page, company):
    row = prepared(company)

    text = page.get(reverse("fr-report", args=[row.pk])).content.decode()

    document = row.entries.get().document
    assert str(document) in text
    assert "TPS1" not in text
    assert "Services" in text


def test_every_column_of_many_documents_costs_the_same_queries(page, company):
    row = prepared(company)
    few = queries_of(page, reverse("fr-report", args=[row.pk]))
    home = household(company, "M. Grand")
    for day in (3, 3, 4, 5):
        invoice(home, day)
    again = ereporting.prepare(company, Kind.TRANSACTIONS, OCTOBER, by="anna", now=NOW)

    assert again.entries.count() == 5
    assert queries_of(page, reverse("fr-report", args=[again.pk])) == few


def test_the_file_is_downloaded_as_it_is_sent(page, company):
    row = prepared(company)

    answer = page.get(reverse("fr-report-file", args=[row.pk]))

    assert b"".join(answer) == einvoices.content(row.kept)


def test_buttons_prepare_send_and_note_that_the_platform_has_it(page, company):
    row = prepared(company)
    choose(company, "einvoices", channel="fr_platform", stop_issuing=False)
    EReport.objects.update(opens_on=date(2020, 1, 1))

    do(page, row, "send")
    assert Job.objects.filter(kind__endswith="send_reports").count() == 1
    do(page, row, "taken")
    row.refresh_from_db()
    assert row.state == "answered"
    assert "cannot be sent" in do(page, row, "send")
    invoice(household(company, "M. Grand"), 9)
    do(page, row, "prepare")
    assert EReport.objects.order_by("version").values_list("version", "type_code").last() == (2, "RE")


def test_a_report_is_not_sent_before_its_first_day(company):
    row = prepared(company)

    with pytest.raises(ereporting.NotToBeSentYet):
        ereporting.refuse_unsendable(row, on=row.opens_on - timedelta(days=1))


def test_firms_of_other_countries_have_no_such_addresses(client, company):
    row = prepared(company)
    page = log_in(client, italian_firm(), everything=True)

    for name, args in (
        ("fr-reports", []),
        ("fr-report", [row.pk]),
        ("fr-report-file", [row.pk]),
    ):
        assert page.get(reverse(name, args=args)).status_code == 404
    for name, args in (("fr-reports-prepare", []), ("fr-report-do", [row.pk, "send"])):
        assert page.post(reverse(name, args=args)).status_code == 404


def test_what_waits_for_a_person_is_counted_on_the_first_page(page, company):
    row = prepared(company)
    assert to_see_to(company, on=TODAY) == 0
    assert to_see_to(company, on=row.due_on) == 1

    EReport.objects.filter(pk=row.pk).update(state="rejected")
    assert to_see_to(company, on=TODAY) == 1
    assert reverse("fr-reports") in page.get(reverse("home")).content.decode()

    again = ereporting.prepare(company, Kind.TRANSACTIONS, OCTOBER, by="anna", now=NOW)
    ereporting_sending.taken_by_hand(again, by="anna", now=NOW)
    assert to_see_to(company, on=row.due_on) == 0


def collected(company):
    sold = invoice(business(company), 3)
    row = einvoices.prepare([sold], by="anna", on=sold.date, now=NOW).made[0]
    einvoices.sent_by_hand(row, by="anna", now=NOW)
    pay(sold, "120.00", 10)
    return sold


def test_the_tab_of_a_document_says_what_was_and_is_to_be_told(page, company):
    sold = collected(company)
    address = reverse("document-detail", args=[sold.pk]) + "?tab=fr-statuses"
    assert "Still to be told" in page.get(address).content.decode()

    [row] = statuses.tell_collected(company, [sold.pk], by="anna", now=NOW).made
    text = page.get(address).content.decode()
    assert "Still to be told" not in text
    assert reverse("fr-status-file", args=[row.pk]) in text

    page.post(reverse("fr-status-do", args=[row.pk, "taken"]))
    sold.transmissions.get().refresh_from_db()
    assert sold.transmissions.get().state == "collected"


def test_a_rejected_status_is_told_again_by_a_button(page, company):
    sold = collected(company)
    [row] = statuses.tell_collected(company, [sold.pk], by="anna", now=NOW).made
    InvoiceStatus.objects.filter(pk=row.pk).update(state="rejected")

    page.post(reverse("fr-status-do", args=[row.pk, "again"]))

    assert list(InvoiceStatus.objects.order_by("pk").values_list("state", flat=True)) == ["again", "ready"]
    assert statuses.told_of([sold.pk])[sold.pk][0] == {Decimal(20): Decimal("120.00")}


def test_a_supplier_is_answered_from_the_page_of_his_invoice(page, company):
    bought = make_supplier_invoice(company, 1)
    facts = dict(bought.facts)
    facts["seller"] = {**facts["seller"], "registration_id": "552100554", "country": "FR"}
    facts["legal_kind"] = "380"
    bought.facts = facts
    bought.save()
    address = reverse("supplierinvoice-detail", args=[bought.pk])
    assert reverse("supplierinvoice-fr-answer") in page.get(address + "?tab=fr-statuses").content.decode()

    action, given = reverse("supplierinvoice-fr-answer"), {"id": bought.pk, "status": "210"}
    assert "needs a reason" in page.post(action, given).content.decode()
    page.post(action, {**given, "reason": "DOUBLE_FACT", "action": "NOA"})

    row = InvoiceStatus.objects.get()
    assert (row.status, row.invoice) == ("210", bought)
    bought.refresh_from_db()
    assert bought.state == "refused"
    assert "Refus" in page.get(address + "?tab=fr-statuses").content.decode()


def test_invoices_of_italian_firms_have_no_statuses(client):
    firm = italian_firm()
    bought = make_supplier_invoice(firm, 1)
    page = log_in(client, firm, everything=True)

    text = page.get(reverse("supplierinvoice-detail", args=[bought.pk])).content.decode()

    assert "fr-statuses" not in text
    assert reverse("supplierinvoice-fr-answer") not in text
