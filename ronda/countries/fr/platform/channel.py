"""An approved platform as a channel of `einvoices`: moves files, keeps its place, never reads a status.

Files are told apart by their names, which the platform gets as tracking identifiers. The place in the
platform's list is kept only once everything before it was acknowledged, so nothing is lost with a process.
"""

from collections.abc import Callable, Iterator, Sequence

from ronda.countries.fr.domain.lifecycle.receipts import acknowledgement, invoice_key
from ronda.countries.fr.platform.afnor import AfnorPlatform
from ronda.countries.fr.platform.cursors import Cursor
from ronda.countries.fr.platform.interface import (
    MAX_TRACKING_ID,
    Deposit,
    NotSignedIn,
    OutgoingFile,
    PlatformEvent,
    PlatformRefusal,
    Syntax,
)
from ronda.countries.fr.platform.summaries import (
    MESSAGE_ROOTS,
    ROOTS,
    InvoiceSummary,
    root_name,
    root_of,
    summary_of,
    xml_of,
)
from ronda.einvoices.domain.exchange import Found, Handed, Incoming, Outgoing
from ronda.kernel.i18n import _


class PlatformChannel:
    """A `Channel` of `ronda.einvoices`. load and keep: the cursor as text, wherever the caller keeps it."""

    name = "platform"

    def __init__(
        self, platform: AfnorPlatform, *, load: Callable[[], str], keep: Callable[[str], None]
    ) -> None:
        self._platform = platform
        self._load, self._keep = load, keep
        self._waiting: list[tuple[set[str], str]] = []

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        """One answer for each; raises only when the platform does not let us in at all."""
        return [self._send_one(file) for file in files]

    def _send_one(self, file: Outgoing) -> Handed:
        root = root_of(xml_of(file.content))
        syntax = _syntax(file.content, root_name(root) if root is not None else "")
        if syntax is None or len(file.name) > MAX_TRACKING_ID:
            problem = _("“%(name)s” is no file a platform takes, or its name is too long.")
            return Handed(file.name, problem=problem % {"name": file.name}, again=False)
        try:
            deposit = self._hand_over(file, syntax)
        except NotSignedIn:
            raise
        except PlatformRefusal as refusal:
            return Handed(file.name, problem=refusal.message, again=bool(refusal.facts.get("again")))
        invoice = root is not None and syntax not in {"CDAR", "FRR"}
        key = _key(summary_of(root)) if invoice and root is not None else ""
        return Handed(file.name, deposit.flow_id, key)

    def _hand_over(self, file: Outgoing, syntax: Syntax) -> Deposit:
        if syntax == "CDAR":
            return self._platform.send_status(file.content, tracking_id=file.name, name=file.name)
        if syntax == "FRR":
            return self._platform.send_ereport(file.content, tracking_id=file.name, name=file.name)
        return self._platform.send_invoice(OutgoingFile(file.content, file.name, file.name, syntax))

    def fetch(self) -> Iterator[Incoming]:
        """Acknowledgements and statuses first, then received invoices; page by page."""
        cursor, more = Cursor.parse(self._load()), True
        while more:
            page = self._platform.fetch_events(cursor)
            cursor, more = page.cursor, page.more
            yield from self._tell([_news(one) for one in page.items], cursor)
        more = True
        while more:
            arrived = self._platform.fetch_incoming(cursor)
            cursor, more = arrived.cursor, arrived.more
            files = [Incoming(one.flow_id, one.name or one.flow_id, one.content) for one in arrived.items]
            yield from self._tell(files, cursor)

    def acknowledge(self, incoming: Incoming) -> None:
        """When the last one of a page is stored, the place after it is kept."""
        for tokens, _place in self._waiting:
            tokens.discard(incoming.token)
        place = ""
        while self._waiting and not self._waiting[0][0]:
            place = self._waiting.pop(0)[1]
        if place:
            self._keep(place)

    def _tell(self, found: list[Incoming], cursor: Cursor) -> Iterator[Incoming]:
        if found:
            self._waiting.append(({one.token for one in found}, str(cursor)))
        yield from found


def _news(event: PlatformEvent) -> Incoming:
    if event.is_status:
        return Incoming(event.flow_id, event.name or event.flow_id, event.content)
    content = acknowledgement(
        event.tracking_id,
        ok=event.ack == "Ok",
        at=event.at,
        details=[(one.code, one.text) for one in event.details],
    )
    # An acknowledgement has the identifier of its flow, and may change: the moment tells them apart.
    token = f"{event.flow_id}@{event.at.isoformat()}"
    return Incoming(token, f"{event.flow_id}.json", content, Found.FILE, reference=event.flow_id)


def _syntax(content: bytes, root: str) -> Syntax | None:
    if content.startswith(b"%PDF"):
        return "Factur-X" if root == "CrossIndustryInvoice" else None
    found: dict[str, Syntax] = {**ROOTS, **MESSAGE_ROOTS}
    return found.get(root)


def _key(invoice: InvoiceSummary) -> str:
    return invoice_key(invoice.seller, invoice.number, invoice.issued_on)
