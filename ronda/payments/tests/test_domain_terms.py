from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.payments.domain.terms import (
    Allocated,
    OpenDue,
    Terms,
    allocate_oldest_first,
    due_date,
    instalments,
    share_of_withholding,
)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
amounts = st.decimals("-99999.99", "99999.99", places=2).filter(bool)
all_terms = st.builds(
    Terms,
    st.lists(st.integers(0, 120), min_size=1, max_size=12).map(sorted).map(tuple),
    in_months=st.booleans(),
    end_of_month=st.booleans(),
    extra_days=st.integers(0, 20),
    pay_day=st.none() | st.integers(1, 31),
    shift_months=st.sampled_from([(), (8,), (8, 12), (12, 1)]),
    shift_to_day=st.none() | st.integers(1, 31),
    remainder_on_first=st.booleans(),
)
dues = st.lists(
    st.builds(OpenDue, st.integers(1, 99), days, st.decimals("-500", "500", places=2)),
    max_size=8,
    unique_by=lambda due: due.id,
)


@settings(max_examples=80)
@given(amounts, all_terms, days)
def test_r45_instalments_add_up_and_none_precedes_the_document(payable, terms, issued_on):
    found = instalments(payable, terms, issued_on)

    assert sum(due.amount for due in found) == payable
    assert all(due.due_on >= issued_on for due in found)
    assert not {due.due_on.month for due in found} & set(terms.shift_months)
    assert [due.position for due in found] == list(range(1, len(terms.delays) + 1))


@settings(max_examples=80)
@given(amounts, all_terms, days)
def test_a_credit_note_mirrors_its_invoice(payable, terms, issued_on):
    invoice, credit = (instalments(sign * payable, terms, issued_on) for sign in (1, -1))

    assert [-due.amount for due in credit] == [due.amount for due in invoice]


def test_r45_thirty_sixty_ninety_days_end_of_month():
    found = instalments(Decimal("1000.00"), Terms((30, 60, 90), end_of_month=True), date(2026, 1, 15))

    assert [(due.due_on, due.amount) for due in found] == [
        (date(2026, 2, 28), Decimal("333.33")),
        (date(2026, 3, 31), Decimal("333.33")),
        (date(2026, 4, 30), Decimal("333.34")),
    ]


def test_r45_the_remainder_goes_on_the_first_if_so_agreed():
    found = instalments(Decimal("100.00"), Terms((0, 30, 60), remainder_on_first=True), date(2026, 1, 15))

    assert [due.amount for due in found] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_r45_percentages_of_a_total():
    terms = Terms((0, 30), percents=(Decimal(30), Decimal(70)))

    assert [due.amount for due in instalments(Decimal("99.99"), terms, date(2026, 1, 1))] == [
        Decimal("30.00"),
        Decimal("69.99"),
    ]


@pytest.mark.parametrize(
    ("terms", "issued_on", "expected"),
    [
        (Terms((30,)), date(2026, 1, 31), date(2026, 3, 2)),
        (Terms((1,), in_months=True), date(2026, 1, 31), date(2026, 2, 28)),
        (Terms((30,), end_of_month=True, extra_days=10), date(2026, 1, 15), date(2026, 3, 10)),
        (Terms((0,), pay_day=15), date(2026, 1, 16), date(2026, 2, 15)),
        (Terms((0,), pay_day=31), date(2026, 2, 10), date(2026, 2, 28)),
        (Terms((30,), end_of_month=True, pay_day=31), date(2026, 1, 15), date(2026, 2, 28)),
        (Terms((30,), shift_months=(8, 12), shift_to_day=10), date(2026, 7, 20), date(2026, 9, 10)),
        (Terms((30,), shift_months=(8, 12), shift_to_day=10), date(2026, 11, 20), date(2027, 1, 10)),
        (Terms((0,), shift_months=(12, 1), shift_to_day=5), date(2026, 12, 20), date(2027, 2, 5)),
        (Terms((0,), shift_months=(1,)), date(2026, 1, 31), date(2026, 2, 28)),
    ],
)
def test_r45_due_days(terms, issued_on, expected):
    assert due_date(terms, terms.delays[0], issued_on) == expected


def test_nothing_to_pay_has_no_due_date():
    assert instalments(Decimal(0), Terms((30, 60)), date(2026, 1, 1)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"delays": ()},
        {"delays": (-1,)},
        {"delays": (0, 30), "percents": (Decimal(50), Decimal(40))},
        {"delays": (0, 30), "percents": (Decimal(100),)},
        {"pay_day": 32},
        {"shift_months": tuple(range(1, 13))},
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Terms(**wrong)


@settings(max_examples=80)
@given(amounts, dues)
def test_r46_an_allocation_neither_makes_nor_loses_money(amount, found):
    settled, credit = allocate_oldest_first(amount, found)
    residues = {due.id: due.residue for due in found}

    assert sum(each.amount for each in settled) + credit == amount
    assert all(0 < each.amount / residues[each.due_id] <= 1 for each in settled)
    assert not credit or all(
        residues[due.id] * amount <= 0 or due.id in {each.due_id for each in settled} for due in found
    )


def test_r46_the_oldest_due_is_settled_first_unless_the_payer_names_another():
    day = date(2026, 1, 31)
    found = [OpenDue(1, day + timedelta(30), Decimal(100)), OpenDue(2, day, Decimal(80))]

    assert allocate_oldest_first(Decimal(100), found) == (
        [Allocated(2, Decimal(80)), Allocated(1, Decimal(20))],
        Decimal(0),
    )
    assert allocate_oldest_first(Decimal(100), found, first=[1])[0] == [Allocated(1, Decimal(100))]
    assert allocate_oldest_first(Decimal(200), found)[1] == Decimal(20)


def test_r46_a_refund_settles_credit_notes_only():
    found = [OpenDue(1, date(2026, 1, 1), Decimal(100)), OpenDue(2, date(2026, 2, 1), Decimal(-30))]

    assert allocate_oldest_first(Decimal(-30), found) == ([Allocated(2, Decimal(-30))], Decimal(0))


def test_r36_two_equal_payments_withhold_half_each():
    withheld = [
        share_of_withholding(Decimal(200), Decimal(1020), before, Decimal(510))
        for before in (Decimal(0), Decimal(510))
    ]

    assert withheld == [Decimal("100.00"), Decimal("100.00")]


@settings(max_examples=60)
@given(st.lists(st.decimals("0.01", "999.99", places=2), min_size=1, max_size=8))
def test_r36_the_withholding_of_all_payments_is_the_whole(payments):
    payable, withheld, before = sum(payments), Decimal(0), Decimal(0)
    for payment in payments:
        withheld += share_of_withholding(Decimal("200.00"), payable, before, payment)
        before += payment

    assert withheld == Decimal("200.00")
