from datetime import date
from decimal import Decimal

import pytest

from ronda.payments import queries
from ronda.payments.models import Instalment, Payment
from ronda.payments.services import cancel_payment, record_payment
from ronda.payments.tests.makers import issued, new_document, new_party
from tests.found import found

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 2)


@pytest.fixture
def pay(party, transfer):
    def pay(amount, on):
        return record_payment(party, date=on, amount=Decimal(amount), method=transfer, by="anna")

    return pay


def test_s17_the_statement_runs_through_documents_and_payments(party, pay, django_assert_num_queries):
    issued(party, JANUARY, "100", rate="0")
    pay("30", FEBRUARY)
    issued(party, MARCH, "10", rate="0", kind="credit_note")

    with django_assert_num_queries(2):
        statement = queries.statement(party)
    assert [(row.date, row.debit, row.credit, row.balance) for row in statement.rows] == [
        (JANUARY, Decimal(100), None, Decimal(100)),
        (FEBRUARY, None, Decimal(30), Decimal(70)),
        (MARCH, None, Decimal(10), Decimal(60)),
    ]
    assert (statement.debits, statement.credits) == (Decimal(100), Decimal(40))


def test_s17_a_statement_from_a_day_on_opens_with_the_balance_before(party, pay):
    issued(party, JANUARY, "100", rate="0")
    pay("30", FEBRUARY)

    statement = queries.statement(party, start=FEBRUARY, end=FEBRUARY)
    assert (statement.opening, len(statement.rows), statement.closing) == (Decimal(100), 1, Decimal(70))


def test_s17_a_cancelled_payment_is_told_twice_and_counts_until_it_was_cancelled(party, pay):
    issued(party, JANUARY, "100", rate="0")
    cancel_payment(pay("30", FEBRUARY), on=MARCH, by="anna")

    assert [row.balance for row in queries.statement(party).rows] == [100, 70, 100]
    assert (queries.balance_on(party, FEBRUARY), queries.balance_on(party, MARCH)) == (70, 100)


def test_s18_the_balance_is_open_dues_less_unused_payments(company, party, pay, django_assert_num_queries):
    empty = new_party(company, "Verdi")
    issued(party, JANUARY, "100.10", rate="22")
    pay("30", FEBRUARY)

    with django_assert_num_queries(2):
        balances = queries.balances([party.pk, empty.pk])
    assert {key: balance.owed for key, balance in balances.items()} == {party.pk: Decimal("92.12")}


def test_o32_open_dues_by_age(company, party, django_assert_num_queries):
    for day, net in ((date(2026, 3, 1), "1"), (JANUARY, "2"), (date(2025, 12, 20), "4"), (MARCH, "16")):
        issued(party, day, net, rate="0")
    issued(new_party(company, "Verdi"), date(2025, 11, 1), "8", rate="0")

    with django_assert_num_queries(2):
        rows = queries.aged(company, on=MARCH)
    assert [(row.name, row.not_due, row.late) for row in rows] == [
        ("Verdi", Decimal(0), (Decimal(0), Decimal(0), Decimal(0), Decimal(8))),
        ("Bianchi", Decimal(16), (Decimal(3), Decimal(0), Decimal(4), Decimal(0))),
    ]


def test_the_proposal_of_an_amount_is_what_recording_it_does(party, pay):
    documents = [issued(party, day, "100", rate="0") for day in (MARCH, JANUARY)]
    proposed = queries.shares_of(queries.open_dues_of(party), Decimal(130))
    pay("130", MARCH)

    assert proposed == {d.instalments.get().pk: d.instalments.get().settled for d in documents}


def test_check_data_finds_dues_payments_and_documents_that_disagree(company, party, pay):
    document = issued(party, JANUARY, "100", rate="0")
    payment = pay("50", MARCH)
    assert found(company, "payments.dues", "payments.allocations") == []

    Instalment.objects.update(settled=Decimal(49))
    Payment.objects.update(allocated=Decimal(49))
    without = new_document(party, JANUARY, "7")
    assert found(company, "payments.allocations", "payments.dues") == [
        ("settled", "payments.instalment", document.instalments.get().pk),
        ("used", "payments.payment", payment.pk),
        ("sum", "billing.document", without.pk),
    ]
