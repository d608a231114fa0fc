"""Receipts and notices of SdI: what they say, and how they are read.

Two families: that of public bodies (`…/sdi/messaggi/v1.0`, since 2014) and that of firms and consumers
(`…/fattura/messaggi/v1.0`, since 2019). Prefixes, signatures inside the message or around it, empty notes
and unknown elements are passed over. The signature is not verified: who may write into the channel is the
channel's matter.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from lxml import etree

from ronda.company.domain import safe_xml
from ronda.countries.it.domain.fatturapa.signed import looks_signed, open_envelope
from ronda.countries.it.domain.sdi.names import read_notification_name
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

PA_NAMESPACE = "http://www.fatturapa.gov.it/sdi/messaggi/v1.0"
B2B_NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fattura/messaggi/v1.0"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"

MAX_BYTES = 5 * 1024 * 1024
MAX_ERRORS = 200  # as in the schemas
MAX_TEXT = 4000  # characters kept of any text
ROME = ZoneInfo("Europe/Rome")  # instants without an offset are Italian time


class Kind(StrEnum):
    """The two letters in the name of the message."""

    DELIVERED = "RC"
    REJECTED = "NS"
    NOT_DELIVERED = "MC"
    OUTCOME = "NE"
    METADATA = "MT"
    CUSTOMER_OUTCOME = "EC"
    OUTCOME_REJECTED = "SE"
    EXPIRED = "DT"
    ATTESTED = "AT"


class Family(StrEnum):
    """Who receives the invoice: a public body (FPA12), or anybody else (FPR12, FSM10)."""

    PA = "pa"
    B2B = "b2b"


#: Root element → kind. RicevutaConsegna is in both families.
ROOTS = {
    "RicevutaConsegna": Kind.DELIVERED,
    "NotificaScarto": Kind.REJECTED,
    "NotificaMancataConsegna": Kind.NOT_DELIVERED,
    "NotificaEsito": Kind.OUTCOME,
    "AttestazioneTrasmissioneFattura": Kind.ATTESTED,
    "NotificaDecorrenzaTermini": Kind.EXPIRED,
    "MetadatiInvioFile": Kind.METADATA,
    "NotificaEsitoCommittente": Kind.CUSTOMER_OUTCOME,
    "ScartoEsitoCommittente": Kind.OUTCOME_REJECTED,
    "RicevutaScarto": Kind.REJECTED,
    "RicevutaImpossibilitaRecapito": Kind.NOT_DELIVERED,
    "FileMetadati": Kind.METADATA,
}
_B2B_ROOTS = frozenset({"RicevutaScarto", "RicevutaImpossibilitaRecapito", "FileMetadati"})


class NotAReceipt(Refusal):
    """XML that is no message of SdI; `facts["root"]` names it."""

    code = "sdi.not_a_receipt"


class ReceiptWithoutSubject(Refusal):
    """A message that names neither a file nor an identifier: nobody can say what it is about."""

    code = "sdi.receipt_without_subject"


@dataclass(frozen=True, slots=True)
class ReceiptError:
    """One reason of a rejection, in the words of SdI; `suggestion` only for firms and consumers."""

    code: str
    text: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message of SdI. Absent texts are "", absent instants None; instants are aware.

    received_at: when SdI took the invoice. delivered_at: when it reached the customer. available_on: since
    when it lies in the customer's area. outcome: EC01 accepted, EC02 refused; in SE, EN00 or EN01.
    hash: SHA-256 of the invoice's file, as SdI computed it. archive_*: the zip the invoice came in.
    sha256 is of the message itself; warnings name the elements that could not be read.
    """

    kind: Kind
    family: Family
    file_name: str = ""
    sdi_id: str = ""
    message_id: str = ""
    received_at: datetime | None = None
    delivered_at: datetime | None = None
    available_on: date | None = None
    errors: tuple[ReceiptError, ...] = ()
    outcome: str = ""
    description: str = ""
    hash: str = ""
    note: str = ""
    recipient: str = ""
    recipient_name: str = ""
    archive_name: str = ""
    archive_sdi_id: str = ""
    pec_message_id: str = ""
    invoice_number: str = ""
    invoice_year: str = ""
    invoice_position: str = ""
    format: str = ""
    attempts: str = ""
    double_role: bool = False
    source_name: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """Equal for two copies of one message: identifier, kind and MessageId, else what it says."""
        return self.sdi_id, self.kind.value, self.message_id or self.sha256

    @property
    def accepted(self) -> bool:
        """Whether the customer accepted."""
        return self.kind is Kind.OUTCOME and self.outcome == "EC01"

    @property
    def refused(self) -> bool:
        """Whether the customer refused."""
        return self.kind is Kind.OUTCOME and self.outcome == "EC02"


