"""Hashes of what was offered and of what was accepted, so that any later change shows."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def offer_hash(quote: Any, lines: Iterable[Any]) -> str:
    """SHA-256 of everything the customer reads: addressee, words, lines with prices, conditions."""
    facts = [
        quote.label,
        quote.title,
        quote.intro,
        quote.closing,
        quote.language,
        quote.currency,
        quote.issued_on.isoformat() if quote.issued_on else "",
        quote.valid_until.isoformat() if quote.valid_until else "",
        _plain(quote.discount),
        quote.buyer,
        [_line(line) for line in lines],
    ]
    return _digest(facts)


def acceptance_seal(
    offered: str,
    *,
    chosen: Iterable[int],
    totals: Iterable[Decimal],
    signer: str,
    signature: str,
    accepted_at: datetime,
) -> str:
    """SHA-256 of an acceptance: the offer's hash, the positions chosen, the sums, who signed, how and when.

    `signature` is the SHA-256 of the drawn signature, "" where the name was typed.
    """
    sums = [_plain(amount) for amount in totals]
    # The instant, not the way it is written: a database gives it back in UTC.
    instant = accepted_at.astimezone(UTC).isoformat()
    return _digest([offered, sorted(chosen), sums, signer, signature, instant])


def _line(line: Any) -> list[Any]:
    words = [line.position, line.kind, line.text, line.details, line.unit, line.nature, line.alternative]
    rhythm = [line.frequency_unit, line.frequency, line.timing, line.is_option]
    amounts = (line.quantity, line.unit_price, line.discount, line.net, line.vat_rate)
    return [*words, *rhythm, *[_plain(amount) for amount in amounts]]


def _plain(amount: Decimal) -> str:
    """The same text for 2, 2.0 and 2.00: what is read back from a database seals the same."""
    return format(Decimal(amount).normalize(), "f")


def _digest(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
