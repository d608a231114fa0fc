"""Signed envelopes (.p7m, CAdES): take the invoice out and see that it is the one signed.

What is checked: the digest each signer signed (attribute messageDigest, RFC 5652 §11.2) is the
digest of the content. What is not: the signature itself, the certificate and its chain of
trust, revocation and time. A deliberate forger passes here; damage and careless edits do not.
"""

import base64
import binascii
import hashlib
import re
from typing import Any

from asn1crypto import cms

from ronda.countries.it.domain.fatturapa.model import Notice, notice
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MAX_LAYERS = 3

_ARMOUR = re.compile(rb"-----[A-Z0-9 ]+-----")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")
_DIGESTS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})
# What asn1crypto lets through when bytes are not what their tags say.
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


class BadEnvelope(Refusal):
    code = "fatturapa.bad_envelope"


class TamperedEnvelope(Refusal):
    code = "fatturapa.tampered_envelope"


def open_envelope(data: bytes) -> tuple[bytes, list[Notice]]:
    """The content of a p7m (DER, BER, base64 with or without line ends), through three layers.

    Raises `BadEnvelope` when it is no signed envelope, `TamperedEnvelope` when the content is
    not what was signed.
    """
    notices: list[Notice] = []
    for _layer in range(MAX_LAYERS):
        data, found = _open_layer(_as_der(data))
        notices += found
        if not looks_signed(data):
            return data, notices
    raise _bad()


def looks_signed(data: bytes) -> bool:
    """Whether the bytes are an envelope rather than XML."""
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in {b"<", b""} or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return False
    return start[:1] == b"\x30" or start.startswith((b"-----BEGIN", b"MI"))


def _bad() -> BadEnvelope:
    return BadEnvelope(_("The file is not a readable signed envelope (.p7m). Ask the sender for it again."))


def _as_der(data: bytes) -> bytes:
    if data[:1] == b"\x30":
        return data
    bare = _ARMOUR.sub(b"", data.lstrip(b"\xef\xbb\xbf"))
    if not _BASE64.fullmatch(bare):
        raise _bad()
    try:
        return base64.b64decode(bare)
    except binascii.Error:
        raise _bad() from None


def _open_layer(der: bytes) -> tuple[bytes, list[Notice]]:
    try:
        envelope = cms.ContentInfo.load(der)
        if envelope["content_type"].native != "signed_data":
            raise _bad()
        signed = envelope["content"]
        content = signed["encap_content_info"]["content"].native
        signers = [(_algorithm(signer), _signed_digest(signer)) for signer in signed["signer_infos"]]
    except _MALFORMED:
        raise _bad() from None
    if not isinstance(content, bytes) or not content:
        raise _bad()
    return content, _check_digests(content, signers)


def _algorithm(signer: Any) -> str:
    return str(signer["digest_algorithm"]["algorithm"].native)


def _signed_digest(signer: Any) -> bytes | None:
    for attribute in signer["signed_attrs"] or ():
        if attribute["type"].native == "message_digest":
            return bytes(attribute["values"][0].native)
    return None


def _check_digests(content: bytes, signers: list[tuple[str, bytes | None]]) -> list[Notice]:
    if not signers:
        return [notice("signature_absent")]
    notices = []
    for algorithm, digest in signers:
        if digest is None or algorithm not in _DIGESTS:
            notices.append(notice("digest_unknown", algorithm=algorithm))
        elif hashlib.new(algorithm, content).digest() != digest:
            raise TamperedEnvelope(
                _("The content of the file is not what was signed: changed or damaged. Ask for it again.")
            )
    return notices
