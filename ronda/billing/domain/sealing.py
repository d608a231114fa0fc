"""The seal of an issued document: a hash of all it says, so that any later change shows (R34)."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any


def seal(document: Any, lines: Iterable[Any], *, seller: str) -> str:
    """SHA-256 of the document's words and amounts; `seller` is the digest of the firm's own data.

    `document` and `lines` are anything with the fields of billing's rows: written or read back.
    """
    facts = [
        document.kind,
        document.label,
        document.date.isoformat() if document.date else "",
        seller,
        document.buyer,
        [_line(line) for line in lines],
        *[_plain(amount) for amount in _amounts(document)],
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _line(line: Any) -> list[Any]:
    words = [line.position, line.kind, line.text, line.unit, line.nature, line.gift]
    amounts = (line.quantity, line.unit_price, line.discount, line.net, line.vat_rate)
    return [*words, *[_plain(amount) for amount in amounts]]


def _amounts(document: Any) -> tuple[Decimal, ...]:
    return (
        document.net_total,
        document.vat_total,
        document.gross_total,
        document.stamp_duty,
        document.withholding_total,
        document.payable,
    )


def _plain(amount: Decimal) -> str:
    """The same text for 2, 2.0 and 2.00: what is read back from a database seals the same."""
    return format(Decimal(amount).normalize(), "f")
