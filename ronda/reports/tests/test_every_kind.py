"""Everything the program prints has a default layout, an example and an editor with a preview."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.services import deduct_advance, draft_document, issue_document
from ronda.quotes.services import NewLine, create_quote
from ronda.reports import services
from ronda.reports.domain import rendering
from ronda.reports.domain.documents import PrintedLine, print_context
from ronda.reports.domain.liquid import require_plain
from ronda.reports.domain.rendering import Layout
from ronda.reports.domain.samples import sample, with_sums
from ronda.reports.models import LayoutKind
from ronda.reports.services.layouts import sample_context
from ronda.reports.tests import firm
from ronda.reports.tests.test_domain_rendering import page as page_text
from ronda.reports.tests.test_printing import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["it", "fr", "en"])
@pytest.mark.parametrize("kind", LayoutKind.values)
def test_every_kind_has_a_default_layout_and_an_example_in_every_language(company, kind, language):
    company.language = language
    context = sample_context(company, kind, lines=60)
    require_plain(context)
    default = services.print_kind(kind).default()
    assert rendering.to_pdf(default, context).startswith(b"%PDF")
    # As a person's copy of it: nothing in the default is what a layout may not have.
    rendering.to_html(Layout(default.html, default.css), context)


@pytest.mark.parametrize("kind", LayoutKind.values)
def test_every_kind_opens_in_the_editor_with_its_preview(page, company, kind):
    layout = services.copy_default(company, kind=kind, name="Mine", by="anna")
    assert page.get(reverse("printlayout-edit", args=[layout.pk])).status_code == 200
    answer = page.post(
        reverse("layout-preview", args=[layout.pk]), {"html": layout.html, "css": layout.css, "document": ""}
    )
    assert answer["Content-Type"] == "image/png"


def test_a_quote_prints_with_the_companys_own_layout(company):
    line = NewLine(text="Montaggio", price=Decimal(500), vat_code=firm.vat(company))
    quote = create_quote(
        company, title="Impianto", lines=[line], by="test", on=firm.DAY, party=firm.payer(company).party
    )
    before = services.print_quote(quote)
    layout = services.copy_default(company, kind="quote", name="Mine", by="anna")
    services.set_in_use(
        services.save_layout(layout, name="Mine", html="<p>{{ document.heading }}</p>", css="", by="anna"),
        by="anna",
    )
    assert len(services.print_quote(quote)) < len(before) / 2


def test_r41_a_final_invoice_shows_what_was_invoiced_before(company):
    account = firm.payer(company)
    deposit = firm.issued(account, firm.lines(company), kind="advance")
    draft = draft_document(account, firm.lines(company, 3), by="test", on=firm.DAY, language="it")
    final = issue_document(deduct_advance(draft, deposit, on=firm.DAY, by="test"), on=firm.DAY, by="test")
    text = text_of(final)
    assert deposit.label in text
    assert "Acconti già fatturati − 128,50" in text
    assert "Imponibile prima degli acconti" in text
    assert "Acconti già fatturati" not in text_of(deposit)


def test_a_negative_total_is_in_the_customers_favour_and_asks_for_no_payment():
    made = sample("invoice", "fr", lines=2)
    taken = PrintedLine(text="Acompte", kind="advance", net=Decimal(-5000), vat_rate=Decimal(22))
    text = page_text(with_sums(replace(made, lines=[*made.lines, taken])))
    assert "Net en votre faveur" in text
    assert "IBAN" not in text


def test_r29_several_rates_and_reasons_each_have_their_row():
    made = sample("invoice", "it", lines=10)
    rates = [Decimal(22), Decimal(10), Decimal(5), Decimal(4), Decimal(0)]
    lines = [replace(line, vat_rate=rates[n % 5]) for n, line in enumerate(made.lines)]
    context = print_context(with_sums(replace(made, lines=lines)))
    assert [row["rate"] for row in context["vat"]] == rates
