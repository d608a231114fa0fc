"""The exchange system in small: what SdI does with a file, without any network, clock or disk.

Files are submitted, examined (`examining`), and answered after some steps of a logical clock; a step is one
day. What has to be remembered is behind `Memory`. Faults are ordered beforehand, so that a test or a
demonstration meets exactly what real life brings by chance.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from ronda.countries.it.domain.sdi.examining import (
    Check,
    Examined,
    Piece,
    Schema,
    error,
    examine,
    pieces_of,
)
from ronda.countries.it.domain.sdi.messages import ROME, Family, Kind, Receipt, ReceiptError
from ronda.countries.it.domain.sdi.names import LONGEST, notification_name, read_invoice_name
from ronda.countries.it.domain.sdi.writing import write_receipt

CONSUMER, ABROAD = "0000000", "XXXXXXX"
GARBAGE = b"\x00\xff<RicevutaConsegna this is no message of anybody"


class Conduct(StrEnum):
    """What becomes of an invoice at its recipient."""

    DELIVERED = "delivered"  # RC
    AVAILABLE = "available"  # MC
    LATE = "late"  # MC, then RC
    ACCEPTS = "accepts"  # RC, then NE with EC01
    REFUSES = "refuses"  # RC, then NE with EC02
    SILENT = "silent"  # RC, then DT
    ATTESTED = "attested"  # MC, then AT
    UNKNOWN = "unknown"  # NS with 00311


class Lost(StrEnum):
    """Where the connection broke, as the sender will see it."""

    NO = "no"
    BEFORE = "before"  # nothing was taken
    AFTER = "after"  # taken, and the sender does not know


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong: the first `lost_before` submissions, then `lost_after`; the rest with every message.

    copies: how often each message comes. newest_first: messages come in the wrong order. garbage: unreadable
    messages that come along with each answer. delay: steps every answer is late.
    """

    lost_before: int = 0
    lost_after: int = 0
    copies: int = 1
    newest_first: bool = False
    garbage: int = 0
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """After how many steps something comes."""

    rejection: int = 0
    delivery: int = 1
    answer: int = 2
    attestation: int = 10
    expiry: int = 16


