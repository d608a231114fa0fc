"""Choices, sums, validity and signatures of quotes, as plain calculations."""

import json
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.billing.domain.totals import Line
from ronda.kernel.money import ZERO
from ronda.quotes.domain import choices, signature, states
from ronda.quotes.domain.rhythms import Rhythm
from ronda.quotes.domain.sealing import acceptance_seal
from ronda.quotes.domain.totals import OfferLine, offer_totals
from ronda.quotes.domain.validity import is_open, last_day

VAT22, VAT10 = Decimal(22), Decimal(10)


@dataclass(frozen=True)
class One:
    key: int
    is_option: bool = False
    alternative: str = ""


def priced(key: int, net: str, rate: Decimal = VAT22, **facts) -> OfferLine:
    return OfferLine(key, Line.of_net(Decimal(net), rate), **facts)


def test_options_count_only_when_they_are_chosen():
    lines = [One(1), One(2, is_option=True), One(3, is_option=True)]
    assert choices.proposed(lines) == {1}
    assert choices.chosen(lines, set()) == {1}
    assert choices.chosen(lines, {3}) == {1, 3}


def test_a_fixed_line_counts_whatever_the_customer_sends():
    assert choices.chosen([One(1), One(2, is_option=True)], {2, 77}) == {1, 2}


def test_of_alternatives_exactly_the_proposed_one_counts_until_another_is_chosen():
    lines = [One(1, alternative="A"), One(2, is_option=True, alternative="A")]
    assert choices.chosen(lines, set()) == {1}
    assert choices.chosen(lines, {2}) == {2}
    with pytest.raises(choices.OneAlternative):
        choices.chosen(lines, {1, 2})


def test_of_alternatives_that_are_all_options_one_at_most_counts():
    lines = [One(1, is_option=True, alternative="B"), One(2, is_option=True, alternative="B")]
    assert choices.chosen(lines, set()) == set()
    assert choices.chosen(lines, {1}) == {1}


def test_two_fixed_lines_of_one_letter_are_refused():
    with pytest.raises(choices.OneAlternative):
        choices.check([One(1, alternative="A"), One(2, alternative="A")])


LINES = st.lists(
    st.builds(One, st.integers(1, 30), st.booleans(), st.sampled_from(["", "", "A", "B"])),
    max_size=10,
    unique_by=lambda one: one.key,
)


@given(LINES, st.sets(st.integers(1, 40)))
def test_whatever_is_wanted_each_letter_counts_once_and_fixed_lines_always(lines, wanted):
    try:
        choices.check(lines)
        counted = choices.chosen(lines, wanted)
    except choices.OneAlternative:
        return
    assert counted <= {line.key for line in lines}
    for letter, rivals in choices.groups(lines).items():
        count = sum(line.key in counted for line in rivals)
        assert count <= 1, letter
        assert count == 1 or all(line.is_option for line in rivals)
    assert all(line.key in counted for line in lines if not line.is_option and not line.alternative)


def test_the_sum_is_what_is_billed_once_and_a_year_of_fees():
    """500 once and 100 a month: 500 + 12 × 100 = 1.700 net; VAT 110 + 12 × 22 = 374; 2.074 in all."""
    lines = [priced(1, "500"), priced(2, "100", rhythm=Rhythm("month", 1))]
    found = offer_totals(lines, {1, 2})
    assert [(b.rhythm.unit, b.sums.net, b.sums.vat) for b in found.blocks] == [
        ("once", Decimal("500.00"), Decimal("110.00")),
        ("month", Decimal("100.00"), Decimal("22.00")),
    ]
    assert (found.once_net, found.yearly_net) == (500, 1200)
    assert (found.net, found.vat, found.gross) == (1700, 374, 2074)


@pytest.mark.parametrize(
    ("unit", "every", "year"),
    [
        ("month", 1, "1200"),
        ("month", 3, "400"),
        ("month", 12, "100"),
        ("month", 24, "50"),
        ("week", 2, "2600"),
    ],
)
def test_a_fee_of_100_comes_to_this_in_a_year(unit, every, year):
    assert Rhythm(unit, every).yearly(Decimal(100)) == Decimal(year)


def test_vat_is_computed_once_per_rate_of_each_bill():
    """Three lines of 0.33 at 22 %: 22 % of 0.99 is 0.22, not three times 0.07."""
    found = offer_totals([priced(n, "0.33") for n in (1, 2, 3)], {1, 2, 3})
    assert (found.net, found.vat) == (Decimal("0.99"), Decimal("0.22"))


def test_a_discount_on_the_whole_is_taken_off_every_sum():
    """10 % off 500 once and 100 a month: 450 and 90."""
    lines = [priced(1, "500"), priced(2, "100", rhythm=Rhythm("month", 1))]
    found = offer_totals(lines, {1, 2}, discount=Decimal(10))
    assert [block.sums.net for block in found.blocks] == [450, 90]
    assert found.nets == {1: 500, 2: 100}


