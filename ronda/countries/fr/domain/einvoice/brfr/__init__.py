"""Names what is wrong with an invoice before it is issued.

BR-FR: the rules of XP Z12-012 (FNFE-MPE, 1.4.0). BR-: EN 16931-1:2017. LOCAL-: what no official rule set has:
check digits of SIREN, SIRET, VAT number and IBAN, that numbers belong together, that sentences say something.
"""

from datetime import date

from ronda.countries.fr.domain.einvoice.brfr import figures, header, lines, money, notes, parties, vat
from ronda.countries.fr.domain.einvoice.brfr.registry import BY_CODE, CHECKS, Case, run
from ronda.countries.fr.domain.einvoice.model import Invoice
from ronda.einvoices.domain.findings import Finding

__all__ = ["CODES", "figures", "header", "lines", "money", "notes", "parties", "preflight", "vat"]

#: Every code a finding may have.
CODES = frozenset(BY_CODE)


def preflight(invoice: Invoice, *, on: date) -> list[Finding]:
    """What is wrong with the invoice on a day, the same each time; empty when nothing is."""
    return list(run(CHECKS, Case(invoice, on)))
