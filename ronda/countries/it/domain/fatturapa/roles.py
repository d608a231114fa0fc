"""Which side of the invoice is the firm itself."""

from typing import NamedTuple

from ronda.countries.it.domain.fatturapa.model import MADE_BY_BUYER, ReceivedInvoice


class Roles(NamedTuple):
    """What a person would correct: "company" or "party", for each side of the invoice."""

    seller: str
    buyer: str


_OURS, _THEIRS = Roles("company", "party"), Roles("party", "company")


def roles(invoice: ReceivedInvoice) -> Roles:
    """The firm sells, except where the buyer makes the document out."""
    return _THEIRS if invoice.kind in MADE_BY_BUYER else _OURS
