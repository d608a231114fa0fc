"""Writes to the books; nothing else writes these tables."""

from ronda.accounting.services.chart import seed_chart
from ronda.accounting.services.documents import post_documents
from ronda.accounting.services.money import post_cancelled, post_payments, post_settled
from ronda.accounting.services.posting import Unbalanced, UnknownAccount, post_entries

__all__ = [
    "Unbalanced",
    "UnknownAccount",
    "post_cancelled",
    "post_documents",
    "post_entries",
    "post_payments",
    "post_settled",
    "seed_chart",
]
