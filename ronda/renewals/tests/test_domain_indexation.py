"""R18: the numbers of the rules, property tests, and every way a value can be missing."""

import csv
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ronda.kernel.money import CENT, to_cents
from ronda.renewals.domain.indexation import (
    Change,
    Clause,
    Pending,
    Series,
    Value,
    change,
    due_on,
    in_short,
    new_price,
    next_due,
    reference,
    rows,
    variation,
    words,
)
from ronda.renewals.domain.shipped import SERIES, shipped_values

D = Decimal
START = date(2024, 1, 1)
SAMPLE = Path(__file__).parents[4] / "shared" / "standards" / "it" / "istat" / "foi_sample.csv"


def month(text):
    year, number = text.split("-")
    return date(int(year), int(number), 1)


def series(values, *, decimals=None, every=1, base="2015", code="FOI"):
    read = [Value(month(name), D(str(value)), base) for name, value in values.items()]
    return Series(code, read, decimals=decimals, every=every)


def priced(price, clause, register, due=date(2026, 1, 1), rounding="cent"):
    moved = change(clause, register, due)
    assert isinstance(moved, Change), moved
    return new_price(D(str(price)), moved, rounding)


def test_r18_three_quarters_of_two_per_cent_make_1015_of_1000():
    register = Series("FOI", [Value(month("2025-09"), D("121.7"), "2015", published=D("2.0"))], decimals=1)
    clause = Clause(START, share=D(75), reference_month=9)
    assert priced("1000.00", clause, register) == D("1015.00")


def test_r18_chaining_agrees_with_the_first_base_and_never_counts_twice():
    values = series({"2024-01": "105.65", "2025-01": "110.5", "2026-01": "114.25"})
    clause = Clause(START)
    first = priced("1000.00", clause, values, date(2025, 1, 1))
    assert first == D("1045.91")
    second = change(Clause(START, last_month=month("2025-01")), values, date(2026, 1, 1))
    assert new_price(first, second) == D("1081.40")
    whole = change(Clause(START, last_month=month("2024-01")), values, date(2026, 1, 1))
    assert new_price(D("1000.00"), whole) == D("1081.40")
    wrong = first * (1 + (D("114.25") - D("105.65")) / D("105.65"))
    assert to_cents(wrong) == D("1131.05")
    assert D("1127.31") not in (new_price(first, second), new_price(D("1000.00"), whole))


def test_r18_a_computed_variation_is_rounded_as_the_series_says():
    two_years = {"2023-09": "119.3", "2025-09": "121.7"}
    exact = variation(series(two_years), month("2025-09"), month("2023-09"))
    rounded = variation(series(two_years, decimals=1), month("2025-09"), month("2023-09"))
    assert exact[0] == D("2.0117351215")  # 121.7 / 119.3 - 1
    assert rounded[0] == D("2.0")


def test_r18_the_published_variation_counts_before_a_computed_one():
    values = [
        Value(month("2024-09"), D("120.0"), "2015"),
        Value(month("2025-09"), D("121.7"), "2015", D("1.3"), D("2.0")),
    ]
    register = Series("FOI", values, decimals=1)
    assert variation(register, month("2025-09"), month("2024-09"))[0] == D("1.3")
    assert variation(register, month("2025-09"), month("2023-09"))[0] == D("2.0")  # published over 24 months


def test_r18_every_24_months_the_variation_of_two_years_counts():
    values = [Value(month("2025-09"), D("121.7"), "2015", D("1.4"), D("2.0"))]
    clause = Clause(START, share=D(75), reference_month=9, every_months=24, first_after_months=24)
    assert due_on(clause, date(2026, 6, 1)) == date(2026, 1, 1)
    assert priced("1000.00", clause, Series("FOI", values, decimals=1)) == D("1015.00")


def test_r18_values_of_two_bases_are_compared_with_the_coefficient():
    values = [
        Value(month("2015-06"), D("107.1"), "2010"),
        Value(month("2016-06"), D("101.0"), "2015", link=D("1.071")),
    ]
    register = Series("FOI", values)
    found, steps = variation(register, month("2016-06"), month("2015-06"))
    assert found == D(1)  # 101.0 × 1.071 / 107.1 - 1
    assert [step.code for step in steps] == ["before", "current", "link", "variation"]


