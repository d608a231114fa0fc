"""Keys of tokens: `ronda_<prefix>_<secret>`. The prefix finds the row, the digest proves the key."""

import hashlib
import re
import secrets
from typing import NamedTuple

KEY = re.compile(r"ronda_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class NewKey(NamedTuple):
    text: str
    prefix: str
    digest: str


def new_key() -> NewKey:
    """A key of 256 random bits; `text` is to be shown once and kept nowhere."""
    prefix = secrets.token_hex(6)
    text = f"ronda_{prefix}_{secrets.token_urlsafe(32)}"
    return NewKey(text, prefix, digest_of(text))


def prefix_of(text: str) -> str | None:
    """The prefix of a well-formed key; None for anything else."""
    found = KEY.fullmatch(text)
    return found[1] if found else None


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
