"""What can be done with dues and payments; nothing else writes these tables."""

from ronda.payments.services.allocations import (
    NothingToAllocate,
    allocate,
    allocate_credit,
    unallocate,
)
from ronda.payments.services.dues import raise_dues
from ronda.payments.services.receipts import (
    AmountIsZero,
    KeyUsedForAnother,
    cancel_payment,
    record_payment,
    record_payments,
    refund,
)
from ronda.payments.services.settling import AlreadyCancelled, MoreThanOwed, NotEnoughCredit, OtherParty
from ronda.payments.services.setup import seed_methods, seed_terms

__all__ = [
    "AlreadyCancelled",
    "AmountIsZero",
    "KeyUsedForAnother",
    "MoreThanOwed",
    "NotEnoughCredit",
    "NothingToAllocate",
    "OtherParty",
    "allocate",
    "allocate_credit",
    "cancel_payment",
    "raise_dues",
    "record_payment",
    "record_payments",
    "refund",
    "seed_methods",
    "seed_terms",
    "unallocate",
]