def test_r18_two_changes_of_base_multiply_their_coefficients():
    values = [
        Value(month("2009-01"), D("136.0"), "1995"),
        Value(month("2012-01"), D("104.0"), "2010", link=D("1.373")),
        Value(month("2017-01"), D("100.6"), "2015", link=D("1.071")),
    ]
    assert Series("FOI", values).link("2015", "1995") == D("1.373") * D("1.071")


def test_r18_without_the_coefficient_it_is_pending():
    values = [Value(month("2025-01"), D("120.0"), "2015"), Value(month("2026-01"), D("100.4"), "2025")]
    found = change(Clause(START), Series("FOI", values), date(2026, 1, 1))
    assert isinstance(found, Pending)
    assert words(found.code, found.args) == "The coefficient of FOI from base 2025 to base 2015 is missing."


@pytest.mark.parametrize("known", ["2025-09", "2024-09"])
def test_r18_a_missing_value_is_pending_and_never_zero(known):
    found = change(Clause(START, reference_month=9), series({known: "120"}), date(2026, 1, 1))
    assert isinstance(found, Pending)
    missing = {"2025-09": "2024-09", "2024-09": "2025-09"}[known]
    year, number = missing.split("-")
    assert words(found.code, found.args) == f"FOI of {number}/{year} is not in the register yet."


def test_r18_without_an_index_it_is_pending():
    assert change(Clause(START), None, date(2026, 1, 1)).code == "pending.series"


@pytest.mark.parametrize(
    ("variation_percent", "facts", "expected"),
    [
        ("-1.5", {}, "1000.00"),  # floor 0
        ("-1.5", {"floor": None}, "985.00"),
        ("8.0", {"cap": D(3)}, "1030.00"),
        ("8.0", {"cap": D(3), "share": D(25)}, "1020.00"),
        ("1.0", {"floor": D(2)}, "1020.00"),
    ],
)
def test_r18_floor_and_cap_limit_the_change_after_the_share(variation_percent, facts, expected):
    register = Series("X", [Value(month("2026-01"), D(100), "2015", published=D(variation_percent))])
    assert priced("1000.00", Clause(START, **facts), register) == D(expected)


@pytest.mark.parametrize(
    ("rounding", "expected"), [("cent", "102.68"), ("five_cents", "102.70"), ("unit", "103"),
                               ("ten_thousandth", "102.6766")],
)  # fmt: skip
def test_r18_the_new_price_is_rounded_as_agreed(rounding, expected):
    assert new_price(D("101.66"), Change(D("1.01"), None, None), rounding) == D(expected)


def test_r18_a_fixed_percentage_needs_no_index():
    assert priced("250.00", Clause(START, mode="fixed", fixed=D("3.5")), None) == D("258.75")


def test_r18_the_first_adjustment_is_due_after_the_months_agreed_then_every_year():
    clause = Clause(date(2024, 3, 15), first_after_months=18)
    assert due_on(clause, date(2025, 9, 14)) is None
    assert due_on(clause, date(2025, 9, 15)) == date(2025, 9, 15)
    assert due_on(clause, date(2027, 1, 1)) == date(2026, 9, 15)
    assert next_due(clause, date(2025, 9, 15)) == date(2026, 9, 15)


def test_r18_what_was_done_is_not_due_again():
    done = Clause(START, last_on=date(2026, 1, 1))
    assert due_on(done, date(2026, 12, 31)) is None
    assert due_on(done, date(2027, 1, 1)) == date(2027, 1, 1)


def test_r18_due_days_of_the_31st_and_of_29_february_come_back():
    assert due_on(Clause(date(2024, 2, 29)), date(2025, 12, 1)) == date(2025, 2, 28)
    assert due_on(Clause(date(2024, 2, 29)), date(2028, 12, 1)) == date(2028, 2, 29)
    assert due_on(Clause(date(2024, 1, 31), first_after_months=1), date(2024, 12, 31)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("due", "month_agreed", "lag", "expected"),
    [
        (date(2026, 1, 1), None, 0, "2026-01"),
        (date(2026, 1, 1), None, 2, "2025-11"),
        (date(2026, 1, 1), 9, 0, "2025-09"),
        (date(2026, 9, 10), 9, 0, "2026-09"),
        (date(2026, 9, 10), 9, 1, "2025-09"),
        (date(2026, 3, 31), 12, 2, "2025-12"),
    ],
)
def test_r18_reference_month_and_lag(due, month_agreed, lag, expected):
    assert reference(Clause(START, reference_month=month_agreed, lag_months=lag), due) == month(expected)


