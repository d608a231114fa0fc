"""What is exchanged with SdI, apart from the invoice itself: names, messages, states, last days."""

from ronda.countries.it.domain.sdi.deadlines import Deadline, deadlines, due_alerts
from ronda.countries.it.domain.sdi.messages import (
    Family,
    Kind,
    NotAReceipt,
    Receipt,
    ReceiptError,
    ReceiptWithoutSubject,
    looks_like_metadata,
    looks_like_receipt,
    read_receipt,
)
from ronda.countries.it.domain.sdi.names import (
    BadTransmitter,
    InvoiceName,
    NotificationName,
    NumbersExhausted,
    invoice_name,
    notification_name,
    read_invoice_name,
    read_notification_name,
    stem_of,
)
from ronda.countries.it.domain.sdi.state import Reason, Verdict, judge, state_of
from ronda.countries.it.domain.sdi.writing import NotWritableReceipt, write_receipt

__all__ = [
    "BadTransmitter",
    "Deadline",
    "Family",
    "InvoiceName",
    "Kind",
    "NotAReceipt",
    "NotWritableReceipt",
    "NotificationName",
    "NumbersExhausted",
    "Reason",
    "Receipt",
    "ReceiptError",
    "ReceiptWithoutSubject",
    "Verdict",
    "deadlines",
    "due_alerts",
    "invoice_name",
    "judge",
    "looks_like_metadata",
    "looks_like_receipt",
    "notification_name",
    "read_invoice_name",
    "read_notification_name",
    "read_receipt",
    "state_of",
    "stem_of",
    "write_receipt",
]
