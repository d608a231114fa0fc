"""What people see: the checks of a draft, the story of a file, what is to be done, the files themselves."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from ronda.billing.tests.firm import log_in, queries_of
from ronda.company.models import Job
from ronda.einvoices import queries
from ronda.einvoices.models import Quarantined, Receipt, Transmission
from ronda.einvoices.services import prepare, send, take_in
from ronda.einvoices.tests.paper import DAY, LATER, NOW, bytes_of, choose, draft, firm, issued, receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, company):
    return log_in(client, company, everything=True)


def sent(company, payer="Bianchi"):
    (row,) = prepare([issued(company, payer)], by="anna", on=DAY, now=NOW).made
    send([row], by="anna", now=NOW)
    return row


def answered(company, wire, row, kind):
    wire.inbox.clear()
    wire.brings(receipt(row, kind))
    take_in(company, by="", now=LATER)
    row.refresh_from_db()
    return row


def tab(page, document):
    return page.get(reverse("document-detail", args=[document.pk]) + "?tab=einvoice").content.decode()


def test_p32_a_draft_shows_what_would_be_objected_to_and_where_to_correct_it(page, company):
    bad = draft(company, "Nameless Odd")
    text = tab(page, bad)
    assert text.index("No name.") < text.index("Looks odd.")
    assert "stops it" in text
    assert reverse("party-edit", args=[bad.party_id]) in text


def test_a_document_without_a_format_says_so(page, company):
    assert "asks for no electronic file" in tab(page, draft(company, "Abroad"))


def test_the_story_of_a_document_shows_every_attempt_and_receipt(page, company, wire):
    row = answered(company, wire, sent(company), "rejected")
    text = tab(page, row.document)
    assert "It is rejected." in text
    assert "Correct it." in text
    assert reverse("einvoice-resend") in text

    response = page.post(f"{reverse('einvoice-resend')}?id={row.pk}", {"id": row.pk}, follow=True)

    assert response.status_code == 200
    again = Transmission.objects.get(replaces=row)
    text = tab(page, row.document)
    assert again.file_name in text
    assert row.file_name in text
    assert Job.objects.filter(kind="ronda.einvoices.tasks.send_files").count() == 1


def test_a_document_is_sent_from_its_list(page, company, wire):
    good, bad = issued(company), None
    choose(company, stop_issuing=False)
    bad = issued(company, "Nameless")
    url = reverse("document-send-einvoice")
    page.post(f"{url}?id={good.pk}&id={bad.pk}", {"id": [good.pk, bad.pk]}, follow=True)
    assert [row.document for row in Transmission.objects.all()] == [good]
    assert Job.objects.filter(kind="ronda.einvoices.tasks.send_files").count() == 1


def test_what_is_to_be_done_is_on_one_page(page, company, wire):
    rejected = answered(company, wire, sent(company), "rejected")
    wire.brings("nonsense")
    take_in(company, by="", now=LATER)
    waiting = issued(company, "Verdi")
    assert "1 e-invoice to see to" in page.get(reverse("home")).content.decode()
    text = page.get(reverse("einvoice-desk")).content.decode()
    assert str(rejected.document) in text
    assert "It is rejected." in text
    assert "1 incoming file could not be placed" in text
    listed = queries.to_send(queries.without_file(company, on=DAY))
    assert [(document.pk, deadline.due.day) for document, deadline in listed] == [(waiting.pk, 14)]


@pytest.mark.parametrize(("days", "asked"), [(-1, True), (0, True), (1, False)])
def test_nobody_is_reminded_of_documents_from_before_the_first_day(company, wire, days, asked):
    document = issued(company)
    listed = queries.without_file(company, on=DAY, since=DAY + timedelta(days=days))
    assert (document in listed) is asked


@pytest.mark.parametrize(("later", "asked"), [(119, True), (120, False)])
def test_old_documents_without_a_file_are_not_asked_about(company, wire, later, asked):
    document = issued(company)
    assert (document in queries.without_file(company, on=DAY + timedelta(days=later))) is asked


def test_the_page_of_what_is_to_be_done_takes_the_same_queries_for_many(page, company, wire):
    answered(company, wire, sent(company), "rejected")
    few = queries_of(page, reverse("einvoice-desk"))
    for _n in range(5):
        answered(company, wire, sent(company), "rejected")
    assert queries_of(page, reverse("einvoice-desk")) == few


def test_the_tab_takes_the_same_queries_for_many_receipts(page, company, wire):
    row = answered(company, wire, sent(company), "taken")
    url = reverse("document-detail", args=[row.document_id]) + "?tab=einvoice"
    few = queries_of(page, url)
    for kind in ("delivered", "accepted"):
        answered(company, wire, row, kind)
    assert queries_of(page, url) == few


def test_files_come_as_they_are_and_many_in_one_archive(page, company, wire):
    row = answered(company, wire, sent(company), "delivered")
    other = sent(company)
    got = page.get(reverse("einvoice-file", args=[row.pk]))
    assert got.content == bytes_of(row)
    assert "attachment" in got.headers["Content-Disposition"]
    got = page.get(reverse("einvoice-receipt-file", args=[Receipt.objects.get().pk]))
    assert got.content == receipt(row, "delivered").encode()

    url = reverse("einvoice-download")
    got = page.post(f"{url}?id={row.pk}&id={other.pk}", {"id": [row.pk, other.pk]})

    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert sorted(archive.namelist()) == sorted([row.file_name, other.file_name, "0.txt"])


def test_files_of_another_company_are_not_found(page, company, wire):
    other = firm("Outra Lda")
    row = answered(other, wire, sent(other), "delivered")
    wire.brings("nonsense")
    take_in(other, by="", now=LATER)
    odd = Quarantined.objects.get()
    for name, key in (
        ("einvoice-file", row.pk),
        ("einvoice-receipt-file", Receipt.objects.get().pk),
        ("einvoice-odd-file", odd.pk),
        ("einvoice-detail", row.pk),
        ("einvoice-set-aside-detail", odd.pk),
    ):
        assert page.get(reverse(name, args=[key])).status_code == 404, name


def test_people_without_permission_see_and_send_nothing(client, company, wire):
    row = sent(company)
    clerk = log_in(client, company, "billing.view_document")
    assert clerk.get(reverse("einvoice-desk")).status_code == 403
    assert clerk.get(reverse("einvoice-file", args=[row.pk])).status_code == 403
    assert row.file_name not in tab(clerk, row.document)


def test_a_file_set_aside_is_put_away_with_a_reason(page, company, wire):
    wire.brings("nonsense")
    take_in(company, by="", now=LATER)
    odd = Quarantined.objects.get()
    assert page.get(reverse("einvoice-odd-file", args=[odd.pk])).content == b"nonsense"
    page.post(
        f"{reverse('einvoice-set-aside-put-away')}?id={odd.pk}", {"id": odd.pk, "reason": "Advertising"}
    )
    odd.refresh_from_db()
    assert odd.outcome == "Advertising"
