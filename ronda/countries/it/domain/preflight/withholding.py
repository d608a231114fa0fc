"""Withholding tax: what is marked on lines and funds is stated on the document."""

from collections.abc import Iterator

from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding

WHERE = "DatiGeneraliDocumento/DatiRitenuta"


def lines_withheld(case: Case) -> Iterator[Finding]:
    """00411."""
    invoice = case.invoice
    marked = [line.number for line in invoice.lines if line.withholding]
    if marked and not invoice.withholdings:
        yield found("00411", WHERE, "document.withholding", line=marked[0])


def funds_withheld(case: Case) -> Iterator[Finding]:
    """00415."""
    invoice = case.invoice
    if any(fund.withholding for fund in invoice.welfare_funds) and not invoice.withholdings:
        yield found("00415", WHERE, "document.withholding")


CHECKS: dict[str, Check] = {"00411": lines_withheld, "00415": funds_withheld}
