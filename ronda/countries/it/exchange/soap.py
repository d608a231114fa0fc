"""Envelopes of SDICoop: what its service descriptions (WSDL) say, as bytes.

SOAP 1.1, document/literal. Files travel in base64; what comes may also carry them beside the envelope
(MTOM, XOP), as the real service does. The shapes are those of TrasmissioneTypes 1.1 and RicezioneTypes 1.0.
"""

import base64
import binascii
import email
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.policy import HTTP
from xml.sax.saxutils import escape

from lxml import etree

from ronda.company.domain import safe_xml
from ronda.countries.it.domain.sdi.messages import ROME
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SENDING = "http://www.fatturapa.gov.it/sdi/ws/trasmissione/v1.0/types"
RECEIVING = "http://www.fatturapa.gov.it/sdi/ws/ricezione/v1.0/types"
SEND_ACTION = "http://www.fatturapa.it/SdIRiceviFile/RiceviFile"
MAX_BYTES = 60 * 1024 * 1024
EMPTY_FILE, OUT_OF_SERVICE, NOT_ENABLED = "EI01", "EI02", "EI03"

#: Calls of SdI to the firm: elements of TrasmissioneFatture and RicezioneFatture.
CALLS = frozenset(
    {
        "ricevutaConsegna",
        "notificaMancataConsegna",
        "notificaScarto",
        "notificaEsito",
        "notificaDecorrenzaTermini",
        "attestazioneTrasmissioneFattura",
        "fileSdI",  # the end of a public body's time to answer, told to the receiver
        "fileSdIConMetadati",
    }
)
_MALFORMED = (ValueError, LookupError, AttributeError, TypeError, RecursionError)


class BadEnvelopeOfCall(Refusal):
    """Not a call or an answer of SDICoop."""

    code = "sdi.bad_soap"


@dataclass(frozen=True, slots=True)
class Answer:
    """What SdI says at once to a file: identifier and instant, or one of EI01-EI03."""

    sdi_id: str = ""
    received_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What SdI hands over: a message, or an invoice with its metadata. `files`: name and content."""

    operation: str
    sdi_id: str
    files: tuple[tuple[str, bytes], ...]


def send_envelope(name: str, content: bytes) -> bytes:
    """The request RiceviFile with one file."""
    file = base64.b64encode(content).decode("ascii")
    return _envelope(
        f'<types:fileSdIAccoglienza xmlns:types="{SENDING}"><NomeFile>{escape(name)}</NomeFile>'
        f"<File>{file}</File></types:fileSdIAccoglienza>"
    )


def answer_envelope(answer: Answer) -> bytes:
    """The answer to RiceviFile, as the exchange gives it."""
    moment = answer.received_at.isoformat() if answer.received_at else ""
    error = f"<Errore>{answer.error}</Errore>" if answer.error else ""
    return _envelope(
        f'<types:rispostaSdIRiceviFile xmlns:types="{SENDING}"><IdentificativoSdI>{escape(answer.sdi_id)}'
        f"</IdentificativoSdI><DataOraRicezione>{moment}</DataOraRicezione>{error}"
        "</types:rispostaSdIRiceviFile>"
    )


def received_envelope() -> bytes:
    """What the firm answers to RiceviFatture: taken over (ER01)."""
    return _envelope(
        f'<types:rispostaRiceviFatture xmlns:types="{RECEIVING}"><Esito>ER01</Esito>'
        "</types:rispostaRiceviFatture>"
    )


def read_answer(data: bytes, content_type: str = "text/xml") -> Answer:
    """The answer to RiceviFile. Raises `BadEnvelopeOfCall` or a refusal of `safe_xml`."""
    element, _parts = _body(data, content_type)
    if etree.QName(element).localname != "rispostaSdIRiceviFile":
        raise _bad()
    return Answer(
        _text(element, "IdentificativoSdI"),
        _instant(_text(element, "DataOraRicezione")),
        _text(element, "Errore"),
    )


def read_call(data: bytes, content_type: str = "text/xml") -> Call:
    """What SdI hands over in one call. Raises `BadEnvelopeOfCall` or a refusal of `safe_xml`."""
    element, parts = _body(data, content_type)
    operation = etree.QName(element).localname
    if operation not in CALLS:
        raise _bad()
    files = [(_text(element, "NomeFile"), _file(element, "File", parts))]
    if operation == "fileSdIConMetadati":
        files.append((_text(element, "NomeFileMetadati"), _file(element, "Metadati", parts)))
    if any(not name or set(name) & set("/\\") for name, _content in files):
        raise _bad()
    return Call(operation, _text(element, "IdentificativoSdI"), tuple(files))


def _envelope(body: str) -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>{body}'
    return f"{text}</soap:Body></soap:Envelope>".encode()


def _bad() -> BadEnvelopeOfCall:
    return BadEnvelopeOfCall(_("This is no call or answer of SDICoop. It is kept aside: look at it."))


def _body(data: bytes, content_type: str) -> tuple[etree._Element, dict[str, bytes]]:
    if len(data) > MAX_BYTES:
        raise _bad()
    envelope, parts = _split(data, content_type)
    root = safe_xml.parse(envelope, max_bytes=MAX_BYTES)
    body = root.find(f"{{{SOAP}}}Body")
    inner = [child for child in body if isinstance(child.tag, str)] if body is not None else []
    if len(inner) != 1:
        raise _bad()
    return inner[0], parts


def _split(data: bytes, content_type: str) -> tuple[bytes, dict[str, bytes]]:
    """The envelope and the files beside it by Content-ID (multipart/related, XOP)."""
    if not content_type.lower().startswith("multipart/"):
        return data, {}
    head = b"Content-Type: %s\r\n\r\n" % content_type.encode("ascii", "replace")
    try:
        payload = email.message_from_bytes(head + data, policy=HTTP).get_payload()
        found = [
            (str(part.get("Content-ID", "")).strip().strip("<>"), bytes(part.get_payload(decode=True) or b""))
            for part in payload
            if isinstance(part, Message)
        ]
    except _MALFORMED:
        raise _bad() from None
    if not found:
        raise _bad()
    return found[0][1], dict(found[1:])


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if etree.QName(child).localname == name), None)


def _text(element: etree._Element, name: str) -> str:
    found = _child(element, name)
    return (found.text or "").strip()[:200] if found is not None else ""


def _file(element: etree._Element, name: str, parts: dict[str, bytes]) -> bytes:
    found = _child(element, name)
    if found is None:
        raise _bad()
    include = _child(found, "Include")
    if include is not None:
        reference = str(include.get("href", "")).removeprefix("cid:")
        if reference not in parts:
            raise _bad()
        return parts[reference]
    try:
        return base64.b64decode("".join((found.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise _bad() from None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ROME)