@dataclass(frozen=True, slots=True)
class Rules:
    """How the exchange behaves. `opening` is the aware instant of step 0.

    `recipients` adds to, or overrides, what the code alone says: 0000000 and XXXXXXX are not delivered, six
    characters accept, seven get it. An invoice to one of `own_codes` comes back as a received one.
    `clock`: aware instants, for an exchange that stands for months and must not take today for tomorrow.
    """

    opening: datetime
    check: Check | None = None
    schema: Schema | None = None
    recipients: Mapping[str, Conduct] = field(default_factory=dict)
    own_codes: frozenset[str] = frozenset()
    clock: Callable[[], datetime] | None = None
    pace: Pace = Pace()
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file waiting for the firm: a message, or a received invoice with its metadata."""

    number: int
    due: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """What the sender is told, unless `lost`: the identifier and the instant."""

    sdi_id: str
    received_at: datetime
    lost: Lost = Lost.NO


class Memory(Protocol):
    """What the exchange remembers between two submissions. One submission at a time."""

    def next(self, counter: str) -> int:
        """Raise a counter and return it: 1, 2, 3…"""

    def value(self, counter: str) -> int:
        """The counter as it stands, 0 at first."""

    def claim(self, shelf: str, key: str) -> bool:
        """Remember the key for ever; False when it was there."""

    def holds(self, shelf: str, key: str) -> bool:
        """Whether the key was claimed."""

    def put(self, parcel: Parcel) -> None:
        """Keep a parcel until it is dropped."""

    def parcels(self, up_to: int) -> list[Parcel]:
        """Those due at step `up_to` or before, oldest first."""

    def expects(self, after: int) -> bool:
        """Whether a parcel is due later than that step."""

    def drop(self, number: int) -> None:
        """The firm has the parcel; an unknown number is no mistake."""


class PlainMemory:
    """In memory, for tests."""

    def __init__(self) -> None:
        self._counters: dict[str, int] = {}
        self._claimed: set[tuple[str, str]] = set()
        self._parcels: dict[int, Parcel] = {}

    def next(self, counter: str) -> int:
        self._counters[counter] = self.value(counter) + 1
        return self._counters[counter]

    def value(self, counter: str) -> int:
        return self._counters.get(counter, 0)

    def claim(self, shelf: str, key: str) -> bool:
        fresh = (shelf, key) not in self._claimed
        self._claimed.add((shelf, key))
        return fresh

    def holds(self, shelf: str, key: str) -> bool:
        return (shelf, key) in self._claimed

    def put(self, parcel: Parcel) -> None:
        self._parcels[parcel.number] = parcel

    def parcels(self, up_to: int) -> list[Parcel]:
        due = [parcel for parcel in self._parcels.values() if parcel.due <= up_to]
        return sorted(due, key=lambda parcel: (parcel.due, parcel.number))

    def expects(self, after: int) -> bool:
        return any(parcel.due > after for parcel in self._parcels.values())

    def drop(self, number: int) -> None:
        self._parcels.pop(number, None)


class Exchange:
    """SdI in small. The caller sees to it that one method runs at a time."""

    def __init__(self, rules: Rules, memory: Memory, faults: Faults | None = None) -> None:
        self.rules, self.memory = rules, memory
        self._faults = faults or Faults()

    @property
    def faults(self) -> Faults:
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        """Order new faults; submissions are counted afresh."""
        self._faults = faults
        self.memory.next("faults")

    @property
    def step(self) -> int:
        """The logical clock."""
        return self.memory.value("step")

    @property
    def now(self) -> datetime:
        """The instant of the logical clock, or that of the real one if it is ahead."""
        logical = self.rules.opening.astimezone(ROME) + timedelta(days=self.step)
        real = self.rules.clock().astimezone(ROME) if self.rules.clock else logical
        return max(logical, real)

    def advance(self, steps: int = 1) -> int:
        """Let days pass; the step reached."""
        for _day in range(steps):
            self.memory.next("step")
        return self.step

    def submit(self, name: str, content: bytes) -> Submission:
        """Take a file; its answers come with `waiting` once they are due."""
        lost = self._lost()
        if lost is Lost.BEFORE:
            return Submission("", self.now, lost)
        sdi_id = self._new_id()
        pieces, errors = pieces_of(name, content)
        if not self.memory.claim("name", name.upper()):
            errors = [_REPEATED_NAME]
        if errors:
            self._reject(_Sending(sdi_id, name, content), errors)
            return Submission(sdi_id, self.now, lost)
        in_archive = [piece.name for piece in pieces] != [name]
        for piece in pieces:
            own = self._new_id() if in_archive else sdi_id
            archive = (name, sdi_id) if in_archive else ("", "")
            self._treat(_Sending(own, piece.name, piece.content, *archive), piece)
        return Submission(sdi_id, self.now, lost)

    def waiting(self) -> list[Parcel]:
        """What the firm may fetch now; it stays until dropped."""
        due = self.memory.parcels(self.step)
        return due[::-1] if self._faults.newest_first else due

    @property
    def busy(self) -> bool:
        """Whether something is due on a later day."""
        return self.memory.expects(self.step)

    def drop(self, number: int) -> None:
        """The firm has stored the parcel."""
        self.memory.drop(number)

    def hand_in(self, name: str, content: bytes, recipient: str) -> str:
        """An invoice from somebody else for the firm, due at once; its identifier."""
        sdi_id = self._new_id()
        self._hand_over(
            _Sending(sdi_id, _plain_name(name), content), Examined(format="FPR12", recipient=recipient), 0
        )
        return sdi_id

    def _lost(self) -> Lost:
        turn = self.memory.next(f"submitted {self.memory.value('faults')}")
        if turn <= self._faults.lost_before:
            return Lost.BEFORE
        return Lost.AFTER if turn <= self._faults.lost_before + self._faults.lost_after else Lost.NO

    def _new_id(self) -> str:
        return str(10_000_000 + self.memory.next("sdi_id"))

    def _treat(self, sending: "_Sending", piece: Piece) -> None:
        rules = self.rules
        if sending.archive_name and read_invoice_name(piece.name) is None:
            self._reject(sending, [error("00001", "Nome file non valido")])
            return
        if sending.archive_name and not self.memory.claim("name", piece.name.upper()):
            self._reject(sending, [_REPEATED_NAME])
            return
        found = examine(piece.content, today=self.now.date(), schema=rules.schema, check=rules.check)
        errors = list(found.errors) or self._late_errors(found)
        if errors:
            self._reject(sending, errors, found.format)
            return
        for steps, receipt in self._answers(sending, found):
            self._post(receipt, steps)
        if found.recipient in rules.own_codes:
            self._hand_over(sending, found, rules.pace.delivery)

    def _late_errors(self, found: Examined) -> list[ReceiptError]:
        """What only the exchange can know; a rejected invoice does not use up its number."""
        if _conduct(self.rules, found) is Conduct.UNKNOWN:
            return [error("00311", "1.1.4 <CodiceDestinatario> non valido")]
        if any(self.memory.holds("invoice", key) for key in found.keys):
            return [error("00404", "Fattura duplicata")]
        for key in found.keys:
            self.memory.claim("invoice", key)
        return []

    def _reject(self, sending: "_Sending", errors: list[ReceiptError], form: str = "") -> None:
        receipt = sending.receipt(Kind.REJECTED, form, self.now)
        self._post(replace(receipt, errors=tuple(errors)), self.rules.pace.rejection)

    def _answers(self, sending: "_Sending", found: Examined) -> Iterator[tuple[int, Receipt]]:
        pace, conduct = self.rules.pace, _conduct(self.rules, found)
        for kind, steps in _PLANS[conduct]:
            after = getattr(pace, steps)
            receipt = sending.receipt(kind, found.format, self.now)
            moment = self.now + timedelta(days=after, minutes=1)
            yield after, replace(receipt, **_facts(kind, conduct, found, moment))

    def _post(self, receipt: Receipt, steps: int) -> None:
        receipt = replace(receipt, message_id=str(20_000_000 + self.memory.next("message")))
        content = write_receipt(receipt, signed=self.rules.signed)
        number = self.memory.next(f"{receipt.file_name} {receipt.kind}")
        name = notification_name(receipt.file_name, receipt.kind, number)
        for _copy in range(max(1, self._faults.copies)):
            self._put(name, content, steps)
        for _piece in range(self._faults.garbage):
            self._put(f"illeggibile_{self.memory.next('garbage')}.xml", GARBAGE, steps)

    def _hand_over(self, sending: "_Sending", found: Examined, steps: int) -> None:
        metadata = replace(
            sending.receipt(Kind.METADATA, found.format, self.now),
            recipient=found.recipient,
            format=found.format,
            attempts="1",
        )
        self._put(_plain_name(sending.name), sending.content, steps)
        self._post(metadata, steps)

    def _put(self, name: str, content: bytes, steps: int) -> None:
        due = self.step + steps + self._faults.delay
        self.memory.put(Parcel(self.memory.next("parcel"), due, name, content))


@dataclass(frozen=True, slots=True)
class _Sending:
    """One invoice under its identifier."""

    sdi_id: str
    name: str
    content: bytes
    archive_name: str = ""
    archive_sdi_id: str = ""

    def receipt(self, kind: Kind, form: str, now: datetime) -> Receipt:
        """What all messages about it have in common."""
        return Receipt(
            kind=kind,
            family=Family.PA if form == "FPA12" else Family.B2B,
            file_name=_plain_name(self.name),
            sdi_id=self.sdi_id,
            received_at=now,
            hash=hashlib.sha256(self.content).hexdigest(),
            archive_name=self.archive_name,
            archive_sdi_id=self.archive_sdi_id,
        )


_REPEATED_NAME = error("00002", "Nome file duplicato", "Verificare se il file è già stato trasmesso")
_RC, _MC, _NE = (Kind.DELIVERED, "delivery"), (Kind.NOT_DELIVERED, "delivery"), (Kind.OUTCOME, "answer")
_PLANS: dict[Conduct, tuple[tuple[Kind, str], ...]] = {
    Conduct.DELIVERED: (_RC,),
    Conduct.AVAILABLE: (_MC,),
    Conduct.LATE: (_MC, (Kind.DELIVERED, "answer")),
    Conduct.ACCEPTS: (_RC, _NE),
    Conduct.REFUSES: (_RC, _NE),
    Conduct.SILENT: (_RC, (Kind.EXPIRED, "expiry")),
    Conduct.ATTESTED: (_MC, (Kind.ATTESTED, "attestation")),
}
_PUBLIC = {
    Conduct.ACCEPTS: Conduct.DELIVERED,
    Conduct.REFUSES: Conduct.DELIVERED,
    Conduct.SILENT: Conduct.DELIVERED,
    Conduct.ATTESTED: Conduct.AVAILABLE,
}


def _conduct(rules: Rules, found: Examined) -> Conduct:
    """What the recipient does; only a public body answers or has an attestation."""
    conduct = rules.recipients.get(found.recipient) or _usual(found)
    return conduct if found.format == "FPA12" else _PUBLIC.get(conduct, conduct)


def _usual(found: Examined) -> Conduct:
    if found.format == "FPA12":
        return Conduct.ACCEPTS
    if found.recipient == CONSUMER:
        return Conduct.DELIVERED if found.pec else Conduct.AVAILABLE
    return Conduct.AVAILABLE if found.recipient == ABROAD else Conduct.DELIVERED


def _facts(kind: Kind, conduct: Conduct, found: Examined, moment: datetime) -> dict[str, Any]:
    """What only this kind of message says."""
    recipient: dict[str, Any] = {"recipient": found.recipient, "recipient_name": "Destinatario di prova"}
    if kind is Kind.DELIVERED:
        return {**recipient, "delivered_at": moment}
    if kind is Kind.NOT_DELIVERED:
        text = "Non è stato possibile recapitare la fattura al destinatario"
        return {"available_on": moment.date(), "description": text}
    if kind is Kind.ATTESTED:
        return recipient
    if kind is Kind.EXPIRED:
        return {"description": "Decorrenza dei termini"}
    refused = conduct is Conduct.REFUSES
    return {
        "outcome": "EC02" if refused else "EC01",
        "description": "Importo non concordato" if refused else "Fattura accettata",
    }


def _plain_name(name: str) -> str:
    """A name that may stand in a message, whatever was submitted."""
    allowed = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "._"))
    return allowed[:LONGEST].lstrip(".") or "senza_nome"
