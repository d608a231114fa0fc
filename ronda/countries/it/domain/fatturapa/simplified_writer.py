"""Header and body of a simplified invoice (VFSM10, XSD 1.0.2): amounts with VAT in them, line by line.

The VAT of a summary is shared out over its lines so that they add up to it to the cent, and each line
states VAT and rate: the reader finds the same summaries again.
"""

from collections.abc import Iterator
from decimal import Decimal

from ronda.countries.it.domain.fatturapa import parts
from ronda.countries.it.domain.fatturapa.elements import (
    block,
    cents,
    code,
    day,
    flag,
    free,
    pieces,
    plain,
)
from ronda.countries.it.domain.fatturapa.model import Line, Party, ReceivedInvoice
from ronda.kernel.money import running_share, to_cents

LONGEST = 1000
ZERO = Decimal(0)


def header(data: ReceivedInvoice) -> str:
    """FatturaElettronicaHeader."""
    return block(
        "FatturaElettronicaHeader",
        parts.sending(data),
        _seller(data.seller),
        _buyer(data.buyer),
        parts.issuer(data),
    )


def body(data: ReceivedInvoice) -> str:
    """FatturaElettronicaBody."""
    document = block(
        "DatiGeneraliDocumento",
        code("TipoDocumento", data.kind),
        code("Divisa", data.currency),
        day("Data", data.date),
        plain("Numero", data.number, 20),
        flag("BolloVirtuale", on=data.stamp is not None),
    )
    return block(
        "FatturaElettronicaBody",
        block("DatiGenerali", document, *_corrected(data)),
        *_goods(data),
        *map(parts.attachment, data.attachments),
    )


def _seller(party: Party) -> str:
    return block(
        "CedentePrestatore",
        parts.vat(party.vat_country, party.vat_id),
        plain("CodiceFiscale", party.fiscal_code, 16),
        parts.names(party),
        parts.seat(party),
        parts.branch(party),
        parts.representative(party),
        parts.registration(party.registration),
        parts.regime(party),
    )


def _buyer(party: Party) -> str:
    """The tax numbers; name and address only together, for the schema has them so."""
    ids = block(
        "IdentificativiFiscali",
        parts.vat(party.vat_country, party.vat_id),
        plain("CodiceFiscale", party.fiscal_code, 16),
    )
    others = ""
    if party.name and party.city:
        others = block(
            "AltriDatiIdentificativi",
            parts.names(party),
            parts.seat(party),
            parts.branch(party),
            parts.representative(party),
        )
    return block("CessionarioCommittente", ids, others)


def _corrected(data: ReceivedInvoice) -> Iterator[str]:
    for reference in [item for item in data.references if item.kind == "invoice"][:1]:
        yield block(
            "DatiFatturaRettificata",
            plain("NumeroFR", reference.document, 20),
            day("DataFR", reference.day),
            free("ElementiRettificati", reference.text, LONGEST, needed=True),
        )


def _goods(data: ReceivedInvoice) -> Iterator[str]:
    shares = _vat_of_lines(data)
    laws = {(item.rate, item.nature): item.legal_reference for item in data.summaries}
    for line, vat in zip(data.lines, shares, strict=True):
        first, *rest = pieces(line.description, LONGEST) or ["-"]
        law = laws.get((line.vat_rate, line.nature), "")
        yield _good(line, first, line.net + vat, vat, law)
        for text in rest:
            yield _good(line, text, ZERO, ZERO, law)


def _good(line: Line, text: str, gross: Decimal, vat: Decimal, law: str) -> str:
    return block(
        "DatiBeniServizi",
        free("Descrizione", text, LONGEST),
        cents("Importo", gross),
        block("DatiIVA", cents("Imposta", vat), cents("Aliquota", line.vat_rate)),
        code("Natura", line.nature),
        free("RiferimentoNormativo", law, 100),
    )


def _vat_of_lines(data: ReceivedInvoice) -> list[Decimal]:
    """The VAT of each line; those of one rate and nature add up to the VAT of their summary."""
    totals = {(item.rate, item.nature): (item.net, item.vat) for item in data.summaries}
    before: dict[tuple[Decimal, str], Decimal] = {}
    shares = []
    for line in data.lines:
        at = (line.vat_rate, line.nature)
        net, vat = totals.get(at, (ZERO, ZERO))
        seen = before.get(at, ZERO)
        before[at] = seen + line.net
        shares.append(
            running_share(vat, seen, line.net, net) if net else to_cents(line.net * line.vat_rate / 100)
        )
    return shares
