from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.billing.domain.derivation import Step, formula, from_json, rows, to_json
from ronda.billing.domain.totals import Discount, line_net
from ronda.contracts.domain.charges import (
    LineTerms,
    due,
    next_charge,
    owed,
    settled_until,
)
from ronda.contracts.domain.schedule import ALIGNMENTS, TIMINGS, Schedule
from ronda.kernel.periods import Period

FAR = date(2060, 1, 1)
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
prices = st.decimals("0.01", "9999.99", places=2)
schedules = st.builds(
    Schedule,
    anchor=days,
    unit=st.sampled_from(["month", "month", "week"]),
    every=st.sampled_from([1, 2, 3, 4, 5, 6, 12]),
    alignment=st.sampled_from(ALIGNMENTS),
    timing=st.sampled_from(TIMINGS),
    lead_days=st.integers(0, 20),
)
policies = st.sampled_from(["full", "by_days", "by_30ths", "free", "merge"])
proportional = st.sampled_from(["by_days", "by_30ths"])


@st.composite
def any_terms(draw, policy=policies):
    start = draw(days)
    return LineTerms(
        draw(schedules),
        start,
        draw(st.none() | st.integers(0, 900).map(lambda n: start + timedelta(n))),
        draw(prices),
        draw(st.sampled_from(["period", "month", "year", "day"])),
        draw(st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5"), Decimal("12.25")])),
        draw(
            st.sampled_from(
                [(), (Discount(Decimal(10)),), (Discount(Decimal("33.33")), Discount(Decimal(5)))]
            )
        ),
        draw(policy),
        draw(policy),
        draw(st.none() | st.integers(0, 60).map(lambda n: start + timedelta(n))),
    )


def monthly(start, **options):
    alignment = options.pop("alignment", "calendar")
    return LineTerms(Schedule(start, alignment=alignment), start, price=Decimal("100.00"), **options)


def quarterly(start, **options):
    return LineTerms(
        Schedule(start, every=3, alignment="calendar"), start, price=Decimal("300.00"), **options
    )


def amounts(charges):
    return [(str(c.period.start), str(c.period.last_day), str(c.net)) for c in charges]


# Idempotence


@settings(max_examples=60)
@given(any_terms(), st.integers(0, 1500))
def test_r10_billing_twice_owes_nothing_new(terms, later):
    as_of = terms.starts_on + timedelta(later)
    billed = {charge.key for charge in due(terms, as_of)}

    assert due(terms, as_of, billed) == []


@settings(max_examples=60)
@given(any_terms(), st.lists(st.integers(0, 700), min_size=1, max_size=5).map(sorted))
def test_r09_late_equals_on_time(terms, steps):
    billed, on_time = set(), []
    for step in steps:
        charges = due(terms, terms.starts_on + timedelta(step), billed)
        billed |= {charge.key for charge in charges}
        on_time += charges

    assert on_time == due(terms, terms.starts_on + timedelta(steps[-1]))


@settings(max_examples=60)
@given(any_terms(), st.integers(0, 900), st.integers(0, 40))
def test_skipping_what_is_settled_changes_nothing(terms, later, kept):
    as_of = terms.starts_on + timedelta(later)
    charges = due(terms, as_of)
    settled = charges[:kept]
    day = charges[kept].period.start if kept < len(charges) else None

    assert due(terms, as_of, {c.key for c in settled}, settled_before=day) == charges[kept:]


@settings(max_examples=60)
@given(any_terms(), st.integers(0, 900))
def test_three_aggregates_tell_where_the_unbilled_days_begin(terms, later):
    terms = replace(terms, suspended=())
    as_of = terms.starts_on + timedelta(later)
    charges = due(terms, as_of)
    if charges:
        until = settled_until(terms, charges[0].period.start, charges[-1].period.start, len(charges))
        if until is not None:
            assert until >= charges[-1].period.end or terms.last_policy == "full"
            assert due(terms, as_of, settled_before=until) == []


def test_a_hole_among_the_billed_periods_is_not_taken_for_settled():
    terms = monthly(date(2026, 1, 1))

    assert settled_until(terms, date(2026, 1, 1), date(2026, 4, 1), 4) == date(2026, 5, 1)
    assert settled_until(terms, date(2026, 1, 1), date(2026, 4, 1), 3) is None
    assert settled_until(terms, date(2026, 2, 1), date(2026, 4, 1), 3) is None


@settings(max_examples=60)
@given(any_terms(), st.integers(0, 900))
def test_charges_never_share_a_day_nor_leave_the_line(terms, later):
    charges = due(terms, terms.starts_on + timedelta(later))

    assert all(a.period.end <= b.period.start for a, b in zip(charges, charges[1:], strict=False))
    assert all(c.period.days >= 1 and c.period.start >= terms.starts_on for c in charges)
    assert terms.ends_on is None or all(c.period.last_day <= terms.ends_on for c in charges)
    assert all(c.factor[0] > 0 for c in charges)


@settings(max_examples=60)
@given(any_terms(), st.integers(0, 900))
def test_r30_quantity_times_the_printed_unit_price_gives_the_net(terms, later):
    for charge in due(terms, terms.starts_on + timedelta(later)):
        assert line_net(charge.quantity, charge.unit_price, charge.discounts) == charge.net


@settings(max_examples=60)
@given(any_terms(), st.integers(0, 900))
def test_the_next_charge_is_what_a_later_run_finds_first(terms, later):
    as_of = terms.starts_on + timedelta(later)
    upcoming = next_charge(terms, frozenset(), after=as_of)
    owed_now = {charge.key for charge in due(terms, as_of)}
    found = due(terms, as_of + timedelta(800), owed_now)

    assert found[:1] == ([upcoming] if upcoming in found else [])
    assert upcoming is not None or not found


# Parts of a period


@settings(max_examples=80)
@given(any_terms(proportional), st.integers(1, 700))
def test_r24_however_a_line_is_cut_its_parts_add_up_to_the_whole(terms, cut):
    terms = replace(
        terms, ends_on=terms.starts_on + timedelta(800), last_policy=terms.first_policy, free_until=None
    )
    day = terms.starts_on + timedelta(cut)
    before = replace(terms, ends_on=day - timedelta(1))
    after = replace(terms, starts_on=day)

    assert sum(c.net for c in [*owed(before, FAR), *owed(after, FAR)]) == sum(c.net for c in owed(terms, FAR))


def test_r06_first_partial_month_by_days():
    (first, _june) = due(monthly(date(2024, 5, 20)), date(2024, 6, 1))

    assert (first.net, first.factor, first.part) == (Decimal("38.71"), (12, 31), "first")
    assert first.period == Period.closed(date(2024, 5, 20), date(2024, 5, 31))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("full", [("2024-05-20", "2024-06-30", "300.00"), ("2024-07-01", "2024-09-30", "300.00")]),
        ("by_days", [("2024-05-20", "2024-06-30", "138.46"), ("2024-07-01", "2024-09-30", "300.00")]),
        ("by_30ths", [("2024-05-20", "2024-06-30", "138.71"), ("2024-07-01", "2024-09-30", "300.00")]),
        ("free", [("2024-07-01", "2024-09-30", "300.00")]),
        ("merge", [("2024-05-20", "2024-09-30", "438.46")]),
    ],
)
def test_r06_first_partial_quarter_under_each_policy(policy, expected):
    assert amounts(due(quarterly(date(2024, 5, 20), first_policy=policy), date(2024, 7, 1))) == expected


