"""The fingerprint of a certificate: whoever has the page and its hash sees whether a word was changed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

VERSION = 1


def fingerprint(facts: Mapping[str, Any]) -> str:
    """SHA-256 of what a certificate says, in a form that does not depend on language or layout."""
    said = json.dumps({"version": VERSION, **facts}, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(said.encode()).hexdigest()
