"""What a package is worth, how much of it is done, and what the customer still has to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import CENT, ZERO, running_share, spread
from ronda.kernel.periods import Period, add_months, index_at, nth


class State(StrEnum):
    """How a package stands on a day. Derived from facts, never stored."""

    RUNNING = "running"
    CONCLUDED = "concluded"
    EXPIRED = "expired"


class WrongDeposits(Refusal):
    code = "packages.wrong_deposits"


@dataclass(frozen=True, slots=True)
class Standing:
    """Units (or money) of a package: bought over its whole life, taken out of lots, taken beyond them."""

    bought: Decimal
    done: Decimal
    over: Decimal = ZERO
    expired: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What can still be had; below zero when more was done than bought."""
        return self.bought - self.done - self.over - self.expired

    @property
    def done_percent(self) -> int:
        """How much is done, 0 to 100, cut: 199 of 200 is 99."""
        return min(100, int(self.done * 100 / self.bought)) if self.bought else 100


def state(standing: Standing, *, expires_on: date | None, on: date, closed_on: date | None = None) -> State:
    """Concluded when all was done or it was closed; expired when its last day passed with something left."""
    if closed_on is not None and closed_on <= on:
        return State.CONCLUDED
    if standing.done >= standing.bought:
        return State.CONCLUDED
    if expires_on is not None and expires_on < on:
        return State.EXPIRED
    return State.RUNNING


@dataclass(frozen=True, slots=True)
class Due:
    """The customer's side, VAT included: the price, what is billed, what is paid, what is left to pay."""

    price: Decimal
    # Billed by documents of the price (deposits and balance), less credit notes.
    billed: Decimal
    # Still open on those documents.
    open: Decimal
    # On those documents, but never paid to us: tax withheld, VAT the customer pays to the State.
    kept: Decimal = ZERO

    @property
    def paid(self) -> Decimal:
        """Deposits and balance received."""
        return self.billed - self.open - self.kept

    @property
    def to_bill(self) -> Decimal:
        return self.price - self.billed

    @property
    def balance(self) -> Decimal:
        """Saldo: price − deposits paid, and less what the customer pays to the State for us."""
        return self.price - self.paid - self.kept


def last_day(starts_on: date, *, months: int, days: int = 0) -> date | None:
    """The last day of something valid so long; None when it never expires.

    12 months from 31/01/2026 end on 30/01/2027; 1 month from 31/01/2026 ends on 27/02/2026.
    """
    if not months and not days:
        return None
    return date.fromordinal(add_months(starts_on, months).toordinal() + days - 1)


def periods(first: date, last: date, months: int, *, anchor: date | None = None) -> list[Period]:
    """The periods of a subscription; their edges are counted from the anchor (R52).

    From 15/01 to 14/04 by one month: 15/01–14/02, 15/02–14/03, 15/03–14/04. With an anchor on
    another day the first and the last are shorter: edges of the contract, days of the subscription.
    """
    anchor = anchor or first
    whole = Period.closed(first, last)
    k = index_at(anchor, "month", months, first)
    found = []
    while (start := nth(anchor, "month", months, k)) < whole.end:
        if common := Period(start, nth(anchor, "month", months, k + 1)).common(whole):
            found.append(common)
        k += 1
    return found


def prices_of_lines(price: Decimal, worth: Sequence[Decimal]) -> list[Decimal]:
    """The price over the lines by what they would cost one by one; evenly when nothing has a price."""
    if not worth:
        return []
    weights = list(worth) if sum(worth, ZERO) else [Decimal(1)] * len(worth)
    return spread(price, weights)


def value_of_period(price: Decimal, n: int, count: int) -> Decimal:
    """What the n-th of `count` periods (from 0) is worth; all of them are worth the price to the cent."""
    return running_share(price, n, 1, count)


def refuse_wrong_deposits(price: Decimal, deposits: Sequence[Decimal]) -> None:
    """Deposits are positive, in cents, and together at most the price (WrongDeposits)."""
    if any(amount <= 0 or amount != amount.quantize(CENT) for amount in deposits):
        raise WrongDeposits(_("Enter deposits above zero, in cents."), field="deposits")
    if sum(deposits, ZERO) > price:
        raise WrongDeposits(
            _("The deposits add up to more than the price of %(price)s.") % {"price": price}, field="deposits"
        )
