from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.accounting import queries
from ronda.accounting.domain.postings import Posting
from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.accounting.services import (
    Unbalanced,
    UnknownAccount,
    post_documents,
    post_entries,
    seed_chart,
)
from ronda.company.country import ACCOUNT_ROLES
from ronda.company.models import Company
from ronda.payments.services import cancel_payment, record_payment, refund, unallocate
from ronda.payments.tests.makers import issue, issued, new_document

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

TODAY, LATER = date(2026, 3, 2), date(2026, 3, 31)


def entry_of(document):
    lines = JournalLine.objects.filter(entry__source=f"billing.document:{document.pk}").order_by("pk")
    return [(line.account.role or line.account.code, line.amount) for line in lines.select_related("account")]


def balances(company):
    """Closing balance by role; accounts at zero are left out."""
    rows = queries.trial_balance(company, TODAY, LATER).rows
    roles = dict(Account.objects.filter(company=company).values_list("pk", "role"))
    return {roles[row.account_id] or row.code: row.closing for row in rows if row.closing}


@pytest.fixture
def pay(party, transfer):
    def pay(amount, **facts):
        facts = {"date": LATER, "method": transfer, "by": "anna"} | facts
        return record_payment(party, amount=Decimal(amount), **facts)

    return pay


def test_an_invoice_posts_customer_sales_and_vat(party):
    assert entry_of(issued(party, TODAY, "100")) == [
        ("customers", Decimal("122.00")),
        ("sales", Decimal("-100.00")),
        ("vat_payable", Decimal("-22.00")),
    ]


def test_r37_with_split_payment_the_customer_owes_the_net(company, party):
    issued(party, TODAY, "1000", exigibility="S")

    assert balances(company) == {"customers": Decimal(1000), "sales": Decimal(-1000)}


def test_a_lines_own_account_takes_its_net(company, party):
    Account.objects.create(company=company, code="4711", name="Noleggi", kind="revenue")
    document = issued(party, TODAY, "100", lines=[("70", "sale", ""), ("30", "sale", "4711")])

    assert sorted(entry_of(document)[1:3]) == [("4711", Decimal("-30.00")), ("sales", Decimal("-70.00"))]


def test_an_account_the_chart_does_not_have_is_refused(party):
    with pytest.raises(UnknownAccount) as refused:
        issued(party, TODAY, "100", lines=[("100", "sale", "0815")])
    assert refused.value.facts["account"] == "0815"


def test_r35_charged_stamp_duty_pays_back_its_cost(company, party):
    lines = [("100", "sale", ""), ("2", "stamp", "")]
    issued(party, TODAY, "102", rate="0", lines=lines, stamp_duty=Decimal(2))

    assert balances(company) == {
        "customers": Decimal(102),
        "sales": Decimal(-100),
        "stamp_duty_payable": Decimal(-2),
    }


def test_r35_stamp_duty_not_charged_is_a_cost(company, party):
    issued(party, TODAY, "100", rate="0", stamp_duty=Decimal(2))

    assert balances(company)["stamp_duty"] == Decimal(2)


def test_r41_an_advance_is_revenue_only_when_it_is_deducted(company, party):
    issued(party, TODAY, "300", kind="advance")
    assert balances(company)["advances_received"] == Decimal(-300)

    issued(party, TODAY, "700", lines=[("1000", "sale", ""), ("-300", "advance", "")])
    assert balances(company) == {
        "customers": Decimal(1220),
        "sales": Decimal(-1000),
        "vat_payable": Decimal(-220),
    }


def test_invoice_and_credit_note_are_zero_on_every_account(company, party):
    issued(party, TODAY, "100")
    issued(party, TODAY, "100", kind="credit_note")

    assert balances(company) == {}


def test_r36_withholding_is_suffered_with_each_payment(company, party, pay):
    issued(party, TODAY, "1000", withholding="200")
    assert balances(company)["customers"] == Decimal(1220)

    pay("510")
    assert balances(company)["withholding_receivable"] == Decimal(100)
    pay("510")
    assert balances(company) == {
        "bank": Decimal(1020),
        "withholding_receivable": Decimal(200),
        "sales": Decimal(-1000),
        "vat_payable": Decimal(-220),
    }


def test_r36_undoing_a_payment_takes_back_what_was_withheld_with_it(company, party, pay):
    issued(party, TODAY, "1000", withholding="200")
    first, _second = pay("333.33"), pay("200.01")
    cancel_payment(first, on=LATER, by="anna")

    assert balances(company)["withholding_receivable"] == Decimal("39.22")
    assert balances(company)["customers"] == Decimal("1220") - Decimal("200.01") - Decimal("39.22")


def test_deferred_vat_becomes_payable_as_the_customer_pays(company, party, pay):
    issued(party, TODAY, "1000", exigibility="D")
    payment = pay("610")
    assert balances(company)["vat_deferred"] == Decimal(-110)

    unallocate(payment.allocations.get(), on=LATER, by="anna")
    assert balances(company)["vat_deferred"] == Decimal(-220)
    assert "vat_payable" not in balances(company)


def test_a_credit_note_with_withholding_gives_it_back_when_it_is_refunded(company, party, pay, transfer):
    issued(party, TODAY, "1000", withholding="200")
    pay("1020")
    issued(party, TODAY, "1000", withholding="200", kind="credit_note")
    refund(party, date=LATER, amount=Decimal(1020), method=transfer, by="anna")

    assert balances(company) == {}


def test_a_cancelled_payment_leaves_two_opposite_entries(company, party, pay):
    payment = pay("50")
    cancel_payment(payment, on=LATER, by="anna")

    assert JournalEntry.objects.filter(source__startswith=f"payments.payment:{payment.pk}").count() == 2
    assert balances(company) == {}


def test_the_same_source_is_posted_once(company, party):
    document = issued(party, TODAY, "100")

    assert post_documents(company.pk, (document.pk,)) == 0
    assert JournalEntry.objects.count() == 1


def test_an_entry_off_balance_is_refused_and_nothing_is_written(company):
    right = Posting("a", TODAY, "other", "a", (("bank", None, Decimal(1)), ("sales", None, Decimal(-1))))
    wrong = Posting("b", TODAY, "other", "b", (("bank", None, Decimal(1)),))

    with pytest.raises(Unbalanced):
        post_entries(company.pk, [right, wrong])
    assert not JournalEntry.objects.exists()


def test_the_batch_takes_the_same_queries_for_one_and_for_ten(company, party):
    counts = []
    for size in (1, 10):
        documents = [new_document(party, TODAY, "100") for _n in range(size)]
        with CaptureQueriesContext(connection) as found:
            issue(*documents)
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_a_company_starts_with_the_chart_of_its_country_once(company):
    roles = set(Account.objects.filter(company=company).exclude(role="").values_list("role", flat=True))

    assert roles == set(ACCOUNT_ROLES)
    assert seed_chart(company) == 0


def test_the_chart_keeps_accounts_the_company_has_made(db):
    company = Company.objects.create(name="Nuova", country="XX")
    Account.objects.create(company=company, code="mine", name="Clienti", kind="asset", role="customers")
    seed_chart(company)

    assert Account.objects.get(company=company, role="customers").code == "mine"
