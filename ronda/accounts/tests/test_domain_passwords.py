"""The rules without a database, with the cases in sight."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.accounts.domain.passwords import (
    has_digit_or_sign,
    is_expired,
    is_like_name,
    is_long_enough,
    is_over_age,
    one_time_password,
    reaches_limit,
)


@pytest.mark.parametrize(("password", "fine"), [("abcdefg1", True), ("abcdef1", False), ("", False)])
def test_o59_eight_characters_at_least(password, fine):
    assert is_long_enough(password) is fine


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("girasole", False),
        ("girasole4", True),
        ("gira-sole", True),
        ("gira sole", False),
        ("perché così", False),
    ],
)
def test_o59_a_digit_or_a_special_character_and_a_blank_is_none(password, fine):
    assert has_digit_or_sign(password) is fine


@pytest.mark.parametrize(
    ("password", "name"),
    [
        ("admin", "admin"),
        ("ADMIN", "admin"),
        ("admin123!", "admin"),
        ("Admin-Admin1", "admin"),
        ("nimda-2026", "admin"),
        ("c.a.r.l.a.1", "carla"),
        ("xx-carla-99", "carla"),
        ("12345678", "12345678"),
    ],
)
def test_o59_a_password_like_the_name_is_seen_through_its_dress(password, name):
    assert is_like_name(password, name)


@pytest.mark.parametrize(
    ("password", "name"), [("girasole-47", "carla"), ("susanna-e-io-7", "anna"), ("12345678", "007")]
)
def test_o59_what_only_shares_some_letters_is_fine(password, name):
    assert not is_like_name(password, name)


@pytest.mark.parametrize(
    ("set_at", "months", "now", "over"),
    [
        (datetime(2026, 1, 15, tzinfo=UTC), 3, datetime(2026, 4, 14, 23, tzinfo=UTC), False),
        (datetime(2026, 1, 15, tzinfo=UTC), 3, datetime(2026, 4, 15, tzinfo=UTC), True),
        (datetime(2025, 11, 30, tzinfo=UTC), 3, datetime(2026, 2, 28, 12, tzinfo=UTC), False),
        (datetime(2025, 11, 30, tzinfo=UTC), 3, datetime(2026, 3, 1, tzinfo=UTC), True),
        (datetime(2000, 1, 1, tzinfo=UTC), 0, datetime(2026, 1, 1, tzinfo=UTC), False),
        (None, 3, datetime(2026, 1, 1, tzinfo=UTC), False),
    ],
)
def test_o60_a_password_lives_its_months(set_at, months, now, over):
    assert is_over_age(set_at, months=months, now=now) is over


def test_o57_an_account_is_open_on_its_last_day_and_closed_on_the_next():
    last = date(2026, 3, 31)
    assert [is_expired(last, on=date(2026, 3, 31)), is_expired(last, on=date(2026, 4, 1))] == [False, True]
    assert not is_expired(None, on=date(2999, 1, 1))


@given(st.integers(0, 500), st.integers(3, 100))
def test_o61_the_limit_is_reached_at_each_multiple_and_nowhere_else(failures, limit):
    assert reaches_limit(failures, limit) is (failures in range(limit, 501, limit))


def test_o58_a_one_time_password_keeps_the_rules_and_is_never_the_same():
    made = {one_time_password() for _one in range(50)}
    assert len(made) == 50
    assert all(is_long_enough(one) and has_digit_or_sign(one) and len(one) == 19 for one in made)
