"""What follows in Italy when documents are issued."""

from ronda.billing.events import DocumentsIssued
from ronda.billing.models import Document
from ronda.countries.it.queries import without_vat
from ronda.countries.it.services.intents import consume
from ronda.kernel.bus import handles


@handles(DocumentsIssued)
def consume_declarations_of_intent(event: DocumentsIssued) -> None:
    """Documents without VAT under N3.5 take from the declarations of their customers, or are not issued."""
    concerned = without_vat(event.document_ids)
    if concerned:
        documents = Document.objects.filter(pk__in=concerned).select_related("company", "party")
        consume(list(documents.order_by("pk")), by=event.by)
