"""Amounts of the late-payment mentions between businesses (art. L441-10 Code de commerce)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LatePaymentRow:
    valid_from: date
    #: Flat fee for recovery costs, EUR (art. D441-5; since 1 January 2013).
    fee: Decimal
    #: Points above the ECB refinancing rate when nothing is agreed (since 1 January 2009).
    points: int


ROWS = (
    LatePaymentRow(date(2009, 1, 1), Decimal(0), 10),
    LatePaymentRow(date(2013, 1, 1), Decimal(40), 10),
)


@dataclass(frozen=True, slots=True)
class InvoiceReform:
    """Mentions added by décret 2022-1299 with the start of electronic invoicing."""

    #: Customer's SIREN, category of the operation, option for debits.
    new_mentions_from: date = date(2026, 9, 1)


REFORM = InvoiceReform()