def test_r06_a_merged_first_period_waits_for_the_invoice_of_the_next():
    terms = quarterly(date(2024, 5, 20), first_policy="merge")

    assert due(terms, date(2024, 6, 30)) == []
    (charge,) = due(terms, date(2024, 7, 1))
    assert (charge.key, charge.invoice_on) == ((date(2024, 5, 20), "regular"), date(2024, 7, 1))


def test_r06_a_merged_first_period_is_known_from_its_first_day_and_settled_whole():
    terms = quarterly(date(2024, 5, 20), first_policy="merge")

    assert [c.period.last_day for c in owed(terms, date(2024, 5, 21))] == [date(2024, 9, 30)]
    assert due(terms, date(2024, 7, 1), settled_before=date(2024, 5, 21)) == []
    assert due(terms, date(2024, 7, 1), settled_before=date(2024, 7, 1)) == []
    assert settled_until(terms, date(2024, 5, 20), date(2024, 5, 20), 1) == date(2024, 10, 1)


def test_r06_a_line_that_ends_with_its_first_period_is_charged_for_it():
    terms = quarterly(date(2024, 5, 20), ends_on=date(2024, 6, 30), first_policy="merge")

    assert amounts(due(terms, FAR)) == [("2024-05-20", "2024-06-30", "138.46")]


def test_r06_a_line_that_ends_before_the_next_period_has_nothing_to_merge_with():
    terms = quarterly(date(2024, 5, 20), ends_on=date(2024, 6, 10), first_policy="merge")

    assert [(c.factor, c.part) for c in due(terms, FAR)] == [((22, 91), "only")]


def test_r07_the_last_period_is_shortened_by_the_same_policies():
    def last(policy):
        terms = monthly(date(2024, 5, 1), ends_on=date(2024, 6, 10), last_policy=policy)
        return amounts(due(terms, FAR))[1:]

    assert last("by_days") == [("2024-06-01", "2024-06-10", "33.33")]
    assert last("full") == [("2024-06-01", "2024-06-10", "100.00")]
    assert last("free") == []


def test_r07_a_line_that_ends_where_the_next_begins_has_no_charge_without_days():
    terms = monthly(date(2026, 1, 1), ends_on=date(2026, 1, 31))

    assert amounts(due(terms, FAR)) == [("2026-01-01", "2026-01-31", "100.00")]


def test_r07_one_day_counts_one():
    terms = monthly(date(2026, 1, 31), ends_on=date(2026, 2, 1))

    assert [c.factor for c in due(terms, FAR)] == [(1, 31), (1, 28)]


