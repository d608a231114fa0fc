"""The header of a file: who sells, who buys, how it was sent."""

from dataclasses import dataclass
from typing import Any

from ronda.countries.it.domain.fatturapa.model import (
    Address,
    Party,
    Register,
    Registration,
    Representative,
    TaxId,
)
from ronda.countries.it.domain.fatturapa.values import Notices, Scope


@dataclass(frozen=True, slots=True)
class Heading:
    format: str
    progressive: str
    issuer: str
    seller: Party
    buyer: Party
    transmitter: TaxId | None = None
    third_party: Representative | None = None


def read_heading(header: Scope, version: str, notices: Notices) -> Heading:
    """The header, ordinary or simplified; a missing part is an empty party and a notice."""
    sending = header.one("DatiTrasmissione")
    stated = sending.text("FormatoTrasmissione")
    if version and stated and stated != version:
        notices.add("format_differs", version=version[:20], format=stated[:20])
    buyer = header.one("CessionarioCommittente")
    block = header.one("CedentePrestatore")
    seller = _seller(block, header.one("RappresentanteFiscale") or block.one("RappresentanteFiscale"))
    return Heading(
        format=stated or version,
        progressive=sending.text("ProgressivoInvio"),
        issuer=header.text("SoggettoEmittente"),
        seller=seller,
        buyer=_buyer(buyer, sending),
        transmitter=_transmitter(sending.one("IdTrasmittente"), seller),
        third_party=_representative(header.one("TerzoIntermediarioOSoggettoEmittente")),
    )


def _transmitter(block: Scope, seller: Party) -> TaxId | None:
    """Who handed the file over; None when it is the seller."""
    country, code = _country(block.text("IdPaese")), _compact(block.text("IdCodice"))
    same = country == seller.vat_country and code in {seller.vat_id, seller.fiscal_code}
    return None if same or not (country or code) else TaxId(country, code)


def _seller(block: Scope, representative: Scope) -> Party:
    """Ordinary: under DatiAnagrafici; simplified: directly in the block."""
    data = block.one("DatiAnagrafici") or block
    contacts = block.one("Contatti")
    return _party(
        data,
        names=data.one("Anagrafica") or data,
        seat=block.one("Sede"),
        phone=contacts.text("Telefono"),
        email=contacts.text("Email"),
        fax=contacts.text("Fax"),
        tax_regime=(data.text("RegimeFiscale") or block.text("RegimeFiscale")),
        reference=block.text("RiferimentoAmministrazione"),
        branch=_branch(block.one("StabileOrganizzazione")),
        representative=_representative(representative),
        registration=_registration(block.one("IscrizioneREA")),
        register=_register(data),
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
        branch=_branch(block.one("StabileOrganizzazione") or others.one("StabileOrganizzazione")),
        representative=_representative(
            block.one("RappresentanteFiscale") or others.one("RappresentanteFiscale")
        ),
    )


def _party(ids: Scope, *, names: Scope, seat: Scope, **others: Any) -> Party:
    vat = ids.one("IdFiscaleIVA")
    first, last = names.text("Nome"), names.text("Cognome")
    if not ids:
        ids.notices.add("element_missing", ids.where, element="DatiAnagrafici")
    return Party(
        name=names.text("Denominazione") or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        title=names.text("Titolo"),
        eori=names.text("CodEORI"),
        vat_country=_country(vat.text("IdPaese")),
        vat_id=_compact(vat.text("IdCodice")),
        fiscal_code=_compact(ids.text("CodiceFiscale")),
        street=seat.text("Indirizzo"),
        house_number=seat.text("NumeroCivico"),
        postcode=seat.text("CAP"),
        city=seat.text("Comune"),
        province=seat.text("Provincia"),
        country=seat.text("Nazione"),
        **others,
    )


def _country(text: str) -> str:
    return text.upper()


def _compact(text: str) -> str:
    return text.replace(" ", "").upper()


def _branch(seat: Scope) -> Address | None:
    if not seat:
        return None
    return Address(
        street=seat.text("Indirizzo"),
        postcode=seat.text("CAP"),
        city=seat.text("Comune"),
        house_number=seat.text("NumeroCivico"),
        province=seat.text("Provincia"),
        country=seat.text("Nazione") or "IT",
    )


def _representative(block: Scope) -> Representative | None:
    """Under DatiAnagrafici for the seller, directly in the block for the buyer and in simplified files."""
    if not block:
        return None
    ids = block.one("DatiAnagrafici") or block
    names, vat = ids.one("Anagrafica") or ids, ids.one("IdFiscaleIVA")
    first, last = names.text("Nome"), names.text("Cognome")
    return Representative(
        name=names.text("Denominazione") or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        vat_country=_country(vat.text("IdPaese")),
        vat_id=_compact(vat.text("IdCodice")),
        fiscal_code=_compact(ids.text("CodiceFiscale")),
    )


def _registration(block: Scope) -> Registration | None:
    if not block:
        return None
    return Registration(
        office=block.text("Ufficio"),
        number=block.text("NumeroREA"),
        capital=block.number("CapitaleSociale"),
        members=block.text("SocioUnico"),
        in_liquidation=block.text("StatoLiquidazione") == "LS",
    )


def _register(data: Scope) -> Register | None:
    found = Register(
        name=data.text("AlboProfessionale"),
        province=data.text("ProvinciaAlbo"),
        number=data.text("NumeroIscrizioneAlbo"),
        day=data.day("DataIscrizioneAlbo"),
    )
    return None if found == Register() else found
