"""The stamp duty on the electronic invoices of a quarter: lists A and B, what to pay and until when.

List A holds the documents whose file states the virtual stamp, list B those that owe it by what they say and
do not state it (provvedimento AdE 34958/2021). The firm may take documents out of list B or add others; list
A cannot be changed. Quarters go by the date of the document; the tax office goes by the day of delivery, so
around the end of a quarter its lists may differ.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ronda.countries.it.data.stamp_terms import DEFERRALS, PAYMENT_CODES, TERMS, QuarterTerm
from ronda.countries.it.domain import stamp

ZERO = Decimal(0)
DAY = timedelta(days=1)
QUARTERS = (1, 2, 3, 4)
#: The electronic duty is paid by quarter, with lists, since this year.
FIRST_YEAR = 2021


class Place(StrEnum):
    """Where a document stands: on list A or B, or left out of list B by hand."""

    A = "A"
    B = "B"
    LEFT_OUT = "out"


class Choice(StrEnum):
    """What a person said of a document; nothing: as the rules say."""

    RULES = ""
    LEAVE_OUT = "out"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lists need to know of a document.

    stated: the duty its file states, 0 for none. relevant: its net in the natures that count, in euro.
    """

    kind: str
    on: date
    stated: Decimal
    relevant: Decimal
    choice: Choice = Choice.RULES


def place_of(facts: Facts) -> tuple[Place | None, Decimal]:
    """The list a document stands on with the duty it owes, in euro; (None, 0) when it is on none.

    Due strictly above the threshold of its day (R35): 77.47 is not, 77.48 is.
    """
    if facts.stated:
        return Place.A, facts.stated
    rate = stamp.rate_on(facts.on)
    if rate is None:
        return None, ZERO
    owes = facts.kind in stamp.STAMPED_KINDS and abs(facts.relevant) > rate.threshold
    if facts.choice is Choice.ADD or (owes and facts.choice is Choice.RULES):
        return Place.B, rate.amount
    return (Place.LEFT_OUT, ZERO) if owes else (None, ZERO)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @property
    def starts_on(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.following.starts_on - DAY

    @property
    def following(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)

    @property
    def code(self) -> str:
        """The code of the F24."""
        return PAYMENT_CODES[self.number]

    @property
    def due_on(self) -> date:
        """31 May, 30 September, 30 November, the last of February; see `data.stamp_terms`."""
        month = _term(self).month
        year = self.year + (month <= 3 * self.number)
        return date(year + month // 12, month % 12 + 1, 1) - DAY

    def __str__(self) -> str:
        return f"{self.number}/{self.year}"


def _term(quarter: Quarter) -> QuarterTerm:
    rows = [row for row in TERMS if row.quarter == quarter.number and row.valid_from <= quarter.starts_on]
    return (rows or [row for row in TERMS if row.quarter == quarter.number])[-1]


def limit_in(year: int) -> Decimal:
    """Up to how much the first quarters may wait, in euro; 0 where no rule says so."""
    return next((row.limit for row in reversed(DEFERRALS) if row.valid_from.year <= year), ZERO)


@dataclass(frozen=True, slots=True)
class Payment:
    """What a quarter owes and the last day for it; `moved`: it may wait because it is little."""

    quarter: Quarter
    amount: Decimal
    due_on: date
    moved: bool = False


def payments(year: int, totals: Sequence[Decimal]) -> list[Payment]:
    """The four payments of a year from what its quarters owe, in euro, with the days they may wait for.

    A first quarter not above the limit may be paid with the second; when both together are not above it,
    both with the third (D.M. 4 dicembre 2020).
    """
    quarters = [Quarter(year, number) for number in QUARTERS]
    days = [quarter.due_on for quarter in quarters]
    limit = limit_in(year)
    if totals[0] <= limit:
        days[0] = days[1]
        if totals[0] + totals[1] <= limit:
            days[0] = days[1] = days[2]
    return [
        Payment(quarter, amount, day, moved=day != quarter.due_on)
        for quarter, amount, day in zip(quarters, totals, days, strict=True)
    ]


def working_day(day: date, holidays: Collection[date]) -> date:
    """The day itself, or the next one that is neither Saturday, Sunday nor holiday.

    Payments that fall on such a day may be made on the next (art. 18 D.Lgs. 241/1997; art. 7 c. 1 lett. h
    D.L. 70/2011).
    """
    while day.weekday() >= 5 or day in holidays:
        day += DAY
    return day


def added_up(places: Iterable[tuple[Quarter, Place | None, Decimal]]) -> dict[tuple[Quarter, Place], Decimal]:
    """The duty by quarter and list, in euro."""
    found: dict[tuple[Quarter, Place], Decimal] = {}
    for quarter, place, amount in places:
        if place is not None:
            found[quarter, place] = found.get((quarter, place), ZERO) + amount
    return found
