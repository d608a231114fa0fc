"""Paying suppliers: exact to the cent in whatever parts and order, and nothing waits when all is paid."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.accounting.domain.postings import off_balance
from ronda.kernel.money import ZERO
from ronda.purchases.domain.facts import VatFacts
from ronda.purchases.domain.paying import (
    Settled,
    fits,
    oldest_first,
    payment_movements,
    rounding_account,
    vat_movements,
)
from ronda.purchases.domain.posting import WAITING, Cost, invoice_movements, waiting_vat
from ronda.purchases.tests.invoices import credit_note, invoice, line

CENTS = st.integers(1, 100_000_00).map(lambda cents: Decimal(cents) / 100)
RATE = Decimal(22)


def settled(**facts):
    given = {"invoice": 1, "payable": Decimal(122), "before": ZERO, "change": Decimal(122)}
    return Settled(**given | facts)


@given(CENTS, CENTS, st.lists(st.integers(1, 50), min_size=1, max_size=9), st.sampled_from([1, -1]))
def test_the_shares_of_all_payments_of_an_invoice_add_up_to_its_vat(payable, vat, weights, sign):
    payable, vat = max(payable, Decimal("0.50")) * sign, vat * sign
    parts = [payable * weight / sum(weights) for weight in weights]
    before, moved = ZERO, ZERO
    for part in parts[:-1]:
        part = part.quantize(Decimal("0.01"))
        one = settled(payable=payable, before=before, change=part, waiting_vat=vat)
        moved += one.share_of(vat)
        before += part
    last = settled(payable=payable, before=before, change=payable - before, waiting_vat=vat)
    assert moved + last.share_of(vat) == vat


@given(CENTS, CENTS, st.permutations(range(4)))
def test_taken_back_in_any_order_nothing_of_the_vat_stays_moved(payable, vat, order):
    payable = max(payable, Decimal("1.00"))
    parts = [Decimal("0.13"), Decimal("0.29"), Decimal("0.07"), payable - Decimal("0.49")]
    total, before = ZERO, ZERO
    for part in parts:
        total += settled(payable=payable, before=before, change=part).share_of(vat)
        before += part
    for at in order:
        total += settled(payable=payable, before=before, change=-parts[at]).share_of(vat)
        before -= parts[at]
    assert total == 0


@given(
    st.lists(st.tuples(CENTS, CENTS, st.sampled_from([1, -1])), min_size=1, max_size=5),
    st.integers(-100, 100).map(lambda cents: Decimal(cents) / 100),
)
def test_the_entry_of_a_payment_balances_whatever_is_settled_withheld_and_rounded(rows, rounding):
    changes = [
        settled(payable=sign * owed, change=sign * owed, withheld=sign * tax) for owed, tax, sign in rows
    ]
    paid = sum((one.change for one in changes), ZERO) - rounding
    moves = payment_movements(7, "bank", changes, paid=paid, difference_account=rounding_account(rounding))
    assert off_balance(moves) == 0
    assert all(amount for _account, _party, amount in moves)


def test_a_payment_owes_the_supplier_less_and_the_state_what_is_withheld():
    moves = payment_movements(
        7, "bank", [settled(payable=Decimal(1020), change=Decimal(510), withheld=Decimal(200))],
        paid=Decimal(510), difference_account="rounding_gain",
    )  # fmt: skip
    assert set(moves) == {
        ("suppliers", 7, Decimal(610)),
        ("bank", None, Decimal(-510)),
        ("withholding_payable", None, Decimal(-100)),
    }


def test_vat_moves_in_proportion_to_what_is_paid():
    half = settled(change=Decimal(61), waiting_vat=Decimal(22))
    assert vat_movements(half) == (
        ("vat_receivable", None, Decimal(11)),
        ("vat_on_payment", None, Decimal(-11)),
    )
    assert vat_movements(settled()) == ()


@pytest.mark.parametrize(
    ("share", "left", "expected"),
    [("10", "10", True), ("0", "10", False), ("10.01", "10", False), ("-1", "10", False), ("-5", "-5", True),
     ("-6", "-5", False), ("1", "0", False)],
)  # fmt: skip
def test_a_share_has_the_sign_of_what_is_left_and_is_not_above_it(share, left, expected):
    assert fits(Decimal(share), Decimal(left)) is expected


@given(st.lists(st.integers(-500, 900).map(lambda n: Decimal(n) / 100), max_size=8), CENTS)
def test_oldest_first_spends_credit_notes_and_the_amount_and_no_more(left, amount):
    shares = oldest_first(left, amount)
    assert all(not share or fits(share, owed) for share, owed in zip(shares, left, strict=True))
    assert sum(shares, ZERO) == min(amount, sum(left, ZERO))


# --- what waits at registration ---


def moves_of(facts, costs, exigibilities):
    waiting = waiting_vat(facts, costs, exigibilities)
    moves = invoice_movements(facts, costs, supplier=1, rest_on="purchases", waiting=waiting)
    assert off_balance(moves) == 0
    return {account: amount for account, _party, amount in moves}


def test_vat_due_on_payment_waits_on_its_own_account():
    facts = invoice(exigibility="D")
    cost = [Cost("purchases", Decimal(100), RATE)]
    assert moves_of(facts, cost, frozenset("D"))[WAITING] == 22
    assert "vat_receivable" not in moves_of(facts, cost, frozenset("D"))
    assert moves_of(facts, cost, frozenset())["vat_receivable"] == 22
    assert moves_of(credit_note(exigibility="D"), cost, frozenset("D"))[WAITING] == -22


def test_of_vat_that_is_half_deducted_half_waits_and_half_is_a_cost():
    moves = moves_of(
        invoice(exigibility="D"), [Cost("purchases", Decimal(100), RATE, deductible=50)], frozenset("D")
    )
    assert (moves[WAITING], moves["purchases"]) == (11, 111)


def test_only_the_rows_due_on_payment_wait():
    rows = (line(), line("50.00", "10", number=2))
    vat = (
        VatFacts(rate=RATE, net=Decimal(100), vat=Decimal(22), exigibility="D"),
        VatFacts(rate=Decimal(10), net=Decimal(50), vat=Decimal(5)),
    )
    costs = [Cost("purchases", Decimal(100), RATE), Cost("purchases", Decimal(50), Decimal(10))]
    moves = moves_of(invoice(*rows, vat=vat), costs, frozenset("D"))
    assert (moves[WAITING], moves["vat_receivable"]) == (22, 5)
    assert moves_of(invoice(*rows, vat=vat), costs, frozenset("DI"))[WAITING] == 27


def test_nothing_waits_where_nothing_is_to_pay():
    facts = replace(invoice(exigibility="D"), to_pay=ZERO)
    assert waiting_vat(facts, [Cost("purchases", Decimal(100), RATE)], frozenset("D")) == 0
