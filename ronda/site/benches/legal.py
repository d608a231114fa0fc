"""Electronic documents of both countries: written with their checks, sent for real, and received."""

from typing import Any

from ronda.site.benches import legal_fr, legal_it, receiving, sending

#: More of them would tell nothing more of the single one.
ENOUGH = 1_000


def prepare(documents: int) -> None:
    """Firms of both countries with so many issued invoices."""
    sending.prepare(documents)


def measure(documents: int) -> dict[str, Any]:
    """What one invoice costs in Italy, in France and on its way in; then `documents` of each country sent."""
    each = min(documents, ENOUGH)
    return {
        "n": documents,
        "it": legal_it.measure(each),
        "fr": legal_fr.measure(each),
        "received": receiving.measure(each),
        "sent": sending.measure(documents),
    }
