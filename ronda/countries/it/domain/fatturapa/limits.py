"""What does not fit into the format, found before anything is written (XSD 1.2.3 and 1.0.2, italy.md §1.1).

Values with legal weight (numbers, codes, amounts, dates) must fit as they are: each one that does not is a
finding that blocks. Free texts are shortened or go on in a further element by the writer: a finding warns
where something is lost.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from ronda.countries.it.domain.fatturapa import codes
from ronda.countries.it.domain.fatturapa.labels import told
from ronda.countries.it.domain.fatturapa.latin import ascii_text, latin_text
from ronda.countries.it.domain.fatturapa.looking import (
    BIC,
    CODES_OF,
    COUNTRY,
    CURRENCY,
    EMAIL,
    EORI,
    FISCAL_CODE,
    FIVE_DIGITS,
    IBAN,
    PEC,
    POSTCODE,
    PROVINCE,
    RECIPIENT,
    RECIPIENT_SIMPLIFIED,
    TITLE,
    Look,
)
from ronda.countries.it.domain.fatturapa.model import (
    Address,
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
    Withholding,
)
from ronda.countries.it.domain.fatturapa.parts import LONGEST_HOUSE_NUMBER, short_phone
from ronda.countries.it.domain.fatturapa.roles import roles
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.i18n import _

ORDINARY_FORMATS = frozenset({"FPR12", "FPA12"})
SIMPLIFIED_FORMAT = "FSM10"
FORMATS = ORDINARY_FORMATS | {SIMPLIFIED_FORMAT}
#: The channels take files up to this size (italy.md §1.5; control 00003).
MAX_FILE_BYTES = 5 * 1024 * 1024
FIRST_DAY = date(1970, 1, 1)
REFERENCES = {
    "order": "DatiOrdineAcquisto",
    "contract": "DatiContratto",
    "agreement": "DatiConvenzione",
    "receipt": "DatiRicezione",
    "invoice": "DatiFattureCollegate",
    "delivery_note": "DatiDDT",
}

_QUANTITY_LIMIT = Decimal(10) ** 12


def unfit(invoice: ReceivedInvoice) -> list[Finding]:
    """Every field that does not fit into the format, in the order of the file.

    Findings that block have the code the exchange would answer with: 00200, 00003 (size), 00417 (buyer
    without number), 00428 (format), 00459 (tax regime). Those that warn name texts to be shortened.
    """
    return [
        *unknown_format(invoice),
        *unidentified_buyer(invoice),
        *unknown_regime(invoice),
        *oversized(invoice),
        *format_errors(invoice),
    ]


def unknown_format(invoice: ReceivedInvoice) -> Iterator[Finding]:
    """00428: the format is one of the three."""
    if invoice.format not in FORMATS:
        text = _("“%(read)s” is no format of transmission: those in force are FPR12, FPA12 and FSM10.")
        remedy = _("Choose whether the customer is a public body or not.")
        yield Finding(
            "00428", text % {"read": invoice.format}, remedy, "FPR12/FPA12/FSM10", "document.format"
        )


def unidentified_buyer(invoice: ReceivedInvoice) -> Iterator[Finding]:
    """00417: the buyer has a VAT number or a fiscal code."""
    if not invoice.buyer.tax_identity:
        text = _("The customer has neither a VAT number nor a fiscal code.")
        remedy = _("Enter one of the two on the customer's page.")
        where = "CessionarioCommittente/IdFiscaleIVA"
        yield Finding("00417", text, remedy, where, f"{roles(invoice).buyer}.tax_id")


def unknown_regime(invoice: ReceivedInvoice) -> Iterator[Finding]:
    """00459: the tax regime is in the table (RF03 was abolished)."""
    regime = invoice.seller.tax_regime
    if regime and regime not in codes.REGIMES:
        text = _("The tax regime “%(read)s” is not one of those in force (RF01, RF02, RF04 to RF20).")
        remedy = _("Choose the tax regime in the settings of the company.")
        where, field = "CedentePrestatore/RegimeFiscale", f"{roles(invoice).seller}.tax_regime"
        yield Finding("00459", text % {"read": regime}, remedy, where, field)


def oversized(invoice: ReceivedInvoice) -> Iterator[Finding]:
    """00003: the file with its attachments stays within what the channels take."""
    if file_size(invoice) > MAX_FILE_BYTES:
        text = _("The file is larger than the 5 MB the exchange takes.")
        remedy = _("Leave attachments out, or send smaller ones.")
        yield Finding("00003", text, remedy, "Allegati", "document.attachments")


def format_errors(invoice: ReceivedInvoice) -> list[Finding]:
    """00200: what the schema of the format would not let pass."""
    seen = Look()
    _look_at_sending(seen, invoice)
    _look_at_parties(seen, invoice)
    _look_at_document(seen, invoice)
    if invoice.format == SIMPLIFIED_FORMAT:
        _look_at_simplified(seen, invoice)
    else:
        _look_at_rest(seen, invoice)
    for at, line in enumerate(invoice.lines, 1):
        _look_at_line(seen, line, f"DettaglioLinee {at}", simplified=invoice.format == SIMPLIFIED_FORMAT)
    for item in invoice.attachments:
        _look_at_attachment(seen, item, in_file=bool(invoice.sha256))
    return seen.findings


def first_obstacle(invoice: ReceivedInvoice) -> list[Finding]:
    """Without these there is no file at all, however tolerant its reader."""
    found = [*unknown_format(invoice), *unidentified_buyer(invoice)]
    for item in format_errors(invoice):
        if item.where.rpartition("/")[2] in _INDISPENSABLE or item.field.endswith(_AMOUNTS):
            found.append(item)
    return found


_INDISPENSABLE = frozenset(
    {"Numero", "IdFiscaleIVA", "Denominazione", "DettaglioLinee", "DatiRiepilogo", "Attachment", "DataDDT"}
)
_AMOUNTS = (".amount", ".total", ".price", ".quantity")


def _look_at_sending(seen: Look, invoice: ReceivedInvoice) -> None:
    role = roles(invoice).buyer
    simplified = invoice.format == SIMPLIFIED_FORMAT
    form = RECIPIENT_SIMPLIFIED if simplified else RECIPIENT
    where = "DatiTrasmissione/"
    seen.code(f"{where}CodiceDestinatario", f"{role}.recipient_code", invoice.buyer.recipient_code, form)
    seen.code(f"{where}PECDestinatario", f"{role}.pec", invoice.buyer.pec, PEC)
    seen.signs(f"{where}ProgressivoInvio", "document.progressive", invoice.progressive, 10)
    if invoice.transmitter is not None:
        sender = invoice.transmitter
        seen.needed(f"{where}IdTrasmittente/IdPaese", "transmitter.tax_id", sender.country, COUNTRY)
        seen.needed(f"{where}IdTrasmittente", "transmitter.tax_id", sender.code, CODES_OF[28], longest=28)
    seen.listed("SoggettoEmittente", "document.issuer", invoice.issuer, codes.ISSUERS)


def _look_at_parties(seen: Look, invoice: ReceivedInvoice) -> None:
    seller, buyer = roles(invoice)
    if not (invoice.seller.vat_country and invoice.seller.vat_id):
        seen.missing("CedentePrestatore/IdFiscaleIVA", f"{seller}.tax_id")
    _look_at_party(seen, invoice.seller, "CedentePrestatore", seller)
    if invoice.format != SIMPLIFIED_FORMAT or invoice.buyer.name or invoice.buyer.city:
        _look_at_party(seen, invoice.buyer, "CessionarioCommittente", buyer)
    else:
        _look_at_ids(seen, invoice.buyer, "CessionarioCommittente", buyer)
    if invoice.third_party is not None:
        _look_at_person(seen, invoice.third_party, "TerzoIntermediario", "document.issuer", needs_vat=False)


def _look_at_party(seen: Look, party: Party, where: str, role: str) -> None:
    _look_at_ids(seen, party, where, role)
    _look_at_names(seen, party, where, f"{role}.name")
    _look_at_address(seen, party, where, role)
    if party.title:
        seen.code(f"{where}/Titolo", f"{role}.title", ascii_text(party.title)[:10], TITLE)
    seen.code(f"{where}/CodEORI", f"{role}.eori", party.eori, EORI)
    seen.code(f"{where}/Email", f"{role}.email", party.email, EMAIL)
    seen.signs(f"{where}/RiferimentoAmministrazione", f"{role}.reference", party.reference, 20)
    for name, number in (("Telefono", party.phone), ("Fax", party.fax)):
        if number and not short_phone(number):
            text = _("%(what)s takes from 5 to 12 characters: “%(read)s” will be left out.")
            facts = {"what": told(f"{where}/{name}"), "read": number[:40]}
            remedy = _("Shorten the number, or leave it out.")
            seen.add(text % facts, remedy, f"{where}/{name}", f"{role}.phone", Weight.WARNS)
    if party.branch is not None:
        _look_at_address(seen, party.branch, f"{where}/StabileOrganizzazione", role)
    if party.representative is not None:
        name = f"{where}/RappresentanteFiscale"
        _look_at_person(seen, party.representative, name, f"{role}.representative", needs_vat=True)
    _look_at_registers(seen, party, where, role)


def _look_at_ids(seen: Look, party: Party | Representative, where: str, role: str) -> None:
    seen.code(f"{where}/CodiceFiscale", f"{role}.fiscal_code", party.fiscal_code, FISCAL_CODE)
    if party.vat_id:
        seen.needed(f"{where}/IdFiscaleIVA/IdPaese", f"{role}.tax_id", party.vat_country, COUNTRY)
        seen.signs(f"{where}/IdFiscaleIVA", f"{role}.tax_id", party.vat_id, 28)


def _look_at_names(seen: Look, party: Party | Representative, where: str, field: str) -> None:
    """A denomination, or first and last name: one of the two (rule of control 00200)."""
    if party.first_name and party.last_name:
        seen.free(f"{where}/Nome", field, party.first_name, 60)
        seen.free(f"{where}/Cognome", field, party.last_name, 60)
        written = latin_text(party.first_name) and latin_text(party.last_name)
    else:
        seen.free(f"{where}/Denominazione", field, party.name, 80)
        written = latin_text(party.name)
    if not written:
        seen.missing(f"{where}/Denominazione", field)


def _look_at_address(seen: Look, place: Party | Address, where: str, role: str) -> None:
    domestic = place.country in {"", "IT"}
    street = place.street
    if len(ascii_text(place.house_number)) > LONGEST_HOUSE_NUMBER:
        street = f"{street}, {place.house_number}"
    for name, field, value in (("Indirizzo", "street", street), ("Comune", "city", place.city)):
        if not value or not latin_text(value):
            seen.missing(f"{where}/{name}", f"{role}.{field}")
        seen.free(f"{where}/{name}", f"{role}.{field}", value, 60)
    if domestic:
        seen.needed(f"{where}/CAP", f"{role}.postcode", place.postcode, POSTCODE)
        seen.code(f"{where}/Provincia", f"{role}.province", place.province, PROVINCE)
    seen.code(f"{where}/Nazione", f"{role}.country", place.country, COUNTRY)


def _look_at_person(seen: Look, who: Representative, where: str, field: str, *, needs_vat: bool) -> None:
    _look_at_ids(seen, who, where, field)
    _look_at_names(seen, who, where, f"{field}.name")
    if needs_vat and not (who.vat_country and who.vat_id):
        seen.missing(f"{where}/IdFiscaleIVA", f"{field}.tax_id")


def _look_at_registers(seen: Look, party: Party, where: str, role: str) -> None:
    if party.registration is not None:
        entry, name, field = party.registration, f"{where}/IscrizioneREA", f"{role}.registration"
        seen.needed(f"{name}/Ufficio", field, entry.office, PROVINCE)
        seen.needed(f"{name}/NumeroREA", field, entry.number, CODES_OF[20], longest=20)
        seen.amount(f"{name}/CapitaleSociale", f"{role}.capital", entry.capital)
        seen.listed(f"{name}/SocioUnico", field, entry.members, codes.MEMBERS)
    if party.register is not None:
        register = party.register
        seen.free(f"{where}/AlboProfessionale", f"{role}.register", register.name, 60)
        seen.code(f"{where}/ProvinciaAlbo", f"{role}.register", register.province, PROVINCE)
        seen.signs(f"{where}/NumeroIscrizioneAlbo", f"{role}.register", register.number, 60)


def _look_at_document(seen: Look, invoice: ReceivedInvoice) -> None:
    where = "DatiGeneraliDocumento/"
    kinds = codes.SIMPLIFIED_KINDS if invoice.format == SIMPLIFIED_FORMAT else codes.KINDS
    if not invoice.kind:
        seen.missing(f"{where}TipoDocumento", "document.kind")
    seen.listed(f"{where}TipoDocumento", "document.kind", invoice.kind, kinds)
    seen.needed(f"{where}Divisa", "document.currency", invoice.currency, CURRENCY)
    seen.needed(f"{where}Numero", "document.number", invoice.number, CODES_OF[20], longest=20)
    if invoice.date < FIRST_DAY:
        text = _("The date %(read)s is before 1970.") % {"read": invoice.date}
        seen.add(text, _("Correct the date."), f"{where}Data", "document.date")
    seen.amount(f"{where}ImportoTotaleDocumento", "document.total", invoice.total)
    seen.amount(f"{where}Arrotondamento", "document.total", invoice.rounding)
    if not invoice.lines:
        seen.missing("DettaglioLinee", "document.lines")
    for item in invoice.summaries:
        _look_at_summary(seen, item)


def _look_at_summary(seen: Look, item: Summary) -> None:
    where = "DatiRiepilogo"
    seen.rate(f"{where}/AliquotaIVA", "line.vat_code", item.rate)
    seen.listed(f"{where}/Natura", "line.vat_code", item.nature, codes.NATURES)
    for name, value in (
        ("ImponibileImporto", item.net),
        ("Imposta", item.vat),
        ("Arrotondamento", item.rounding),
        ("SpeseAccessorie", item.expenses),
    ):
        seen.amount(f"{where}/{name}", "document.amount", value)
    seen.listed(f"{where}/EsigibilitaIVA", "line.vat_code", item.exigibility, codes.EXIGIBILITIES)
    seen.free(f"{where}/RiferimentoNormativo", "line.vat_code", item.legal_reference, 100)


def _look_at_simplified(seen: Look, invoice: ReceivedInvoice) -> None:
    for item in invoice.references:
        if item.kind == "invoice":
            _look_at_reference(seen, item)
            if item.day is None:
                seen.missing("DatiFatturaRettificata/DataFR", "document.references")


def _look_at_rest(seen: Look, invoice: ReceivedInvoice) -> None:
    if not invoice.summaries:
        seen.missing("DatiRiepilogo", "document.lines")
    for held in invoice.withholdings:
        _look_at_withholding(seen, held)
    if invoice.stamp is not None:
        seen.amount("DatiBollo/ImportoBollo", "document.stamp.amount", invoice.stamp.amount)
    for fund in invoice.welfare_funds:
        _look_at_fund(seen, fund)
    _look_at_discounts(seen, invoice.discounts, "DatiGeneraliDocumento", "document.discount")
    for phase in invoice.phases:
        seen.whole("DatiSAL/RiferimentoFase", "document.phase", phase, 1, 999)
    for reference in invoice.references:
        _look_at_reference(seen, reference)
    for payment in invoice.payments:
        _look_at_payment(seen, payment)


def _look_at_withholding(seen: Look, held: Withholding) -> None:
    where, field = "DatiRitenuta", "document.withholding"
    seen.listed(f"{where}/TipoRitenuta", field, held.kind or "?", codes.WITHHOLDINGS)
    seen.amount(f"{where}/ImportoRitenuta", f"{field}.amount", held.amount)
    seen.rate(f"{where}/AliquotaRitenuta", field, held.rate)
    seen.listed(f"{where}/CausalePagamento", field, held.reason, codes.REASONS)


def _look_at_fund(seen: Look, fund: WelfareFund) -> None:
    where, field = "DatiCassaPrevidenziale", "document.fund"
    seen.listed(f"{where}/TipoCassa", field, fund.kind or "?", codes.FUNDS)
    seen.rate(f"{where}/AlCassa", field, fund.rate)
    seen.amount(f"{where}/ImportoContributoCassa", f"{field}.amount", fund.amount)
    seen.amount(f"{where}/ImponibileCassa", f"{field}.amount", fund.base)
    seen.rate(f"{where}/AliquotaIVA", field, fund.vat_rate)
    seen.listed(f"{where}/Natura", field, fund.nature, codes.NATURES)
    seen.signs(f"{where}/RiferimentoAmministrazione", field, fund.reference, 20)


def _look_at_reference(seen: Look, item: Reference) -> None:
    field = "document.references"
    name = REFERENCES.get(item.kind, item.kind)
    number = "NumeroDDT" if item.kind == "delivery_note" else "IdDocumento"
    seen.needed(f"{name}/{number}", field, item.document, CODES_OF[20], longest=20)
    seen.signs(f"{name}/NumItem", field, item.item, 20)
    seen.text(f"{name}/CodiceCommessaConvenzione", field, item.job_code, 100)
    seen.signs(f"{name}/CodiceCUP", "document.cup", item.cup, 15)
    seen.signs(f"{name}/CodiceCIG", "document.cig", item.cig, 15)
    seen.free(f"{name}/ElementiRettificati", field, item.text, 1000)
    if item.kind == "delivery_note" and item.day is None:
        seen.missing("DatiDDT/DataDDT", field)
    for line in item.lines:
        seen.whole(f"{name}/RiferimentoNumeroLinea", field, line, 1, 9999)


def _look_at_payment(seen: Look, item: Payment) -> None:
    where = "DettaglioPagamento/"
    seen.listed("DatiPagamento/CondizioniPagamento", "payment.terms", item.terms, codes.TERMS)
    seen.listed(f"{where}ModalitaPagamento", "payment.method", item.method or "?", codes.METHODS)
    if item.days is not None:
        seen.whole(f"{where}GiorniTerminiPagamento", "payment.days", item.days, 0, 999)
    seen.amount(f"{where}ImportoPagamento", "payment.amount", item.amount)
    seen.amount(f"{where}ScontoPagamentoAnticipato", "payment.amount", item.early_discount)
    seen.amount(f"{where}PenalitaPagamentiRitardati", "payment.amount", item.late_penalty)
    seen.code(f"{where}IBAN", "payment.iban", item.iban, IBAN)
    seen.code(f"{where}BIC", "payment.bic", item.bic, BIC)
    seen.code(f"{where}ABI", "payment.bank", item.abi, FIVE_DIGITS)
    seen.code(f"{where}CAB", "payment.bank", item.cab, FIVE_DIGITS)
    seen.free(f"{where}IstitutoFinanziario", "payment.bank", item.bank, 80)
    seen.free(f"{where}Beneficiario", "payment.beneficiary", item.beneficiary, 200)
    seen.signs(f"{where}CodUfficioPostale", "payment.post_office", item.post_office, 20)
    seen.signs(f"{where}CodicePagamento", "payment.code", item.code, 60)


def _look_at_line(seen: Look, line: Line, where: str, *, simplified: bool) -> None:
    seen.line = line.number
    seen.whole(f"{where}/NumeroLinea", "line.number", line.number, 1, 9999)
    if not line.description or not latin_text(line.description):
        seen.missing(f"{where}/Descrizione", "line.text")
    seen.amount(f"{where}/PrezzoTotale", "line.amount", line.net)
    seen.rate(f"{where}/AliquotaIVA", "line.vat_code", line.vat_rate)
    natures = codes.SIMPLIFIED_NATURES if simplified else codes.NATURES
    seen.listed(f"{where}/Natura", "line.vat_code", line.nature, natures)
    if not simplified:
        _look_at_line_details(seen, line, where)
    seen.line = 0


def _look_at_line_details(seen: Look, line: Line, where: str) -> None:
    quantity = line.quantity
    if quantity is not None and (not quantity.is_finite() or abs(quantity) >= _QUANTITY_LIMIT):
        text = _("%(what)s does not fit: at most twelve digits before the decimal point.")
        name = f"{where}/Quantita"
        seen.add(text % {"what": told(name)}, _("Correct the quantity."), name, "line.quantity")
    seen.amount(f"{where}/PrezzoUnitario", "line.price", line.unit_price)
    _look_at_discounts(seen, line.discounts, where, "line.discount")
    seen.free(f"{where}/UnitaMisura", "line.unit", line.unit, 10, ascii_only=True)
    seen.listed(f"{where}/TipoCessionePrestazione", "line.kind", line.kind, codes.LINE_KINDS)
    for item in line.codes:
        seen.needed(f"{where}/CodiceTipo", "line.code", item.kind, CODES_OF[35], longest=35)
        seen.text(f"{where}/CodiceValore", "line.code", item.value, 35)
        if not latin_text(item.value):
            seen.missing(f"{where}/CodiceValore", "line.code")
    seen.signs(f"{where}/RiferimentoAmministrazione", "line.reference", line.reference, 20)
    for data in line.other_data:
        seen.needed(f"{where}/TipoDato", "line.data", data.kind, CODES_OF[10], longest=10)
        seen.text(f"{where}/RiferimentoTesto", "line.data", data.text, 60)
        seen.amount(f"{where}/RiferimentoNumero", "line.data.amount", data.number)


def _look_at_discounts(seen: Look, discounts: Iterable[Discount], where: str, field: str) -> None:
    for item in discounts:
        seen.listed(f"{where}/ScontoMaggiorazione", field, item.kind or "?", codes.DISCOUNTS)
        seen.rate(f"{where}/ScontoMaggiorazione", field, item.percent)
        seen.amount(f"{where}/ScontoMaggiorazione", f"{field}.amount", item.amount)


def _look_at_attachment(seen: Look, item: Attachment, *, in_file: bool) -> None:
    """The content of what was read is still in its file; of what is to be written it must be there."""
    field = "document.attachments"
    if item.content is None and not in_file:
        seen.missing("Attachment", field)
    if not latin_text(item.name):
        seen.missing("Allegati/NomeAttachment", field)
    seen.text("Allegati/NomeAttachment", field, item.name, 60)
    seen.signs("Allegati/FormatoAttachment", field, item.format, 10)
    seen.signs("Allegati/AlgoritmoCompressione", field, item.compression, 10)
    seen.free("Allegati/DescrizioneAttachment", field, item.description, 100)


def file_size(invoice: ReceivedInvoice) -> int:
    """About the size of the file in bytes: attachments in base64, generously what stands around them."""
    sizes = (item.size if item.content is None else len(item.content) for item in invoice.attachments)
    enclosed = sum(size * 4 // 3 + 300 for size in sizes)
    return 4000 + 1200 * len(invoice.lines) + enclosed


def numbers_fit(invoice: ReceivedInvoice) -> bool:
    """Whether every figure is a number that can be computed with, and within the format's size."""
    return all(
        value is None or (value.is_finite() and abs(value) < _QUANTITY_LIMIT) for value in _figures(invoice)
    )


def _figures(invoice: ReceivedInvoice) -> Iterator[Decimal | None]:
    yield from (invoice.total, invoice.rounding)
    for line in invoice.lines:
        yield from (line.net, line.unit_price, line.quantity, line.vat_rate)
        for discount in line.discounts:
            yield from (discount.percent, discount.amount)
    for item in invoice.summaries:
        yield from (item.net, item.vat, item.rate, item.rounding)
    for fund in invoice.welfare_funds:
        yield from (fund.amount, fund.vat_rate)
    for held in invoice.discounts:
        yield from (held.percent, held.amount)
