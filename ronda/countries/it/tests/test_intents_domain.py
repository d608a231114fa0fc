"""Which declaration of intent a document rests on (R38)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ronda.countries.it.domain.intents import Letter, Problem, choose, protocol_in_form

YEAR = Letter(1, date(2026, 1, 10), date(2026, 1, 1), date(2026, 12, 31), Decimal(1000))
LATER = replace(YEAR, key=2, received_on=date(2026, 3, 1), ceiling=Decimal(5000))


def test_r38_the_declaration_received_first_is_taken_while_it_has_room_for_the_whole_document():
    on = date(2026, 4, 1)
    assert choose([LATER, YEAR], on=on, amount=Decimal(1000)).letter is YEAR
    assert choose([LATER, YEAR], on=on, amount=Decimal("1000.01")).letter is LATER
    assert choose([LATER, replace(YEAR, used=Decimal(400))], on=on, amount=Decimal(601)).letter is LATER


def test_r38_beyond_every_ceiling_it_says_by_how_much():
    found = choose([YEAR, replace(LATER, used=Decimal(4500))], on=date(2026, 4, 1), amount=Decimal(1200))
    assert (found.letter, found.problem, found.short) == (YEAR, Problem.EXCEEDED, Decimal(200))


@pytest.mark.parametrize(
    ("letter", "on", "holds"),
    [
        (YEAR, date(2026, 1, 9), False),  # not received yet
        (YEAR, date(2026, 1, 10), True),
        (YEAR, date(2026, 12, 31), True),
        (YEAR, date(2027, 1, 1), False),
        (replace(YEAR, revoked_on=date(2026, 5, 1)), date(2026, 4, 30), True),
        (replace(YEAR, revoked_on=date(2026, 5, 1)), date(2026, 5, 1), False),
        (replace(YEAR, starts_on=date(2026, 6, 1)), date(2026, 5, 31), False),
    ],
)
def test_r38_a_declaration_holds_once_received_within_its_days_until_it_is_revoked(letter, on, holds):
    assert letter.holds(on) is holds
    assert (choose([letter], on=on, amount=Decimal(1)).problem is Problem.MISSING) is not holds


@pytest.mark.parametrize(
    ("typed", "stated"),
    [
        ("08060120341234567-000001", "08060120341234567-000001"),
        (" 08060120341234567/1 ", "08060120341234567-000001"),
        ("08060120341234567 - 12", "08060120341234567-000012"),
        ("0806012034123456-000001", ""),
        ("08060120341234567", ""),
        ("08060120341234567-1234567", ""),
    ],
)
def test_00477_a_protocol_is_written_as_the_control_asks(typed, stated):
    assert protocol_in_form(typed) == stated
