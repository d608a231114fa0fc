"""Reads FatturaPA files as they come: FPA12 and FPR12 1.2.x, simplified VFSM10, plain or signed.

Tolerant on purpose (italy.md §1.5): a supplier's odd file is still an invoice that must be
registered. The oddities come out as notices; only what is no invoice is refused.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator

from lxml import etree

from ronda.company.domain import safe_xml
from ronda.countries.it.domain.fatturapa.bodies import read_attachments, read_ordinary_body
from ronda.countries.it.domain.fatturapa.checks import cross_checks
from ronda.countries.it.domain.fatturapa.model import Attachment, Notice, ReceivedInvoice, notice
from ronda.countries.it.domain.fatturapa.parties import Heading, read_heading
from ronda.countries.it.domain.fatturapa.schema import (
    FAMILIAR_NAMESPACE,
    MESSAGE_ROOTS,
    OFFICIAL_NAMESPACES,
    ORDINARY_ROOT,
    SIMPLIFIED_ROOT,
    VERSIONS,
)
from ronda.countries.it.domain.fatturapa.signed import looks_signed, open_envelope
from ronda.countries.it.domain.fatturapa.simplified import read_simplified_body
from ronda.countries.it.domain.fatturapa.values import Notices, Scope, local_name
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MAX_BYTES = 32 * 1024 * 1024

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_LATIN_1 = re.compile(rb"^[^>]{0,100}encoding\s*=\s*[\"'](?:iso-8859-1|latin-?1)[\"']", re.IGNORECASE)
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class NotAnInvoice(Refusal):
    """Well-formed XML that is something else; `facts["root"]` names it."""

    code = "fatturapa.not_an_invoice"


class SdiMessage(NotAnInvoice):
    """A receipt or notice of SdI lying among the invoices: harmless to leave out."""

    code = "fatturapa.sdi_message"


def read_invoice(data: bytes, name: str = "", *, max_bytes: int = MAX_BYTES) -> list[ReceivedInvoice]:
    """The invoices of one file (a lot holds several), from XML or from a signed envelope.

    `name` is the file's name, kept in the result; the content alone decides how it is read.
    The signature's digest is checked, its chain of trust is not (see `signed`).
    Raises `UnreadableInvoice`, `NotAnInvoice`, `BadEnvelope`, `TamperedEnvelope`, or a refusal of
    `safe_xml`; nothing else, whatever the bytes.
    """
    root, notices = _opened(data, max_bytes=max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    return list(_read_root(root, notices, name, digest, signed=looks_signed(data)))


def read_file_attachments(data: bytes, position: int = 1) -> tuple[Attachment, ...]:
    """The attachments of one invoice of the file, with their content; none for a position there is not.

    An attachment that is no base64 has the content None. Raises as `read_invoice` does.
    """
    root, _notices = _opened(data, max_bytes=MAX_BYTES)
    bodies = Scope(root, _checked_root(root), Notices()).many("FatturaElettronicaBody")
    wanted = bodies[position - 1 : position] if position > 0 else []
    return tuple(item for body in wanted for item in read_attachments(body, with_content=True))


def _opened(data: bytes, *, max_bytes: int) -> tuple[etree._Element, list[Notice]]:
    """The root element, out of its envelope and repaired where that was needed."""
    content = safe_xml.read_limited(data, max_bytes=max_bytes)
    found: list[Notice] = []
    if looks_signed(data):
        content, found = open_envelope(content)
    root, repairs = _parse_tolerantly(content, max_bytes=max_bytes)
    return root, [*found, *repairs]


def _parse_tolerantly(content: bytes, *, max_bytes: int) -> tuple[etree._Element, list[Notice]]:
    if _LATIN_1.match(content) and _WINDOWS_ONLY.search(content):
        repaired, notices = _repaired(content)
        return safe_xml.parse(repaired, max_bytes=max_bytes * 2), notices
    try:
        return safe_xml.parse(content, max_bytes=max_bytes), []
    except safe_xml.NotXml:
        repaired, notices = _repaired(content)
        if not notices:
            raise
    return safe_xml.parse(repaired, max_bytes=max_bytes * 2), notices


def _repaired(content: bytes) -> tuple[bytes, list[Notice]]:
    """The same document in UTF-8, with what XML forbids taken out; no notices = nothing to repair."""
    notices = []
    start = content.find(b"<")
    bare = content[max(start, 0) :]
    if start > 0 and content[:start] != codecs.BOM_UTF8:
        notices.append(notice("characters_removed"))
    text, in_windows = _decoded(bare)
    if in_windows:
        notices.append(notice("encoding_repaired"))
    clean = _FORBIDDEN.sub("", text)
    if clean != text and not notices:
        notices.append(notice("characters_removed"))
    return _DECLARATION.sub("", clean).encode("utf-8"), notices


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether it had to be taken for Windows-1252 (Latin-1 has those five bytes it lacks)."""
    encodings = ("cp1252",) if _LATIN_1.match(data) else ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding != "utf-8"
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), True


def _read_root(
    root: etree._Element, found: list[Notice], name: str, digest: str, *, signed: bool
) -> Iterator[ReceivedInvoice]:
    kind = _checked_root(root)
    notices = Notices(found)
    top = Scope(root, kind, notices)
    version = _checked_version(root, notices)
    heading = read_heading(top.one("FatturaElettronicaHeader"), version, notices)
    bodies = top.many("FatturaElettronicaBody")
    if not bodies:
        top.needed_text("FatturaElettronicaBody")
    shared = notices.all()
    for position, body in enumerate(bodies, 1):
        body.notices = Notices(shared)
        yield _read_body(body, heading, kind, {
            "position": position, "source_name": name, "sha256": digest, "signed": signed,
        })  # fmt: skip


def _read_body(body: Scope, heading: Heading, kind: str, source: dict[str, object]) -> ReceivedInvoice:
    read = read_simplified_body if kind == SIMPLIFIED_ROOT else read_ordinary_body
    invoice = read(body, heading, **source)
    return cross_checks(invoice, body.notices, simplified=kind == SIMPLIFIED_ROOT)


def _checked_root(root: etree._Element) -> str:
    kind, namespace = local_name(root), etree.QName(root).namespace or ""
    if kind in MESSAGE_ROOTS:
        message = _("This is a message of SdI (%(root)s), not an invoice. Leave it out.")
        raise SdiMessage(message % {"root": kind}, root=kind)
    ours = not namespace or FAMILIAR_NAMESPACE.search(namespace)
    if kind not in {ORDINARY_ROOT, SIMPLIFIED_ROOT} or not ours:
        message = _("This is not a FatturaPA invoice: the file begins with <%(root)s> (%(namespace)s).")
        facts = {"root": kind[:60], "namespace": namespace[:120]}
        raise NotAnInvoice(message % facts, **facts)
    return kind


def _checked_version(root: etree._Element, notices: Notices) -> str:
    namespace, version = etree.QName(root).namespace or "", str(root.get("versione", "")).strip()
    if namespace not in OFFICIAL_NAMESPACES:
        notices.add("namespace_unknown", read=namespace[:120])
    if version not in VERSIONS:
        notices.add("version_unknown", read=version[:20])
    return version
