from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronda.accounting import queries
from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.company.services import create_company
from ronda.payments.services import record_payment
from ronda.payments.tests.makers import issued, new_document, new_party
from tests.found import found

BOOKS = ("accounting.balance", "accounting.documents")
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

JANUARY, MARCH, LAST = date(2026, 1, 31), date(2026, 3, 2), date(2026, 12, 31)


def test_the_trial_balance_shows_opening_movements_and_closing(company, party, transfer):
    issued(party, JANUARY, "100")
    issued(party, MARCH, "50")
    record_payment(party, date=MARCH, amount=Decimal(122), method=transfer, by="anna")

    rows = queries.trial_balance(company, date(2026, 2, 1), LAST).rows
    customers = Account.objects.get(company=company, role="customers")
    assert [(r.opening, r.debit, r.credit, r.closing) for r in rows if r.account_id == customers.pk] == [
        (Decimal("122.00"), Decimal("61.00"), Decimal("122.00"), Decimal("61.00"))
    ]


def test_the_trial_balance_is_of_one_company_and_takes_one_query(company, party, django_assert_num_queries):
    other = create_company(name="Altra", country="FR", by="zoe")
    issued(party, JANUARY, "100")
    issued(new_party(other, "Leroux"), JANUARY, "999")

    with django_assert_num_queries(1):
        balance = queries.trial_balance(company, JANUARY, LAST)
    assert (balance.debit, balance.credit) == (Decimal("122.00"), Decimal("122.00"))


def test_the_ledger_runs_from_the_balance_before_and_can_be_cut_into_pages(company, party):
    for net in ("100", "10", "20", "30"):
        issued(party, JANUARY if net == "100" else MARCH, net, rate="0")
    account = Account.objects.get(company=company, role="customers")

    whole = queries.ledger(account, date(2026, 2, 1), LAST)
    page = queries.ledger(account, date(2026, 2, 1), LAST, skip=1, limit=1)
    assert (whole.carried, [row.balance for row in whole.rows]) == (100, [110, 130, 160])
    assert (page.carried, [(row.amount, row.balance) for row in page.rows]) == (110, [(20, 130)])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.decimals("0.01", "9999", places=2),
            st.sampled_from(["0", "4", "22"]),
            st.sampled_from("IDS"),
            st.sampled_from(["invoice", "credit_note", "advance"]),
        ),
        min_size=1,
        max_size=5,
    ),
    st.decimals("0.01", "9999", places=2),
)
def test_the_trial_balance_of_anything_posted_is_zero(company, party, transfer, documents, paid):
    for net, rate, exigibility, kind in documents:
        issued(party, JANUARY, net, rate=rate, exigibility=exigibility, kind=kind)
    record_payment(party, date=MARCH, amount=paid, method=transfer, by="anna")

    balance = queries.trial_balance(company, MARCH, LAST)
    assert (balance.opening, balance.closing, balance.debit - balance.credit) == (0, 0, 0)
    assert found(company, *BOOKS) == []


def test_check_data_finds_an_entry_off_balance(company, party):
    issued(party, JANUARY, "100")
    line = JournalLine.objects.filter(account__role="sales").get()
    JournalLine.objects.filter(pk=line.pk).update(amount=Decimal("-99.99"))

    assert ("off", "accounting.journalentry", line.entry_id) in found(company, *BOOKS)


def test_check_data_finds_a_document_that_is_not_posted(company, party):
    document = new_document(party, JANUARY, "100")

    assert found(company, *BOOKS) == [("unposted", "billing.document", document.pk)]


def test_check_data_finds_an_entry_that_says_something_else_than_its_document(company, party):
    document = issued(party, JANUARY, "100")
    other = issued(party, JANUARY, "200")
    JournalEntry.objects.filter(source=f"billing.document:{document.pk}").update(source="x")
    JournalEntry.objects.filter(source=f"billing.document:{other.pk}").update(
        source=f"billing.document:{document.pk}"
    )

    assert [(problem, pk) for problem, _model, pk in found(company, *BOOKS)] == [
        ("differs", document.pk),
        ("unposted", other.pk),
    ]
