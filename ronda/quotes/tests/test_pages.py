"""Screens of quotes: the editor, sending, answers, the report, and who may see what."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item, queries_of, vat_code
from ronda.company.models import Job
from ronda.contracts.models import Contract
from ronda.quotes.domain.signature import draw
from ronda.quotes.models import Picture, Quote, QuoteItemFacts
from ronda.quotes.services import delete_quote, refuse_quote
from ronda.quotes.tests.offers import NOW, draft, fee, once, reason, sent

pytestmark = pytest.mark.django_db
PNG = draw((((1, 1), (90, 90)),))


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def company():
    return make_firm()


@pytest.fixture
def account(company):
    return make_account(company)


@pytest.fixture
def desk(client, company):
    return log_in(client, company, everything=True)


def rows(*lines, old=0):
    """The fields of a formset of lines as a browser sends them."""
    found = {"quoteline-TOTAL_FORMS": len(lines), "quoteline-INITIAL_FORMS": old}
    for n, line in enumerate(lines):
        found |= {f"quoteline-{n}-{name}": value for name, value in line.items()}
    return found


def write(desk, *lines, url=None, **head):
    return desk.post(url or reverse("quote-add"), {"title": "Impianti", **head, **rows(*lines)})


def test_a_quote_is_written_with_headings_fees_options_and_pictures(desk, company, account):
    service = make_item(company, "Canone", "100.00")
    answer = write(
        desk,
        {"kind": "section", "text": "Impianti"},
        {"kind": "service", "item": service.pk, "rhythm": "month-3", "quantity": "2", "place": "3"},
        {"kind": "service", "text": "Montaggio", "unit_price": "90", "vat_code": vat_code(company).pk,
         "is_option": "on", "upload": SimpleUploadedFile("a.png", PNG, "image/png")},
        party=account.party.pk,
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["errors"]
    quote = Quote.objects.get()
    assert (quote.account, quote.state, quote.language) == (account, "draft", "it")
    first, second, third = quote.lines.all()
    assert first.frequency_unit == "month"  # its place was given, the others follow
    assert (first.frequency, first.unit_price, first.net) == (3, 100, 200)
    assert (second.kind, third.is_option, third.picture.mime) == ("section", True, "image/png")
    assert quote.net_total == 800


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"kind": "service"}, "text"),
        ({"kind": "service", "text": "Montaggio"}, "unit_price"),
        ({"kind": "service", "text": "Montaggio", "unit_price": "1"}, "vat_code"),
        ({"kind": "service", "text": "Montaggio", "unit_price": "1", "rhythm": "month-1"}, "item"),
    ],
)
def test_what_is_missing_on_a_line_is_said_beside_its_field(desk, account, line, field):
    answer = write(desk, line | {"quantity": "1"}, party=account.party.pk)
    assert answer.status_code == 422
    (_inline, formset), *_rest = answer.context["inlines"]
    assert field in formset.forms[0].errors


def test_what_is_no_picture_is_refused_beside_its_field(desk, company, account):
    line = {"text": "x", "unit_price": "1", "vat_code": vat_code(company).pk}
    page = SimpleUploadedFile("a.png", b"<html><script>", "image/png")
    answer = write(desk, line | {"upload": page}, party=account.party.pk)
    assert (answer.status_code, Quote.objects.count(), Picture.objects.count()) == (422, 0, 0)


def test_a_quote_for_nobody_and_two_fixed_alternatives_are_refused(desk, company, account):
    line = {"text": "x", "unit_price": "1", "vat_code": vat_code(company).pk, "alternative": "A"}
    assert write(desk, line).status_code == 422
    assert write(desk, line, line, party=account.party.pk).status_code == 422
    assert Quote.objects.count() == 0


def test_a_draft_is_changed_and_a_sent_quote_is_not(desk, company, account):
    quote = draft(company, account=account)
    line = quote.lines.first()
    change = {"id": line.pk, "text": line.text, "quantity": "1", "unit_price": "700", "kind": "service",
              "vat_code": line.vat_code_id, "rhythm": "once-1", "place": "1"}  # fmt: skip
    data = {"title": "Altro", "party": account.party.pk, **rows(change, old=1)}
    other = quote.lines.last()
    data |= {"quoteline-INITIAL_FORMS": 2, "quoteline-TOTAL_FORMS": 2, "quoteline-1-id": other.pk,
             "quoteline-1-DELETE": "on", "seen": quote.updated_at.isoformat()}  # fmt: skip
    answer = desk.post(reverse("quote-edit", args=[quote.pk]), data)
    assert answer.status_code == 302, answer.context["errors"]
    quote.refresh_from_db()
    assert (quote.title, quote.net_total, quote.lines.count()) == ("Altro", 700, 1)
    fixed = sent(company, account=account)
    assert desk.get(reverse("quote-edit", args=[fixed.pk])).status_code == 404


def test_sending_from_the_page_gives_a_number_and_queues_the_mail(desk, company, account):
    quote = draft(company, account=account, valid_until="2999-12-31")
    url = reverse("quote-send-page", args=[quote.pk])
    assert desk.get(url).status_code == 200
    data = {"on": "2/3/2026", "to": "a@example.org; b@example.org", "message": "Ciao"}
    assert desk.post(url, data | {"to": "nobody"}).status_code == 422
    assert desk.post(url, data).status_code == 302
    quote.refresh_from_db()
    assert (quote.state, quote.label) == ("sent", "PV 1/2026")
    job = Job.objects.get(key=f"reports.quote:{quote.pk}:1")
    assert "b@example.org" in str(vars(job))
    assert desk.post(url, data).status_code == 302
    assert Job.objects.filter(key=f"reports.quote:{quote.pk}:2").exists()


def test_an_offer_that_is_already_over_is_not_sent(desk, company, account):
    quote = draft(company, account=account, valid_until="2020-01-01")
    answer = desk.post(reverse("quote-send-page", args=[quote.pk]), {"on": "2/3/2026"})
    assert answer.status_code == 422
    quote.refresh_from_db()
    assert quote.state == "draft"


def test_the_page_of_a_quote_shows_lines_sums_story_versions_and_link(desk, company, account):
    quote = sent(company, account=account)
    page = desk.get(reverse("quote-detail", args=[quote.pk])).content.decode()
    assert "PV 1/2026" in page
    assert "Installazione" in page
    assert "/quote/" in page
    desk.post(reverse("quote-version"), {"id": quote.pk})
    made = Quote.objects.get(revision=2)
    page = desk.get(reverse("quote-detail", args=[made.pk])).content.decode()
    assert "PV 1/2026/2" in page
    assert "Versions" in page


def test_an_acceptance_on_paper_is_recorded_with_its_options(desk, company, account):
    extra = once(company, "90.00", "Garanzia", is_option=True)
    other = sent(company, once(company), extra, account=account)
    url = reverse("quote-answer", args=[other.pk])
    assert "Garanzia" in desk.get(url).content.decode()
    answer = desk.post(url, {"on": "3/3/2026", "signer": "Carlo", "options": "2"})
    assert answer.status_code == 302, answer.context["errors"]
    other.refresh_from_db()
    assert (other.state, other.net_total, str(other.accepted_on)) == ("accepted", 590, "2026-03-03")
    answer = desk.post(
        reverse("quote-convert"), {"id": other.pk, "contract": "on", "invoice": "on", "starts_on": "1/4/2026"}
    )
    other.refresh_from_db()
    assert answer.url == reverse("document-detail", args=[other.invoice_id])


def test_converting_from_the_page_leads_to_the_contract(desk, company, account):
    quote = sent(company, fee(company), account=account)
    desk.post(reverse("quote-answer", args=[quote.pk]), {"on": "2/3/2026"})
    answer = desk.post(reverse("quote-convert"), {"id": quote.pk, "contract": "on", "starts_on": "1/4/2026"})
    contract = Contract.objects.get()
    assert answer.url == reverse("contract-detail", args=[contract.pk])
    assert str(contract.starts_on) == "2026-04-01"
    tab = desk.get(reverse("contract-detail", args=[contract.pk]), {"tab": "quotes"}).content.decode()
    assert "PV 1/2026" in tab


def test_a_refusal_is_recorded_with_its_reason(desk, company, account):
    quote = sent(company, account=account)
    desk.post(reverse("quote-refuse"), {"id": quote.pk, "reason": reason(company).pk, "note": "Caro"})
    quote.refresh_from_db()
    assert (quote.state, str(quote.loss_reason), quote.loss_note) == ("refused", "Prezzo", "Caro")


def test_lost_quotes_are_counted_by_reason(desk, company, account):
    refuse_quote(sent(company, account=account), reason=reason(company), now=NOW, by="anna")
    given = {"since": "1/1/2026", "until": "31/12/2026"}
    page = desk.get(reverse("quotes-lost"), given)
    assert [(row.reason, row.count, row.net) for row in page.context["rows"]] == [
        ("Prezzo", 1, Decimal(1700))
    ]
    nothing = desk.get(reverse("quotes-lost"), {"since": "1/1/2025", "until": "31/12/2025"})
    assert nothing.context["rows"] == []


def test_the_customers_page_lists_what_was_offered(desk, company, account):
    sent(company, account=account)
    page = desk.get(reverse("party-detail", args=[account.party_id]), {"tab": "quotes"}).content.decode()
    assert "PV 1/2026" in page


def test_the_page_of_a_quote_takes_as_many_queries_for_two_lines_as_for_twelve(desk, company, account):
    few, many = (draft(company, *[once(company)] * n, account=account) for n in (2, 12))
    urls = [reverse("quote-detail", args=[one.pk]) for one in (few, many)]
    assert queries_of(desk, urls[0]) == queries_of(desk, urls[1])


def test_the_presentation_of_an_item_keeps_its_picture(desk, company):
    service = make_item(company, "Pulizia")
    data = {
        "item": service.pk,
        "details": "Con cura",
        "upload": SimpleUploadedFile("a.png", PNG, "image/png"),
    }
    assert desk.post(reverse("quoteitemfacts-add"), data).status_code == 302
    facts = QuoteItemFacts.objects.get()
    shown = desk.get(reverse("quote-picture", args=[facts.picture_id]))
    assert shown.content == PNG
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_pages_and_files_of_another_company_are_not_found(desk):
    other = make_firm("Altra")
    quote = sent(other, account=make_account(other))
    for name in ("quote-send-page", "quote-answer", "quote-signature", "quote-pdf"):
        assert desk.get(reverse(name, args=[quote.pk])).status_code == 404, name


def test_pages_need_their_permission(client, company, account):
    quote = sent(company, account=account)
    reader = log_in(client, company, "quotes.view_quote")
    assert reader.get(reverse("quote-detail", args=[quote.pk])).status_code == 200
    for name in ("quote-send-page", "quote-answer"):
        assert reader.get(reverse(name, args=[quote.pk])).status_code == 403


def test_a_draft_thrown_away_is_gone(desk, company, account):
    quote = draft(company, account=account)
    delete_quote(quote, by="anna")
    assert desk.get(reverse("quote-detail", args=[quote.pk])).status_code == 404
