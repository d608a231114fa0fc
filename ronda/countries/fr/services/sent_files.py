"""The file that is handed over: data alone (CII, UBL), or the printed pages with the data inside (Factur-X).

All three say the same, for they are written from the same invoice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ronda.billing.models import Document
from ronda.billing.services.issuing import seller_facts
from ronda.countries.fr.certificate_options import FACTUR_X, UBL
from ronda.countries.fr.domain.einvoice.building import write_cii, write_ubl
from ronda.countries.fr.domain.einvoice.model import Invoice
from ronda.countries.fr.domain.lifecycle.receipts import invoice_key
from ronda.countries.fr.platform.summaries import xml_of
from ronda.einvoices.domain.exchange import LegalFile
from ronda.kernel.errors import Refusal
from ronda.reports.domain.documents import PrintFacts
from ronda.reports.domain.hybrid import hybrid
from ronda.reports.models import PrintedDocument
from ronda.reports.queries import default_layout, layouts_in_use, print_facts
from ronda.reports.services import printing

XML, PDF = "application/xml", "application/pdf"
BUYER = (
    *("kind", "name", "street", "postcode", "city", "province", "country"),
    *("tax_id", "registration_id", "recipient_code", "email", "code"),
)


def legal_files(
    documents: Sequence[Document],
    invoices: Mapping[int, Invoice],
    numbers: Mapping[int, int],
    *,
    sent_as: str,
    corrected: Collection[int] = (),
) -> dict[int, LegalFile | Refusal]:
    """By document: its file, or why there is none. A constant number of queries, however many there are."""
    found: dict[int, LegalFile | Refusal] = {}
    data: dict[int, bytes] = {}
    write = write_ubl if sent_as == UBL else write_cii
    for document in documents:
        try:
            data[document.pk] = write(invoices[document.pk])
        except Refusal as refusal:
            found[document.pk] = refusal
    ready = [document for document in documents if document.pk in data]
    if sent_as == FACTUR_X:
        for pk, made in _with_pages(ready, data, frozenset(corrected)).items():
            found[pk] = made if isinstance(made, Refusal) else _file(invoices[pk], numbers[pk], made, PDF)
    else:
        found |= {pk: _file(invoices[pk], numbers[pk], xml, XML) for pk, xml in data.items()}
    return found


def _file(invoice: Invoice, number: int, content: bytes, media_type: str) -> LegalFile:
    siren, end = invoice.seller.legal_id, "pdf" if media_type == PDF else "xml"
    facts = {"key": invoice_key(siren, invoice.number, invoice.issued_on)}
    return LegalFile(f"{siren}_{number:06d}.{end}", content, media_type, facts=facts)


def _with_pages(
    documents: Sequence[Document], data: Mapping[int, bytes], corrected: Collection[int]
) -> dict[int, bytes | Refusal]:
    """The printed file where it carries this very data: everybody has the same. Else pages made now."""
    found: dict[int, bytes | Refusal] = {}
    waiting = [document for document in documents if document.pk in corrected]
    printed = PrintedDocument.objects.filter(document__in=documents).exclude(document__in=waiting)
    for row in printed.select_related("document"):
        try:
            kept = printing.content(row)
        except printing.FileDamaged as refusal:
            found[row.document_id] = refusal
            continue
        if xml_of(kept) == data[row.document_id]:
            found[row.document_id] = kept
    missing = [document for document in documents if document.pk not in found]
    return found | _made_now(missing, data, corrected)


def _made_now(
    documents: Sequence[Document], data: Mapping[int, bytes], corrected: Collection[int]
) -> dict[int, bytes | Refusal]:
    if not documents:
        return {}
    company = documents[0].company
    own, found = layouts_in_use(company), {}
    for document, facts in zip(documents, print_facts(documents, company), strict=True):
        said = as_of_now(facts, document) if document.pk in corrected else facts
        pages = printing.render(said, own.get(said.kind) or default_layout())
        found[document.pk] = hybrid(
            pages,
            data[document.pk],
            title=str(document),
            author=str(said.seller.get("name") or company.name),
            created=document.issued_at or document.created_at,
            language=document.language,
        )
    return dict(found)


def as_of_now(facts: PrintFacts, document: Document) -> PrintFacts:
    """What was rejected is sent again with firm and customer as they are now, on the pages as in the data."""
    seller: dict[str, Any] = seller_facts(document.company)
    if not facts.seller.get("iban"):
        seller |= {"iban": "", "bic": "", "bank_name": ""}
    return replace(facts, seller=seller, buyer={name: getattr(document.party, name) for name in BUYER})
