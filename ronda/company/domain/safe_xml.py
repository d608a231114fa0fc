"""XML from strangers: no document type, no entities, no network, bounded size and depth.

Whatever the bytes, `parse` answers with an element or with a `Refusal`; memory stays within
a small multiple of `max_bytes`.
"""

import codecs
import re
from typing import BinaryIO

from lxml import etree

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 1_000_000

_CHUNK = 64 * 1024
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*?\?>", re.DOTALL)
_ENCODING = re.compile(rb"""\bencoding\s*=\s*["']([^"']*)["']""")
# Wider marks first: the mark of UTF-32 begins with that of UTF-16.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Supersets of ASCII only: in any other encoding a DOCTYPE could hide from the check below.
_ENCODINGS = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d", re.IGNORECASE
)


class UnsafeXml(Refusal):
    code = "company.unsafe_xml"


class XmlTooLarge(Refusal):
    code = "company.xml_too_large"


class NotXml(Refusal):
    """`facts["line"]` is the line, from 1, where reading stopped (0 when unknown)."""

    code = "company.not_xml"


def parse(
    source: bytes | BinaryIO, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> etree._Element:
    """The root element of `source`, without comments and processing instructions.

    A stream is read in chunks and left as soon as `max_bytes` are passed. Raises
    `XmlTooLarge` (bytes, depth or one huge text), `UnsafeXml` (any DOCTYPE, an encoding in
    which one could hide) or `NotXml` with the line.
    """
    data = _as_utf8_if_wide(read_limited(source, max_bytes=max_bytes))
    # Tags and attributes, counted before they become objects of a hundred bytes each.
    if data.count(b"<") + data.count(b"=") > MAX_NODES:
        message = _("The XML file holds more than %(limit)s elements. Split it into smaller files.")
        raise XmlTooLarge(message % {"limit": MAX_NODES}, limit=MAX_NODES)
    _refuse_doctype(data)
    _refuse_odd_encoding(data)
    root = _parse_bytes(data)
    if root.getroottree().docinfo.internalDTD is not None:
        raise _has_doctype()
    too_deep = etree.XPath("boolean(" + "/*" * (max_depth + 1) + ")")
    if too_deep(root):
        message = _(
            "The XML file nests its elements more than %(limit)s deep. Ask the sender for a plain file."
        )
        raise XmlTooLarge(message % {"limit": max_depth}, limit=max_depth)
    return root


def read_limited(source: bytes | BinaryIO, *, max_bytes: int) -> bytes:
    """All the bytes of `source`; `XmlTooLarge` once there are more than `max_bytes`."""
    if isinstance(source, bytes):
        if len(source) > max_bytes:
            raise _too_large(max_bytes)
        return source
    data = bytearray()
    while chunk := source.read(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(data)


def _too_large(max_bytes: int) -> XmlTooLarge:
    message = _("The file is larger than %(limit)s MB. Split it, or leave out its attachments.")
    return XmlTooLarge(message % {"limit": max(1, max_bytes // (1024 * 1024))}, limit=max_bytes)


def _has_doctype() -> UnsafeXml:
    message = _(
        "The XML file carries a document type (DOCTYPE), which is never opened. Ask for one without it."
    )
    return UnsafeXml(message)


def _as_utf8_if_wide(data: bytes) -> bytes:
    for mark, encoding in _WIDE_MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _not_xml(0, str(error.reason)) from None
            return _DECLARATION.sub(b"", text.encode("utf-8", "replace"), count=1)
    if b"\0" in data[:4]:
        message = _(
            "The file is not XML, or does not say its encoding. Save it as XML in UTF-8, then send it."
        )
        raise NotXml(message, line=0)
    return data


def _refuse_doctype(data: bytes) -> None:
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    if data[start : start + 9].upper() == b"<!DOCTYPE":
        raise _has_doctype()


def _refuse_odd_encoding(data: bytes) -> None:
    declaration = _DECLARATION.match(data)
    found = _ENCODING.search(declaration.group()) if declaration else None
    if found is None:
        return
    name = found.group(1).decode("ascii", "replace").strip()
    if not _ENCODINGS.fullmatch(name):
        message = _(
            "The XML file is written in the encoding “%(name)s”. Save it as UTF-8, then send it again."
        )
        raise UnsafeXml(message % {"name": name[:40]}, encoding=name)


def _parse_bytes(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refusal_of(error) from None


def _refusal_of(error: etree.XMLSyntaxError) -> Refusal:
    reason = (error.msg or "empty").splitlines()[0]
    if "huge" in reason.lower() or "depth" in reason.lower() or "amplification" in reason.lower():
        message = _("The XML file holds a single text or nesting too large to be opened safely (%(reason)s).")
        return XmlTooLarge(message % {"reason": reason[:120]})
    return _not_xml(error.lineno or 0, reason)


def _not_xml(line: int, reason: str) -> NotXml:
    message = _(
        "The file is not well-formed XML: line %(line)s, %(reason)s. Ask the sender for the file again."
    )
    return NotXml(message % {"line": line, "reason": reason[:160]}, line=line)
