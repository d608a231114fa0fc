"""Documents and quotes print the unit's word in the language of their reader, not its code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ronda.catalogue.models import Unit
from ronda.quotes.services import create_quote
from ronda.quotes.services.drafts import NewLine
from ronda.reports.domain.quotes import quote_context
from ronda.reports.domain.rendering import to_html
from ronda.reports.queries import print_facts
from ronda.reports.services.quotes import quote_facts, quote_layout
from ronda.reports.tests import firm
from ronda.reports.tests.test_domain_rendering import page as page_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def lines_of(company):
    (line,) = firm.lines(company)
    sold = (("1", "mo"), ("2", "mo"), ("3", "h"), ("1.5", "d"))
    return [replace(line, quantity=Decimal(quantity), unit=unit) for quantity, unit in sold]


def printed(company, **facts):
    document = firm.issued(firm.payer(company), lines_of(company), **facts)
    return page_of(print_facts([document], company)[0])


def test_an_italian_invoice_prints_units_in_words(company):
    text = printed(company)
    assert [words for words in ("1 mese", "2 mesi", "3 h", "1,5 giorni") if words not in text] == []


def test_a_french_invoice_prints_units_in_words(french):
    text = printed(french)
    assert [words for words in ("1 mois", "2 mois", "3 h", "1,5 jour ") if words not in text] == []


def test_the_unit_speaks_the_language_of_the_document_not_of_the_firm(company):
    assert "2 months" in printed(company, language="en")


def test_a_unit_that_means_something_else_here_keeps_its_code(company):
    Unit.objects.filter(company=company, code="d").update(legal_code="DZN")
    assert "1,5 d " in printed(company)


@pytest.mark.parametrize(("which", "expected"), [("company", "2 mesi"), ("french", "2 mois")])
def test_s23_a_quote_prints_units_in_words(which, expected, request):
    seller = request.getfixturevalue(which)
    line = NewLine(text="X", price=Decimal(10), quantity=Decimal(2), unit="mo", vat_code=firm.vat(seller))
    quote = create_quote(seller, title="X", lines=[line], by="test", on=TODAY, party=firm.payer(seller).party)
    assert expected in to_html(quote_layout(), quote_context(quote_facts(quote)))
