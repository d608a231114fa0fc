"""Lots and their arithmetic, with random lives of a wallet."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ronda.packages.domain.wallet import (
    Lot,
    Part,
    available,
    carried,
    carried_until,
    in_order,
    take,
    warnings,
)

DAY = date(2026, 3, 2)
ZERO = Decimal(0)


def lot(key, granted, *, value="0", granted_on=DAY, expires_on=None, gone="0"):
    return Lot(key, Decimal(granted), granted_on, expires_on, Decimal(value), Decimal(gone))


def test_r52_earliest_expiring_first_then_oldest_and_what_never_expires_last():
    soon, late = DAY + timedelta(days=10), DAY + timedelta(days=90)
    lots = [
        lot(1, "5"),
        lot(2, "5", expires_on=late),
        lot(3, "5", expires_on=soon),
        lot(4, "5", expires_on=soon, granted_on=DAY - timedelta(days=1)),
    ]
    assert [one.key for one in in_order(lots)] == [4, 3, 2, 1]
    found = take(lots, Decimal(12), on=DAY)
    assert [(part.lot, part.quantity) for part in found.parts] == [(4, 5), (3, 5), (2, 2)]


def test_r52_the_last_day_is_in_and_the_first_as_well():
    one = lot(1, "1", granted_on=DAY, expires_on=DAY + timedelta(days=5))
    days = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=5), DAY + timedelta(days=6)]
    assert [available([one], on=day) for day in days] == [0, 1, 1, 0]


def test_r52_what_is_carried_over_is_limited_and_ends():
    assert [
        carried(Decimal(left), already=Decimal(before), limit=Decimal(2))
        for left, before in ((5, 0), (1, 0), (5, 1), (5, 2), (5, 3))
    ] == [2, 1, 1, 0, 0]
    assert carried_until(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert carried_until(date(2026, 3, 14), 2) == date(2026, 5, 14)


def test_r54_levels_reached_or_passed():
    steps = [(4, 3), (3, 2), (2, 0), (1, -1), (0, -1), (-1, -2), (10, 4), (5, -3)]
    found = [tuple(map(int, warnings(Decimal(a), Decimal(b)))) for a, b in steps]
    assert found == [(3,), (), (0,), (0, -1), (-1,), (), (), (3, 0, -1)]


def test_half_cents_of_the_value_run_with_what_is_gone():
    """1.00 in 8 uses: 0.125 each, written as 0.13, 0.12, 0.13, 0.12…"""
    one, values = lot(1, "8", value="1.00"), []
    for _n in range(8):
        (part,) = take([one], Decimal(1), on=DAY).parts
        values.append(part.value)
        one = replace(one, gone=one.gone + 1)
    assert values == [Decimal(v) for v in ("0.13", "0.12", "0.13", "0.12") * 2]
    assert sum(values) == Decimal("1.00")


quantities = st.decimals("0.01", "20", places=2)
days = st.integers(0, 60).map(lambda n: DAY + timedelta(days=n))


@st.composite
def wallets(draw):
    """One to five lots, some without a last day."""
    made = []
    for key in range(draw(st.integers(1, 5))):
        start = draw(days)
        length = draw(st.none() | st.integers(0, 40))
        end = None if length is None else start + timedelta(days=length)
        value = draw(st.decimals("0", "500", places=2))
        made.append(Lot(key, draw(quantities), start, end, value))
    return made


class Book:
    """A ledger as the services write it: entries only, everything else follows."""

    def __init__(self, lots):
        self.lots = {one.key: one for one in lots}
        self.uses, self.expired, self.value = [], ZERO, ZERO

    def use(self, quantity, on, *, may_exceed):
        found = take(self.lots.values(), quantity, on=on)
        if found.over and not may_exceed:
            return
        for part in found.parts:
            self._move(part.lot, part.quantity)
        self.value += sum((part.value for part in found.parts), ZERO)
        self.uses.append((*found.parts, *([Part(-1, found.over, ZERO)] if found.over else [])))

    def reverse(self, n):
        for part in self.uses.pop(n):
            if part.lot >= 0:
                self.value += self.lots[part.lot].worth(-part.quantity)
                self._move(part.lot, -part.quantity)

    def expire(self, on):
        for one in list(self.lots.values()):
            if one.expired_on(on):
                self.expired += one.left
                self.value += one.worth(one.left)
                self._move(one.key, one.left)

    def _move(self, key, quantity):
        self.lots[key] = replace(self.lots[key], gone=self.lots[key].gone + quantity)

    @property
    def over(self):
        return sum((part.quantity for use in self.uses for part in use if part.lot < 0), ZERO)

    @property
    def used(self):
        return sum((part.quantity for use in self.uses for part in use), ZERO)

    @property
    def granted(self):
        return sum((one.granted for one in self.lots.values()), ZERO)

    @property
    def balance(self):
        return sum((one.left for one in self.lots.values()), ZERO) - self.over


steps = st.lists(
    st.tuples(
        st.sampled_from(["use", "use", "use", "reverse", "expire"]), quantities, days, st.integers(0, 99)
    ),
    max_size=25,
)


def live(book, life, *, may_exceed):
    for what, quantity, on, n in life:
        if what == "use":
            book.use(quantity, on, may_exceed=may_exceed)
        elif what == "reverse" and book.uses:
            book.reverse(n % len(book.uses))
        elif what == "expire":
            book.expire(on)


@given(wallets(), steps, st.booleans())
def test_r52_the_balance_is_grants_less_uses_less_expired(lots, life, may_exceed):
    book = Book(lots)
    live(book, life, may_exceed=may_exceed)
    assert book.balance == book.granted - book.used - book.expired
    assert all(0 <= one.gone <= one.granted for one in book.lots.values())


@given(wallets(), steps)
def test_r54_a_wallet_that_blocks_is_never_below_zero(lots, life):
    book = Book(lots)
    for step in life:
        live(book, [step], may_exceed=False)
        assert book.balance >= 0


@given(wallets(), st.lists(st.tuples(quantities, days), max_size=12), st.randoms())
def test_r52_any_order_of_reversals_restores_every_lot(lots, uses, random):
    book = Book(lots)
    for quantity, on in uses:
        book.use(quantity, on, may_exceed=True)
    while book.uses:
        book.reverse(random.randrange(len(book.uses)))
    assert list(book.lots.values()) == lots
    assert (book.value, book.over) == (0, 0)


@given(wallets(), steps)
def test_the_values_of_what_is_gone_add_up_to_its_share_of_the_price_to_the_cent(lots, life):
    book = Book(lots)
    live(book, life, may_exceed=True)
    left = sum((one.worth(one.left) for one in book.lots.values()), ZERO)
    assert book.value + left == sum((one.value for one in book.lots.values()), ZERO)


@given(wallets(), quantities, days)
def test_r52_nothing_expires_later_than_what_is_left_untouched(lots, quantity, on):
    found = take(lots, quantity, on=on)
    taken = {part.lot: part.quantity for part in found.parts}
    by_key = {one.key: one for one in lots}
    last = max((by_key[key].expires_on or date.max for key in taken), default=date.min)
    untouched = [one for one in lots if one.open_on(on) and one.left > taken.get(one.key, ZERO)]
    assert all((one.expires_on or date.max) >= last for one in untouched)
    assert sum(taken.values(), found.over) == quantity
