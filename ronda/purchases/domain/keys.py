"""What makes two files the same invoice, and two lines of a supplier the same thing."""

import re
from collections.abc import Iterator

from ronda.parties.domain.names import name_key, normalised
from ronda.purchases.domain.facts import LineFacts, PartyFacts, ReceivedInvoiceFacts

LONGEST = 200
_MONTHS = """
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    gen feb mar apr mag giu lug ago set ott nov dic
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    january february march april may june july august september october november december
"""
_TIMES = frozenset(_MONTHS.split())
_FIGURE = re.compile(r"\d")


def seller_key(seller: PartyFacts) -> str:
    """The same text for the same seller: the tax identity, or the words of the name and the postcode."""
    if seller.identity:
        return seller.identity.upper()[:60]
    return f"{name_key(seller.name)}|{seller.postcode}"[:80]


def invoice_key(facts: ReceivedInvoiceFacts) -> str:
    """Equal for two copies of one invoice in whatever envelope: seller, kind, number, date."""
    return f"{year_key(facts)}|{facts.date.isoformat()}"


def year_key(facts: ReceivedInvoiceFacts) -> str:
    """Equal for invoices with the same number in the same year: the same one, or a supplier's mistake."""
    number = "".join(facts.number.split()).upper()[:60]
    return f"{seller_key(facts.seller)}|{facts.kind}|{number}|{facts.date.year}"


def memory_keys(line: LineFacts) -> Iterator[str]:
    """What a line is remembered by at its supplier, the surest first: article code, then what it says."""
    if line.code.strip():
        yield f"code:{normalised(line.code)}"[:LONGEST]
    if text := description_key(line.text):
        yield f"text:{text}"[:LONGEST]


def description_key(text: str) -> str:
    """The words without figures and months: "Canone marzo 2026 n. 12" and "Canone aprile 2026 n. 15" agree.

    A text of figures only keeps them: it is the code of something.
    """
    words = normalised(text).split()
    telling = [word for word in words if word not in _TIMES and not _FIGURE.search(word)]
    return " ".join(telling or words)
