"""The firm's issued documents written as FatturaPA files into a folder, for trying and for moving away."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from ronda.billing.models import Document, DocumentKind, DocumentLine, VatSummary
from ronda.company.jobs import Progress, no_progress
from ronda.company.models import Company
from ronda.countries.it.domain.fatturapa import (
    Discount,
    Line,
    Party,
    Payment,
    ReceivedInvoice,
    Stamp,
    Summary,
    write_invoice,
)
from ronda.kernel.errors import Refusal
from ronda.kernel.periods import add_months

KINDS = {DocumentKind.INVOICE: "TD01", DocumentKind.CREDIT_NOTE: "TD04", DocumentKind.ADVANCE: "TD02"}
CHUNK = 500
USUAL_REGIME = "RF01"
USUAL_METHOD = "MP05"


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
        for at, invoice in enumerate(_as_invoices(chunk)):
            name = f"IT{company.tax_id or company.registration_id}_{start + at + 1:05d}.xml"
            try:
                (folder / name).write_bytes(write_invoice(invoice))
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
    return issued.select_related("seller", "method", "party").order_by("date", "pk")


def _as_invoices(documents: list[Document]) -> Iterator[ReceivedInvoice]:
    pks = [document.pk for document in documents]
    lines: dict[int, list[DocumentLine]] = {}
    for line in DocumentLine.objects.filter(document__in=pks).order_by("document_id", "position"):
        lines.setdefault(line.document_id, []).append(line)
    groups: dict[int, list[VatSummary]] = {}
    for group in VatSummary.objects.filter(document__in=pks).order_by("document_id", "-rate", "nature"):
        groups.setdefault(group.document_id, []).append(group)
    for document in documents:
        yield as_invoice(document, lines.get(document.pk, []), groups.get(document.pk, []))


def as_invoice(document: Document, lines: list[DocumentLine], groups: list[VatSummary]) -> ReceivedInvoice:
    """An issued document as the invoice its customer would receive."""
    assert document.date is not None
    seller: dict[str, Any] = document.seller.facts if document.seller else {}
    number = re.sub(r"\s+", " ", document.label) or str(document.pk)
    discounts = (Discount("SC", percent=document.discount),) if document.discount else ()
    return ReceivedInvoice(
        kind=KINDS[DocumentKind(document.kind)],
        number=number,
        date=document.date,
        seller=_seller(seller),
        buyer=_buyer(document.buyer),
        currency=document.currency,
        format="FPA12" if document.buyer.get("kind") == "public" else "FPR12",
        lines=tuple(_line(line, at) for at, line in enumerate(lines, start=1)),
        summaries=tuple(
            Summary(
                rate=group.rate,
                net=group.net,
                vat=group.vat,
                nature=group.nature,
                exigibility=group.exigibility if group.rate else "",
                legal_reference=group.text[:100],
            )
            for group in groups
        ),
        discounts=discounts,
        stamp=Stamp(document.stamp_duty) if document.stamp_duty else None,
        total=document.gross_total,
        payments=(_payment(document),),
        issuer=f"IT{seller.get('tax_id', '')}",
        progressive=str(document.pk),
    )


def _seller(facts: dict[str, Any]) -> Party:
    country = facts.get("country") or "IT"
    return Party(
        name=facts.get("name", ""),
        vat_country=country,
        vat_id=facts.get("tax_id", ""),
        fiscal_code=facts.get("registration_id", ""),
        tax_regime=facts.get("tax_regime") or USUAL_REGIME,
        street=facts.get("street", ""),
        postcode=facts.get("postcode", ""),
        city=facts.get("city", ""),
        province=facts.get("province", ""),
        country=country,
    )


def _buyer(facts: dict[str, Any]) -> Party:
    country = facts.get("country") or "IT"
    tax_id = facts.get("tax_id", "")
    person = bool(facts.get("first_name") and facts.get("last_name"))
    return Party(
        name=facts.get("name", ""),
        first_name=facts.get("first_name", "") if person else "",
        last_name=facts.get("last_name", "") if person else "",
        vat_country=country if tax_id else "",
        vat_id=tax_id.removeprefix(country) if tax_id else "",
        fiscal_code=facts.get("registration_id", "") if country == "IT" else "",
        street=facts.get("street", ""),
        postcode=facts.get("postcode", ""),
        city=facts.get("city", ""),
        province=facts.get("province", ""),
        country=country,
        recipient_code=facts.get("recipient_code", ""),
        pec=facts.get("pec", ""),
    )


def _line(line: DocumentLine, number: int) -> Line:
    priced = line.kind != DocumentLine.Kind.NOTE
    return Line(
        number=number,
        description=line.text,
        quantity=line.quantity if priced else None,
        unit=line.unit,
        unit_price=line.unit_price if priced else Decimal(0),
        net=line.net,
        vat_rate=line.vat_rate,
        nature=line.nature,
        discounts=(Discount("SC", percent=line.discount),) if line.discount else (),
        period_from=line.starts_on,
        period_to=line.ends_on,
        withholding=line.withholding,
    )


def _payment(document: Document) -> Payment:
    method = document.method.legal_code if document.method else ""
    return Payment(terms="TP02", method=method or USUAL_METHOD, amount=document.payable)
