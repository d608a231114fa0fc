"""Writes ordinary FatturaPA files (FPR12 or FPA12, schema 1.2.3) from the model of the reader.

Enough to export the firm's own invoices as a year of received ones; what is written is read
back the same. Texts are brought into the Latin-1 characters the schema allows and cut to its
lengths; amounts take the decimals it asks for (italy.md §1.1).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from xml.sax.saxutils import escape

from ronda.countries.it.domain.fatturapa.latin import ascii_text, latin_text
from ronda.countries.it.domain.fatturapa.model import (
    Discount,
    Line,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Summary,
    WelfareFund,
)
from ronda.countries.it.domain.fatturapa.schema import NAMESPACE, ORDINARY_ROOT
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents

REFERENCE_BLOCKS = {
    "order": "DatiOrdineAcquisto",
    "contract": "DatiContratto",
    "agreement": "DatiConvenzione",
    "receipt": "DatiRicezione",
    "invoice": "DatiFattureCollegate",
}
WRITABLE_FORMATS = frozenset({"FPR12", "FPA12"})
NO_ADDRESS_CODE, FOREIGN_ADDRESS_CODE = "0000000", "XXXXXXX"

_EIGHT = Decimal("0.00000001")
_LIMIT = Decimal(10) ** 11


class NotWritable(Refusal):
    """`facts["missing"]` names what the invoice lacks or what does not fit the format."""

    code = "fatturapa.not_writable"


def write_invoice(data: ReceivedInvoice) -> bytes:
    """The invoice as an XML file in UTF-8, valid against the XSD 1.2.3.

    Attachments are not written: the model does not hold their content. Raises `NotWritable`
    naming the first thing without which there is no valid file.
    """
    _refuse_incomplete(data)
    version = data.format
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<p:{ORDINARY_ROOT} xmlns:p="{NAMESPACE}" versione="{version}">',
        *_block("FatturaElettronicaHeader", _header(data)),
        *_block("FatturaElettronicaBody", _body(data)),
        f"</p:{ORDINARY_ROOT}>\n",
    ]
    return "".join(parts).encode("utf-8")


def _refuse_incomplete(data: ReceivedInvoice) -> None:
    needed = {
        "FPR12/FPA12": data.format in WRITABLE_FORMATS,
        "TipoDocumento": bool(data.kind),
        "Numero": bool(data.number.strip()),
        "CedentePrestatore/IdFiscaleIVA": bool(data.seller.vat_country and data.seller.vat_id),
        "CessionarioCommittente/IdFiscaleIVA": bool(data.buyer.tax_identity),
        "CedentePrestatore/Denominazione": bool(data.seller.name.strip()),
        "CessionarioCommittente/Denominazione": bool(data.buyer.name.strip()),
        "DettaglioLinee": bool(data.lines),
        "DatiRiepilogo": bool(data.summaries),
        "Attachment": not data.attachments,
    }
    for name, present in needed.items():
        if not present:
            raise _not_writable(name)


def _not_writable(missing: str) -> NotWritable:
    message = _("The invoice cannot be written as FatturaPA: check %(missing)s, then try again.")
    return NotWritable(message % {"missing": missing}, missing=missing)


# --- parts of the file, in the order of the schema ---


def _header(data: ReceivedInvoice) -> Iterator[str]:
    yield from _block("DatiTrasmissione", _sending(data))
    yield from _block("CedentePrestatore", _seller(data.seller))
    yield from _block("CessionarioCommittente", _buyer(data.buyer))
    yield from _text("SoggettoEmittente", data.issuer)


def _sending(data: ReceivedInvoice) -> Iterator[str]:
    domestic = data.buyer.country in {"", "IT"}
    yield from _block("IdTrasmittente", _vat(data.seller))
    yield from _text("ProgressivoInvio", data.progressive or "00001", 10, narrow=True)
    yield from _text("FormatoTrasmissione", data.format)
    yield from _text(
        "CodiceDestinatario",
        data.buyer.recipient_code or (NO_ADDRESS_CODE if domestic else FOREIGN_ADDRESS_CODE),
    )
    yield from _text("PECDestinatario", data.buyer.pec, 256, narrow=True)


def _seller(party: Party) -> Iterator[str]:
    yield from _block(
        "DatiAnagrafici", [*_identity(party), *_text("RegimeFiscale", party.tax_regime or "RF01")]
    )
    yield from _block("Sede", _seat(party))
    contacts = [*_text("Telefono", party.phone, 12, narrow=True), *_text("Email", party.email, 256)]
    if contacts:
        yield from _block("Contatti", contacts)


def _buyer(party: Party) -> Iterator[str]:
    yield from _block("DatiAnagrafici", _identity(party))
    yield from _block("Sede", _seat(party))


def _identity(party: Party) -> Iterator[str]:
    if party.vat_id:
        yield from _block("IdFiscaleIVA", _vat(party))
    yield from _text("CodiceFiscale", party.fiscal_code, 16)
    names = (
        [*_text("Nome", party.first_name, 60), *_text("Cognome", party.last_name, 60)]
        if party.first_name and party.last_name
        else list(_text("Denominazione", party.name, 80, needed=True))
    )
    yield from _block("Anagrafica", [*names, *_text("Titolo", party.title, 10, narrow=True)])


def _vat(party: Party) -> Iterator[str]:
    yield from _text("IdPaese", party.vat_country)
    yield from _text("IdCodice", party.vat_id, 28)


def _seat(party: Party) -> Iterator[str]:
    domestic = party.country in {"", "IT"}
    yield from _text("Indirizzo", party.street, 60, needed=True)
    yield from _text("NumeroCivico", party.house_number, 8, narrow=True)
    yield from _text("CAP", party.postcode if domestic and party.postcode else "00000")
    yield from _text("Comune", party.city, 60, needed=True)
    yield from _text("Provincia", party.province if domestic else "")
    yield from _text("Nazione", party.country or "IT")


def _body(data: ReceivedInvoice) -> Iterator[str]:
    yield from _block("DatiGenerali", _general(data))
    goods = [part for line in data.lines for part in _block("DettaglioLinee", _line(line))]
    goods += [part for item in data.summaries for part in _block("DatiRiepilogo", _summary(item))]
    yield from _block("DatiBeniServizi", goods)
    for terms, payments in groupby(data.payments, key=lambda payment: payment.terms or "TP02"):
        details = [part for payment in payments for part in _block("DettaglioPagamento", _payment(payment))]
        yield from _block("DatiPagamento", [*_text("CondizioniPagamento", terms), *details])


def _general(data: ReceivedInvoice) -> Iterator[str]:
    yield from _block("DatiGeneraliDocumento", _document(data))
    for kind, block in REFERENCE_BLOCKS.items():
        for reference in data.references:
            if reference.kind == kind:
                yield from _block(block, _reference(reference))
    for reference in data.references:
        if reference.kind == "delivery_note":
            yield from _block("DatiDDT", _delivery_note(reference))


def _document(data: ReceivedInvoice) -> Iterator[str]:
    yield from _text("TipoDocumento", data.kind)
    yield from _text("Divisa", data.currency)
    yield from _day("Data", data.date)
    yield from _text("Numero", data.number, 20, narrow=True)
    for item in data.withholdings:
        yield from _block("DatiRitenuta", [
            *_text("TipoRitenuta", item.kind), *_cents("ImportoRitenuta", item.amount),
            *_cents("AliquotaRitenuta", item.rate), *_text("CausalePagamento", item.reason or "A"),
        ])  # fmt: skip
    if data.stamp is not None:
        yield from _block(
            "DatiBollo", [*_text("BolloVirtuale", "SI"), *_cents("ImportoBollo", data.stamp.amount)]
        )
    for fund in data.welfare_funds:
        yield from _block("DatiCassaPrevidenziale", _fund(fund))
    yield from _discounts(data.discounts)
    yield from _cents("ImportoTotaleDocumento", data.total)
    yield from _cents("Arrotondamento", data.rounding)
    for causal in data.causals:
        yield from _text("Causale", causal, 200)


def _fund(fund: WelfareFund) -> Iterator[str]:
    yield from _text("TipoCassa", fund.kind)
    yield from _cents("AlCassa", fund.rate)
    yield from _cents("ImportoContributoCassa", fund.amount)
    yield from _cents("ImponibileCassa", fund.base)
    yield from _cents("AliquotaIVA", fund.vat_rate)
    yield from _text("Ritenuta", "SI" if fund.withholding else "")
    yield from _text("Natura", fund.nature)


def _reference(reference: Reference) -> Iterator[str]:
    for number in reference.lines:
        yield from _text("RiferimentoNumeroLinea", str(number))
    yield from _text("IdDocumento", reference.document, 20, narrow=True, needed=True)
    yield from _day("Data", reference.day)
    yield from _text("NumItem", reference.item, 20, narrow=True)
    yield from _text("CodiceCommessaConvenzione", reference.job_code, 100)
    yield from _text("CodiceCUP", reference.cup, 15, narrow=True)
    yield from _text("CodiceCIG", reference.cig, 15, narrow=True)


def _delivery_note(reference: Reference) -> Iterator[str]:
    if reference.day is None:
        raise _not_writable("DataDDT")
    yield from _text("NumeroDDT", reference.document, 20, narrow=True, needed=True)
    yield from _day("DataDDT", reference.day)
    for number in reference.lines:
        yield from _text("RiferimentoNumeroLinea", str(number))


def _line(line: Line) -> Iterator[str]:
    quantity, price = line.quantity, line.unit_price
    if quantity is not None and quantity < 0:  # the schema has no negative quantity
        quantity, price = -quantity, -price
    yield from _text("NumeroLinea", str(line.number))
    yield from _text("TipoCessionePrestazione", line.kind)
    for code in line.codes:
        yield from _block("CodiceArticolo", [
            *_text("CodiceTipo", code.kind, 35, narrow=True), *_text("CodiceValore", code.value, 35),
        ])  # fmt: skip
    yield from _text("Descrizione", line.description, 1000, needed=True)
    yield from _amount("Quantita", quantity)
    yield from _text("UnitaMisura", line.unit, 10, narrow=True)
    yield from _day("DataInizioPeriodo", line.period_from)
    yield from _day("DataFinePeriodo", line.period_to)
    yield from _amount("PrezzoUnitario", price)
    yield from _discounts(line.discounts)
    yield from _amount("PrezzoTotale", line.net)
    yield from _cents("AliquotaIVA", line.vat_rate)
    yield from _text("Ritenuta", "SI" if line.withholding else "")
    yield from _text("Natura", line.nature)
    for data in line.other_data:
        yield from _block("AltriDatiGestionali", [
            *_text("TipoDato", data.kind, 10, narrow=True), *_text("RiferimentoTesto", data.text, 60),
            *_amount("RiferimentoNumero", data.number), *_day("RiferimentoData", data.day),
        ])  # fmt: skip


def _discounts(discounts: Iterable[Discount]) -> Iterator[str]:
    for item in discounts:
        yield from _block("ScontoMaggiorazione", [
            *_text("Tipo", item.kind), *_cents("Percentuale", item.percent), *_amount("Importo", item.amount),
        ])  # fmt: skip


def _summary(item: Summary) -> Iterator[str]:
    yield from _cents("AliquotaIVA", item.rate)
    yield from _text("Natura", item.nature)
    yield from _cents("SpeseAccessorie", item.expenses)
    yield from _amount("Arrotondamento", item.rounding)
    yield from _cents("ImponibileImporto", item.net)
    yield from _cents("Imposta", item.vat)
    yield from _text("EsigibilitaIVA", item.exigibility)
    yield from _text("RiferimentoNormativo", item.legal_reference, 100)


def _payment(payment: Payment) -> Iterator[str]:
    yield from _text("Beneficiario", payment.beneficiary, 200)
    yield from _text("ModalitaPagamento", payment.method)
    yield from _day("DataRiferimentoTerminiPagamento", payment.counted_from)
    yield from _text("GiorniTerminiPagamento", "" if payment.days is None else str(payment.days))
    yield from _day("DataScadenzaPagamento", payment.due)
    yield from _cents("ImportoPagamento", payment.amount)
    yield from _text("IstitutoFinanziario", payment.bank, 80)
    yield from _text("IBAN", payment.iban)
    yield from _text("BIC", payment.bic)
    yield from _text("CodicePagamento", payment.code, 60, narrow=True)


# --- elements ---


def _block(name: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"<{name}>"
    yield from parts
    yield f"</{name}>"


def _text(
    name: str, value: str, longest: int | None = None, *, narrow: bool = False, needed: bool = False
) -> Iterator[str]:
    """The element, or nothing for an empty text; `narrow` = ASCII only, `needed` = "-" for nothing."""
    text = ascii_text(value) if narrow else latin_text(value)
    if longest is not None:
        text = text[:longest].rstrip()
    if text or needed:
        yield f"<{name}>{escape(text or '-')}</{name}>"


def _day(name: str, value: date | None) -> Iterator[str]:
    if value is not None:
        yield f"<{name}>{value.isoformat()}</{name}>"


def _cents(name: str, value: Decimal | None) -> Iterator[str]:
    """Two decimals: amounts, rates and percentages."""
    if value is not None:
        _refuse_beyond(name, value)
        yield f"<{name}>{to_cents(value):f}</{name}>"


def _amount(name: str, value: Decimal | None) -> Iterator[str]:
    """From two to eight decimals, no more than are needed."""
    if value is not None:
        _refuse_beyond(name, value)
        whole, _point, decimals = f"{value.quantize(_EIGHT):f}".partition(".")
        yield f"<{name}>{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}</{name}>"


def _refuse_beyond(name: str, value: Decimal) -> None:
    if not value.is_finite() or abs(value) >= _LIMIT:
        raise _not_writable(name)
