"""The chain of issued documents: each link holds what a document says and the link before it (R34).

Whoever changes, adds or removes a document in the database by hand breaks the chain of its series: to hide
it, every later link must be computed anew, and then its last link is no longer the one a certificate named.

`VERSION` is part of what is hashed. Fields are never added to a version, which would break every old link:
what documents came to say later (`LATER`) is hashed only where it is said.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from operator import attrgetter
from typing import Any

VERSION = 1
#: What the seal (`sealing.seal`) does not say of a document: its words on paper and how it is taxed and paid.
WORDS = (
    "series",
    "year",
    "number",
    "status",
    "currency",
    "language",
    "party_id",
    "branch_id",
    "terms_id",
    "method_id",
    "corrects_id",
    "tax_regime",
    "withholding_code",
    "stamp_duty_exemption",
    "purchase_order",
    "cig",
    "cup",
    "heading",
    "notes",
    "issued_by",
)
LINE_WORDS = (
    "position",
    "item_id",
    "site_id",
    "vat_code_id",
    "withholding",
    "revenue_account",
    "starts_on",
    "ends_on",
    "corrects_id",
    "source",
)
#: What documents came to say after version 1: hashed only where it is said, so that old links hold.
LATER = ("legal_kind", "operation_on")
REFERENCE_WORDS = ("kind", "number", "day", "lines", "item", "job_code", "cig", "cup")
_words, _line_words, _reference_words = (
    attrgetter(*WORDS),
    attrgetter(*LINE_WORDS),
    attrgetter(*REFERENCE_WORDS),
)
_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode


def first_link(company_id: int, series: str, year: int) -> str:
    """What the first document of a series and year hangs on: no two chains begin alike."""
    return hashlib.sha256(f"ronda/{company_id}/{series}/{year}".encode()).hexdigest()


def content_of(
    document: Any, lines: Iterable[Any], vat: Iterable[Any], *, seal: str, references: Iterable[Any] = ()
) -> str:
    """SHA-256 of everything the document says: its seal, the rest of its header and lines, VAT by rate.

    `document`, `lines` (by position), `vat` and `references` are anything with the fields of billing's rows,
    just made or read back; `seal` is `sealing.seal` of them.
    """
    said = [
        VERSION,
        seal,
        _words(document),
        _plain(document.discount),
        document.issued_at.astimezone(UTC).isoformat() if document.issued_at else "",
        [_line_words(line) for line in lines],
        sorted(_group(group) for group in vat),
    ]
    later: dict[str, Any] = {name: value for name in LATER if (value := getattr(document, name, None))}
    if named := sorted(list(map(str, _reference_words(one))) for one in references):
        later["references"] = named
    if later:
        said.append(later)
    return hashlib.sha256(_encode(said).encode()).hexdigest()


def link(previous: str, content: str) -> str:
    """The hash of one document with all before it in its series."""
    return hashlib.sha256(f"{previous}{content}".encode()).hexdigest()


def _group(group: Any) -> list[str]:
    amounts = (_plain(group.rate), _plain(group.net), _plain(group.vat))
    return [*amounts, str(group.nature), str(group.exigibility), str(group.text)]


def _plain(amount: Any) -> str:
    """The same text for 2, 2.0 and 2.00."""
    return format(Decimal(amount).normalize(), "f")
