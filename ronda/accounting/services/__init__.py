"""Writes to the books; nothing else writes these tables."""

from ronda.accounting.services.chart import seed_chart, seed_roles
from ronda.accounting.services.closing_lines import fill_closing
from ronda.accounting.services.closings import (
    AlreadyPosted,
    ClosingsOverlap,
    NothingToPost,
    NotPosted,
    NotReady,
    PeriodClosed,
    ReversalTooEarly,
    post_closing,
    request_closing,
    reverse_closing,
    withdraw_closing,
)
from ronda.accounting.services.documents import post_documents
from ronda.accounting.services.money import post_cancelled, post_payments, post_settled
from ronda.accounting.services.posting import Unbalanced, UnknownAccount, post_entries

__all__ = [
    "AlreadyPosted",
    "ClosingsOverlap",
    "NotPosted",
    "NotReady",
    "NothingToPost",
    "PeriodClosed",
    "ReversalTooEarly",
    "Unbalanced",
    "UnknownAccount",
    "fill_closing",
    "post_cancelled",
    "post_closing",
    "post_documents",
    "post_entries",
    "post_payments",
    "post_settled",
    "request_closing",
    "reverse_closing",
    "seed_chart",
    "seed_roles",
    "withdraw_closing",
]