AMOUNTS = st.decimals("0.01", "9999.99", places=2)
OFFERED = st.lists(
    st.tuples(AMOUNTS, st.sampled_from([VAT22, VAT10]), st.sampled_from([Rhythm(), Rhythm("month", 1)])),
    min_size=1,
    max_size=8,
)


@given(OFFERED, st.randoms())
def test_the_order_of_the_lines_changes_no_sum(rows, random):
    lines = [OfferLine(n, Line.of_net(net, rate), rhythm) for n, (net, rate, rhythm) in enumerate(rows)]
    shuffled = list(lines)
    random.shuffle(shuffled)
    every = {line.key for line in lines}
    first, second = offer_totals(lines, every), offer_totals(shuffled, every)
    assert (first.net, first.vat) == (second.net, second.vat)


@given(OFFERED)
def test_without_its_lines_an_offer_comes_to_nothing(rows):
    lines = [OfferLine(n, Line.of_net(net, rate), rhythm) for n, (net, rate, rhythm) in enumerate(rows)]
    assert offer_totals(lines, ()).gross == ZERO


def test_an_offer_stands_until_midnight_of_its_last_day_where_the_firm_is():
    """31 March, 23:59 in Rome (summer time) is 21:59 UTC; one minute later it is over."""
    last = date(2026, 3, 31)
    assert is_open(last, datetime(2026, 3, 31, 21, 59, tzinfo=UTC), "Europe/Rome")
    assert not is_open(last, datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "Europe/Rome")
    assert is_open(last, datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "UTC")


def test_thirty_days_from_2_march_end_on_1_april():
    assert last_day(date(2026, 3, 2), 30) == date(2026, 4, 1)


def test_every_state_says_what_to_do_instead():
    for state in (states.SENT, states.ACCEPTED, states.REFUSED, states.EXPIRED, states.SUPERSEDED):
        with pytest.raises(states.NotPossibleNow) as refused:
            states.require(state, "save", "PV 1/2026")
        assert "PV 1/2026" in str(refused.value.message)


@pytest.mark.parametrize("move", ["save", "send", "mail", "accept", "record", "refuse", "expire", "version"])
def test_nothing_happens_any_more_to_an_accepted_or_replaced_quote(move):
    assert not states.allows(states.ACCEPTED, move)
    assert not states.allows(states.SUPERSEDED, move)


def test_a_drawn_signature_becomes_a_picture_of_our_own():
    made = signature.draw(signature.read_strokes("[[10, 10, 200, 100], [50, 50]]"))
    assert made.startswith(b"\x89PNG")
    assert struct.unpack(">II", made[16:24]) == (600, 200)
    at = made.index(b"IDAT")
    (length,) = struct.unpack(">I", made[at - 4 : at])
    rows = zlib.decompress(made[at + 4 : at + 4 + length])
    assert len(rows) == 200 * 601
    dark = [n for n, value in enumerate(rows) if n % 601 and value < 128]
    assert len(dark) > 300
    assert made == signature.draw(signature.read_strokes("[[10, 10, 200, 100], [50, 50]]"))


@pytest.mark.parametrize(
    "text",
    ["{", "{}", "[1]", "[[1]]", "[[1, 2, 3]]", "[[1.5, 2]]", '[["1", 2]]', "[[true, 1]]", "[[-1, 5]]",
     "[[601, 5]]", "[[5, 201]]", "[" * 70_000, json.dumps([[0, 0, 600, 200] * 100])],
)  # fmt: skip
def test_anything_but_a_signature_is_refused(text):
    with pytest.raises(signature.UnreadableSignature):
        signature.read_strokes(text)


def test_nothing_drawn_is_no_signature():
    assert signature.read_strokes("") == ()
    assert signature.read_strokes("[]") == ()
    assert signature.read_strokes("[[]]") == ()


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 600), st.integers(0, 200)), min_size=1, max_size=6), max_size=4
    )
)
def test_any_strokes_inside_the_box_can_be_drawn(strokes):
    text = json.dumps([[value for point in stroke for value in point] for stroke in strokes])
    read = signature.read_strokes(text)
    assert [list(stroke) for stroke in read] == strokes
    assert signature.draw(read).startswith(b"\x89PNG")


def test_an_acceptance_seals_the_instant_however_its_hour_is_written():
    facts = {"chosen": [1], "totals": [Decimal(1)], "signer": "Anna", "signature": ""}
    in_rome = datetime(2026, 10, 21, 10, tzinfo=ZoneInfo("Europe/Rome"))

    assert acceptance_seal("x", accepted_at=in_rome, **facts) == acceptance_seal(
        "x", accepted_at=in_rome.astimezone(UTC), **facts
    )
