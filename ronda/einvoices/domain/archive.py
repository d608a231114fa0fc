"""The chain of kept files: each link holds a file's hash and the link before it.

Whoever exchanges, adds or removes a kept file by hand breaks the chain of its company.
"""

import hashlib


def first_link(company_id: int) -> str:
    """What the first file of a company hangs on."""
    return hashlib.sha256(f"ronda/einvoices/{company_id}".encode()).hexdigest()


def link(previous: str, name: str, sha256: str) -> str:
    """The hash of one file, its name and all before it."""
    return hashlib.sha256(f"{previous}{sha256}{name}".encode()).hexdigest()
