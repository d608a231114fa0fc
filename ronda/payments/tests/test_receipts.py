from datetime import date
from decimal import Decimal

import pytest

from ronda.payments import queries
from ronda.payments.models import Allocation, Payment
from ronda.payments.services import (
    AlreadyCancelled,
    AmountIsZero,
    KeyUsedForAnother,
    MoreThanOwed,
    OtherParty,
    cancel_payment,
    record_payment,
    record_payments,
    refund,
)
from ronda.payments.tests.makers import issued, new_party

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 2)


@pytest.fixture
def pay(party, transfer):
    def pay(amount, **facts):
        facts = {"date": MARCH, "method": transfer, "by": "anna"} | facts
        return record_payment(facts.pop("party", party), amount=Decimal(amount), **facts)

    return pay


def settled(*documents):
    return [document.instalments.get().settled for document in documents]


def test_r46_without_a_reference_the_oldest_due_is_settled_first(party, pay):
    younger, older = issued(party, FEBRUARY, "100", rate="0"), issued(party, JANUARY, "100", rate="0")

    payment = pay("130")

    assert settled(older, younger) == [Decimal(100), Decimal(30)]
    assert payment.allocated == Decimal(130)


def test_r46_an_explicit_reference_is_settled_and_no_other(party, pay, due_of):
    older, younger = issued(party, JANUARY, "100", rate="0"), issued(party, FEBRUARY, "100", rate="0")

    pay("60", instalments=[(due_of(younger), Decimal(60))])

    assert settled(older, younger) == [Decimal(0), Decimal(60)]


def test_r46_what_is_paid_too_much_stays_to_the_customers_credit(party, pay):
    issued(party, JANUARY, "100", rate="0")

    payment = pay("150.50")

    assert payment.credit == Decimal("50.50")
    assert queries.balance(party) == queries.Balance(Decimal("0.00"), Decimal("50.50"))


def test_r36_two_payments_of_half_settle_an_invoice_with_withholding(party, pay):
    document = issued(party, JANUARY, "1000", withholding="200")
    pay("510")
    pay("510")

    assert document.instalments.get().residue == 0
    assert queries.balance(party).owed == 0


def test_the_same_key_twice_records_one_payment(party, pay):
    document = issued(party, JANUARY, "100", rate="0")

    first = pay("40", key="bank-7")

    assert pay("40", key="bank-7") == first
    assert (Payment.objects.count(), settled(document)) == (1, [Decimal(40)])


def test_a_key_of_another_payment_is_refused(pay):
    pay("40", key="bank-7")

    with pytest.raises(KeyUsedForAnother):
        pay("41", key="bank-7")


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_a_payment_of_nothing_is_refused(pay, amount):
    with pytest.raises(AmountIsZero):
        pay(amount)


def test_more_than_a_due_has_left_is_refused(party, pay, due_of):
    due = due_of(issued(party, JANUARY, "100", rate="0"))

    with pytest.raises(MoreThanOwed):
        pay("150", instalments=[(due, Decimal(150))])
    assert not Payment.objects.exists()


def test_parts_that_exceed_the_payment_are_refused(party, pay, due_of):
    dues = [due_of(issued(party, JANUARY, "100", rate="0")) for _n in range(2)]

    with pytest.raises(MoreThanOwed):
        pay("150", instalments=[(due, Decimal(100)) for due in dues])


def test_a_due_of_another_customer_is_refused(company, pay, due_of):
    theirs = due_of(issued(new_party(company, "Verdi"), JANUARY, "100", rate="0"))

    with pytest.raises(OtherParty):
        pay("100", instalments=[(theirs, Decimal(100))])


def test_ticked_dues_give_one_payment_for_each_customer(company, party, transfer, due_of):
    verdi = new_party(company, "Verdi")
    documents = [issued(who, JANUARY, "100", rate="0") for who in (party, verdi, party)]
    note = issued(verdi, JANUARY, "30", rate="0", kind="credit_note")

    payments = record_payments(
        [due_of(document) for document in (*documents, note)], date=MARCH, method=transfer, by="anna"
    )

    assert sorted((p.party.name, p.amount) for p in payments) == [
        ("Bianchi", Decimal(200)),
        ("Verdi", Decimal(70)),
    ]
    assert settled(*documents, note) == [Decimal(100)] * 3 + [Decimal(-30)]


def test_ticked_dues_that_cancel_out_move_no_money(party, transfer, due_of):
    invoice = issued(party, JANUARY, "100", rate="0")
    notes = [issued(party, JANUARY, part, rate="0", kind="credit_note") for part in ("30", "70")]

    dues = [due_of(document) for document in (invoice, *notes)]
    assert record_payments(dues, date=MARCH, method=transfer, by="anna") == []
    assert settled(invoice, *notes) == [Decimal(100), Decimal(-30), Decimal(-70)]


def test_ticked_dues_already_settled_record_nothing(party, transfer, pay, due_of):
    invoice = issued(party, JANUARY, "100", rate="0")
    pay("100")

    assert record_payments([due_of(invoice)], date=MARCH, method=transfer, by="anna") == []
    assert Payment.objects.count() == 1


def test_a_cancelled_payment_opens_its_dues_and_keeps_its_history(party, pay):
    document = issued(party, JANUARY, "100", rate="0")
    payment = pay("130")

    cancel_payment(payment, on=MARCH, by="anna", reason="bounced")

    payment.refresh_from_db()
    assert (settled(document), payment.allocated, payment.cancelled_on) == ([Decimal(0)], Decimal(0), MARCH)
    assert list(Allocation.objects.order_by("pk").values_list("amount", flat=True)) == [
        Decimal(100),
        Decimal(-100),
    ]
    assert queries.balance(party).owed == Decimal(100)


def test_a_payment_is_cancelled_once(pay):
    payment = pay("130")
    cancel_payment(payment, on=MARCH, by="anna")

    with pytest.raises(AlreadyCancelled):
        cancel_payment(payment, on=MARCH, by="anna")


def test_a_refund_gives_back_what_was_paid_too_much(party, pay, transfer):
    pay("50")

    back = refund(party, date=MARCH, amount=Decimal(50), method=transfer, by="anna")

    assert (back.amount, queries.balance(party).owed) == (Decimal(-50), 0)


def test_a_refund_settles_credit_notes_first(party, pay, transfer):
    note = issued(party, JANUARY, "80", rate="0", kind="credit_note")
    pay("50")

    refund(party, date=MARCH, amount=Decimal(100), method=transfer, by="anna")

    assert settled(note) == [Decimal(-80)]
    assert queries.balance(party) == queries.Balance(Decimal("0.00"), Decimal("30.00"))


def test_a_refund_beyond_the_customers_credit_is_refused(party, pay, transfer):
    pay("50")

    with pytest.raises(MoreThanOwed) as refused:
        refund(party, date=MARCH, amount=Decimal("50.01"), method=transfer, by="anna")
    assert refused.value.facts["owed"] == Decimal(50)
