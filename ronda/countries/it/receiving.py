"""FatturaPA files of suppliers as the neutral facts that `ronda.purchases` takes in.

Amounts stay as the file says them. Contributions to a welfare fund become lines, because they are taxed and
cost like lines; the reader's notices come along as warnings.
"""

from collections.abc import Iterator
from decimal import Decimal

from ronda.countries.it.domain.fatturapa import (
    MADE_BY_BUYER,
    Line,
    Party,
    Payment,
    ReceivedInvoice,
    Summary,
    WelfareFund,
    read_invoice,
)
from ronda.countries.it.domain.fatturapa.batch import SUFFIXES
from ronda.countries.it.domain.fatturapa.signed import looks_signed
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
    WithholdingFacts,
)
from ronda.purchases.door import register_reader

ROOT = b"FatturaElettronica"
HEAD = 4_096


def looks_like_fatturapa(data: bytes, name: str) -> bool:
    """By the root element near the beginning, in whatever encoding, or by an envelope of a signature."""
    return ROOT in data[:HEAD].replace(b"\0", b"") or looks_signed(data)


def read_fatturapa(data: bytes, name: str) -> list[ReceivedInvoiceFacts]:
    """Every invoice of a file: XML, or signed in DER or base64. Raises the refusals of `read_invoice`."""
    return [facts_of(invoice) for invoice in read_invoice(data, name)]


def facts_of(invoice: ReceivedInvoice) -> ReceivedInvoiceFacts:
    """The neutral facts of one body."""
    return ReceivedInvoiceFacts(
        country="IT",
        format=invoice.format,
        legal_kind=invoice.kind,
        kind=CREDIT_NOTE if invoice.is_credit_note else INVOICE,
        own=invoice.kind in MADE_BY_BUYER,
        number=invoice.number,
        date=invoice.date,
        currency=invoice.currency,
        seller=_party(invoice.seller),
        buyer=_party(invoice.buyer),
        total=invoice.document_total,
        to_pay=invoice.amount_to_pay,
        lines=tuple(_lines(invoice)),
        vat=tuple(_vat(row) for row in invoice.summaries),
        allowance=invoice.discount_total,
        rounding=invoice.rounding or ZERO,
        stamp=None if invoice.stamp is None else invoice.stamp.amount or ZERO,
        withholdings=tuple(
            WithholdingFacts(kind=row.kind, rate=row.rate, amount=row.amount, reason=row.reason)
            for row in invoice.withholdings
        ),
        dues=tuple(_due(row) for row in invoice.payments),
        references=tuple(
            ReferenceFacts(kind=row.kind, number=row.document, on=row.day) for row in invoice.references
        ),
        texts=invoice.causals,
        attachments=tuple(
            AttachmentFacts(name=row.name, size=row.size, description=row.description)
            for row in invoice.attachments
        ),
        notices=tuple(NoticeFacts(code=row.code, text=row.message) for row in invoice.warnings),
        source_name=invoice.source_name,
        sha256=invoice.sha256,
        position=invoice.position,
        signed=invoice.signed,
    )


def _party(party: Party) -> PartyFacts:
    return PartyFacts(
        name=party.name,
        identity=party.tax_identity,
        tax_id=party.vat_id,
        registration_id=party.fiscal_code,
        is_person=bool(party.first_name),
        first_name=party.first_name,
        last_name=party.last_name,
        street=" ".join(part for part in (party.street, party.house_number) if part),
        postcode="" if party.postcode == "00000" else party.postcode,
        city=party.city,
        province=party.province,
        country=party.vat_country or party.country or "IT",
        email=party.email,
        pec=party.pec,
        phone=party.phone,
    )


def _lines(invoice: ReceivedInvoice) -> Iterator[LineFacts]:
    last = 0
    for line in invoice.lines:
        last = max(last, line.number)
        yield _line(line)
    for number, fund in enumerate(invoice.welfare_funds, last + 1):
        yield _fund(fund, number)


def _line(line: Line) -> LineFacts:
    return LineFacts(
        number=line.number,
        text=line.description,
        net=line.net,
        vat_rate=line.vat_rate,
        nature=line.nature,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        code=line.codes[0].value if line.codes else "",
        period_from=line.period_from,
        period_to=line.period_to,
        withholding=line.withholding,
    )


def _fund(fund: WelfareFund, number: int) -> LineFacts:
    """A contribution that the supplier charges on (DPR 633/1972 art. 13: part of what is taxed)."""
    text = _("Contribution to the welfare fund %(kind)s, %(rate)s %%")
    return LineFacts(
        number=number,
        text=str(text % {"kind": fund.kind, "rate": fund.rate}),
        net=fund.amount,
        vat_rate=fund.vat_rate,
        nature=fund.nature,
        code=fund.kind,
        withholding=fund.withholding,
    )


def _vat(row: Summary) -> VatFacts:
    return VatFacts(
        rate=row.rate,
        net=row.net,
        vat=row.vat,
        nature=row.nature,
        exigibility=row.exigibility or "I",
        law=row.legal_reference,
    )


def _due(row: Payment) -> DueFacts:
    return DueFacts(amount=Decimal(row.amount), on=row.due, means=row.method, iban=row.iban)


def register() -> None:
    """Tell the door; called when the pack is ready."""
    register_reader("IT", looks_like_fatturapa, read_fatturapa, suffixes=SUFFIXES)
