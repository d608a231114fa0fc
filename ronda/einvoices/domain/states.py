"""What has become of a legal document that was sent, in words both countries share.

A country pack works out the state from the set of all receipts, so that their order and their repetition
change nothing (R42).
"""

from enum import StrEnum


class State(StrEnum):
    """From the written file to the answer of the customer."""

    READY = "ready"  # written and checked, not handed over
    QUEUED = "queued"  # a job will hand it over
    FAILED = "failed"  # the channel did not take it: it is tried again
    SENT = "sent"  # handed over to the channel
    TAKEN = "taken"  # the exchange or platform has it and has given it an identifier
    DELIVERED = "delivered"
    AVAILABLE = "available"  # not delivered, but at the customer's disposal: issued, nothing is wrong
    REJECTED = "rejected"  # by the exchange or platform: correct it and send it again
    ACCEPTED = "accepted"  # by the customer
    REFUSED = "refused"  # by the customer
    EXPIRED = "expired"  # the customer's time to answer ended: it counts as accepted
    DISPUTED = "disputed"  # by the customer, in part or until something is added
    COLLECTED = "collected"  # its payment was reported


#: Nothing more can come that would make the document invalid.
SETTLED = frozenset({State.DELIVERED, State.AVAILABLE, State.ACCEPTED, State.EXPIRED, State.COLLECTED})
#: A person has to do something.
OPEN_QUESTIONS = frozenset({State.REJECTED, State.REFUSED, State.FAILED, State.DISPUTED})
