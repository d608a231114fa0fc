"""The life of a French e-invoice: statuses written, read and understood (CDAR, XP Z12-012)."""

from ronda.countries.fr.domain.lifecycle.checks import check_status
from ronda.countries.fr.domain.lifecycle.collected import collected_by_rate, split_total, still_to_tell
from ronda.countries.fr.domain.lifecycle.model import (
    Collected,
    InvoiceReference,
    LifecycleEvent,
    Notice,
    Party,
    Reason,
    StatusMessage,
)
from ronda.countries.fr.domain.lifecycle.reader import NotAStatus, day_of, read_status
from ronda.countries.fr.domain.lifecycle.states import (
    answers_after,
    collected_total,
    distinct,
    event_of,
    seller_answers_after,
    state_of,
)
from ronda.countries.fr.domain.lifecycle.writer import (
    StatusNotWritable,
    identifier_of,
    status_message,
    write_status,
)

__all__ = [
    "Collected",
    "InvoiceReference",
    "LifecycleEvent",
    "NotAStatus",
    "Notice",
    "Party",
    "Reason",
    "StatusMessage",
    "StatusNotWritable",
    "answers_after",
    "check_status",
    "collected_by_rate",
    "collected_total",
    "day_of",
    "distinct",
    "event_of",
    "identifier_of",
    "read_status",
    "seller_answers_after",
    "state_of",
    "status_message",
    "still_to_tell",
    "write_status",
    "split_total",
]
