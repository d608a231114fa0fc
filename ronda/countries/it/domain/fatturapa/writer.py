"""Writes FatturaPA files (schema 1.2.3; simplified ones VFSM10 1.0.2) from the model of the reader.

What is written is read back the same. Free texts are brought into the Latin-1 characters the schema
allows and cut to its lengths, or go on in a further element; what has legal weight is refused when it does
not fit (`limits`). Amounts take the decimals the schema asks for (italy.md §1.1).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from ronda.countries.it.domain.fatturapa import parts, simplified_writer
from ronda.countries.it.domain.fatturapa.elements import (
    amount,
    block,
    cents,
    code,
    day,
    flag,
    free,
    pieces,
    plain,
    whole,
)
from ronda.countries.it.domain.fatturapa.labels import told
from ronda.countries.it.domain.fatturapa.limits import (
    REFERENCES,
    SIMPLIFIED_FORMAT,
    first_obstacle,
    unfit,
)
from ronda.countries.it.domain.fatturapa.looking import SCHEMA
from ronda.countries.it.domain.fatturapa.model import (
    Attachment,
    Discount,
    Line,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Representative,
    Summary,
    WelfareFund,
)
from ronda.countries.it.domain.fatturapa.prices import written_discounts, written_quantity
from ronda.countries.it.domain.fatturapa.schema import (
    NAMESPACE,
    ORDINARY_ROOT,
    SIMPLIFIED_NAMESPACE,
    SIMPLIFIED_ROOT,
)
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

LONGEST_CAUSAL, LONGEST_DESCRIPTION = 200, 1000
LAST_LINE = 9999


class NotWritable(Refusal):
    """`facts["missing"]` names the first element that does not fit, `facts["findings"]` all of them."""

    code = "fatturapa.not_writable"


def write_invoice(data: ReceivedInvoice, *, strict: bool = True) -> bytes:
    """The invoice as an XML file in UTF-8, valid against the XSD of its format.

    Raises `NotWritable` naming what is over a limit of the format (`limits.unfit`). `strict=False` is for
    files that are not sent: it refuses only what leaves no file at all, writes "-" for an address that
    is missing and cuts codes that are too long.
    """
    _refuse([item for item in unfit(data) if item.blocks] if strict else first_obstacle(data))
    _refuse([_without_content(item) for item in data.attachments if item.content is None])
    return _file(data).encode("utf-8")


def _refuse(findings: list[Finding]) -> None:
    if findings:
        missing = findings[0].where
        message = _("The invoice cannot be written as FatturaPA: check %(missing)s, then try again.")
        raise NotWritable(
            message % {"missing": told(missing)},
            field=findings[0].field,
            missing=missing.rpartition("/")[2] if missing.startswith("Dati") else missing,
            findings=findings,
        )


def _without_content(item: Attachment) -> Finding:
    text = _("The content of the attachment “%(name)s” is not there.") % {"name": item.name}
    return Finding(SCHEMA, text, _("Attach the file again."), "Attachment", "document.attachments")


def _file(data: ReceivedInvoice) -> str:
    if data.format == SIMPLIFIED_FORMAT:
        root, space = SIMPLIFIED_ROOT, SIMPLIFIED_NAMESPACE
        header, body = simplified_writer.header(data), simplified_writer.body(data)
    else:
        root, space = ORDINARY_ROOT, NAMESPACE
        header, body = _header(data), _body(data)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<p:{root} xmlns:p="{space}" versione="{data.format}">{header}{body}</p:{root}>\n'
    )


# --- header ---


def _header(data: ReceivedInvoice) -> str:
    return block(
        "FatturaElettronicaHeader",
        parts.sending(data),
        _seller(data.seller),
        _person("RappresentanteFiscale", data.seller.representative),
        _buyer(data.buyer),
        _person("TerzoIntermediarioOSoggettoEmittente", data.third_party),
        parts.issuer(data),
    )


def _seller(party: Party) -> str:
    return block(
        "CedentePrestatore",
        block("DatiAnagrafici", _identity(party), parts.register(party), parts.regime(party)),
        parts.seat(party),
        parts.branch(party),
        parts.registration(party.registration),
        parts.contacts(party),
        plain("RiferimentoAmministrazione", party.reference, 20),
    )


def _buyer(party: Party) -> str:
    return block(
        "CessionarioCommittente",
        block("DatiAnagrafici", _identity(party)),
        parts.seat(party),
        parts.branch(party),
        parts.representative(party),
    )


def _identity(party: Party) -> str:
    title = plain("Titolo", party.title, 10)
    return (
        parts.vat(party.vat_country, party.vat_id)
        + plain("CodiceFiscale", party.fiscal_code, 16)
        + block("Anagrafica", parts.names(party), title, plain("CodEORI", party.eori, 17))
    )


def _person(name: str, who: Representative | None) -> str:
    if who is None:
        return ""
    ids = parts.vat(who.vat_country, who.vat_id) + plain("CodiceFiscale", who.fiscal_code, 16)
    return block(name, block("DatiAnagrafici", ids, block("Anagrafica", parts.names(who))))


# --- body ---


def _body(data: ReceivedInvoice) -> str:
    return block(
        "FatturaElettronicaBody",
        block("DatiGenerali", _document(data), *_references(data)),
        block("DatiBeniServizi", *_lines(data), *map(_summary, data.summaries)),
        *_payments(data.payments),
        *map(parts.attachment, data.attachments),
    )


def _document(data: ReceivedInvoice) -> str:
    return block(
        "DatiGeneraliDocumento",
        code("TipoDocumento", data.kind),
        code("Divisa", data.currency),
        day("Data", data.date),
        plain("Numero", data.number, 20),
        *_withholdings(data),
        _stamp(data),
        *map(_fund, data.welfare_funds),
        _discounts(data.discounts),
        cents("ImportoTotaleDocumento", data.total),
        cents("Arrotondamento", data.rounding),
        *(free("Causale", part, 200) for text in data.causals for part in pieces(text, LONGEST_CAUSAL)),
        flag("Art73", on=data.art73),
    )


def _withholdings(data: ReceivedInvoice) -> Iterator[str]:
    for item in data.withholdings:
        yield block(
            "DatiRitenuta",
            code("TipoRitenuta", item.kind),
            cents("ImportoRitenuta", item.amount),
            cents("AliquotaRitenuta", item.rate),
            code("CausalePagamento", item.reason or "A"),
        )


def _stamp(data: ReceivedInvoice) -> str:
    if data.stamp is None:
        return ""
    return block("DatiBollo", flag("BolloVirtuale", on=True), cents("ImportoBollo", data.stamp.amount))


def _fund(fund: WelfareFund) -> str:
    return block(
        "DatiCassaPrevidenziale",
        code("TipoCassa", fund.kind),
        cents("AlCassa", fund.rate),
        cents("ImportoContributoCassa", fund.amount),
        cents("ImponibileCassa", fund.base),
        cents("AliquotaIVA", fund.vat_rate),
        flag("Ritenuta", on=fund.withholding),
        code("Natura", fund.nature),
        plain("RiferimentoAmministrazione", fund.reference, 20),
    )


def _references(data: ReceivedInvoice) -> Iterator[str]:
    for kind, name in REFERENCES.items():
        for reference in data.references:
            if reference.kind == kind != "delivery_note":
                yield _reference(name, reference)
    for phase in data.phases:
        yield block("DatiSAL", whole("RiferimentoFase", phase))
    for note in data.references:
        if note.kind == "delivery_note":
            numbers = (whole("RiferimentoNumeroLinea", number) for number in note.lines)
            document = plain("NumeroDDT", note.document, 20, needed=True)
            yield block("DatiDDT", document, day("DataDDT", note.day), *numbers)


def _reference(name: str, reference: Reference) -> str:
    return block(
        name,
        *(whole("RiferimentoNumeroLinea", number) for number in reference.lines),
        plain("IdDocumento", reference.document, 20, needed=True),
        day("Data", reference.day),
        plain("NumItem", reference.item, 20),
        free("CodiceCommessaConvenzione", reference.job_code, 100),
        plain("CodiceCUP", reference.cup, 15),
        plain("CodiceCIG", reference.cig, 15),
    )


def _lines(data: ReceivedInvoice) -> Iterator[str]:
    """The lines; what of a description is over its thousand characters goes on in lines without amount."""
    last = 0
    for line in data.lines:
        if len(line.description) * 4 <= LONGEST_DESCRIPTION:
            yield _line(line)
            continue
        first, *rest = pieces(line.description, LONGEST_DESCRIPTION) or [""]
        yield _line(replace(line, description=first))
        for text in rest:
            last = (last or max(other.number for other in data.lines)) + 1
            if last <= LAST_LINE:
                yield _line(_going_on(line, text, last))


def _going_on(line: Line, text: str, number: int) -> Line:
    nothing = Decimal(0)
    return Line(number, text, nothing, nothing, line.vat_rate, nature=line.nature)


def _line(line: Line) -> str:
    quantity, price = written_quantity(line)
    return block(
        "DettaglioLinee",
        whole("NumeroLinea", line.number),
        code("TipoCessionePrestazione", line.kind),
        *(
            block("CodiceArticolo", plain("CodiceTipo", item.kind, 35), free("CodiceValore", item.value, 35))
            for item in line.codes
        ),
        free("Descrizione", line.description, LONGEST_DESCRIPTION, needed=True),
        amount("Quantita", quantity),
        plain("UnitaMisura", line.unit, 10),
        day("DataInizioPeriodo", line.period_from),
        day("DataFinePeriodo", line.period_to),
        amount("PrezzoUnitario", price),
        _discounts(written_discounts(line)),
        amount("PrezzoTotale", line.net),
        cents("AliquotaIVA", line.vat_rate),
        flag("Ritenuta", on=line.withholding),
        code("Natura", line.nature),
        plain("RiferimentoAmministrazione", line.reference, 20),
        *_other_data(line),
    )


def _other_data(line: Line) -> Iterator[str]:
    for item in line.other_data:
        yield block(
            "AltriDatiGestionali",
            plain("TipoDato", item.kind, 10),
            free("RiferimentoTesto", item.text, 60),
            amount("RiferimentoNumero", item.number),
            day("RiferimentoData", item.day),
        )


def _discounts(discounts: Iterable[Discount]) -> str:
    return "".join(
        block(
            "ScontoMaggiorazione",
            code("Tipo", item.kind),
            cents("Percentuale", item.percent),
            amount("Importo", item.amount),
        )
        for item in discounts
    )


def _summary(item: Summary) -> str:
    return block(
        "DatiRiepilogo",
        cents("AliquotaIVA", item.rate),
        code("Natura", item.nature),
        cents("SpeseAccessorie", item.expenses),
        amount("Arrotondamento", item.rounding),
        cents("ImponibileImporto", item.net),
        cents("Imposta", item.vat),
        code("EsigibilitaIVA", item.exigibility),
        free("RiferimentoNormativo", item.legal_reference, 100),
    )


def _payments(payments: Iterable[Payment]) -> Iterator[str]:
    for terms, group in groupby(payments, key=lambda payment: payment.terms or "TP02"):
        yield block("DatiPagamento", code("CondizioniPagamento", terms), *map(_payment, group))


def _payment(payment: Payment) -> str:
    return block(
        "DettaglioPagamento",
        free("Beneficiario", payment.beneficiary, 200),
        code("ModalitaPagamento", payment.method),
        day("DataRiferimentoTerminiPagamento", payment.counted_from),
        whole("GiorniTerminiPagamento", payment.days),
        day("DataScadenzaPagamento", payment.due),
        cents("ImportoPagamento", payment.amount),
        plain("CodUfficioPostale", payment.post_office, 20),
        free("IstitutoFinanziario", payment.bank, 80),
        code("IBAN", payment.iban),
        code("ABI", payment.abi),
        code("CAB", payment.cab),
        code("BIC", payment.bic),
        cents("ScontoPagamentoAnticipato", payment.early_discount),
        day("DataLimitePagamentoAnticipato", payment.early_until),
        cents("PenalitaPagamentiRitardati", payment.late_penalty),
        day("DataDecorrenzaPenale", payment.late_from),
        plain("CodicePagamento", payment.code, 60),
    )
