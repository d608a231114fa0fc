"""R25-R28: what is earned at a closing date and what is deferred, in worked numbers and for any input."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.accounting.domain.accruals import account_role
from ronda.accounting.domain.deferrals import (
    MONTH,
    Credit,
    less_discount,
    release,
    slices,
    split,
    units,
)
from ronda.accounting.domain.explaining import formula, rows
from ronda.kernel.periods import Period, days_in_month, every

YEAR = Period.closed(date(2025, 10, 1), date(2026, 9, 30))
CLOSING = date(2025, 12, 31)
FEE = Decimal(1200)
DAY = timedelta(days=1)


def test_r25_by_days_1200_over_a_year_closed_after_92_days_earns_302_47():
    found = split(FEE, YEAR, CLOSING)

    assert (found.earned, found.deferred) == (Decimal("302.47"), Decimal("897.53"))
    assert (found.elapsed, found.days) == (92, 365)
    assert formula(found.steps) == "1200.00 × 92/365 = 302.47; 897.53"


def test_r25_by_months_the_same_fee_earns_three_of_twelve():
    found = split(FEE, YEAR, CLOSING, method="months")

    assert (found.earned, found.deferred) == (Decimal("300.00"), Decimal("900.00"))
    assert formula(found.steps) == "1200.00 × 3/12 = 300.00; 900.00"


def test_r25_by_months_a_cut_month_counts_by_its_own_days():
    found = split(FEE, Period.closed(date(2025, 10, 15), date(2026, 10, 14)), CLOSING, method="months")

    # 17/31 of October and two months: 1200 × (2 + 17/31) / 12 = 254.8387...
    assert found.earned == Decimal("254.84")
    assert formula(found.steps) == "1200.00 × (2+17/31)/12 = 254.84; 945.16"


def test_r25_a_year_with_29_february_has_366_days():
    period = Period.closed(date(2023, 3, 1), date(2024, 2, 29))
    found = split(Decimal("366.00"), period, date(2023, 12, 31))

    assert (found.elapsed, found.days) == (306, 366)
    assert (found.earned, found.deferred) == (Decimal("306.00"), Decimal("60.00"))


def test_r26_1000_over_twelve_months_by_days_gives_december_the_two_cents_left():
    months = list(every(1, anchor=date(2025, 1, 1), until=date(2026, 1, 1)))

    found = slices(Decimal(1000), months)

    alone = [(Decimal(1000) * month.days / 365).quantize(Decimal("0.01")) for month in months]
    assert sum(alone) == Decimal("999.98")
    assert found[:11] == alone[:11]
    assert (alone[11], found[11]) == (Decimal("84.93"), Decimal("84.95"))
    assert sum(found) == Decimal("1000.00")


def test_r27_a_start_on_the_last_day_of_a_month_counts_one_day():
    period = Period.closed(date(2025, 12, 31), date(2026, 12, 30))

    assert split(Decimal("365.00"), period, CLOSING).earned == Decimal("1.00")
    # One of the 31 days of December: 1200 / 12 / 31 = 3.2258...
    assert split(FEE, period, CLOSING, method="months").earned == Decimal("3.23")


def test_r27_a_credit_note_takes_back_what_is_not_delivered_first():
    found = split(FEE, YEAR, CLOSING, credits=[Credit(Decimal(600), YEAR)])

    assert (found.earned, found.deferred, found.credited) == (
        Decimal("302.47"),
        Decimal("297.53"),
        Decimal("600"),
    )


def test_r27_what_a_credit_note_takes_beyond_that_was_earned():
    found = split(FEE, YEAR, CLOSING, credits=[Credit(Decimal(1000))])

    assert (found.earned, found.deferred) == (Decimal("200.00"), Decimal("0.00"))


def test_r27_a_credit_note_on_everything_leaves_nothing():
    found = split(FEE, YEAR, CLOSING, credits=[Credit(FEE, YEAR)])

    assert (found.earned, found.deferred) == (0, 0)


def test_r27_a_credit_for_days_to_come_takes_back_those_days_only():
    # Ended on 30/06/26: 92 days are given back, 92/365 of 1200.
    back = Credit(Decimal("302.47"), Period.closed(date(2026, 7, 1), date(2026, 9, 30)))

    assert split(FEE, YEAR, CLOSING, credits=[back]).earned == Decimal("302.47")
    over = split(FEE, YEAR, date(2026, 6, 30), credits=[back])
    assert (over.earned, over.deferred) == (Decimal("897.53"), Decimal("0.00"))


def test_r28_suspended_days_take_no_share():
    february = Period.closed(date(2026, 2, 1), date(2026, 2, 28))

    found = split(Decimal("337.00"), YEAR, CLOSING, suspended=[february])
    after = split(Decimal("337.00"), YEAR, date(2026, 2, 28), suspended=[february])

    assert (found.earned, found.elapsed, found.days) == (Decimal("92.00"), 92, 337)
    assert after.earned == split(Decimal("337.00"), YEAR, date(2026, 1, 31), suspended=[february]).earned


def test_r28_a_credit_for_suspended_days_lowers_what_the_other_days_share():
    february = Period.closed(date(2026, 2, 1), date(2026, 2, 28))
    back = Credit(Decimal("28.00"), february)

    found = split(Decimal("365.00"), YEAR, CLOSING, suspended=[february], credits=[back])

    assert (found.earned, found.deferred) == (Decimal("92.00"), Decimal("245.00"))


def test_a_period_not_begun_is_deferred_and_one_over_is_earned():
    period = Period.closed(date(2026, 1, 1), date(2026, 3, 31))

    assert split(FEE, period, CLOSING).deferred == FEE
    assert split(FEE, period, date(2026, 3, 31)).deferred == 0
    assert [words for words, _value in rows(split(FEE, period, CLOSING).steps)][1] == (
        "the period begins on 2026-01-01 only"
    )


def test_a_discount_on_the_document_is_taken_off_before():
    net, steps = less_discount(Decimal("1000.00"), Decimal("10.00"))

    assert net == Decimal("900.00")
    assert rows(steps) == [
        ("net of the line", "1000.00"),
        ("discount on the whole document, per cent", "− 10"),
    ]


def test_what_is_deferred_is_told_month_by_month():
    found = split(FEE, YEAR, CLOSING)

    months = list(release(found.deferred, YEAR, CLOSING))

    assert months[0] == (2026 * 12, Decimal("101.92"))
    assert (len(months), sum(amount for _month, amount in months)) == (9, found.deferred)


def test_r27_the_months_at_the_end_bear_a_credit():
    found = split(FEE, YEAR, CLOSING, credits=[Credit(Decimal(600))])

    months = list(release(found.deferred, YEAR, CLOSING, credited=found.credited))

    # 101.92 + 92.05 + 101.92 leave 1.64 of 297.53 for April.
    assert [str(amount) for _month, amount in months] == ["101.92", "92.05", "101.92", "1.64"]


@pytest.mark.parametrize(
    ("last", "amount", "role"),
    [
        (date(2025, 12, 31), 1, "invoices_to_issue"),
        (date(2026, 1, 1), 1, "accrued_income"),
        (date(2025, 12, 31), -1, "credit_notes_to_issue"),
    ],
)
def test_r27_what_waits_for_a_document_has_an_account_of_its_own(last, amount, role):
    assert account_role(Period.closed(date(2025, 12, 1), last), Decimal(amount), CLOSING) == role


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
amounts = st.decimals("-100000", "100000", places=2)


@st.composite
def periods(draw, longest=1200):
    first = draw(days)
    return Period.closed(first, first + timedelta(days=draw(st.integers(0, longest))))


@given(amounts, periods(), st.lists(days, max_size=12), st.sampled_from(["days", "months"]))
def test_r26_slices_over_any_partition_add_up_to_the_amount(net, period, cuts, method):
    edges = sorted({period.start, period.end, *(day for day in cuts if period.contains(day))})
    parts = [Period(start, end) for start, end in zip(edges, edges[1:], strict=False)]

    found = slices(net, parts, method=method)

    assert sum(found) == net
    assert all(amount * net >= 0 for amount in found)


@given(amounts, periods(), days, days, st.sampled_from(["days", "months"]), st.data())
def test_r25_what_is_earned_never_shrinks_as_time_passes(net, period, one, other, method, data):
    given_back = data.draw(st.decimals(0, abs(net), places=2)).copy_sign(net)
    suspended = data.draw(st.lists(periods(60), max_size=2))
    credits = [Credit(given_back)]

    before, after = (
        split(net, period, day, method=method, suspended=suspended, credits=credits)
        for day in sorted((one, other))
    )

    assert abs(before.earned) <= abs(after.earned)
    assert before.earned + before.deferred == after.earned + after.deferred == net - given_back
    assert before.earned * net >= 0
    assert before.deferred * net >= 0


@given(amounts, periods(), days, st.lists(periods(40), max_size=3))
def test_r25_by_days_is_what_counting_day_by_day_gives(net, period, on, suspended):
    served, elapsed, day = 0, 0, period.start
    while day <= period.last_day:
        if not any(gap.start <= day <= gap.last_day for gap in suspended):
            served += 1
            elapsed += day <= on
        day += DAY
    if not served:
        return

    found = split(net, period, on, suspended=suspended)

    assert abs(found.earned - net * elapsed / served) <= Decimal("0.005")
    assert (found.elapsed, found.days) == (elapsed, served)


@given(periods())
def test_r25_by_months_every_month_counts_the_same(period):
    counted, day = 0, period.start
    while day < period.end:
        counted += MONTH // days_in_month(day.year, day.month)
        day += DAY

    assert units([period], "months") == counted


@given(amounts, periods(), days, st.sampled_from(["days", "months"]), st.data())
def test_the_months_to_come_add_up_to_what_is_deferred(net, period, on, method, data):
    given_back = data.draw(st.decimals(0, abs(net), places=2)).copy_sign(net)
    found = split(net, period, on, method=method, credits=[Credit(given_back)])

    months = list(release(found.deferred, period, on, method=method, credited=found.credited))

    assert sum(amount for _month, amount in months) == found.deferred
