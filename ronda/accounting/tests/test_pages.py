from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ronda.accounting.models import Account, JournalEntry
from ronda.accounting.pages import books
from ronda.company.services import create_company
from ronda.payments.tests.makers import issued, new_party

pytestmark = pytest.mark.django_db

JANUARY, MARCH = date(2026, 1, 31), date(2026, 3, 2)
PERIOD = {"start": "01/02/2026", "end": "31/12/2026"}


def make_entry(company, n):
    document = issued(new_party(company, f"Customer {company.pk}-{n}", code=f"C{n}"), MARCH, "100")
    return JournalEntry.objects.get(source=f"billing.document:{document.pk}")


@pytest.fixture
def page(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def customers(company):
    return Account.objects.get(company=company, role="customers")


def test_the_trial_balance_page_shows_equal_totals_of_the_period(page, party, customers):
    issued(party, JANUARY, "100")
    issued(party, MARCH, "50")

    response = page.get(reverse("trial-balance"), PERIOD)

    balance = response.context["balance"]
    assert (balance.debit, balance.credit, balance.closing) == (Decimal(61), Decimal(61), 0)
    assert reverse("ledger", args=[customers.pk]) in response.content.decode()


def test_the_trial_balance_is_exported_with_numbers_and_totals(page, party):
    issued(party, MARCH, "50")

    response = page.get(reverse("trial-balance"), PERIOD | {"format": "xlsx"})

    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[-1][2:] == [0.0, 61.0, 61.0, 0.0]
    assert len(rows) == 5


def test_a_period_that_ends_before_it_begins_is_told(page):
    response = page.get(reverse("trial-balance"), {"start": "02/03/2026", "end": "01/03/2026"})

    assert list(response.context["form"].errors) == ["end"]


def test_the_ledger_page_runs_on_over_its_pages(page, party, customers, monkeypatch):
    monkeypatch.setattr(books, "ROWS", 2)
    for net in ("100", "10", "20", "30"):
        issued(party, JANUARY if net == "100" else MARCH, net, rate="0")

    response = page.get(reverse("ledger", args=[customers.pk]), PERIOD | {"page": "2"})

    ledger = response.context["ledger"]
    assert (ledger.carried, [row.balance for row in ledger.rows]) == (Decimal(130), [Decimal(160)])


def test_an_account_of_another_company_has_no_ledger(page):
    other = create_company(name="Altra", country="FR", by="zoe")
    theirs = Account.objects.filter(company=other).first()

    assert page.get(reverse("ledger", args=[theirs.pk])).status_code == 404


def test_an_entry_shows_its_lines_in_debit_and_credit(page, company):
    entry = make_entry(company, 1)

    html = page.get(reverse("journalentry-detail", args=[entry.pk])).content.decode()

    assert [amount in html for amount in ("122.00", "100.00", "22.00", "-22.00")] == [True, True, True, False]
