"""What is worth a look on a deferred invoice (TD24, TD25): its day, and the delivery notes it is for."""

from collections.abc import Iterator
from datetime import date, timedelta

from ronda.billing.models import Document
from ronda.countries.it.data.sdi_terms import DEFERRED, term
from ronda.countries.it.domain.fatturapa import ReceivedInvoice
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.i18n import _
from ronda.kernel.periods import month_last_day

KINDS = frozenset({"TD24", "TD25"})


def last_day(operation_on: date) -> date | None:
    """The 15th of the month after the operation (art. 21 c. 4 lett. a D.P.R. 633/1972)."""
    ends = month_last_day(operation_on)
    found = term(DEFERRED, ends)
    return ends + timedelta(days=found.days) if found else None


def deferral(document: Document, invoice: ReceivedInvoice) -> Iterator[Finding]:
    """A deferred invoice that is late, or names no delivery note; neither stops it."""
    if invoice.kind not in KINDS:
        return
    due = last_day(document.operation_on) if document.operation_on else None
    if due is not None and invoice.date > due:
        yield Finding(
            invoice.kind,
            _("The deferred invoice is dated %(day)s; it was to be issued by %(due)s.")
            % {"day": f"{invoice.date:%d/%m/%Y}", "due": f"{due:%d/%m/%Y}"},
            _("Check the day of the operation. A late invoice is to be set right with the tax office."),
            "DatiGeneraliDocumento/Data",
            "document.operation_on",
            Weight.WARNS,
        )
    if not any(one.kind == "delivery_note" for one in invoice.references):
        yield Finding(
            invoice.kind,
            _("A deferred invoice names the delivery notes, or documents like them, of its operations."),
            _("Add them under “Further references”, with number and day."),
            "DatiDDT",
            "document.references",
            Weight.WARNS,
        )
