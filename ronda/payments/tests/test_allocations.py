from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronda.parties.models import Party
from ronda.payments import queries
from ronda.payments.models import Allocation
from ronda.payments.services import (
    AlreadyCancelled,
    MoreThanOwed,
    NotEnoughCredit,
    NothingToAllocate,
    OtherParty,
    allocate,
    allocate_credit,
    cancel_payment,
    record_payment,
    refund,
    unallocate,
)
from ronda.payments.tests.makers import issued, new_party
from tests.found import found

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

JANUARY, MARCH = date(2026, 1, 31), date(2026, 3, 2)


@pytest.fixture
def pay(party, transfer):
    def pay(amount):
        return record_payment(party, date=MARCH, amount=Decimal(amount), method=transfer, by="anna")

    return pay


def settled(*documents):
    return [document.instalments.get().settled for document in documents]


def test_r46_unallocating_removes_only_that_link(party, pay):
    documents = [issued(party, JANUARY, "100", rate="0") for _n in range(2)]
    payment = pay("200")
    link = Allocation.objects.get(instalment__document=documents[0])

    unallocate(link, on=MARCH, by="anna")

    payment.refresh_from_db()
    assert settled(*documents) == [Decimal(0), Decimal(100)]
    assert (payment.allocated, Allocation.objects.count()) == (Decimal(100), 1)


def test_a_link_is_removed_once(party, pay):
    issued(party, JANUARY, "100", rate="0")
    link = pay("60").allocations.get()
    unallocate(Allocation.objects.get(pk=link.pk), on=MARCH, by="anna")

    with pytest.raises(AlreadyCancelled):
        unallocate(link, on=MARCH, by="anna")


def test_r46_an_unused_amount_settles_a_later_invoice(party, pay):
    payment = pay("150")
    document = issued(party, JANUARY, "100", rate="0")

    allocate(payment, on=MARCH, by="anna")

    payment.refresh_from_db()
    assert (settled(document), payment.credit) == ([Decimal(100)], Decimal(50))


def test_what_was_given_back_cannot_be_used_again(party, pay, transfer):
    payment = pay("150")
    refund(party, date=MARCH, amount=Decimal(100), method=transfer, by="anna")
    document = issued(party, JANUARY, "100", rate="0")

    allocate(payment, on=MARCH, by="anna")

    assert settled(document) == [Decimal(50)]


def test_more_than_the_payment_has_left_is_refused(party, pay, due_of):
    payment = pay("50")
    due = due_of(issued(party, JANUARY, "100", rate="0"))

    with pytest.raises(NotEnoughCredit):
        allocate(payment, on=MARCH, by="anna", instalments=[(due, Decimal(60))])


def test_a_payment_without_open_dues_has_nothing_to_settle(pay):
    with pytest.raises(NothingToAllocate):
        allocate(pay("50"), on=MARCH, by="anna")


def test_a_cancelled_payment_settles_nothing_and_its_links_stay(party, pay):
    issued(party, JANUARY, "30", rate="0")
    payment = pay("50")
    cancel_payment(payment, on=MARCH, by="anna")

    with pytest.raises(AlreadyCancelled):
        allocate(payment, on=MARCH, by="anna")
    with pytest.raises(AlreadyCancelled):
        unallocate(Allocation.objects.first(), on=MARCH, by="anna")


def test_a_credit_note_settles_an_invoice_and_itself(party, due_of):
    invoice = issued(party, JANUARY, "100", rate="0")
    note = issued(party, JANUARY, "30", rate="0", kind="credit_note")

    link = allocate_credit(due_of(note), due_of(invoice), on=MARCH, by="anna")

    assert settled(invoice, note) == [Decimal(30), Decimal(-30)]
    unallocate(link, on=MARCH, by="anna")
    assert settled(invoice, note) == [Decimal(0), Decimal(0)]


def test_a_credit_note_of_another_customer_is_refused(company, party, due_of):
    invoice = issued(party, JANUARY, "100", rate="0")
    theirs = issued(new_party(company, "Verdi"), JANUARY, "30", rate="0", kind="credit_note")

    with pytest.raises(OtherParty):
        allocate_credit(due_of(theirs), due_of(invoice), on=MARCH, by="anna")


def test_two_invoices_do_not_settle_each_other(party, due_of):
    first, second = (issued(party, JANUARY, "100", rate="0") for _n in range(2))

    with pytest.raises(MoreThanOwed):
        allocate_credit(due_of(first), due_of(second), on=MARCH, by="anna")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nets=st.lists(st.integers(-5000, 5000).filter(bool), min_size=1, max_size=4),
    paid=st.lists(st.integers(1, 9000), max_size=3),
    undo=st.integers(0, 6),
)
def test_r46_balance_is_documents_less_payments_and_settled_is_the_sum_of_links(
    company, transfer, nets, paid, undo
):
    party = new_party(company, "P", code=f"P{Party.objects.count()}")
    for cents in nets:
        kind = "invoice" if cents > 0 else "credit_note"
        issued(party, JANUARY, Decimal(abs(cents)) / 100, rate="0", kind=kind)
    for cents in paid:
        record_payment(party, date=MARCH, amount=Decimal(cents) / 100, method=transfer, by="anna")
    links = Allocation.objects.filter(instalment__party=party).order_by("pk")
    if undo < len(links):
        unallocate(links[undo], on=MARCH, by="anna")

    expected = Decimal(sum(nets) - sum(paid)) / 100
    assert queries.balance(party).owed == expected
    assert queries.statement(party).closing == expected
    assert found(company, "payments.dues", "payments.allocations") == []
