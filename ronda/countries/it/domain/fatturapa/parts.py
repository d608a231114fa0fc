"""Parts of the file that ordinary and simplified invoices share: identities, addresses, attachments."""

import base64

from ronda.countries.it.domain.fatturapa.elements import (
    block,
    cents,
    code,
    day,
    free,
    optional,
    plain,
)
from ronda.countries.it.domain.fatturapa.latin import ascii_text
from ronda.countries.it.domain.fatturapa.model import (
    MADE_BY_BUYER,
    Address,
    Attachment,
    Party,
    ReceivedInvoice,
    Registration,
    Representative,
    TaxId,
)

NO_ADDRESS_CODE, FOREIGN_ADDRESS_CODE, SAN_MARINO_CODE = "0000000", "XXXXXXX", "2R4GTO8"
NO_POSTCODE = "00000"
ISSUERS = frozenset({"CC", "TZ"})
USUAL_REGIME, FOREIGN_REGIME = "RF01", "RF18"
LONGEST_HOUSE_NUMBER, LONGEST_PHONE = 8, 12


def sending(data: ReceivedInvoice) -> str:
    """DatiTrasmissione."""
    buyer, by = data.buyer, transmitter(data)
    return block(
        "DatiTrasmissione",
        block("IdTrasmittente", code("IdPaese", by.country), plain("IdCodice", by.code, 28)),
        plain("ProgressivoInvio", data.progressive or "00001", 10),
        code("FormatoTrasmissione", data.format),
        code("CodiceDestinatario", recipient_code(buyer)),
        plain("PECDestinatario", buyer.pec, 256),
    )


def transmitter(data: ReceivedInvoice) -> TaxId:
    """Who hands the file over: as stated, else the party that makes the document out.

    An Italian one is known to the exchange by its fiscal code, which is not the VAT number of a person or
    of a firm that has moved (specifications, 1.1.1.2).
    """
    if data.transmitter is not None:
        return data.transmitter
    maker = data.buyer if data.kind in MADE_BY_BUYER and data.buyer.vat_id else data.seller
    if maker.vat_country == "IT" and maker.fiscal_code:
        return TaxId("IT", maker.fiscal_code)
    return TaxId(maker.vat_country, maker.vat_id)


def recipient_code(buyer: Party) -> str:
    """The code stated; else that of San Marino, of customers abroad, or none (0000000)."""
    if buyer.recipient_code:
        return buyer.recipient_code
    if buyer.country == "SM":
        return SAN_MARINO_CODE
    return NO_ADDRESS_CODE if buyer.country in {"", "IT"} else FOREIGN_ADDRESS_CODE


def issuer(data: ReceivedInvoice) -> str:
    """SoggettoEmittente: as stated, else CC where the buyer makes the document out."""
    if data.issuer in ISSUERS:
        return code("SoggettoEmittente", data.issuer)
    return code("SoggettoEmittente", "CC" if data.kind in MADE_BY_BUYER else "")


def regime(party: Party) -> str:
    """RegimeFiscale: as stated; RF18 (other) for a seller from abroad, RF01 else."""
    usual = USUAL_REGIME if party.vat_country in {"", "IT"} else FOREIGN_REGIME
    return code("RegimeFiscale", party.tax_regime or usual)


def vat(country: str, number: str) -> str:
    """IdFiscaleIVA, or nothing."""
    if not number:
        return ""
    return block("IdFiscaleIVA", code("IdPaese", country), plain("IdCodice", number, 28))


def names(party: Party | Representative) -> str:
    """First and last name when there are both, else the denomination: the schema wants one of the two."""
    if party.first_name and party.last_name:
        return free("Nome", party.first_name, 60) + free("Cognome", party.last_name, 60)
    return free("Denominazione", party.name, 80, needed=True)


def seat(party: Party | Address, name: str = "Sede") -> str:
    """An address; abroad without province, and with the postcode 00000 the schema asks for."""
    domestic = party.country in {"", "IT"}
    street, house = party.street, ascii_text(party.house_number)
    if len(house) > LONGEST_HOUSE_NUMBER:
        street, house = f"{street}, {house}", ""
    return block(
        name,
        free("Indirizzo", street, 60, needed=True),
        plain("NumeroCivico", house, LONGEST_HOUSE_NUMBER),
        code("CAP", party.postcode if domestic and party.postcode else NO_POSTCODE),
        free("Comune", party.city, 60, needed=True),
        code("Provincia", party.province if domestic else ""),
        code("Nazione", party.country or "IT"),
    )


def branch(party: Party) -> str:
    """StabileOrganizzazione, or nothing."""
    return "" if party.branch is None else seat(party.branch, "StabileOrganizzazione")


def representative(party: Party) -> str:
    """RappresentanteFiscale in its short form: that of the buyer, and of simplified invoices."""
    by = party.representative
    return "" if by is None else block("RappresentanteFiscale", vat(by.vat_country, by.vat_id), names(by))


def registration(entry: Registration | None) -> str:
    """IscrizioneREA, or nothing."""
    if entry is None:
        return ""
    return block(
        "IscrizioneREA",
        code("Ufficio", entry.office),
        plain("NumeroREA", entry.number, 20),
        cents("CapitaleSociale", entry.capital),
        code("SocioUnico", entry.members),
        code("StatoLiquidazione", "LS" if entry.in_liquidation else "LN"),
    )


def contacts(party: Party) -> str:
    """Telephone, fax and e-mail; a number that does not fit is left out, for it has no legal weight."""
    return optional(
        "Contatti",
        _telephone("Telefono", party.phone),
        _telephone("Fax", party.fax),
        code("Email", party.email),
    )


def short_phone(number: str) -> str:
    """At most twelve characters, at least five: without blanks, then without the Italian prefix; else ""."""
    text = ascii_text(number)
    if len(text) > LONGEST_PHONE:
        text = "".join(char for char in text if char.isdigit() or char == "+")
    if len(text) > LONGEST_PHONE:
        text = text.removeprefix("+39").removeprefix("0039")
    return text if 5 <= len(text) <= LONGEST_PHONE else ""


def _telephone(name: str, number: str) -> str:
    return plain(name, short_phone(number), LONGEST_PHONE) if number else ""


def attachment(item: Attachment) -> str:
    """Allegati, in base64."""
    return block(
        "Allegati",
        free("NomeAttachment", item.name, 60, needed=True),
        plain("AlgoritmoCompressione", item.compression, 10),
        plain("FormatoAttachment", item.format, 10),
        free("DescrizioneAttachment", item.description, 100),
        f"<Attachment>{base64.b64encode(item.content or b'').decode('ascii')}</Attachment>",
    )


def register(party: Party) -> str:
    """The entry in the register of a profession, or nothing."""
    entry = party.register
    if entry is None:
        return ""
    return (
        free("AlboProfessionale", entry.name, 60)
        + code("ProvinciaAlbo", entry.province)
        + plain("NumeroIscrizioneAlbo", entry.number, 60)
        + day("DataIscrizioneAlbo", entry.day)
    )
