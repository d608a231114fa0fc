"""Random lives of a contract: whatever happens in whatever order, days and money add up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ronda.contracts.models import Settlement
from tests.lives.checks import check
from tests.lives.life import END, FEES, START, Life

days = st.integers(0, 500).map(lambda n: START + timedelta(days=n))
settlements = st.sampled_from([s.value for s in Settlement if s != Settlement.REFUND])
steps = st.one_of(
    st.tuples(st.just("bill"), days),
    st.tuples(st.just("amend"), days, st.integers(0, 2), st.decimals(0, 3000, places=2), settlements),
    st.tuples(st.just("rhythm"), days, st.integers(0, 2), st.sampled_from([1, 3, 12])),
    st.tuples(st.just("timing"), st.integers(0, 2), st.sampled_from(["advance", "arrears"])),
    st.tuples(st.just("index"), days),
    st.tuples(st.just("renew")),
    st.tuples(st.just("back")),
    st.tuples(st.just("suspend"), days, st.integers(0, 90), st.booleans(), st.booleans()),
    st.tuples(st.just("lift")),
    st.tuples(st.just("terminate"), days, settlements),
    st.tuples(st.just("take_up"), days),
    st.tuples(st.just("credit"), st.integers(0, 5)),
)


class LivesOfAContract(TestCase):
    @given(st.sampled_from([None, END]), st.lists(steps, min_size=1, max_size=8), days)
    @settings(
        max_examples=30,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def test_days_and_money_add_up_after_every_step(self, ends_on, life_steps, closing_day):
        life = Life(ends_on)
        for step in [("bill", date(2026, 7, 1)), *life_steps]:
            life.do(step)
            check(life, [closing_day])


@pytest.mark.django_db
def test_a_life_written_out():
    life = Life()
    for step in (
        ("bill", date(2026, 6, 1)),
        ("amend", date(2026, 3, 10), 1, Decimal("1500.00"), "credit"),
        ("credit", 0),
        ("credit", 1),
        ("suspend", date(2026, 5, 1), 30, False, True),
        ("bill", date(2026, 9, 1)),
        ("terminate", date(2026, 7, 31), "credit"),
        ("take_up", date(2026, 10, 1)),
        ("bill", date(2026, 11, 1)),
        ("credit", 0),
        ("bill", date(2026, 12, 1)),
    ):
        life.do(step)
        check(life, [date(2026, 6, 30), date(2026, 12, 31)])
    assert life.contract.amendments.count() == 4


@pytest.mark.django_db
def test_a_life_renewed_with_its_index_written_out():
    life = Life(END)
    first = life.contract
    for step in (
        ("bill", date(2026, 12, 1)),
        ("renew",),
        ("bill", date(2027, 2, 1)),
        ("index", date(2027, 2, 1)),
        ("back",),
        ("suspend", date(2026, 12, 1), 20, False, True),
        ("take_up", date(2027, 3, 1)),
        ("amend", date(2026, 11, 10), 0, Decimal("90.00"), "credit"),
        ("bill", date(2027, 4, 1)),
    ):
        life.do(step)
        check(life, [date(2026, 12, 31), date(2027, 1, 31)])
    successor = first.followers.get()
    assert successor.starts_on == date(2027, 1, 1)
    now = dict(successor.lines.filter(closed_by=None).values_list("text", "price"))
    assert all(now[fee["text"]] > Decimal(fee["price"]) for fee in FEES)
    assert first.amendments.count() == 1, "two would have reached into the days of the successor"
