"""Reads that services and pages of renewals share."""

from ronda.renewals.queries.adjusting import (
    IN_FORCE,
    ClauseRow,
    FeeRow,
    adjustable,
    adjusted,
    chunks,
    clause_rows,
    fees,
    never_adjusted,
    registers,
    terminated,
)
from ronda.renewals.queries.cockpit import Ending, Outlook, Totals, ending, outlooks, totals

__all__ = [
    "IN_FORCE",
    "ClauseRow",
    "Ending",
    "FeeRow",
    "Outlook",
    "Totals",
    "adjustable",
    "adjusted",
    "chunks",
    "clause_rows",
    "ending",
    "fees",
    "never_adjusted",
    "outlooks",
    "registers",
    "terminated",
    "totals",
]
