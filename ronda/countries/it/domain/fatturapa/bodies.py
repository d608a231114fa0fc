"""The body of an ordinary invoice."""

import re
from base64 import b64decode
from typing import Any

from ronda.countries.it.domain.fatturapa.model import (
    Attachment,
    Discount,
    ItemCode,
    Line,
    OtherData,
    Payment,
    ReceivedInvoice,
    Reference,
    Stamp,
    Summary,
    WelfareFund,
    Withholding,
)
from ronda.countries.it.domain.fatturapa.parties import Heading
from ronda.countries.it.domain.fatturapa.schema import KINDS
from ronda.countries.it.domain.fatturapa.values import Scope

REFERENCE_KINDS = {
    "DatiOrdineAcquisto": "order",
    "DatiContratto": "contract",
    "DatiConvenzione": "agreement",
    "DatiRicezione": "receipt",
    "DatiFattureCollegate": "invoice",
}

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*", re.ASCII)


def read_ordinary_body(body: Scope, heading: Heading, **source: Any) -> ReceivedInvoice:
    """One FatturaElettronicaBody; refused when kind, number, date or an amount of a line cannot be read."""
    general = body.one("DatiGenerali")
    document = general.one("DatiGeneraliDocumento")
    goods = body.one("DatiBeniServizi")
    return ReceivedInvoice(
        **document_facts(document),
        seller=heading.seller,
        buyer=heading.buyer,
        format=heading.format,
        lines=tuple(_line(item, at) for at, item in enumerate(goods.many("DettaglioLinee"), 1)),
        summaries=tuple(_summary(item) for item in goods.many("DatiRiepilogo")),
        discounts=_discounts(document),
        stamp=_stamp(document),
        withholdings=tuple(_withholding(item) for item in document.many("DatiRitenuta")),
        welfare_funds=tuple(_welfare_fund(item) for item in document.many("DatiCassaPrevidenziale")),
        total=document.number("ImportoTotaleDocumento"),
        rounding=document.number("Arrotondamento"),
        payments=tuple(_payments(body)),
        references=tuple(_references(general)),
        causals=document.texts("Causale"),
        attachments=read_attachments(body),
        issuer=heading.issuer,
        progressive=heading.progressive,
        transmitter=heading.transmitter,
        third_party=heading.third_party,
        art73=document.text("Art73") == "SI",
        phases=tuple(
            phase for item in general.many("DatiSAL") if (phase := item.count("RiferimentoFase")) is not None
        ),
        **source,
    )


def document_facts(document: Scope) -> dict[str, Any]:
    """Kind, number, date and currency: what every document must say."""
    kind = document.needed_text("TipoDocumento")
    if kind not in KINDS:
        document.notices.add("kind_unknown", read=kind[:20])
    return {
        "kind": kind,
        "number": document.needed_text("Numero"),
        "date": document.needed_day("Data"),
        "currency": document.text("Divisa") or "EUR",
    }


def _line(item: Scope, at: int) -> Line:
    net = item.needed_number("PrezzoTotale")
    price = item.number("PrezzoUnitario")
    return Line(
        number=item.count("NumeroLinea") or at,
        description=item.text("Descrizione"),
        unit_price=net if price is None else price,
        net=net,
        vat_rate=item.percent_or_zero("AliquotaIVA"),
        nature=item.text("Natura"),
        quantity=item.number("Quantita"),
        unit=item.text("UnitaMisura"),
        discounts=_discounts(item),
        period_from=item.day("DataInizioPeriodo"),
        period_to=item.day("DataFinePeriodo"),
        withholding=item.text("Ritenuta") == "SI",
        kind=item.text("TipoCessionePrestazione"),
        codes=tuple(
            ItemCode(code.text("CodiceTipo"), code.text("CodiceValore"))
            for code in item.many("CodiceArticolo")
        ),
        other_data=tuple(_other_data(data) for data in item.many("AltriDatiGestionali")),
        reference=item.text("RiferimentoAmministrazione"),
    )


def _other_data(data: Scope) -> OtherData:
    return OtherData(
        kind=data.text("TipoDato"),
        text=data.text("RiferimentoTesto"),
        number=data.number("RiferimentoNumero"),
        day=data.day("RiferimentoData"),
    )


def _discounts(scope: Scope) -> tuple[Discount, ...]:
    return tuple(
        Discount(item.text("Tipo"), item.percent("Percentuale"), item.number("Importo"))
        for item in scope.many("ScontoMaggiorazione")
    )


