"""Dates and numbers of documents."""

from collections.abc import Iterator

from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

NUMBER, DAY = "DatiGeneraliDocumento/Numero", "DatiGeneraliDocumento/Data"


def future(case: Case) -> Iterator[Finding]:
    """00403 (R32): dated after the day it is sent."""
    if case.invoice.date > case.on:
        yield found("00403", DAY, "document.date")


def sent_before(case: Case) -> Iterator[Finding]:
    """00404, against the invoices that are known to have gone through."""
    if case.invoice.key() in case.history.invoices:
        yield found("00404", NUMBER, "document.number")


def twice_in_the_lot(case: Case) -> Iterator[Finding]:
    """00409."""
    key = case.invoice.key() if case.before else None
    if any(other.key() == key for other in case.before):
        yield found("00409", NUMBER, "document.number")


def before_its_invoice(case: Case) -> Iterator[Finding]:
    """00418."""
    for reference in case.invoice.references:
        if reference.kind == "invoice" and reference.day is not None and case.invoice.date < reference.day:
            text = _("The document is dated before the invoice it refers to (%(number)s of %(day)s).")
            facts = {"number": reference.document, "day": reference.day}
            yield found("00418", DAY, "document.date", text % facts)


def without_digit(case: Case) -> Iterator[Finding]:
    """00425."""
    number = case.invoice.number.strip()
    if number and not any(char.isascii() and char.isdigit() for char in number):
        yield found("00425", NUMBER, "document.number")


CHECKS: dict[str, Check] = {
    "00403": future,
    "00404": sent_before,
    "00409": twice_in_the_lot,
    "00418": before_its_invoice,
    "00425": without_digit,
}
