"""Electronic documents of both countries: written with their checks, and received."""

from typing import Any

from ronda.site.benches import legal_fr, legal_it, receiving


def measure(documents: int) -> dict[str, Any]:
    """What `documents` invoices cost in Italy, in France, and on their way in."""
    return {
        "n": documents,
        "it": legal_it.measure(documents),
        "fr": legal_fr.measure(documents),
        "received": receiving.measure(documents),
    }
