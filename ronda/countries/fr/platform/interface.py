"""What Ronda asks of an approved platform, whoever runs it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ronda.countries.fr.platform.cursors import Cursor
from ronda.kernel.errors import Refusal

Syntax = Literal["CII", "UBL", "Factur-X", "CDAR", "FRR"]
Ack = Literal["Pending", "Ok", "Error"]

#: NotOnlyUuid of the API.
MAX_TRACKING_ID = 64


class PlatformRefusal(Refusal):
    """Something the platform would not do, or could not; `facts["again"]` says whether trying again helps."""

    code = "platform.refused"


class PlatformUnreachable(PlatformRefusal):
    """No answer, or that of a platform in trouble. What was sent may have arrived: sending again is safe."""

    code = "platform.unreachable"


class NotSignedIn(PlatformRefusal):
    """The platform does not know us, or not for this."""

    code = "platform.not_signed_in"


class FlowRefused(PlatformRefusal):
    """The platform will not take this file; `facts["error"]`: its code, `facts["details"]`: its words."""

    code = "platform.flow_refused"


class TrackingTaken(PlatformRefusal):
    """Another file was sent under this tracking identifier."""

    code = "platform.tracking_taken"


class OddAnswer(PlatformRefusal):
    """An answer that is not of the AFNOR API."""

    code = "platform.odd_answer"


class BadSettings(PlatformRefusal):
    """The connection is not set up as it must be."""

    code = "platform.bad_settings"


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to hand over. tracking_id: ours, the same whenever the same file is sent again.

    syntax: CII, UBL, Factur-X; profile: CIUS is EN 16931, Basic and Extended-CTC-FR the others;
    rule: B2B, B2BInt, B2C, B2G, … of the API.
    """

    content: bytes
    name: str
    tracking_id: str
    syntax: Syntax
    profile: str = "CIUS"
    rule: str = "B2B"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A file the platform has. repeated: it had it already, nothing was sent a second time."""

    flow_id: str
    tracking_id: str
    submitted_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class AckDetail:
    """One remark of the platform on a file: Error or Warning, on what, its code and words."""

    level: str
    item: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PlatformEvent:
    """News of what we sent: an acknowledgement (no `content`), or a status with its CDAR message.

    kind: flowType of the API; ack: Ok or Error for acknowledgements. A status may come twice, in any order.
    """

    flow_id: str
    tracking_id: str
    name: str
    kind: str
    ack: Ack
    details: tuple[AckDetail, ...]
    at: datetime
    content: bytes = b""

    @property
    def is_status(self) -> bool:
        """A lifecycle message, as against the acknowledgement of a file of ours."""
        return bool(self.content)


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A received invoice as it came."""

    flow_id: str
    name: str
    syntax: str
    content: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class EventPage:
    """`cursor`: where to go on, to be kept with what was read; more: there is another page right now."""

    items: tuple[PlatformEvent, ...]
    cursor: Cursor
    more: bool


@dataclass(frozen=True, slots=True)
class IncomingPage:
    """`cursor`: where to go on, to be kept with what was read; more: there is another page right now."""

    items: tuple[IncomingFile, ...]
    cursor: Cursor
    more: bool


@dataclass(frozen=True, slots=True)
class DirectoryLine:
    """An address of the directory (BT-49). platform: WK an approved platform, DFH the public portal.

    status: Enabled, Disabled or Upcoming; name: of the firm, where the directory says it.
    """

    address: str
    siren: str
    siret: str = ""
    routing_code: str = ""
    suffix: str = ""
    platform: str = ""
    status: str = ""
    name: str = ""

    @property
    def can_receive(self) -> bool:
        """Whether an invoice sent there arrives today."""
        return self.status == "Enabled"


class Platform(Protocol):
    """Six questions. All raise `PlatformRefusal`, and nothing else, when they cannot be answered."""

    def send_invoice(self, file: OutgoingFile) -> Deposit:
        """Hand an invoice over; harmless when repeated with the same tracking identifier and content."""
        ...

    def send_status(self, content: bytes, *, tracking_id: str, name: str) -> Deposit:
        """Hand a CDAR message over."""
        ...

    def send_ereport(self, content: bytes, *, tracking_id: str, name: str) -> Deposit:
        """Hand a flux 10 report over."""
        ...

    def fetch_events(self, cursor: Cursor) -> EventPage:
        """The next acknowledgements and statuses."""
        ...

    def fetch_incoming(self, cursor: Cursor) -> IncomingPage:
        """The next received invoices."""
        ...

    def lookup_address(self, siren: str, *, siret: str = "") -> tuple[DirectoryLine, ...]:
        """The addresses of a firm, those that receive first; none when the directory does not know it."""
        ...
