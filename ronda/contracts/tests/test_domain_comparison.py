from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.contracts.domain.comparison import Amount, compare

amounts = st.lists(
    st.builds(Amount, st.integers(1, 3), st.integers(1, 6), st.decimals("-500", "500", places=2)), max_size=12
)


def run(**nets):
    return [Amount(1, int(name[1:]), Decimal(net)) for name, net in nets.items()]


@settings(max_examples=60)
@given(amounts, amounts)
def test_both_runs_are_accounted_for_to_the_cent(previous, now):
    found = compare(previous, now)

    assert found.before == sum(a.net for a in previous)
    assert found.now == sum(a.net for a in now)
    assert sum(row.difference for row in found.rows) == found.now - found.before


@given(amounts)
def test_a_run_compared_with_itself_shows_nothing(found):
    assert not compare(found, found).anomalies
    assert {row.change for row in compare(found, found).rows} <= {"same"}


def test_new_and_ended_contracts_are_told_apart_from_changes():
    found = compare(run(c1="100", c2="100", c3="100"), run(c2="100", c3="110", c4="50"))

    assert [(row.contract_id, row.change, row.percent) for row in found.rows] == [
        (1, "ended", None),
        (2, "same", 0),
        (3, "more", 10),
        (4, "new", None),
    ]
    assert found.anomalies == []


def test_a_change_above_thirty_per_cent_is_an_anomaly_and_one_of_thirty_is_not():
    found = compare(run(c1="100", c2="100", c3="100"), run(c1="130.00", c2="130.01", c3="50"))

    assert [row.contract_id for row in found.anomalies] == [3, 2]


def test_a_credit_that_grows_is_compared_by_its_size():
    (row,) = compare(run(c1="-100"), run(c1="-150")).rows

    assert (row.change, row.percent, row.anomalous) == ("less", -50, True)
