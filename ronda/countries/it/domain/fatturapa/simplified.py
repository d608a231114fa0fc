"""The body of a simplified invoice (VFSM10), in the words of the ordinary one.

Its amounts include VAT; each line gives either the VAT or its rate (XSD 1.0.2). The net comes
out by taking the VAT out of the amount: vat = gross x rate / (100 + rate), to the cent.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ronda.countries.it.domain.fatturapa.bodies import document_facts, read_attachments
from ronda.countries.it.domain.fatturapa.model import Line, ReceivedInvoice, Reference, Stamp, Summary
from ronda.countries.it.domain.fatturapa.parties import Heading
from ronda.countries.it.domain.fatturapa.values import Scope
from ronda.kernel.money import CENT, to_cents

USUAL_RATES = (Decimal(22), Decimal(10), Decimal(5), Decimal(4))


def read_simplified_body(body: Scope, heading: Heading, **source: Any) -> ReceivedInvoice:
    """One body; refused when kind, number, date or an amount cannot be read."""
    general = body.one("DatiGenerali")
    document = general.one("DatiGeneraliDocumento")
    sold = [_sold(item, at) for at, item in enumerate(body.many("DatiBeniServizi"), 1)]
    return ReceivedInvoice(
        **document_facts(document),
        seller=heading.seller,
        buyer=heading.buyer,
        format=heading.format,
        lines=tuple(line for line, _vat, _law in sold),
        summaries=tuple(_summaries(sold)),
        stamp=Stamp() if document.text("BolloVirtuale") == "SI" else None,
        total=sum((line.net + vat for line, vat, _law in sold), Decimal(0)),
        references=tuple(_corrected(item) for item in general.many("DatiFatturaRettificata")),
        attachments=read_attachments(body),
        issuer=heading.issuer,
        progressive=heading.progressive,
        transmitter=heading.transmitter,
        **source,
    )


def _sold(item: Scope, at: int) -> tuple[Line, Decimal, str]:
    gross = item.needed_number("Importo")
    taxes = item.one("DatiIVA")
    rate, vat = taxes.percent("Aliquota"), taxes.number("Imposta")
    if vat is None:
        vat = to_cents(gross * (rate or 0) / (100 + (rate or 0)))
    if rate is None:
        rate = _rate_behind(gross - vat, vat)
        if vat:
            item.notices.add("rate_assumed", item.where, line=at, value=rate)
    net = gross - vat
    line = Line(at, item.text("Descrizione"), net, net, rate, nature=item.text("Natura"))
    return line, vat, item.text("RiferimentoNormativo")


def _rate_behind(net: Decimal, vat: Decimal) -> Decimal:
    """The usual rate that gives this VAT within two cents, else the quotient."""
    if not vat or not net:
        return Decimal(0)
    for rate in USUAL_RATES:
        if abs(net * rate / 100 - vat) <= 2 * CENT:
            return rate
    return to_cents(vat / net * 100)


def _summaries(sold: Iterable[tuple[Line, Decimal, str]]) -> Iterable[Summary]:
    groups: dict[tuple[Decimal, str], Summary] = {}
    for line, vat, law in sold:
        at = (line.vat_rate, line.nature)
        known = groups.get(
            at, Summary(line.vat_rate, Decimal(0), Decimal(0), line.nature, legal_reference=law)
        )
        groups[at] = Summary(
            line.vat_rate,
            known.net + line.net,
            known.vat + vat,
            line.nature,
            legal_reference=known.legal_reference,
        )
    return groups.values()


def _corrected(item: Scope) -> Reference:
    return Reference(
        "invoice", item.text("NumeroFR"), item.day("DataFR"), text=item.text("ElementiRettificati")
    )
