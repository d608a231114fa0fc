"""Days within which something has to happen to an invoice sent through SdI, with source and first day."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """`days` of the calendar counted from the event; `warn` days before the last one people are told."""

    code: str
    days: int
    warn: int
    valid_from: date
    source: str
    valid_to: date | None = None  # the last day, inclusive; None = still in force


ISSUE, DEFERRED, RESEND, ANSWER, CUSTOMER = "issue", "deferred", "resend", "answer", "customer"

#: `deferred` counts from the last day of the month of the operation.
TERMS = (
    Term(ISSUE, 12, 3, date(2019, 7, 1), "art. 21 c. 4 D.P.R. 633/1972, D.L. 34/2019 art. 12-ter"),
    Term(DEFERRED, 15, 3, date(2013, 1, 1), "art. 21 c. 4 lett. a D.P.R. 633/1972"),
    Term(RESEND, 5, 5, date(2019, 1, 1), "Provv. AdE 30/04/2018 n. 89757, circ. 13/E/2018"),
    Term(ANSWER, 5, 0, date(2019, 1, 1), "Provv. AdE 30/04/2018 n. 89757, p. 2.4"),
    Term(CUSTOMER, 15, 0, date(2014, 6, 6), "D.M. 55/2013, annex B, p. 4.5"),
)


def term(code: str, on: date) -> Term | None:
    """The row in force on a day, None when there was no such term then."""
    for row in TERMS:
        if row.code == code and row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
            return row
    return None
