from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.contracts.domain.charges import LineTerms, due, owed
from ronda.contracts.domain.coverage import Segment, coverage, gaps, overlaps
from ronda.contracts.domain.schedule import ALIGNMENTS, Schedule
from ronda.kernel.periods import Period

START = date(2026, 1, 10)
offsets = st.integers(0, 400)


@st.composite
def any_terms(draw):
    start = START + timedelta(draw(offsets))
    policy = st.sampled_from(["full", "by_days", "by_30ths", "free", "merge"])
    suspended = draw(st.lists(st.tuples(offsets, st.integers(1, 60)), max_size=2))
    return LineTerms(
        Schedule(
            START, every=draw(st.sampled_from([1, 2, 3, 12])), alignment=draw(st.sampled_from(ALIGNMENTS))
        ),
        start,
        draw(st.none() | offsets.map(lambda n: start + timedelta(n))),
        Decimal(100),
        first_policy=draw(policy),
        last_policy=draw(policy),
        free_until=draw(st.none() | st.integers(0, 50).map(lambda n: start + timedelta(n))),
        suspended=tuple(Period(start + timedelta(a), start + timedelta(a + n)) for a, n in suspended),
    )


some_periods = st.lists(
    st.tuples(offsets, st.integers(1, 90)).map(
        lambda pair: Period(START + timedelta(pair[0]), START + timedelta(pair[0] + pair[1]))
    ),
    max_size=5,
)


@settings(max_examples=80)
@given(any_terms(), some_periods, some_periods, st.integers(0, 800))
def test_every_day_of_a_line_is_in_exactly_one_segment(terms, billed, waived, horizon):
    until = terms.starts_on + timedelta(horizon)
    found = coverage(terms, billed, until=until, waived=waived)
    days = [s.period.start + timedelta(n) for s in found.segments for n in range(s.period.days)]
    end = min(until, terms.stops)

    assert days == [terms.starts_on + timedelta(n) for n in range(max(0, (end - terms.starts_on).days))]


@settings(max_examples=80)
@given(any_terms(), st.integers(0, 700))
def test_a_run_leaves_neither_gap_nor_overlap(terms, later):
    as_of = terms.starts_on + timedelta(later)
    found = coverage(terms, [c.period for c in due(terms, as_of)], until=as_of)

    assert found.sound


@settings(max_examples=80)
@given(any_terms(), st.data())
def test_a_period_left_out_shows_as_a_gap(terms, data):
    charges = [c.period for c in owed(terms, terms.starts_on + timedelta(700))]
    if len(charges) > 2:
        missing = data.draw(st.integers(0, len(charges) - 2))
        billed = charges[:missing] + charges[missing + 1 :]
        found = coverage(terms, billed, until=charges[-1].end)

        assert found.days("gap") > 0 or terms.suspended
        assert found.days("overlap") == 0


def monthly(**options):
    return LineTerms(Schedule(START, alignment="calendar"), START, price=Decimal(100), **options)


def closed(first, last):
    return Period.closed(date(2026, *first), date(2026, *last))


def test_each_state_has_its_days():
    terms = monthly(free_until=date(2026, 1, 31), suspended=(closed((6, 1), (6, 30)),))
    billed = [closed((2, 1), (2, 28)), closed((4, 1), (4, 30)), closed((4, 16), (5, 15))]

    assert coverage(terms, billed, until=date(2026, 8, 1)).segments == (
        Segment(closed((1, 10), (1, 31)), "free"),
        Segment(closed((2, 1), (2, 28)), "billed"),
        Segment(closed((3, 1), (3, 31)), "gap"),
        Segment(closed((4, 1), (4, 15)), "billed"),
        Segment(closed((4, 16), (4, 30)), "overlap"),
        Segment(closed((5, 1), (5, 15)), "billed"),
        Segment(closed((5, 16), (5, 31)), "to_bill"),
        Segment(closed((6, 1), (6, 30)), "suspended"),
        Segment(closed((7, 1), (7, 31)), "to_bill"),
    )


def test_r21_days_suspended_inside_a_period_rest_billed_or_not():
    rest = closed((2, 10), (2, 20))
    terms = monthly(suspended=(rest,))
    for billed in ([], [closed((1, 10), (2, 28))]):
        assert coverage(terms, billed, until=date(2026, 3, 1)).periods("suspended") == [rest]


def test_days_billed_after_the_end_are_outside():
    terms = monthly(ends_on=date(2026, 2, 15))
    found = coverage(terms, [closed((1, 10), (1, 31)), closed((2, 1), (2, 28))], until=date(2027, 1, 1))

    assert found.outside == (closed((2, 16), (2, 28)),)
    assert not found.sound


def test_waived_days_are_free_and_no_gap():
    terms = monthly()
    billed, waived = [closed((2, 1), (2, 28))], [closed((1, 10), (1, 31))]

    assert gaps(terms, billed, until=date(2026, 3, 1)) == waived
    assert coverage(terms, billed, until=date(2026, 3, 1), waived=waived).sound


def test_a_one_off_is_to_bill_until_it_is_billed():
    terms = LineTerms(Schedule(START, "once"), START, price=Decimal(50))
    day = Period.closed(START, START)

    assert coverage(terms, [], until=date(2026, 12, 31)).segments == (Segment(day, "to_bill"),)
    assert coverage(terms, [day], until=date(2026, 12, 31)).segments == (Segment(day, "billed"),)


def test_the_same_period_twice_is_an_overlap():
    january = closed((1, 1), (1, 31))

    assert overlaps([january, january]) == [january]
