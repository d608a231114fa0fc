"""Invoices of French firms through an approved platform, as the core asks for them: `door.LegalFormat`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from ronda.billing.models import Document
from ronda.company import options
from ronda.company.models import Company
from ronda.countries.fr.certificate_options import FrenchFileOptions
from ronda.countries.fr.domain.einvoice.brfr import preflight
from ronda.countries.fr.domain.einvoice.building import write_cii
from ronda.countries.fr.domain.einvoice.model import Invoice
from ronda.countries.fr.domain.lifecycle import receipts as platform_answers
from ronda.countries.fr.services.invoicing import invoices_of, siren_of
from ronda.countries.fr.services.sent_files import legal_files
from ronda.einvoices.domain.exchange import Deadline, LegalFile, ReceiptFacts, Standing, Verdict
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

FRENCH_TOTALS = "LOCAL-TOTALS"


class Facturx:
    """Invoices, credit notes and deposits by EN 16931: as CII, as UBL, or as Factur-X (PDF/A-3 with CII)."""

    code, label = "facturx", _("Factur-X, through an approved platform")

    def applies(self, document: Document) -> bool:
        """Whoever is subject to VAT in France (art. 289 bis CGI); consumers as well."""
        return True

    def preflight(self, documents: Sequence[Document], *, on: date) -> Mapping[int, list[Finding]]:
        """The rules of XP Z12-012 and EN 16931 that can be checked here."""
        invoices = invoices_of(documents, on=on)
        return {
            document.pk: [
                *_other_totals(document, invoices[document.pk]),
                *preflight(invoices[document.pk], on=on),
            ]
            for document in documents
        }

    def transmitter(self, company: Company) -> str:
        """The SIREN: file names are unique for all establishments of a firm."""
        return f"FR{siren_of({'registration_id': company.registration_id})}"

    def write(
        self, documents: Sequence[Document], *, numbers: Mapping[int, int], corrected: Collection[int] = ()
    ) -> Mapping[int, LegalFile | Refusal]:
        days = [document.date for document in documents if document.date]
        if not days:
            return {}
        invoices = invoices_of(documents, on=max(days), corrected=corrected)
        sent_as = options.read(FrenchFileOptions, documents[0].company).sent_as
        return legal_files(documents, invoices, numbers, sent_as=sent_as, corrected=corrected)

    def read_receipt(self, name: str, content: bytes) -> ReceiptFacts:
        """A status of the lifecycle (CDAR), or the technical answer of the platform."""
        return platform_answers.read_receipt(content)

    def label_of(self, kind: str) -> Any:
        return platform_answers.label_of(kind)

    def judge(self, receipts: Collection[ReceiptFacts], *, sent: bool, facts: Mapping[str, Any]) -> Verdict:
        """The state of one file from all its statuses."""
        return platform_answers.judge(receipts, sent=sent, key=str(facts.get("key", "")))

    def deadlines(self, standing: Standing, receipts: Collection[ReceiptFacts]) -> Sequence[Deadline]:
        """French law sets days for reports, not for the single invoice."""
        return ()


def data_of(documents: Sequence[Document]) -> Mapping[int, bytes]:
    """The CII of documents that break no rule, to be put into their PDFs (Factur-X)."""
    found: dict[int, bytes] = {}
    days = [document.date for document in documents if document.date]
    invoices = invoices_of(documents, on=max(days))
    for document in documents:
        invoice = invoices[document.pk]
        wrong = [*_other_totals(document, invoice), *preflight(invoice, on=invoice.issued_on)]
        if not any(one.blocks for one in wrong):
            found[document.pk] = write_cii(invoice)
    return found


def _other_totals(document: Document, invoice: Invoice) -> list[Finding]:
    """EN 16931 sums VAT by category and rate; a document that sums it otherwise cannot say the same.

    On a final invoice, what was paid by deposits stands beside the total: the amount due is the document's.
    Nor can a file say what a customer is given without owing it, VAT included (gifts of another law).
    """
    found = invoice.totals.due
    if found == document.gross_total == document.payable:
        return []
    text = _("The file would come to %(file)s, the document says %(document)s.")
    return [
        Finding(
            FRENCH_TOTALS,
            text % {"file": found, "document": document.gross_total},
            _("Use one VAT code for each rate on the lines of this document."),
            where="BT-112",
            field="line.vat_code",
        )
    ]
