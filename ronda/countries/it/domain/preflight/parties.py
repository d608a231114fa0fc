"""Who sells and who buys: numbers, regime, countries.

Whether a number is in the tax register only the exchange can say (italy.md §1.3): so these checks warn. What
shows here already is a wrong check digit.
"""

from collections.abc import Iterator

from ronda.countries.it.domain.fatturapa.limits import unidentified_buyer, unknown_regime
from ronda.countries.it.domain.fatturapa.model import Party, Representative
from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.countries.it.domain.tax_ids import is_codice_fiscale, is_partita_iva
from ronda.einvoices.domain.findings import Finding, Weight

SELLER, BUYER = "CedentePrestatore", "CessionarioCommittente"
#: An eleven-digit code that begins so belongs to a body without VAT number (associations, condominiums).
BODY_PREFIXES = ("8", "9")
#: Seller and buyer must differ, or be the same (controls 00471, 00472).
TWO_PARTIES = frozenset(
    {"TD01", "TD02", "TD03", "TD06", "TD16", "TD17", "TD18", "TD19", "TD20", "TD24", "TD25", "TD28"}
)
ONE_PARTY = frozenset({"TD21", "TD27"})


def _doubtful_vat(who: Party | Representative) -> bool:
    return who.vat_country == "IT" and bool(who.vat_id) and not is_partita_iva(who.vat_id)


def _doubtful_code(who: Party | Representative) -> bool:
    return bool(who.fiscal_code) and not is_codice_fiscale(who.fiscal_code)


def doubtful_transmitter(case: Case) -> Iterator[Finding]:
    """00300: the number of an Italian transmitter other than the seller."""
    by = case.invoice.transmitter
    if by and by.country == "IT" and not (is_partita_iva(by.code) or is_codice_fiscale(by.code)):
        yield found("00300", "IdTrasmittente/IdCodice", "transmitter.tax_id", weight=Weight.WARNS)


def doubtful_seller(case: Case) -> Iterator[Finding]:
    """00301."""
    if _doubtful_vat(case.invoice.seller):
        field = f"{case.roles.seller}.tax_id"
        yield found("00301", f"{SELLER}/IdFiscaleIVA", field, weight=Weight.WARNS)


def doubtful_seller_code(case: Case) -> Iterator[Finding]:
    """00302."""
    if _doubtful_code(case.invoice.seller):
        field = f"{case.roles.seller}.fiscal_code"
        yield found("00302", f"{SELLER}/CodiceFiscale", field, weight=Weight.WARNS)


def doubtful_representative(case: Case) -> Iterator[Finding]:
    """00303: the tax representative of the seller, or of the buyer."""
    for role, party in zip(case.roles, (case.invoice.seller, case.invoice.buyer), strict=True):
        if party.representative and _doubtful_vat(party.representative):
            field = f"{role}.representative.tax_id"
            yield found("00303", "RappresentanteFiscale/IdFiscaleIVA", field, weight=Weight.WARNS)


def doubtful_representative_code(case: Case) -> Iterator[Finding]:
    """00304: the schema has a fiscal code for the representative of the seller only."""
    by = case.invoice.seller.representative
    if by and _doubtful_code(by):
        field = f"{case.roles.seller}.representative.fiscal_code"
        yield found("00304", "RappresentanteFiscale/CodiceFiscale", field, weight=Weight.WARNS)


def doubtful_buyer(case: Case) -> Iterator[Finding]:
    """00305."""
    if _doubtful_vat(case.invoice.buyer):
        field = f"{case.roles.buyer}.tax_id"
        yield found("00305", f"{BUYER}/IdFiscaleIVA", field, weight=Weight.WARNS)


def doubtful_buyer_code(case: Case) -> Iterator[Finding]:
    """00306."""
    if _doubtful_code(case.invoice.buyer):
        field = f"{case.roles.buyer}.fiscal_code"
        yield found("00306", f"{BUYER}/CodiceFiscale", field, weight=Weight.WARNS)


def maybe_a_vat_group(case: Case) -> Iterator[Finding]:
    """00327, in force since 15 May 2026: only the exchange knows the groups, but a firm has a VAT number."""
    buyer = case.invoice.buyer
    code, public = buyer.fiscal_code, case.invoice.format == "FPA12"
    if not (buyer.vat_id or public) and is_partita_iva(code) and not code.startswith(BODY_PREFIXES):
        field = f"{case.roles.buyer}.tax_id"
        yield found("00327", f"{BUYER}/CodiceFiscale", field, weight=Weight.WARNS)


def nameless_buyer(case: Case) -> Iterator[Finding]:
    """00417."""
    yield from unidentified_buyer(case.invoice)


def odd_regime(case: Case) -> Iterator[Finding]:
    """00459."""
    yield from unknown_regime(case.invoice)


def _same(one: Party, other: Party) -> bool:
    if one.vat_id and other.vat_id:
        return (one.vat_country, one.vat_id) == (other.vat_country, other.vat_id)
    return bool(one.fiscal_code) and one.fiscal_code == other.fiscal_code


def selling_to_oneself(case: Case) -> Iterator[Finding]:
    """00471."""
    invoice = case.invoice
    if invoice.kind in TWO_PARTIES and _same(invoice.seller, invoice.buyer):
        yield found("00471", f"{BUYER}/IdFiscaleIVA", "party.tax_id")


def selling_to_another(case: Case) -> Iterator[Finding]:
    """00472."""
    invoice = case.invoice
    if invoice.kind in ONE_PARTY and not _same(invoice.seller, invoice.buyer):
        yield found("00472", f"{BUYER}/IdFiscaleIVA", "document.kind")


def nobody_italian(case: Case) -> Iterator[Finding]:
    """00476."""
    seller, buyer = case.invoice.seller.vat_country, case.invoice.buyer.vat_country
    if seller not in {"IT", ""} and buyer not in {"IT", ""}:
        yield found("00476", f"{SELLER}/IdFiscaleIVA/IdPaese", "party.tax_id")


CHECKS: dict[str, Check] = {
    "00300": doubtful_transmitter,
    "00301": doubtful_seller,
    "00302": doubtful_seller_code,
    "00303": doubtful_representative,
    "00304": doubtful_representative_code,
    "00305": doubtful_buyer,
    "00306": doubtful_buyer_code,
    "00327": maybe_a_vat_group,
    "00417": nameless_buyer,
    "00459": odd_regime,
    "00471": selling_to_oneself,
    "00472": selling_to_another,
    "00476": nobody_italian,
}
