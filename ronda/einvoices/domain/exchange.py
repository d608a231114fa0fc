"""What the program, the formats of the countries and the channels say to each other: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ronda.einvoices.domain.states import State


@dataclass(frozen=True, slots=True)
class LegalFile:
    """A written file. `facts` is JSON: what the format must know of it later, to judge its receipts."""

    name: str
    content: bytes
    media_type: str = "application/xml"
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What an incoming message says about a file that was sent.

    kind: the format's own word. file_name and exchange_id say which file it is about; said_at: when the
    exchange wrote it, aware. `facts` is JSON: all the format needs to judge it again.
    """

    kind: str
    file_name: str = ""
    exchange_id: str = ""
    said_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a transmission is in its state, and what to do about it; `code` is stable."""

    code: str
    text: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set of receipts amounts to; `exchange_id` is that of the sending that counts."""

    state: State
    reasons: tuple[Reason, ...] = ()
    exchange_id: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due` is the last good day. `source` is the law."""

    code: str
    due: date
    text: Any
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document stands with the exchange, for its deadlines. Without a file the state is READY."""

    state: State
    document_on: date
    sent_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file to hand over, under the name the exchange knows it by."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of one file: `problem` is empty when the channel has it.

    reference: the channel's own mark. exchange_id only where the channel tells it at once. again: whether
    the same call may succeed later; when not, a person has to change something first.
    """

    name: str
    reference: str = ""
    exchange_id: str = ""
    problem: Any = ""
    again: bool = True

    @property
    def taken(self) -> bool:
        return not self.problem


class Found(StrEnum):
    """What a channel brings."""

    FILE = "file"
    UNDELIVERED = "undelivered"  # a sending did not arrive; `reference` is the one `Handed` gave
    ODD = "odd"  # not to be understood: `why` says more


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing fetched. `token` means something to its channel only."""

    token: str
    name: str
    content: bytes
    found: Found = Found.FILE
    sender: str = ""
    reference: str = ""
    why: Any = ""
