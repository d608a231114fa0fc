"""Quotes on paper and by mail (S23)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from ronda.catalogue.services import create_item
from ronda.company.models import Attachment, Job, OutgoingMail
from ronda.quotes.domain.signature import draw
from ronda.quotes.models import Quote
from ronda.quotes.services import (
    NewLine,
    accept_by_customer,
    create_quote,
    keep_picture,
    refuse_by_customer,
    send_quote,
    token_of,
)
from ronda.reports import services
from ronda.reports.domain import rendering
from ronda.reports.domain.liquid import require_plain
from ronda.reports.domain.quotes import quote_context
from ronda.reports.services.quotes import quote_facts, quote_layout
from ronda.reports.tests import firm

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINK = "https://ronda.example/quote/x/"


def offered(company, account, **facts):
    """A quote with a heading, a picture, a fee, an option and two alternatives."""
    picture = keep_picture(company, ContentFile(draw((((9, 9), (99, 99)),)), "a.png"), by="test")
    fee = create_item(company, name="Canone di assistenza", by="test", price=Decimal(120))
    code = firm.vat(company)
    once = NewLine(text="Montaggio", price=Decimal(500), vat_code=code, details="Due giorni", picture=picture)
    lines = [
        NewLine(kind="section", text="Impianto"),
        once,
        replace(once, text="Garanzia estesa", price=Decimal(90), is_option=True, picture=None),
        replace(once, text="Filtro bianco", price=Decimal(10), alternative="A", picture=None),
        replace(once, text="Filtro blu", price=Decimal(20), alternative="A", is_option=True, picture=None),
        NewLine(item=fee, every=3),
        NewLine(kind="text", text="Escluse le opere murarie."),
    ]
    return create_quote(
        company, title="Impianto e assistenza", lines=lines, by="test", on=TODAY, party=account.party,
        intro="Gentili signori,", closing="Pagamento a 30 giorni.", **facts,
    )  # fmt: skip


@pytest.fixture
def quote(company):
    draft = offered(company, firm.payer(company))
    return send_quote(
        draft, on=TODAY, now=NOW, by="anna", to=["a@example.org"], address="https://ronda.example"
    )


def accepted(quote, strokes="[[5, 5, 300, 100]]"):
    return accept_by_customer(
        quote, wanted={3}, signer="Carlo Rossi", strokes=strokes, seen=quote.offer_hash, now=NOW
    )


def page_of(quote):
    return rendering.to_html(quote_layout(), quote_context(quote_facts(quote)))


def test_s23_the_pdf_says_who_what_how_much_and_until_when(quote):
    page = page_of(quote)
    for words in ("PV 1/2026", "Preventivo", "1 aprile 2026", "Montaggio", "Due giorni", "opzionale",
                  "alternativa A", "ogni trimestre", "Gentili signori", "Per accettazione"):  # fmt: skip
        assert words in page, words
    # 500 + 10 once, at 22 %: 622,20; 120 a quarter: 146,40.
    assert "622,20" in page
    assert "146,40" in page
    assert services.print_quote(quote).startswith(b"%PDF")
    assert services.print_quote(quote) == services.print_quote(quote)


def test_a_draft_says_that_it_is_one(company):
    assert "BOZZA" in page_of(offered(company, firm.payer(company)))


def test_a_french_quote_speaks_french(french):
    draft = offered(french, firm.payer(french))
    page = page_of(send_quote(draft, on=TODAY, now=NOW, by="anna"))
    for words in ("DEV 1/2026", "Devis", "Bon pour accord", "par trimestre", "SAS"):
        assert words in page, words


def test_pictures_and_signature_are_inside_the_page_and_nothing_is_fetched(quote):
    done = accepted(quote)
    page = page_of(done)
    assert page.count("data:image/png;base64,") == 2
    assert "Carlo Rossi" in page
    assert done.seal in page
    require_plain(quote_context(quote_facts(done)))
    rendering.check(page.partition("<body>")[2], field="html")


def test_what_is_written_in_a_quote_is_never_markup(company):
    draft = offered(company, firm.payer(company))
    draft.intro = "<img src=http://elsewhere.example/x>{{ seller.name }}"
    page = page_of(draft)
    assert "<img src=http" not in page
    assert "{{ seller.name }}" in page


def test_s23_the_mail_carries_pdf_and_link_and_goes_once(quote):
    facts = {"letter": 1, "to": ["a@example.org"], "message": "Come da accordi.", "link": LINK, "by": "anna"}
    mail = services.mail_quote(quote, **facts)
    assert mail.subject == "Preventivo PV 1/2026"
    assert LINK in mail.body
    assert "Come da accordi." in mail.body
    (file,) = mail.files
    kept = Attachment.objects.get(pk=file["attachment"])
    assert (kept.name, kept.mime, kept.subject) == ("PV 1-2026.pdf", "application/pdf", quote)
    quote.refresh_from_db()
    assert services.mail_quote(quote, **facts) is None
    assert OutgoingMail.objects.count() == 1


def test_sending_queues_one_job_with_the_link(quote):
    job = Job.objects.get(key=f"reports.quote:{quote.pk}:1")
    assert f"https://ronda.example{reverse('quote-public', args=[token_of(quote)])}" in str(vars(job))


def test_after_the_acceptance_customer_and_salesperson_get_the_signed_copy_once(company, quote):
    services.mail_quote(quote, letter=1, to=["a@example.org"], message="", link=LINK, by="anna")
    done = accepted(Quote.objects.get(pk=quote.pk))
    Job.objects.get(key=f"reports.answer:{quote.pk}:2")
    for _time in range(2):
        services.tell_answer(Quote.objects.get(pk=done.pk), letter=2, by_customer=True, by="customer")
    mails = OutgoingMail.objects.order_by("pk")[1:]
    assert [mail.to for mail in mails] == [["a@example.org"], [company.email]]
    assert all(len(mail.files) == 1 for mail in mails)
    assert Attachment.objects.count() == 2


def test_a_refusal_tells_the_firm_alone(company, quote):
    lost = refuse_by_customer(quote, reason=None, note="Troppo caro", now=NOW)
    (mail,) = services.tell_answer(lost, letter=2, by_customer=True, by="customer")
    assert mail.to == [company.email]
    assert "Troppo caro" in mail.body


def test_the_customer_reads_the_pdf_behind_the_link_and_the_firm_behind_its_own(page, quote):
    public = Client().get(reverse("quote-public-pdf", args=[token_of(quote)]))
    own = page.get(reverse("quote-pdf", args=[quote.pk]))
    assert public.content[:4] == own.content[:4] == b"%PDF"
    assert Client().get(reverse("quote-public-pdf", args=["A" * 43])).status_code == 404
    assert Client().get(reverse("quote-pdf", args=[quote.pk])).status_code == 302
