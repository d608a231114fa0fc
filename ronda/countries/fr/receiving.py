"""Invoices of suppliers in CII, UBL or Factur-X as the neutral facts that `ronda.purchases` takes in.

Discounts and extras on the whole document become lines, because they are taxed like lines.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from ronda.countries.fr.domain.einvoice.model import Allowance, Invoice, Line, Party, Vat, VatDue, VatRow
from ronda.countries.fr.domain.einvoice.reading import Received, read_invoice
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.purchases.domain.facts import (
    CREDIT_NOTE,
    INVOICE,
    AttachmentFacts,
    DueFacts,
    LineFacts,
    NoticeFacts,
    PartyFacts,
    ReceivedInvoiceFacts,
    ReferenceFacts,
    VatFacts,
)
from ronda.purchases.door import deduct_on_payment, register_reader

SUFFIXES = (".xml", ".pdf")
MARKS = (b"CrossIndustryInvoice", b"schema:xsd:Invoice-2", b"schema:xsd:CreditNote-2")
HEAD = 4_096
#: UNTDID 1001: credit notes; self-billed documents are made out by the buyer.
CREDITS = frozenset({"81", "83", "261", "262", "308", "381", "396", "420", "458", "503", "532"})
SELF_BILLED = frozenset({"261", "389", "527"})
#: The reason of a category that goes without one, where there is only one (EN 16931 BR-AE-10, BR-IC-10).
USUAL = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}


def looks_like_en16931(data: bytes, name: str) -> bool:
    """A PDF, or the root element of CII or UBL near the beginning."""
    head = data[:HEAD].replace(b"\0", b"")
    return b"%PDF-" in head[:1024] or any(mark in head for mark in MARKS)


def read_en16931(data: bytes, name: str) -> list[ReceivedInvoiceFacts]:
    """The invoice of a file: XML, or a PDF that carries one. Raises the refusals of `read_invoice`."""
    facts = facts_of(read_invoice(data))
    return [replace(facts, source_name=name, sha256=hashlib.sha256(data).hexdigest())]


def facts_of(received: Received) -> ReceivedInvoiceFacts:
    """The neutral facts of one invoice."""
    invoice = received.invoice
    kind = str(invoice.kind)
    sums = invoice.totals
    iban = invoice.payment.iban if invoice.payment else ""
    due = DueFacts(
        amount=sums.due, on=invoice.due_on, means=invoice.payment.code if invoice.payment else "", iban=iban
    )
    return ReceivedInvoiceFacts(
        country="FR",
        format=received.syntax,
        legal_kind=kind,
        kind=CREDIT_NOTE if kind in CREDITS else INVOICE,
        own=kind in SELF_BILLED,
        number=invoice.number,
        date=invoice.issued_on,
        currency=invoice.currency,
        seller=_party(invoice.seller),
        buyer=_party(invoice.buyer),
        total=sums.gross,
        to_pay=sums.due,
        lines=tuple(_lines(invoice)),
        vat=tuple(_vat_rows(invoice)),
        dues=(due,) if sums.due else (),
        references=tuple(_references(invoice)),
        texts=tuple(note.text for note in invoice.notes),
        attachments=tuple(
            AttachmentFacts(
                name=row.filename or row.number, size=len(row.content), description=row.description
            )
            for row in invoice.attachments
        ),
        notices=tuple(NoticeFacts(code=one.code, text=str(one.text)) for one in received.notices),
    )


def _party(party: Party) -> PartyFacts:
    place = party.address
    country = party.vat_number[:2] if party.vat_number[:2].isalpha() else place.country
    return PartyFacts(
        name=party.name,
        identity=party.vat_number or party.legal_id,
        tax_id=party.vat_number,
        registration_id=party.siret or party.legal_id,
        street=" ".join(text for text in (place.line1, place.line2, place.line3) if text),
        postcode=place.postcode,
        city=place.city,
        country=country,
        email=party.contact.email if party.contact else "",
        phone=party.contact.phone if party.contact else "",
    )


def _lines(invoice: Invoice) -> Iterator[LineFacts]:
    for number, line in enumerate(invoice.lines, 1):
        yield _line(line, number)
    for number, row in enumerate(invoice.allowances, len(invoice.lines) + 1):
        yield _allowance(row, number)


def _line(line: Line, number: int) -> LineFacts:
    period = line.period
    return LineFacts(
        number=number,
        text="\n".join(text for text in (line.name, line.description) if text),
        net=line.net,
        vat_rate=line.vat.rate or ZERO,
        nature=_nature(line.vat),
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.price / (line.base_quantity or Decimal(1)),
        code=line.seller_code,
        period_from=period.starts_on if period else None,
        period_to=period.ends_on if period else None,
    )


def _allowance(row: Allowance, number: int) -> LineFacts:
    vat = row.vat or Vat()
    return LineFacts(
        number=number,
        text=row.reason or str(_("Extra on the whole invoice") if row.charge else _("Discount on the whole")),
        net=row.signed,
        vat_rate=vat.rate or ZERO,
        nature=_nature(vat),
    )


def _nature(vat: Vat | VatRow) -> str:
    """The VATEX code, as the VAT codes of the pack have it; nothing for what is taxed."""
    if vat.category == "S":
        return ""
    return vat.reason_code or USUAL.get(vat.category, vat.category)


def _vat_rows(invoice: Invoice) -> Iterable[VatFacts]:
    exigibility = "D" if invoice.vat_due == VatDue.PAYMENT else "I"
    for row in invoice.vat_rows:
        yield VatFacts(
            rate=row.rate or ZERO,
            net=row.base,
            vat=row.tax,
            nature=_nature(row),
            exigibility=exigibility,
            law=row.reason,
        )


def _references(invoice: Invoice) -> Iterator[ReferenceFacts]:
    for earlier in invoice.references:
        yield ReferenceFacts(kind="invoice", number=earlier.number, on=earlier.issued_on)
    for kind, number in (("order", invoice.order), ("contract", invoice.contract)):
        if number:
            yield ReferenceFacts(kind=kind, number=number)


def register() -> None:
    """Tell the door; called when the pack is ready."""
    # Services: VAT is due, and so deducted, on payment (CGI art. 269 2 c, 271 I-2); on debits the rows say I.
    deduct_on_payment("FR", frozenset("D"))
    register_reader("FR", looks_like_en16931, read_en16931, suffixes=SUFFIXES)
