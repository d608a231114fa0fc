"""Terms of contracts, their renewal, and the last day on which they can be given up (R19, R20)."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ronda.kernel.periods import add_months

Unit = Literal["month", "day"]
DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Term:
    """Days a contract runs for; `ends_on` is the last one, inclusive."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """How long before the end notice has to arrive. `working_day`: moved back to the working day before."""

    number: int = 0
    unit: Unit = "month"
    working_day: bool = False


def renewal_date(ends_on: date) -> date:
    """The day after the last: the first of the new term (R19)."""
    return ends_on + DAY


def new_term(ends_on: date, months: int, *, anchor: date | None = None) -> Term:
    """The term that follows one that ends on `ends_on`, in months and not by counting days (R19).

    01/01-31/12 stays 01/01-31/12 across leap years. `anchor` is the first day of the first term: what
    began on the 31st or on 29 February comes back to that day. Raises ValueError below one month.
    """
    if months < 1:
        raise ValueError(f"a term lasts at least one month, not {months}")
    first = renewal_date(ends_on)
    if anchor is not None:
        k = (first.year - anchor.year) * 12 + first.month - anchor.month
        if add_months(anchor, k) == first:
            return Term(first, add_months(anchor, k + months) - DAY)
    return Term(first, add_months(first, months) - DAY)


def last_useful_day(ends_on: date, rule: NoticeRule, holidays: Container[date] = frozenset()) -> date:
    """The last day on which notice for the end of a term can arrive (R20): its end less the notice.

    Months are kept inside the month: 31/12 less 3 months is 30/09. Where it was agreed so, a Saturday,
    a Sunday or a holiday gives way to the working day before.
    """
    day = before(ends_on, rule)
    while rule.working_day and (day.weekday() >= SATURDAY or day in holidays):
        day -= DAY
    return day


def before(day: date, rule: NoticeRule) -> date:
    """`day` less the length of the notice."""
    if rule.unit == "month":
        return add_months(day, -rule.number)
    return day - timedelta(days=rule.number)


def ends_after_notice(
    ends_on: date,
    received_on: date,
    rule: NoticeRule,
    *,
    months: int,
    anchor: date | None = None,
    holidays: Container[date] = frozenset(),
) -> date:
    """The last day of a tacitly renewed contract given up by a notice received on a day (R20).

    The day of receipt counts, whenever it was sent. Received later than the last useful day of a term,
    the contract renews once more, and ends with that term.
    """
    while received_on > last_useful_day(ends_on, rule, holidays):
        ends_on = new_term(ends_on, months, anchor=anchor).ends_on
    return ends_on


def open_end(received_on: date, rule: NoticeRule) -> date:
    """The last day of a contract without an end, given up by a notice received on a day."""
    if rule.unit == "month":
        return add_months(received_on, rule.number)
    return received_on + timedelta(days=rule.number)
