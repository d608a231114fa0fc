"""Last days for an invoice, and from when to remind people. The days are rows in data/sdi_terms.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ronda.countries.it.data.sdi_terms import ANSWER, CUSTOMER, DEFERRED, ISSUE, RESEND, Term, term
from ronda.einvoices.domain.states import State
from ronda.kernel.i18n import _
from ronda.kernel.periods import month_last_day

_UNSENT = frozenset({State.READY, State.QUEUED, State.FAILED})
_WAITING = frozenset({State.SENT, State.TAKEN})
#: Dates near the end of the calendar are mistakes; no term is counted from them.
_LAST = date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due` is the last good day; people are told from `alert_on`. `source` is the law."""

    code: str
    due: date
    alert_on: date
    text: Any
    source: str


def deadlines(
    *,
    state: State,
    operation_on: date,
    deferred: bool,
    sent_on: date | None,
    rejected_on: date | None,
    delivered_on: date | None,
    public_body: bool,
) -> tuple[Deadline, ...]:
    """What is still to happen to an invoice in this state, soonest first.

    `operation_on`: the day of the supply; of a `deferred` invoice (TD24, TD25) any day of its month.
    `rejected_on`: when the rejection reached the firm. `delivered_on`: when the public body got the invoice.
    """
    found: list[Deadline] = []
    if state in _UNSENT:
        found += _issue(operation_on, deferred=deferred)
    if state is State.REJECTED and rejected_on is not None:
        found += _resend(rejected_on)
    if state in _WAITING and sent_on is not None:
        found += _answer(sent_on)
    if public_body and state is State.DELIVERED and delivered_on is not None:
        found += _customer(delivered_on)
    return tuple(sorted(found, key=lambda deadline: (deadline.due, deadline.code)))


def due_alerts(found: tuple[Deadline, ...], on: date) -> tuple[Deadline, ...]:
    """Those of `found` people are to be told of on a day."""
    return tuple(deadline for deadline in found if deadline.alert_on <= on)


def _issue(operation_on: date, *, deferred: bool) -> Iterator[Deadline]:
    if operation_on >= _LAST:
        return
    if not deferred:
        text = _("Last day to hand the invoice over to SdI, counted from the operation.")
        yield from _counted(ISSUE, operation_on, text)
        return
    text = _("Last day to hand the deferred invoice over to SdI.")
    yield from _counted(DEFERRED, month_last_day(operation_on), text)


def _resend(rejected_on: date) -> Iterator[Deadline]:
    text = _("Last day to correct the rejected invoice and send it again with the same number and date.")
    return _counted(RESEND, rejected_on, text)


def _answer(sent_on: date) -> Iterator[Deadline]:
    text = _("Last day for SdI to answer. If nothing has come by then, look whether the channel works.")
    return _counted(ANSWER, sent_on, text)


def _customer(delivered_on: date) -> Iterator[Deadline]:
    text = _("Last day for the public body to accept or refuse. After that the invoice stands.")
    return _counted(CUSTOMER, delivered_on, text)


def _counted(code: str, start: date, text: Any) -> Iterator[Deadline]:
    row: Term | None = term(code, start)
    if row is None or start >= _LAST:
        return
    due = start + timedelta(days=row.days)
    yield Deadline(code, due, due - timedelta(days=row.warn), text, row.source)
