"""What is inside a mail of a certified mailbox (PEC): pure bytes to files.

A certified mail is an envelope: `daticert.xml` says what it is (D.M. 2/11/2005, annex), `postacert.eml`
holds the original mail, and that one the attachments. Receipts of the mailbox itself say whether ours have
arrived.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

from ronda.company.domain import safe_xml
from ronda.countries.it.domain.sdi.names import read_invoice_name, read_notification_name
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MAX_BYTES = 40 * 1024 * 1024
MAX_FILES = 200
MAX_PARTS = 1000
MAX_LAYERS = 6
CERTIFICATE, ORIGINAL = "daticert.xml", "postacert.eml"

#: Kinds of daticert.xml that say that our mail did not arrive.
_FAILED = frozenset({"non-accettazione", "errore-consegna", "preavviso-errore-consegna", "rilevazione-virus"})
_CONFIRMED = frozenset({"accettazione", "avvenuta-consegna", "presa-in-carico"})
_EXCHANGE = re.compile(r"[\w.+-]+@pec\.fatturapa\.it", re.IGNORECASE)
# What the e-mail package lets through on mails that are not mails.
_MALFORMED = (ValueError, LookupError, AttributeError, TypeError, RecursionError, UnicodeError)


@dataclass(frozen=True, slots=True)
class PecMail:
    """One mail. `files`: name and content. `failed`: ours did not arrive, `reference` is its Message-ID.

    `certified`: the mailbox vouches for `sender` in the outermost envelope; its signature is not verified.
    `confirmed`: a receipt of the mailbox that asks for nothing. `odd`: why nothing could be made of it.
    """

    subject: str = ""
    sender: str = ""
    certified: bool = False
    files: tuple[tuple[str, bytes], ...] = ()
    failed: bool = False
    confirmed: bool = False
    reference: str = ""
    why: Any = ""
    odd: bool = False


@dataclass(slots=True)
class _Parts:
    files: list[tuple[str, bytes]] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    seen: int = 0


def unpack(raw: bytes) -> PecMail:
    """The mail in `raw`, as sent or in its envelope; never raises, whatever the bytes."""
    if len(raw) > MAX_BYTES:
        return PecMail(odd=True, why=_("The mail is too large."))
    try:
        message = email.message_from_bytes(raw)
        parts = _Parts()
        _gather(message, parts, MAX_LAYERS)
        subject = _header(message, "Subject")
    except _MALFORMED:
        return PecMail(odd=True, why=_("The mail cannot be read."))
    return _judged(parts, subject)


def is_exchange_address(address: str) -> bool:
    """Whether a mail comes from SdI: the address that is to be used from now on, too."""
    return _EXCHANGE.fullmatch(address) is not None


def _judged(parts: _Parts, subject: str) -> PecMail:
    certificate = _certificate(parts.certificates)
    sender = certificate.sender or (parts.senders[-1] if parts.senders else "")
    if certificate.kind in _FAILED:
        return PecMail(subject, sender, failed=True, reference=certificate.reference, why=subject)
    if certificate.kind in _CONFIRMED:
        return PecMail(subject, sender, confirmed=True, reference=certificate.reference)
    files = tuple(known for known in parts.files if _is_ours(known[0]))
    if files:
        return PecMail(subject, sender, bool(certificate.sender), files)
    if is_exchange_address(sender):
        return PecMail(subject, sender, odd=True, why=_("The mail comes from SdI and holds no file of SdI."))
    return PecMail(subject, sender)


def _is_ours(name: str) -> bool:
    return read_invoice_name(name) is not None or read_notification_name(name) is not None


def _gather(message: Any, parts: _Parts, layers: int) -> None:
    if address := parseaddr(_header(message, "From"))[1]:
        parts.senders.append(address)
    for part in _leaves(message, parts):
        name = _decoded(part.get_filename() or "").replace("\\", "/").rsplit("/", 1)[-1]
        inner = _inner(part, name)
        if inner is not None and layers > 1:
            _gather(inner, parts, layers - 1)
        elif name.lower() == CERTIFICATE:
            if layers == MAX_LAYERS:  # inside an envelope anybody may have written one
                parts.certificates.append(_content(part))
        elif name and len(parts.files) < MAX_FILES:
            parts.files.append((name, _content(part)))


def _leaves(message: Any, parts: _Parts) -> Iterator[Any]:
    """The parts that hold something; a mail inside the mail is one of them."""
    parts.seen += 1
    if parts.seen > MAX_PARTS:
        return
    if message.get_content_maintype() != "multipart":
        yield message
        return
    payload = message.get_payload()
    for part in payload if isinstance(payload, list) else []:
        yield from _leaves(part, parts)


def _inner(part: Any, name: str) -> Any:
    """The mail that this part is: as such, or as an attachment called postacert.eml."""
    if part.get_content_type() == "message/rfc822":
        payload = part.get_payload()
        return payload[0] if isinstance(payload, list) and payload else None
    if name.lower() == ORIGINAL:
        return email.message_from_bytes(_content(part))
    return None


def _content(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _header(message: Any, name: str) -> str:
    return _decoded(message.get(name, ""))[:500]


def _decoded(text: Any) -> str:
    """A header in plain text, encoded words and all; as it is where they are damaged."""
    plain = str(text).replace("\r", "").replace("\n", "")
    try:
        return str(make_header(decode_header(plain))).strip()
    except (HeaderParseError, ValueError, LookupError):
        return plain.strip()


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What the envelope says: its kind, who sent the mail, and the Message-ID of the mail it speaks of."""

    kind: str = ""
    sender: str = ""
    reference: str = ""


def _certificate(certificates: list[bytes]) -> _Certificate:
    for content in certificates:
        try:
            root = safe_xml.parse(content, max_bytes=1024 * 1024)
        except Refusal:
            continue
        texts = {
            name: next((str(found.text or "").strip() for found in root.iter(name)), "")
            for name in ("mittente", "msgid")
        }
        return _Certificate(str(root.get("tipo", "")).strip().lower(), texts["mittente"], texts["msgid"])
    return _Certificate()
