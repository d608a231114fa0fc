"""Everything that is written about e-invoices goes through here."""

from ronda.einvoices.services.archiving import FileDamaged, content
from ronda.einvoices.services.bundling import TooManyFiles, zip_of
from ronda.einvoices.services.issuing import send_issued
from ronda.einvoices.services.preparing import (
    CannotBeWritten,
    NoFormat,
    NothingSentYet,
    NotRejected,
    Prepared,
    StillADraft,
    WouldBeRejected,
    findings_of,
    prepare,
    refuse_blocked,
    resend,
)
from ronda.einvoices.services.sending import (
    HandedOver,
    NotToBeSent,
    channel_code,
    send,
    sent_by_hand,
    to_try_again,
)
from ronda.einvoices.services.settling import refresh_states
from ronda.einvoices.services.taking import (
    AlreadyDealtWith,
    NobodyKnowsIt,
    NotOurs,
    OddFile,
    TakenIn,
    place,
    put_away,
    take_again,
    take_in,
)

__all__ = [
    "AlreadyDealtWith",
    "CannotBeWritten",
    "FileDamaged",
    "HandedOver",
    "NoFormat",
    "NobodyKnowsIt",
    "NotOurs",
    "NotRejected",
    "NotToBeSent",
    "NothingSentYet",
    "OddFile",
    "Prepared",
    "StillADraft",
    "TakenIn",
    "TooManyFiles",
    "WouldBeRejected",
    "channel_code",
    "content",
    "findings_of",
    "place",
    "prepare",
    "put_away",
    "refresh_states",
    "refuse_blocked",
    "resend",
    "send",
    "send_issued",
    "sent_by_hand",
    "take_again",
    "take_in",
    "to_try_again",
    "zip_of",
]
