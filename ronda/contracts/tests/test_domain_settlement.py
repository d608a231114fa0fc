"""What a change of terms gives back or asks for, on days billed already."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.contracts.domain.charges import LineTerms, due, owed
from ronda.contracts.domain.schedule import Schedule
from ronda.contracts.domain.settlement import Taken, Version, settle
from ronda.kernel.periods import Period, repeated

DAY = timedelta(days=1)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def fee(price="1200.00", *, every=12, starts_on=YEAR.start, ends_on=None, **facts):
    schedule = Schedule(facts.pop("anchor", starts_on), every=every, timing=facts.pop("timing", "advance"))
    return LineTerms(schedule, starts_on, ends_on, price=Decimal(price), **facts)


def billed(terms, until, line=1):
    return [Taken(n, line, charge.period, charge.net) for n, charge in enumerate(owed(terms, until), start=1)]


def summary(changes):
    return [
        (str(c.changed.start), str(c.changed.last_day), str(c.difference), [str(e.amount) for e in c.now])
        for c in changes
    ]


def test_terms_that_did_not_change_settle_nothing():
    terms = fee(every=1, price="100")
    assert settle([Version(1, terms)], billed(terms, date(2026, 6, 1)), on=date(2026, 6, 1)) == []


def test_r17_a_new_price_from_july_asks_for_the_remaining_days_of_a_year_billed_in_advance():
    old = fee()
    versions = [
        Version(1, replace(old, ends_on=date(2026, 6, 30))),
        Version(2, fee("1800.00", starts_on=date(2026, 7, 1), anchor=YEAR.start)),
    ]
    changes = settle(versions, billed(old, YEAR.end), on=date(2026, 7, 1))

    # 181 of 365 days at 1200 = 595.07; 184 of 365 at 1800 = 907.40; 1502.47 − 1200.00
    assert summary(changes) == [("2026-07-01", "2026-12-31", "302.47", ["595.07", "907.40"])]


def test_r17_a_lower_price_from_the_past_gives_back_month_by_month():
    old = fee("100.00", every=1)
    versions = [
        Version(1, replace(old, ends_on=date(2026, 2, 15))),
        Version(2, fee("80.00", every=1, starts_on=date(2026, 2, 16), anchor=YEAR.start)),
    ]
    changes = settle(versions, billed(old, date(2026, 5, 1)), on=date(2026, 4, 20))

    assert summary(changes) == [
        ("2026-02-16", "2026-02-28", "-9.29", ["53.57", "37.14"]),
        ("2026-03-01", "2026-03-31", "-20.00", ["80.00"]),
        ("2026-04-01", "2026-04-30", "-20.00", ["80.00"]),
    ]


def test_r21_suspended_days_of_a_billed_year_are_given_back():
    old = fee()
    now = replace(old, suspended=(Period.closed(date(2026, 8, 1), date(2026, 8, 31)),))
    (change,) = settle([Version(1, now)], billed(old, YEAR.end), on=date(2026, 8, 1))

    assert (change.changed, change.difference) == (
        Period.closed(date(2026, 8, 1), date(2026, 8, 31)),
        Decimal("-101.91"),
    )


def test_r22_a_last_day_inside_a_billed_year_gives_the_rest_back():
    old = fee()
    now = replace(old, ends_on=date(2026, 3, 31))
    (change,) = settle([Version(1, now)], billed(old, YEAR.end), on=date(2026, 3, 31))

    assert summary([change]) == [("2026-04-01", "2026-12-31", "-904.11", ["295.89"])]


def test_r23_taking_up_an_ended_fee_again_asks_for_what_was_given_back():
    whole = fee()
    ended = replace(whole, ends_on=date(2026, 3, 31))
    (change,) = settle([Version(1, whole)], billed(ended, YEAR.end), on=date(2026, 4, 10))

    assert summary([change]) == [("2026-04-01", "2026-12-31", "904.11", ["1200.00"])]


def test_r24_the_day_of_an_upgrade_belongs_to_the_new_fee_only():
    old = fee("100.00", every=1)
    day = date(2026, 3, 1)
    versions = [
        Version(1, replace(old, ends_on=day - DAY)),
        Version(2, fee("150.00", every=1, starts_on=day, anchor=YEAR.start)),
    ]
    changes = settle(versions, billed(old, date(2026, 4, 1)), on=day)

    assert summary(changes) == [("2026-03-01", "2026-03-31", "50.00", ["150.00"])]


def test_days_given_up_stay_given_up_under_new_terms():
    old = fee("100.00", every=1)
    taken = [each._replace(waived=True) for each in billed(old, date(2026, 3, 1))]
    versions = [
        Version(1, replace(old, ends_on=date(2026, 1, 31))),
        Version(2, fee("150.00", every=1, starts_on=date(2026, 2, 1), anchor=YEAR.start)),
    ]
    (change,) = settle(versions, taken, on=date(2026, 3, 1))

    assert (change.difference, [each.line for each in change.now]) == (0, [2])


def test_a_new_rhythm_gives_back_what_the_month_will_bill_whole_later():
    old = fee("100.00", every=1)
    versions = [
        Version(1, replace(old, ends_on=date(2026, 2, 28))),
        Version(2, fee("330.00", every=3, starts_on=date(2026, 3, 1), timing="arrears")),
    ]
    changes = settle(versions, billed(old, date(2026, 4, 1)), on=date(2026, 3, 10))

    assert summary(changes) == [("2026-03-01", "2026-03-31", "-100.00", [])]


days = st.integers(0, 700).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
prices = st.decimals(0, 5000, places=2)


@st.composite
def lives(draw):
    """A fee, billed by some day, then changed from another day on; the new rhythm may differ."""
    start = draw(st.dates(date(2025, 1, 1), date(2025, 12, 31)))
    every, timing = draw(st.sampled_from([1, 2, 3, 6, 12])), draw(st.sampled_from(["advance", "arrears"]))
    alignment = draw(st.sampled_from(["anniversary", "calendar"]))
    old = LineTerms(
        Schedule(start, every=every, timing=timing, alignment=alignment), start, price=draw(prices)
    )
    as_of = start + timedelta(days=draw(st.integers(0, 600)))
    taken = [Taken(n, 1, c.period, c.net) for n, c in enumerate(due(old, as_of), start=1)]
    day = start + timedelta(days=draw(st.integers(1, 600)))
    same = draw(st.booleans())
    schedule = old.schedule if same else Schedule(day, every=draw(st.sampled_from([1, 3, 12])), timing=timing)
    new = LineTerms(schedule, day, price=draw(prices))
    return [Version(1, replace(old, ends_on=day - DAY)), Version(2, new)], taken, as_of


@given(lives())
@settings(max_examples=300, deadline=None)
def test_after_a_change_every_day_is_billed_once_and_the_money_is_what_is_owed(life):
    versions, taken, as_of = life
    changes = settle(versions, taken, on=as_of)

    gone = {each.row for change in changes for each in change.before}
    kept = [(each.line, each.period, each.amount) for each in taken if each.row not in gone]
    settled = [(e.line, e.period, e.amount) for change in changes for e in change.now]
    after = kept + settled
    assert repeated([period for _line, period, _net in after]) == []

    # What stands in the memory now is owed by the terms of today, day for day and cent for cent.
    all_owed = {
        (v.line, c.period.start): (c.period, c.net) for v in versions for c in owed(v.terms, date(2029, 1, 1))
    }
    assert [(period, net) for _line, period, net in after] == [
        all_owed[line, period.start] for line, period, _net in after
    ]
    # And the month finds the rest: nothing of it overlaps what stands.
    standing = {v.line: {(p.start, "regular") for line, p, _n in after if line == v.line} for v in versions}
    rest = [c.period for v in versions for c in due(v.terms, as_of, standing[v.line])]
    assert repeated([*rest, *(period for _line, period, _net in after)]) == []
    difference = sum((change.difference for change in changes), Decimal(0))
    assert (
        sum((n for _l, _p, n in after), Decimal(0)) == sum((t.amount for t in taken), Decimal(0)) + difference
    )


@pytest.mark.parametrize("last", [date(2026, 1, 1), date(2026, 12, 31), date(2027, 5, 5)])
def test_ending_and_taking_up_again_costs_nothing(last):
    whole = fee("777.77")
    taken = billed(whole, YEAR.end)
    ended = replace(whole, ends_on=last)
    there = settle([Version(1, ended)], taken, on=last)
    between = [Taken(9, 1, e.period, e.amount) for c in there for e in c.now] or taken
    back = settle([Version(1, whole)], between, on=last)

    assert sum(c.difference for c in [*there, *back]) == 0
