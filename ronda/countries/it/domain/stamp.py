"""Stamp duty on documents without VAT (R35)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ronda.countries.it.data.stamp import RATES, StampRate
from ronda.countries.it.data.vat import STAMP_RELEVANT

#: Art. 13 of the tariff: invoices, notes and accounts "with debits or credits", so a credit
#: note owes the duty like an invoice. Quotes, orders and delivery notes do not.
STAMPED_KINDS = frozenset({"invoice", "advance", "credit_note", "debit_note"})


def rate_on(on: date) -> StampRate | None:
    """The row in force; None before the euro."""
    return next((row for row in reversed(RATES) if row.valid_from <= on), None)


def stamped_total(nets: Mapping[str, Decimal]) -> Decimal:
    """The part of a document that counts, whatever its sign: amounts by nature go in."""
    return abs(sum((net for nature, net in nets.items() if nature in STAMP_RELEVANT), Decimal(0)))


def due_on(nets: Mapping[str, Decimal], *, kind: str, on: date) -> StampRate | None:
    """The rate that applies to a document, None when no duty is due.

    Due strictly above the threshold: 77.47 owes nothing, 77.48 owes 2.00. Amounts subject to
    VAT, exports, intra-EU supplies (N3.1-N3.4), margin (N5) and reverse charge (N6) do not
    count: table B of D.P.R. 642/1972, art. 6 and 15. On N1 see `data.vat.STAMP_RELEVANT`.
    """
    rate = rate_on(on)
    if rate is None or kind not in STAMPED_KINDS or stamped_total(nets) <= rate.threshold:
        return None
    return rate


def owed(rate: StampRate, exemption: str) -> Decimal:
    """The duty of a document it is due on; 0 when the customer is exempt for the reason `exemption`.

    Documents may be free of the duty because of whom they are for: table B annexed to D.P.R.
    642/1972 lists acts exempt in any case, and special laws exempt bodies, such as those of the
    third sector for documents "put in being or requested" by them (art. 82, c. 5, D.Lgs. 117/2017;
    art. 27-bis of the table for ONLUS before). Whether such a rule reaches an invoice that a supplier
    sends to the body is not settled here: which customer is exempt, and why, is what the firm
    declares on its own account, with its adviser. A public body is not exempt as such: where the
    State is a party, the duty falls on the other one (art. 8 D.P.R. 642/1972).
    """
    return Decimal(0) if exemption else rate.amount
