"""Simplified invoices (art. 21-bis D.P.R. 633/1972)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding

#: The limit and the day it began: 100 euro by law, 400 by D.M. 10 May 2019.
LIMITS = ((date(2013, 1, 1), Decimal(100)), (date(2019, 5, 10), Decimal(400)))
#: Flat-rate and cross-border franchise regimes have no limit since specifications 1.9.
WITHOUT_LIMIT, WITHOUT_LIMIT_SINCE = frozenset({"RF19", "RF20"}), date(2025, 4, 1)
#: Corrections may be simplified whatever their amount (art. 21-bis, c. 1).
LIMITED_KIND = "TD07"


def over_the_limit(case: Case) -> Iterator[Finding]:
    """00460."""
    invoice = case.invoice
    if not case.simplified or invoice.kind != LIMITED_KIND:
        return
    if invoice.seller.tax_regime in WITHOUT_LIMIT and invoice.date >= WITHOUT_LIMIT_SINCE:
        return
    limit = next((limit for since, limit in reversed(LIMITS) if since <= invoice.date), None)
    if limit is None or invoice.document_total > limit:
        yield found("00460", "DatiBeniServizi/Importo", "document.total")


CHECKS: dict[str, Check] = {"00460": over_the_limit}