def read_receipt(data: bytes, name: str = "") -> Receipt:
    """The message in `data`: XML, or XML in a signed envelope (.p7m).

    `name` is the file's name: it says which invoice is meant where the message does not (EC, SE).
    Raises `NotAReceipt`, `ReceiptWithoutSubject`, a refusal of the envelope or of `safe_xml`; nothing else.
    """
    content = safe_xml.read_limited(data, max_bytes=MAX_BYTES)
    if looks_signed(content):
        content, _notices = open_envelope(content)
    root = safe_xml.parse(content, max_bytes=MAX_BYTES)
    kind = ROOTS.get(_local(root))
    if kind is None:
        message = _("The file is no receipt of SdI, but “%(root)s”. It is kept aside: look at it.")
        raise NotAReceipt(message % {"root": _local(root)[:80]}, root=_local(root))
    receipt = _read(_Reading(root), kind, name, hashlib.sha256(data).hexdigest())
    if not receipt.sdi_id and not receipt.file_name:
        message = _("The receipt of SdI names no invoice. It is kept aside: look at it.")
        raise ReceiptWithoutSubject(message)
    return receipt


def looks_like_receipt(data: bytes, name: str) -> bool:
    """Whether the file is worth reading as a message: by its name, else by its first element."""
    if read_notification_name(name):
        return True
    start = data[:2000]
    return any(f"{root}".encode() in start for root in ROOTS)


def looks_like_metadata(data: bytes, name: str) -> bool:
    """Whether the file is worth reading as metadata: by its name (…_MT_001.xml), else by its root."""
    found = read_notification_name(name.rpartition("/")[2])
    if found is not None and found.kind == Kind.METADATA:
        return True
    start = data[:2000].replace(b"\0", b"")
    return any(root.encode() in start for root, kind in ROOTS.items() if kind is Kind.METADATA)


class _Reading:
    """Elements of one message by local name, whatever their namespace."""

    def __init__(self, root: etree._Element) -> None:
        self.root, self.warnings = root, list[str]()

    def text(self, path: str, element: etree._Element | None = None) -> str:
        found: etree._Element | None = self.root if element is None else element
        for step in path.split("/"):
            if found is None:
                return ""
            found = next(_children(found, step), None)
        return _all_text(found) if found is not None else ""

    def instant(self, path: str) -> datetime | None:
        text = self.text(path)
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            self.warnings.append(path)
            return None
        return found.replace(tzinfo=ROME) if found and found.tzinfo is None else found

    def day(self, path: str) -> date | None:
        text = self.text(path)
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            self.warnings.append(path)
            return None

    def errors(self) -> Iterator[ReceiptError]:
        for listed in _children(self.root, "ListaErrori"):
            for error in _children(listed, "Errore"):
                yield ReceiptError(
                    self.text("Codice", error),
                    self.text("Descrizione", error),
                    self.text("Suggerimento", error),
                )


def _read(reading: _Reading, kind: Kind, name: str, sha256: str) -> Receipt:
    text = reading.text
    # In NE the customer's answer is a message inside the message.
    answer = "EsitoCommittente/" if kind is Kind.OUTCOME else ""
    dates = (
        reading.instant("DataOraRicezione"),
        reading.instant("DataOraConsegna"),
        reading.day("DataMessaADisposizione"),
    )
    return Receipt(
        kind=kind,
        family=_family(reading),
        file_name=text("NomeFile") or _stem(name),
        sdi_id=text("IdentificativoSdI")[:36],
        message_id=text("MessageId")[:100],
        received_at=dates[0],
        delivered_at=dates[1],
        available_on=dates[2],
        errors=tuple(islice(reading.errors(), MAX_ERRORS)),
        outcome=text(f"{answer}Esito") or text("Scarto"),
        description=text(f"{answer}Descrizione"),
        hash=(text("Hash") or text("HashFileOriginale")).lower(),
        note=text("Note"),
        recipient=text("Destinatario/Codice") or text("CodiceDestinatario"),
        recipient_name=text("Destinatario/Descrizione"),
        archive_name=text("RiferimentoArchivio/NomeFile"),
        archive_sdi_id=text("RiferimentoArchivio/IdentificativoSdI"),
        pec_message_id=text("PecMessageId"),
        invoice_number=text(f"{answer}RiferimentoFattura/NumeroFattura"),
        invoice_year=text(f"{answer}RiferimentoFattura/AnnoFattura"),
        invoice_position=text(f"{answer}RiferimentoFattura/PosizioneFattura"),
        format=text("Formato"),
        attempts=text("TentativiInvio"),
        double_role=reading.root.get("IntermediarioConDupliceRuolo") == "Si",
        source_name=name,
        sha256=sha256,
        warnings=tuple(reading.warnings),
    )


def _family(reading: _Reading) -> Family:
    """By namespace; where that is damaged, by what only one family has."""
    namespace = etree.QName(reading.root).namespace
    if namespace in {PA_NAMESPACE, B2B_NAMESPACE}:
        return Family.PA if namespace == PA_NAMESPACE else Family.B2B
    reading.warnings.append("namespace")
    return Family.B2B if _local(reading.root) in _B2B_ROOTS or reading.text("Hash") else Family.PA


def _stem(name: str) -> str:
    found = read_notification_name(name)
    return found.stem if found else ""


def _all_text(element: etree._Element) -> str:
    text = "".join(str(part) for part in element.itertext())
    return " ".join(text.split())[:MAX_TEXT]


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if _local(child) == name)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
