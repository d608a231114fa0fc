"""What a file is, told from its first bytes; names and browsers lie."""

import codecs

TEXT = "text/plain"
UNKNOWN = "application/octet-stream"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XML = "application/xml"
P7M = "application/pkcs7-mime"

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_ACTIVE = (b"<html", b"<!doctype html", b"<svg", b"<script")
# The only types a browser may show inside our pages; all others are downloaded.
SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif"})
# ASN.1 object identifier of signed data (PKCS #7), 1.2.840.113549.1.7.2.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
HEAD = 4096


def kind_of(head: bytes) -> str:
    """The type of a file from its first HEAD bytes; "application/octet-stream" when unknown."""
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return mime
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return XLSX if b"[Content_Types].xml" in head and b"xl/" in head else ZIP
    if head.startswith(b"\x30") and _SIGNED_DATA in head[:32]:
        return P7M
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"-----BEGIN PKCS7"):
        return P7M
    lowered = text[:512].lower()
    if any(tag in lowered for tag in _ACTIVE):
        return UNKNOWN
    if lowered.startswith(b"<?xml"):
        return XML
    return TEXT if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    return True
