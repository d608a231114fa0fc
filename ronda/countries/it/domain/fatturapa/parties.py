"""The header of a file: who sells, who buys, how it was sent."""

from dataclasses import dataclass

from ronda.countries.it.domain.fatturapa.model import Party
from ronda.countries.it.domain.fatturapa.values import Notices, Scope


@dataclass(frozen=True, slots=True)
class Heading:
    format: str
    progressive: str
    issuer: str
    seller: Party
    buyer: Party


def read_heading(header: Scope, version: str, notices: Notices) -> Heading:
    """The header, ordinary or simplified; a missing part is an empty party and a notice."""
    sending = header.one("DatiTrasmissione")
    stated = sending.text("FormatoTrasmissione")
    if version and stated and stated != version:
        notices.add("format_differs", version=version[:20], format=stated[:20])
    buyer = header.one("CessionarioCommittente")
    return Heading(
        format=stated or version,
        progressive=sending.text("ProgressivoInvio"),
        issuer=header.text("SoggettoEmittente"),
        seller=_seller(header.one("CedentePrestatore")),
        buyer=_buyer(buyer, sending),
    )


def _seller(block: Scope) -> Party:
    """Ordinary: under DatiAnagrafici; simplified: directly in the block."""
    data = block.one("DatiAnagrafici") or block
    contacts = block.one("Contatti")
    return _party(
        data,
        names=data.one("Anagrafica") or data,
        seat=block.one("Sede"),
        phone=contacts.text("Telefono"),
        email=contacts.text("Email"),
        tax_regime=data.text("RegimeFiscale"),
    )


def _buyer(block: Scope, sending: Scope) -> Party:
    """Ordinary: DatiAnagrafici and Sede; simplified: IdentificativiFiscali and AltriDatiIdentificativi."""
    others = block.one("AltriDatiIdentificativi")
    ids = block.one("DatiAnagrafici") or block.one("IdentificativiFiscali")
    return _party(
        ids,
        names=ids.one("Anagrafica") or others,
        seat=block.one("Sede") or others.one("Sede"),
        pec=sending.text("PECDestinatario"),
        recipient_code=sending.text("CodiceDestinatario"),
    )


def _party(ids: Scope, *, names: Scope, seat: Scope, **others: str) -> Party:
    vat = ids.one("IdFiscaleIVA")
    first, last = names.text("Nome"), names.text("Cognome")
    if not ids:
        ids.notices.add("element_missing", ids.where, element="DatiAnagrafici")
    return Party(
        name=names.text("Denominazione") or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        title=names.text("Titolo"),
        vat_country=vat.text("IdPaese").upper(),
        vat_id=vat.text("IdCodice").replace(" ", "").upper(),
        fiscal_code=ids.text("CodiceFiscale").replace(" ", "").upper(),
        street=seat.text("Indirizzo"),
        house_number=seat.text("NumeroCivico"),
        postcode=seat.text("CAP"),
        city=seat.text("Comune"),
        province=seat.text("Provincia"),
        country=seat.text("Nazione"),
        **others,
    )
