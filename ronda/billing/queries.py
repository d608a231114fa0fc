"""Reads on documents that several callers share."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Round

from ronda.billing.domain.sealing import seal
from ronda.billing.models import Document, DocumentLine, RunEntry, VatSummary


def numbered_documents(company_id: int) -> QuerySet[Document]:
    """The documents that carry a number, for the table of the last ones and the gap report (O6, O7)."""
    return Document.objects.filter(company_id=company_id, number__isnull=False)


class Problem(NamedTuple):
    """Something that must never be: what `check-data` reports."""

    code: str
    subject: str
    text: str


def document_problems(company_id: int) -> list[Problem]:
    """Issued documents whose sums do not add up, or that have no lines."""
    issued = Document.objects.filter(company_id=company_id, status=Document.Status.ISSUED)
    groups = VatSummary.objects.filter(document=OuterRef("pk")).values("document")
    summed = issued.annotate(
        # SQLite adds in binary: sums are compared in cents.
        net_off=Round(Sum("vat_groups__net") - F("net_total"), 2),
        vat_off=Round(Sum("vat_groups__vat") - F("vat_total"), 2),
        n=Count("vat_groups"),
    ).filter(~Q(net_off=0) | ~Q(vat_off=0))
    no_lines = issued.filter(~Exists(DocumentLine.objects.filter(document=OuterRef("pk"))))
    no_groups = issued.filter(~Exists(groups))
    return [
        *(Problem("billing.totals", str(doc), "VAT groups differ from the totals") for doc in summed),
        *(Problem("billing.no_lines", str(doc), "issued without lines") for doc in no_lines),
        *(Problem("billing.no_vat", str(doc), "issued without a VAT summary") for doc in no_groups),
        *broken_seals(company_id),
    ]


def broken_seals(company_id: int) -> Iterator[Problem]:
    """Issued documents that no longer say what they said when they were issued (R34)."""
    issued = Document.objects.filter(company_id=company_id, status=Document.Status.ISSUED)
    rows = issued.select_related("seller").prefetch_related(
        Prefetch("lines", DocumentLine.objects.order_by("position"))
    )
    for document in rows.order_by("pk").iterator(chunk_size=500):
        digest = document.seller.digest if document.seller else ""
        if seal(document, document.lines.all(), seller=digest) != document.content_hash:
            yield Problem("billing.broken_seal", str(document), "was changed after it was issued")


def entry_documents(entries: Iterable[RunEntry]) -> dict[int, Document]:
    """The document each entry of one run became, by position."""
    entries = list(entries)
    if not entries:
        return {}
    rows = Document.objects.filter(
        run=entries[0].run_id, run_position__in=[entry.position for entry in entries]
    )
    return {document.run_position: document for document in rows if document.run_position is not None}
