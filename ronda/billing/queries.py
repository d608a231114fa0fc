"""Reads on documents that several callers share."""

from collections.abc import Iterable

from django.db.models import QuerySet

from ronda.billing.models import Document, RunEntry


def numbered_documents(company_id: int) -> QuerySet[Document]:
    """The documents that carry a number, for the table of the last ones and the gap report (O6, O7)."""
    return Document.objects.filter(company_id=company_id, number__isnull=False)


def entry_documents(entries: Iterable[RunEntry]) -> dict[int, Document]:
    """The document each entry of one run became, by position."""
    entries = list(entries)
    if not entries:
        return {}
    rows = Document.objects.filter(
        run=entries[0].run_id, run_position__in=[entry.position for entry in entries]
    )
    return {document.run_position: document for document in rows if document.run_position is not None}