def test_r05_a_future_line_owes_nothing_before_its_start_less_the_lead_days():
    terms = LineTerms(Schedule(date(2026, 9, 1), lead_days=10), date(2026, 9, 1), price=Decimal(50))

    assert due(terms, date(2026, 8, 21)) == []
    assert [c.invoice_on for c in due(terms, date(2026, 8, 22))] == [date(2026, 9, 1)]


def test_r05_the_first_invoice_is_not_meant_for_a_day_before_the_start():
    start = date(2026, 9, 1)
    terms = LineTerms(Schedule(start, offset_days=-10), start, price=Decimal(50))

    assert [c.invoice_on for c in due(terms, date(2026, 9, 21))] == [start, date(2026, 9, 21)]


def test_a_period_that_began_before_the_settled_day_is_settled():
    found = due(monthly(date(2026, 1, 1)), date(2026, 3, 1), settled_before=date(2026, 2, 10))

    assert [c.period.start for c in found] == [date(2026, 3, 1)]


def test_r09_a_late_run_finds_every_period_once():
    terms = monthly(date(2026, 1, 1))

    assert [c.period.start.month for c in due(terms, date(2026, 4, 15))] == [1, 2, 3, 4]
    assert [c.period.start.month for c in due(terms, date(2026, 4, 15), {(date(2026, 2, 1), "regular")})] == [
        1,
        3,
        4,
    ]


def test_r11_a_period_billed_before_the_end_was_known_is_still_billed():
    billed = {c.key for c in due(monthly(date(2026, 1, 1)), date(2026, 2, 1))}

    assert due(monthly(date(2026, 1, 1), ends_on=date(2026, 2, 10)), FAR, billed) == []


def test_free_days_move_the_first_paid_day():
    terms = monthly(date(2026, 1, 1), free_until=date(2026, 2, 14))

    assert amounts(due(terms, date(2026, 3, 1))) == [
        ("2026-02-15", "2026-02-28", "50.00"),
        ("2026-03-01", "2026-03-31", "100.00"),
    ]


def test_r21_suspended_days_are_not_billed():
    terms = monthly(date(2026, 4, 1), suspended=(Period.closed(date(2026, 4, 16), date(2026, 5, 31)),))

    assert [(c.factor, c.net) for c in due(terms, date(2026, 6, 1))] == [
        ((15, 30), Decimal("50.00")),
        ((1, 1), Decimal("100.00")),
    ]


def test_a_one_off_is_owed_once_and_whole():
    day = date(2026, 3, 15)
    terms = LineTerms(Schedule(day, "once"), day, price=Decimal("250"), quantity=Decimal(2))

    (charge,) = due(terms, FAR)
    assert (charge.key, charge.net, charge.period.days) == ((day, "once"), Decimal("500.00"), 1)
    assert due(terms, date(2026, 3, 14)) == []
    assert due(terms, FAR, {charge.key}) == []


# Price bases


@settings(max_examples=60)
@given(days, st.sampled_from([1, 2, 3, 4, 6, 12]), prices, st.sampled_from([1, 3]))
def test_the_months_of_a_year_add_up_to_its_price(start, every, price, quantity):
    terms = LineTerms(
        Schedule(start, every=every), start, price=price, price_basis="year", quantity=Decimal(quantity)
    )
    year = [c for c in owed(terms, FAR) if c.period.start < start.replace(year=start.year + 1, day=1)]

    assert sum(c.net for c in year[: 12 // every]) == price * quantity


def test_a_thousand_a_year_billed_by_the_month():
    terms = LineTerms(Schedule(date(2026, 1, 1)), date(2026, 1, 1), price=Decimal(1000), price_basis="year")
    nets = [c.net for c in due(terms, date(2026, 12, 1))]

    assert nets[:3] == [Decimal("83.33"), Decimal("83.34"), Decimal("83.33")]
    assert sum(nets) == 1000


def test_a_price_of_a_month_or_of_a_day_follows_the_period():
    start = date(2026, 1, 1)
    of_month = LineTerms(Schedule(start, every=3), start, price=Decimal(100), price_basis="month")
    of_day = LineTerms(Schedule(start), start, price=Decimal(2), price_basis="day")

    assert [c.net for c in due(of_month, start)] == [Decimal("300.00")]
    assert [c.net for c in due(of_day, date(2026, 2, 1))] == [Decimal("62.00"), Decimal("56.00")]


# Derivation


def test_a_charge_tells_how_it_came_about():
    terms = quarterly(date(2024, 5, 20), quantity=Decimal("2.0000"), discounts=(Discount(Decimal("10.00")),))
    (charge,) = due(terms, date(2024, 6, 1))

    assert formula(charge.derivation) == "300.00 × 2 × 42/91 × (1 − 10 %) = 249.23"
    assert from_json(to_json(charge.derivation)) == charge.derivation
    assert [value for _words, value in rows(charge.derivation)] == [
        "300.00",
        "× 2",
        "× 42/91",
        "− 10",
        "= 249.23",
    ]


def test_an_unknown_step_of_a_later_version_shows_its_code():
    assert rows((Step("future.thing", {}, "3"),)) == [("future.thing", "× 3")]