def test_a_quarterly_series_is_read_at_the_first_month_of_its_quarter():
    register = series({"2024-10": "130.00", "2025-10": "132.60"}, every=3, base="", code="ILC")
    clause = Clause(date(2024, 12, 1))
    assert priced("1000.00", clause, register, date(2025, 12, 1)) == D("1020.00")


def test_the_derivation_reads_like_a_calculation():
    values = series({"2024-01": "105.65", "2025-01": "110.5"}, decimals=1)
    moved = change(Clause(START, share=D(75)), values, date(2025, 1, 1))
    assert rows(moved.steps) == [
        ("FOI of 01/2024, base 2015", "105.65"),
        ("FOI of 01/2025, base 2015", "110.5"),
        ("variation, per cent", "4.6"),
        ("share of the variation, per cent", "75"),
        ("change of the price, per cent", "3.45"),
    ]
    assert in_short(moved.steps) == "4.6 % × 75 %"


indices = st.lists(st.decimals("50", "200", places=2), min_size=2, max_size=8)
percents = st.decimals("-20", "30", places=2)
prices = st.decimals("0.01", "99999", places=2)


@given(indices, st.integers(1, 28))
def test_r18_a_chain_of_years_ends_where_the_first_and_last_value_lead(values, day):
    """The product of the yearly factors is I_last / I_first: whatever lies between."""
    start = date(2020, 3, day)
    years = {f"{2020 + n}-03": value for n, value in enumerate(values)}
    register = series(years)
    price, last = D(1000), None
    for n, _pair in enumerate(pairwise(values), start=1):
        clause = Clause(start, last_month=last, floor=None)
        moved = change(clause, register, date(2020 + n, 3, day))
        price, last = price * moved.factor, moved.month
    assert abs(price - 1000 * values[-1] / values[0]) < D("0.0001")


@given(prices, percents, st.decimals("0", "100", places=1))
def test_r18_with_floor_zero_no_price_ever_falls_and_with_a_cap_none_exceeds_it(price, percent, share):
    register = Series("X", [Value(month("2026-01"), D(100), published=percent)])
    moved = change(Clause(START, share=share, cap=D(5)), register, date(2026, 1, 1))
    new = new_price(price, moved)
    assert price <= new <= price * D("1.05") + CENT
    assert 0 <= moved.percent <= 5


@given(prices, percents)
def test_r18_a_share_of_zero_changes_nothing(price, percent):
    register = Series("X", [Value(month("2026-01"), D(100), published=percent)])
    moved = change(Clause(START, share=D(0)), register, date(2026, 1, 1))
    assert new_price(price, moved) == price


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(1, 36), st.sampled_from([6, 12, 24]),
       st.dates(date(2000, 1, 1), date(2045, 12, 31)))  # fmt: skip
def test_r18_the_due_day_found_is_the_last_one_and_the_next_is_later(anchor, first, every, day):
    clause = Clause(anchor, first_after_months=first, every_months=every)
    found = due_on(clause, day)
    following = next_due(clause, day)
    assert following > day
    if found is None:
        assert following == next_due(clause, date.min)
        return
    assert found <= day
    assume(found < day)
    assert next_due(clause, found) == following


def test_the_sample_of_the_statistics_office_is_what_the_program_ships():
    if not SAMPLE.exists():
        pytest.skip(f"the official sample is not at {SAMPLE}")
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        official = {
            row["period"]: (row["index_base2015"], row["yoy_published_pct"]) for row in csv.DictReader(file)
        }
    ours = {
        f"{one.month:%Y-%m}": (str(one.value), str(one.published or "")) for one in shipped_values()
        if one.code == "FOI"
    }  # fmt: skip
    assert ours == official


def test_r18_the_sample_gives_the_two_published_variations():
    values = [Value(one.month, one.value, one.base) for one in shipped_values() if one.code == "FOI"]
    foi = Series("FOI", values, decimals=1)
    assert variation(foi, month("2025-09"), month("2023-09"))[0] == D("2.0")
    assert variation(foi, month("2022-01"), month("2021-01"))[0] == D("4.7")  # 107.7 / 102.9 - 1


def test_every_shipped_value_belongs_to_a_shipped_series_and_names_its_source():
    codes = {one.code for one in SERIES}
    assert all(one.code in codes and one.source for one in shipped_values())
