"""Digests of what a document says, by which a later computation is recognised as the same."""

import hashlib
from decimal import Decimal

from ronda.kernel.money import ZERO


def digest_of_values(*values: object) -> str:
    """SHA-256 of dataclasses, tuples and plain values; 1.10 and 1.1 are the same amount."""
    return hashlib.sha256(repr(_plain(values)).encode()).hexdigest()


def _plain(value: object) -> object:
    """Texts and tuples only, amounts without trailing zeros."""
    if isinstance(value, Decimal):
        return f"{value.normalize() + ZERO:f}"
    if isinstance(value, tuple):
        return tuple(_plain(one) for one in value)
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is not None:
        return tuple(_plain(getattr(value, name)) for name in fields)
    return str(value)
