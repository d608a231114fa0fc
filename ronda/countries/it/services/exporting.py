"""The firm's issued documents written as FatturaPA files into a folder, for trying and for moving away."""

from pathlib import Path

from django.db.models import QuerySet

from ronda.billing.models import Document
from ronda.company.jobs import Progress, no_progress
from ronda.company.models import Company
from ronda.countries.it.domain.fatturapa import ReceivedInvoice, write_invoice
from ronda.countries.it.services.invoicing import invoices_of
from ronda.kernel.errors import Refusal
from ronda.kernel.periods import add_months

CHUNK = 500


def export_invoices(
    company: Company,
    folder: Path,
    *,
    months: int = 12,
    progress: Progress = no_progress,
) -> tuple[int, list[tuple[str, str]]]:
    """Write what was issued in the months before the last document; (written, [(document, reason)]).

    One file per document, named as the exchange system wants. Documents the format cannot hold
    (a customer without any number) are left out with the reason.
    """
    documents = _last_documents(company, months)
    total, written = documents.count(), 0
    refused: list[tuple[str, str]] = []
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, total, CHUNK):
        chunk = list(documents[start : start + CHUNK])
        for at, invoice in enumerate(_invoices(chunk)):
            name = f"IT{company.tax_id or company.registration_id}_{start + at + 1:05d}.xml"
            try:
                (folder / name).write_bytes(write_invoice(invoice, strict=False))
                written += 1
            except Refusal as refusal:
                refused.append((invoice.number, str(refusal.message)))
        progress(min(start + CHUNK, total), total)
    return written, refused


def _last_documents(company: Company, months: int) -> QuerySet[Document]:
    issued = Document.objects.filter(company=company, status=Document.Status.ISSUED)
    last = issued.order_by("-date").values_list("date", flat=True).first()
    if last is not None:
        issued = issued.filter(date__gt=add_months(last, -months))
    return issued.select_related("company", "seller", "method", "party", "corrects").order_by("date", "pk")


def _invoices(documents: list[Document]) -> list[ReceivedInvoice]:
    """The documents as their customers would receive them, in their order."""
    found = invoices_of(documents, on=max(document.date for document in documents if document.date))
    return [found[document.pk] for document in documents]