def _summary(item: Scope) -> Summary:
    return Summary(
        rate=item.percent_or_zero("AliquotaIVA"),
        net=item.needed_number("ImponibileImporto"),
        vat=item.number_or_zero("Imposta"),
        nature=item.text("Natura"),
        exigibility=item.text("EsigibilitaIVA"),
        legal_reference=item.text("RiferimentoNormativo"),
        rounding=item.number("Arrotondamento"),
        expenses=item.number("SpeseAccessorie"),
    )


def _stamp(document: Scope) -> Stamp | None:
    stamp = document.one("DatiBollo")
    return Stamp(stamp.number("ImportoBollo")) if stamp else None


def _withholding(item: Scope) -> Withholding:
    return Withholding(
        kind=item.text("TipoRitenuta"),
        amount=item.needed_number("ImportoRitenuta"),
        rate=item.percent_or_zero("AliquotaRitenuta"),
        reason=item.text("CausalePagamento"),
    )


def _welfare_fund(item: Scope) -> WelfareFund:
    return WelfareFund(
        kind=item.text("TipoCassa"),
        rate=item.percent_or_zero("AlCassa"),
        amount=item.needed_number("ImportoContributoCassa"),
        vat_rate=item.percent_or_zero("AliquotaIVA"),
        base=item.number("ImponibileCassa"),
        nature=item.text("Natura"),
        withholding=item.text("Ritenuta") == "SI",
        reference=item.text("RiferimentoAmministrazione"),
    )


def _payments(body: Scope) -> list[Payment]:
    return [
        Payment(
            terms=block.text("CondizioniPagamento"),
            method=item.text("ModalitaPagamento"),
            amount=item.number_or_zero("ImportoPagamento"),
            due=item.day("DataScadenzaPagamento"),
            iban=item.text("IBAN").replace(" ", "").upper(),
            bic=item.text("BIC").replace(" ", "").upper(),
            bank=item.text("IstitutoFinanziario"),
            beneficiary=item.text("Beneficiario"),
            counted_from=item.day("DataRiferimentoTerminiPagamento"),
            days=item.count("GiorniTerminiPagamento"),
            code=item.text("CodicePagamento"),
            abi=item.text("ABI"),
            cab=item.text("CAB"),
            post_office=item.text("CodUfficioPostale"),
            early_discount=item.number("ScontoPagamentoAnticipato"),
            early_until=item.day("DataLimitePagamentoAnticipato"),
            late_penalty=item.number("PenalitaPagamentiRitardati"),
            late_from=item.day("DataDecorrenzaPenale"),
        )
        for block in body.many("DatiPagamento")
        for item in block.many("DettaglioPagamento")
    ]


def _references(general: Scope) -> list[Reference]:
    found = [
        Reference(
            kind=kind,
            document=item.text("IdDocumento"),
            day=item.day("Data"),
            item=item.text("NumItem"),
            job_code=item.text("CodiceCommessaConvenzione"),
            cup=item.text("CodiceCUP"),
            cig=item.text("CodiceCIG"),
            lines=_line_numbers(item),
        )
        for block, kind in REFERENCE_KINDS.items()
        for item in general.many(block)
    ]
    for item in general.many("DatiDDT"):
        number, day = item.text("NumeroDDT"), item.day("DataDDT")
        found.append(Reference("delivery_note", number, day, lines=_line_numbers(item)))
    return found


def _line_numbers(item: Scope) -> tuple[int, ...]:
    return tuple(
        int(text)
        for text in item.texts("RiferimentoNumeroLinea")
        if text.isascii() and text.isdigit() and len(text) <= 9
    )


def read_attachments(body: Scope, *, with_content: bool = False) -> tuple[Attachment, ...]:
    """Names and sizes; the content stays in the file unless it is asked for (None where it is no base64)."""
    return tuple(
        Attachment(
            name=item.text("NomeAttachment"),
            size=_decoded_size(item),
            format=item.text("FormatoAttachment"),
            compression=item.text("AlgoritmoCompressione"),
            description=item.text("DescrizioneAttachment"),
            content=_decoded(item) if with_content else None,
        )
        for item in body.many("Allegati")
    )


def _decoded(item: Scope) -> bytes | None:
    try:
        return b64decode("".join(item.text("Attachment").split()), validate=True)
    except ValueError:
        return None


def _decoded_size(item: Scope) -> int:
    encoded = item.text("Attachment")
    if not _BASE64.fullmatch(encoded):
        item.notices.add("attachment_broken", item.where, read=item.text("NomeAttachment")[:60])
        return 0
    characters = len("".join(encoded.split()).rstrip("="))
    return characters * 3 // 4
