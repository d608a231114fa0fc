"""A status of an invoice's life as both directions carry it: one message, one invoice, one status."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

SIREN_SCHEME = "0002"
ADDRESS_SCHEME = "0225"
PLATFORM_SCHEME = "0238"


@dataclass(frozen=True, slots=True)
class Party:
    """Who speaks or listens. role: SE seller, BY buyer, WK platform, DFH tax administration.

    identifier: SIREN (scheme 0002) or the platform's number (0238); address: in the directory (0225).
    """

    role: str
    identifier: str = ""
    name: str = ""
    address: str = ""
    scheme: str = SIREN_SCHEME
    address_scheme: str = ADDRESS_SCHEME


@dataclass(frozen=True, slots=True)
class InvoiceReference:
    """The invoice spoken of. kind: BT-3; issued_on: BT-2; received_at: when the platform took it."""

    number: str
    issued_on: date | None = None
    kind: str = "380"
    seller: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why: MDT-113 with its text, what is asked (MDT-121), a remark."""

    code: str
    text: str = ""
    action: str = ""
    action_text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Collected:
    """An amount with VAT at one rate (MEN); negative for a refund or a credit note. rate: per cent."""

    rate: Decimal
    amount: Decimal
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd in a message that was read all the same. code: stable; where: the element."""

    code: str
    text: Any
    where: str = ""


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """status: MDT-105, also one we do not know; at: when it happened (MDT-78); created_at: MDT-8."""

    identifier: str
    status: str
    at: datetime | None
    invoice: InvoiceReference
    issuer: Party
    recipients: tuple[Party, ...] = ()
    sender: Party = Party("WK")
    created_at: datetime | None = None
    name: str = ""
    label: str = ""
    phase: str = ""
    document_status: str = ""
    process: str = "REGULATED"
    reasons: tuple[Reason, ...] = ()
    collected: tuple[Collected, ...] = ()
    note: str = ""
    notices: tuple[Notice, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class LifecycleEvent:
    """What one message adds to the life of an invoice; equal events are one event.

    message: its identifier, by which a second arrival is recognised.
    """

    status: str
    at: datetime
    message: str = ""
    collected: tuple[Collected, ...] = ()
