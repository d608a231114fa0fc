"""Standard Webhooks: HMAC-SHA256 over "id.timestamp.body", as in its specification 1.0.0."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """192 random bits in the notation of the specification."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature; `timestamp` in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    said = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
