"""E22: the forecast by closed form is that of every single charge."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ronda.analysis.domain.forecast import Forecast, Months, forecast
from ronda.billing.domain.totals import Discount
from ronda.contracts.domain.charges import LineTerms, owed
from ronda.contracts.domain.schedule import ALIGNMENTS, INVOICE_DAYS, TIMINGS, Schedule
from ronda.kernel.money import running_share
from ronda.kernel.periods import Period

DAY = timedelta(days=1)
MONTHS = Months(date(2026, 4, 1), 24)


def by_charges(terms, months, waived=()):
    """The definition: every charge owed, one by one, with the money module."""
    invoiced, earned = [Decimal(0)] * months.count, [Decimal(0)] * months.count
    for charge in owed(terms, months.period.end + timedelta(days=2500)):
        if charge.period.start in waived:
            continue
        for at in range(months.count):
            month = Period(months.edges[at], months.edges[at + 1])
            if month.contains(charge.invoice_on):
                invoiced[at] += charge.net
            if common := month.common(charge.period):
                before = (common.start - charge.period.start).days
                earned[at] += running_share(charge.net, before, common.days, charge.period.days)
    return invoiced, earned


def by_closed_form(terms, months, waived=()):
    found = Forecast(months)
    found.add(terms, waived)
    return [row[1] for row in found.amounts()], [row[2] for row in found.amounts()]


days = st.dates(date(2023, 1, 1), date(2029, 6, 1))
spans = st.integers(0, 1500)


@st.composite
def line_terms(draw):
    starts_on = draw(days)
    length = draw(st.none() | spans)
    unit = draw(st.sampled_from(["month", "month", "month", "week", "once"]))
    schedule = Schedule(
        draw(st.just(starts_on) | days),
        unit=unit,
        every=draw(st.sampled_from([1, 2, 3, 4, 5, 6, 12, 24])),
        alignment=draw(st.sampled_from(ALIGNMENTS)),
        timing=draw(st.sampled_from(TIMINGS)),
        invoice_day=draw(st.sampled_from(INVOICE_DAYS)),
        invoice_day_number=draw(st.integers(1, 31)),
        offset_days=draw(st.sampled_from([0, 0, 0, -40, -5, 10, 60])),
        lead_days=draw(st.sampled_from([0, 0, 15, 45])),
        month_end_anchor=draw(st.booleans()),
    )
    policy = st.sampled_from(["full", "by_days", "by_30ths", "free", "merge"])
    hole = draw(st.none() | st.tuples(days, st.integers(1, 200)))
    return LineTerms(
        schedule,
        starts_on,
        None if length is None else starts_on + timedelta(days=length),
        price=draw(st.decimals(-500, 5000, places=2)),
        price_basis=draw(st.sampled_from(["period", "month", "year", "day"])),
        quantity=draw(st.sampled_from([Decimal(1), Decimal(3), Decimal("2.5")])),
        discounts=draw(st.sampled_from([(), (Discount(percent=Decimal("12.5")),)])),
        first_policy=draw(policy),
        last_policy=draw(policy),
        free_until=draw(st.none() | st.just(starts_on + timedelta(days=45))),
        suspended=(Period(hole[0], hole[0] + timedelta(days=hole[1])),) if hole else (),
    )


@settings(max_examples=400, deadline=None)
@given(line_terms())
@example(LineTerms(Schedule(date(2026, 1, 31), month_end_anchor=True), date(2026, 1, 31), price=Decimal(10)))
def test_e22_the_closed_form_is_what_owed_says_to_the_cent(terms):
    assert by_closed_form(terms, MONTHS) == by_charges(terms, MONTHS)


@settings(max_examples=60, deadline=None)
@given(line_terms(), st.sets(days, max_size=3))
def test_e22_periods_given_up_are_left_out(terms, waived):
    known = {charge.period.start for charge in list(owed(terms, date(2029, 1, 1)))[:2]} | waived

    assert by_closed_form(terms, MONTHS, known) == by_charges(terms, MONTHS, known)


def test_e22_a_quarter_of_300_is_billed_four_times_a_year_and_earned_every_day():
    """300.00 from 15 April 2026: 16/91, 31/91, 30/91 and 14/91 of it."""
    terms = LineTerms(Schedule(date(2026, 4, 15), every=3), date(2026, 4, 15), price=Decimal(300))

    rows = forecast([terms], Months(date(2026, 4, 1), 4)).amounts()

    assert [(day.month, invoiced) for day, invoiced, _earned in rows] == [
        (4, 300), (5, 0), (6, 0), (7, 300)
    ]  # fmt: skip
    # Running: 52.75, 154.95, 253.85, 300.00. July has 46.15 of the first quarter and 17/92 of the next.
    assert [earned for _day, _invoiced, earned in rows] == [
        Decimal("52.75"), Decimal("102.20"), Decimal("98.90"), Decimal("101.58")
    ]  # fmt: skip


def test_e22_a_line_with_a_last_day_stops_there():
    terms = LineTerms(Schedule(date(2026, 1, 1)), date(2026, 1, 1), date(2026, 6, 15), price=Decimal(100))

    assert [row[1] for row in forecast([terms], Months(date(2026, 4, 1), 4)).amounts()] == [
        100, 100, 50, 0
    ]  # fmt: skip


def test_months_begin_on_the_first():
    with pytest.raises(ValueError, match="first of a month"):
        Months(date(2026, 4, 2), 24)
    with pytest.raises(ValueError, match="at least one"):
        Months(date(2026, 4, 1), 0)
