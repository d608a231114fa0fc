"""Webhooks of the AFNOR API: whether a call really comes from the platform.

Signature (description of POST /v1/webhooks): SHA-256 over the body, "@" and the time in seconds; HMAC of that
fingerprint with the signing key; base64.
"""

import base64
import binascii
import hashlib
import hmac

SIGNATURE = "Afnor-Signature"
TIMESTAMP = "Afnor-Signature-Timestamp"
#: Seconds a call may be late or early.
TOLERANCE = 300


def signature(body: bytes, timestamp: int, key: str) -> str:
    """The value of the header Afnor-Signature; `key`: the signing key in base64; `timestamp`: since 1970."""
    fingerprint = hashlib.sha256(body + b"@" + str(timestamp).encode()).digest()
    return base64.b64encode(hmac.digest(_key(key), fingerprint, hashlib.sha256)).decode()


def is_genuine(
    body: bytes, *, signed: str, timestamp: str, key: str, now: int, tolerance: int = TOLERANCE
) -> bool:
    """Whether `body` was signed with `key` within `tolerance` seconds of `now`.

    The API does not say whether the fingerprint is signed as bytes or as hexadecimal text: both are taken.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20):
        return False
    moment = int(timestamp)
    if abs(now - moment) > tolerance or not key:
        return False
    fingerprint = hashlib.sha256(body + b"@" + timestamp.encode())
    expected = (
        hmac.digest(_key(key), said, hashlib.sha256)
        for said in (fingerprint.digest(), fingerprint.hexdigest().encode())
    )
    given = _decoded(signed)
    return any(hmac.compare_digest(one, given) for one in expected)


def _key(key: str) -> bytes:
    return _decoded(key) or key.encode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
