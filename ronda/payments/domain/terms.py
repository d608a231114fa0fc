"""Due dates of a document, and which of them a payment settles.

Pure arithmetic: the parts always add up to what is payable, for invoices and, with
negative amounts, for credit notes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ronda.kernel.money import ZERO, to_cents
from ronda.kernel.periods import add_months, day_in_month, month_last_day, month_start

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a total is split into due dates.

    delays: one entry per instalment, in days or, with `in_months`, in months.
    percents: parallel to `delays`, adding up to 100; empty = equal parts.
    end_of_month: the delay is counted, then moved to the end of that month.
    extra_days: days after that end of month ("30 days end of month + 10").
    pay_day: a fixed day of the month, on or after the day found; 31 means the last one.
    shift_months: months in which nothing falls due (8 and 12 for August and December);
        the due date moves to `shift_to_day` of the next month that is not one of them,
        or to the same day where `shift_to_day` is None.
    remainder_on_first: cents left over go on the first instalment instead of the last.
    """

    delays: tuple[int, ...] = (0,)
    percents: tuple[Decimal, ...] = ()
    in_months: bool = False
    end_of_month: bool = False
    extra_days: int = 0
    pay_day: int | None = None
    shift_months: tuple[int, ...] = ()
    shift_to_day: int | None = None
    remainder_on_first: bool = False

    def __post_init__(self) -> None:
        if not self.delays or min(self.delays) < 0:
            raise ValueError("payment terms have at least one instalment, none before the document")
        if self.percents and (len(self.percents) != len(self.delays) or sum(self.percents, ZERO) != HUNDRED):
            raise ValueError("one percentage per instalment, adding up to 100")
        if len(set(self.shift_months)) >= 12:
            raise ValueError("at least one month must be left to pay in")
        for day in (self.pay_day, self.shift_to_day):
            if day is not None and not 1 <= day <= 31:
                raise ValueError("the day of the month is between 1 and 31")


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment: position from 1, the day and the amount."""

    position: int
    due_on: date
    amount: Decimal


def due_date(terms: Terms, delay: int, issued_on: date) -> date:
    """The day one instalment falls due, never before the document's date."""
    day = add_months(issued_on, delay) if terms.in_months else issued_on + timedelta(days=delay)
    if terms.end_of_month:
        day = month_last_day(day) + timedelta(days=terms.extra_days)
    if terms.pay_day is not None:
        day = _on_pay_day(day, terms.pay_day)
    return _out_of_shut_months(day, terms) if terms.shift_months else day


def _on_pay_day(day: date, pay_day: int) -> date:
    same_month = day_in_month(day, pay_day)
    return same_month if same_month >= day else day_in_month(add_months(month_start(day), 1), pay_day)


def _out_of_shut_months(day: date, terms: Terms) -> date:
    wanted = day.day if terms.shift_to_day is None else terms.shift_to_day
    while day.month in terms.shift_months:
        day = day_in_month(add_months(month_start(day), 1), wanted)
    return day


def amounts(payable: Decimal, terms: Terms) -> list[Decimal]:
    """The amount of each instalment; what rounding leaves goes on the last, or on the first."""
    count = len(terms.delays)
    if count == 1:
        return [payable]
    if terms.percents:
        parts = [to_cents(payable * percent / HUNDRED) for percent in terms.percents]
    else:
        parts = [to_cents(payable / count)] * count
    left = payable - sum(parts, ZERO)
    parts[0 if terms.remainder_on_first else -1] += left
    return parts


def instalments(payable: Decimal, terms: Terms, issued_on: date) -> list[Due]:
    """The due dates of a document, which add up to `payable` (R45). None for a zero total."""
    if not payable:
        return []
    return [
        Due(position, due_date(terms, delay, issued_on), amount)
        for position, (delay, amount) in enumerate(
            zip(terms.delays, amounts(payable, terms), strict=True), start=1
        )
    ]


@dataclass(frozen=True, slots=True)
class OpenDue:
    """A due date with what is left to settle, as the allocation sees it."""

    id: int
    due_on: date
    residue: Decimal


@dataclass(frozen=True, slots=True)
class Allocated:
    due_id: int
    amount: Decimal


def allocate_oldest_first(
    amount: Decimal, dues: Iterable[OpenDue], *, first: Sequence[int] = ()
) -> tuple[list[Allocated], Decimal]:
    """Which dues a payment settles, and what is left to the customer's credit (R46).

    first: ids of the dues the payer named, in his order; the others follow by due date.
    Only dues of the payment's own sign are settled: a refund settles credit notes.
    """
    named = {due_id: rank for rank, due_id in enumerate(first)}
    sign = 1 if amount > 0 else -1
    candidates = [due for due in dues if due.residue * sign > 0]
    candidates.sort(key=lambda due: (named.get(due.id, len(named)), due.due_on, due.id))
    settled, left = [], amount
    for due in candidates:
        part = min(abs(left), abs(due.residue)) * sign
        if not part:
            break
        settled.append(Allocated(due.id, part))
        left -= part
    return settled, left


def share_of_withholding(
    withholding: Decimal, payable: Decimal, paid_before: Decimal, payment: Decimal
) -> Decimal:
    """The part of the withholding that goes with a payment (R36); all payments add up to it.

    Raises ValueError when nothing is payable.
    """
    if not payable:
        raise ValueError("no withholding can be shared out on a document with nothing to pay")
    after = to_cents(withholding * (paid_before + payment) / payable)
    return after - to_cents(withholding * paid_before / payable)
