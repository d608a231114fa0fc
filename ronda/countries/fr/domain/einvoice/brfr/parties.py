"""Seller, buyer and those beside them: names, places, SIREN and SIRET, VAT numbers, electronic addresses."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ronda.countries.fr.data import einvoice as codes
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check, warning
from ronda.countries.fr.domain.einvoice.model import DIRECTORY, SIREN, SIRET, Address, Invoice, Party
from ronda.countries.fr.domain.tax_ids import is_siren, is_siret, is_vat_number
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

_SCHEME = re.compile(r"0[012][0-9]{2}")
_NINE = re.compile(r"[0-9]{9}")
_FOURTEEN = re.compile(r"[0-9]{14}")
_ADDRESS = re.compile(r"[A-Za-z0-9+\-_.]+")
_LONGEST_ADDRESS, _ROUTING, _LONGEST_ROUTING = 125, "0224", 100


class Role(NamedTuple):
    """A party with the terms of its number, identifiers, VAT number, address, and where it is corrected."""

    party: Party
    who: Any
    name: str
    legal: str
    ids: str
    vat: str
    address: str
    country: str
    field: str


def _main(invoice: Invoice) -> tuple[Role, Role]:
    return (
        Role(
            invoice.seller, _("the seller"), "BT-27", "BT-30", "BT-29", "BT-31", "BT-34", "BT-40", "company"
        ),
        Role(invoice.buyer, _("the customer"), "BT-44", "BT-47", "BT-46", "BT-48", "BT-49", "BT-55", "party"),
    )


def _roles(invoice: Invoice) -> Iterator[Role]:
    yield from _main(invoice)
    if invoice.payee:
        yield Role(invoice.payee, _("the payee"), "BT-59", "BT-61", "BT-60", "", "", "", "company")
    if invoice.representative:
        who = _("the tax representative")
        yield Role(invoice.representative, who, "BT-62", "", "", "BT-63", "", "BT-69", "company")


@check("BR-06", "BR-07", "BR-17", "BR-18")
def named(case: Case) -> Iterator[Finding]:
    """Everybody has a name."""
    rules = {"BT-27": "BR-06", "BT-44": "BR-07", "BT-59": "BR-17", "BT-62": "BR-18"}
    for role in _roles(case.invoice):
        if not role.party.name.strip():
            text = _("The name of %(who)s is missing.") % {"who": role.who}
            yield Finding(rules[role.name], text, _("Give the name."), role.name, f"{role.field}.name")


@check("BR-09", "BR-11", "BR-20", "BR-57")
def countries_said(case: Case) -> Iterator[Finding]:
    """Every address has a country."""
    rules = {"BT-40": "BR-09", "BT-55": "BR-11", "BT-69": "BR-20"}
    for role in _roles(case.invoice):
        if role.country and not role.party.address.country:
            text = _("The country of %(who)s is missing.") % {"who": role.who}
            remedy = _("Choose the country.")
            yield Finding(rules[role.country], text, remedy, role.country, f"{role.field}.country")
    delivery = case.invoice.delivery
    if delivery and delivery.address != Address() and not delivery.address.country:
        where_to = _("The country of the place of delivery is missing.")
        yield Finding("BR-57", where_to, _("Choose the country."), "BT-80", "site.country")


@check("BR-CL-14")
def countries_known(case: Case) -> Iterator[Finding]:
    """Countries are codes of ISO 3166-1."""
    places = [(role.party.address, role.country, role.field) for role in _roles(case.invoice)]
    if case.invoice.delivery:
        places.append((case.invoice.delivery.address, "BT-80", "site"))
    for address, where, field in places:
        if where and address.country and address.country not in codes.COUNTRIES:
            text = _("“%(code)s” is not a country.") % {"code": address.country}
            yield Finding("BR-CL-14", text, _("Choose the country."), where, f"{field}.country")


@check("LOCAL-ADDRESS")
def addresses_whole(case: Case) -> Iterator[Finding]:
    """Full addresses of seller and customer (art. 242 nonies A annexe II CGI)."""
    for role in _main(case.invoice):
        address = role.party.address
        if not (address.line1 and address.city):
            text = _("The address of %(who)s is incomplete.") % {"who": role.who}
            remedy = _("Give street, postcode and city.")
            where = "BG-5" if role.field == "company" else "BG-8"
            yield warning("LOCAL-ADDRESS", text, remedy, where=where, field=f"{role.field}.street")


@check("BR-FR-10")
def seller_has_siren(case: Case) -> Iterator[Finding]:
    """The seller's SIREN, nine digits."""
    if not _NINE.fullmatch(case.invoice.seller.siren):
        text = _("The SIREN of the company is missing or has not nine digits.")
        remedy = _("Write it in the company.")
        yield Finding("BR-FR-10", text, remedy, "BT-30", "company.registration_id")


@check("BR-FR-11")
def buyer_has_siren(case: Case) -> Iterator[Finding]:
    """Between businesses in France the customer's SIREN, too."""
    if case.invoice.addressee == "B2B" and not _NINE.fullmatch(case.invoice.buyer.siren):
        text = _("The SIREN of the customer is missing or has not nine digits.")
        remedy = _("Write it in the customer's record.")
        yield Finding("BR-FR-11", text, remedy, "BT-47", "party.registration_id")


@check("BR-FR-32")
def sirens_have_nine_digits(case: Case) -> Iterator[Finding]:
    """Whatever stands under the scheme of the SIREN, or of a single taxable person, has nine digits."""
    for role in _roles(case.invoice):
        values = [value for scheme, value in role.party.identifiers if scheme in {SIREN, codes.GROUP_SCHEME}]
        values += [role.party.siren] if role.party.siren else []
        for value in values:
            if not _NINE.fullmatch(value):
                text = _("“%(value)s” is not a SIREN: it has nine digits.") % {"value": value}
                remedy = _("Correct the number.")
                yield Finding("BR-FR-32", text, remedy, role.legal, f"{role.field}.registration_id")


@check("BR-FR-09")
def siret_of_the_siren(case: Case) -> Iterator[Finding]:
    """A SIRET has fourteen digits and begins with the SIREN beside it."""
    places = [(role.party.siret, role.party.siren, role.ids, role.field) for role in _roles(case.invoice)]
    delivery = case.invoice.delivery
    if delivery:
        places.append((dict(delivery.identifiers).get(SIRET, ""), "", "BT-71", "site"))
    for siret, siren, where, field in places:
        alone = where in {"BT-60", "BT-71"} and not siren
        if siret and not (_FOURTEEN.fullmatch(siret) and (alone or (siren and siret.startswith(siren)))):
            text = _(
                "The SIRET %(siret)s does not have 14 digits or does not begin with the SIREN %(siren)s."
            )
            remedy, found = _("Correct SIRET or SIREN."), text % {"siret": siret, "siren": siren}
            yield Finding("BR-FR-09", found, remedy, where, f"{field}.registration_id")


@check("LOCAL-SIREN", "LOCAL-SIRET")
def check_digits(case: Case) -> Iterator[Finding]:
    """The last digit of SIREN and SIRET follows from the others."""
    for role in _roles(case.invoice):
        siren, siret, field = role.party.siren, role.party.siret, f"{role.field}.registration_id"
        text, remedy = (
            _("The number %(value)s is mistyped: its check digit is wrong."),
            _("Correct the number."),
        )
        if _NINE.fullmatch(siren) and not is_siren(siren):
            yield Finding("LOCAL-SIREN", text % {"value": siren}, remedy, role.legal, field)
        if _FOURTEEN.fullmatch(siret) and not is_siret(siret):
            yield Finding("LOCAL-SIRET", text % {"value": siret}, remedy, role.ids, field)


@check("BR-FR-CO-10")
def identifiers_once(case: Case) -> Iterator[Finding]:
    """Identifiers say their scheme, each scheme once."""
    for role in _roles(case.invoice):
        schemes = [scheme for scheme, _value in role.party.identifiers]
        if "" in schemes:
            bare = _("An identifier at %(who)s does not say of what kind it is.") % {"who": role.who}
            field = f"{role.field}.registration_id"
            yield Finding("BR-FR-CO-10", bare, _("Leave it out."), role.ids, field)
        if len(set(schemes)) < len(schemes):
            text = _("Two identifiers of one kind stand at %(who)s.") % {"who": role.who}
            remedy = _("Leave one of them.")
            yield Finding("BR-FR-CO-10", text, remedy, role.ids, f"{role.field}.registration_id")


@check("BR-CL-10", "BR-CL-11")
def schemes_known(case: Case) -> Iterator[Finding]:
    """Identifiers are of a scheme of ISO/IEC 6523, or of none."""
    for role in _roles(case.invoice):
        found = [(scheme, "BR-CL-10", role.ids) for scheme, _value in role.party.identifiers]
        if role.party.legal_id:
            found.append((role.party.legal_scheme, "BR-CL-11", role.legal))
        for scheme, code, where in found:
            if scheme and not _SCHEME.fullmatch(scheme):
                text = _("“%(scheme)s” is no kind of identifier.") % {"scheme": scheme}
                remedy = _("Correct the number.")
                yield Finding(code, text, remedy, where, f"{role.field}.registration_id")


@check("BR-FR-24", "BR-FR-26")
def routing_codes(case: Case) -> Iterator[Finding]:
    """A routing code (0224): 100 characters of letters, digits and + - _ . at most."""
    for role in _main(case.invoice):
        code, field = dict(role.party.identifiers).get(_ROUTING, ""), f"{role.field}.recipient_code"
        remedy = _("Look the routing code up in the directory.")
        if code and not _ADDRESS.fullmatch(code):
            text = _("The routing code “%(code)s” has characters that are not allowed.") % {"code": code}
            yield Finding("BR-FR-24", text, remedy, role.ids, field)
        if len(code) > _LONGEST_ROUTING:
            long = _("The routing code is longer than 100 characters.")
            yield Finding("BR-FR-26", long, remedy, role.ids, field)


@check("BR-FR-12", "BR-FR-13")
def reachable(case: Case) -> Iterator[Finding]:
    """Seller and customer have an electronic address."""
    for role in _main(case.invoice):
        if not role.party.endpoint:
            text = _("The electronic address of %(who)s is missing.") % {"who": role.who}
            code = "BR-FR-13" if role.field == "company" else "BR-FR-12"
            remedy = _("Look it up in the directory by SIREN; a consumer has an e-mail address.")
            yield Finding(code, text, remedy, role.address, f"{role.field}.recipient_code")


@check("BR-62", "BR-63", "BR-CL-25")
def address_schemes(case: Case) -> Iterator[Finding]:
    """An electronic address says of what kind it is."""
    for role in _main(case.invoice):
        scheme, field = role.party.endpoint_scheme, f"{role.field}.recipient_code"
        remedy = _("Look the address up in the directory.")
        if role.party.endpoint and not scheme:
            text = _("The electronic address of %(who)s does not say of what kind it is.") % {"who": role.who}
            code = "BR-62" if role.field == "company" else "BR-63"
            yield Finding(code, text, remedy, f"{role.address}-1", field)
        elif role.party.endpoint and scheme not in codes.ADDRESS_SCHEMES:
            text = _("“%(scheme)s” is no kind of electronic address.") % {"scheme": scheme}
            yield Finding("BR-CL-25", text, remedy, f"{role.address}-1", field)


@check("BR-FR-21", "BR-FR-22")
def address_of_the_directory(case: Case) -> Iterator[Finding]:
    """Between businesses in France the receiver's address is of the directory and begins with the SIREN."""
    invoice = case.invoice
    if invoice.addressee != "B2B":
        return
    seller, buyer = _main(invoice)
    role, code = (seller, "BR-FR-22") if invoice.kind in codes.SELF_BILLED else (buyer, "BR-FR-21")
    party = role.party
    if party.endpoint_scheme != DIRECTORY or not party.endpoint.startswith(party.legal_id):
        text = _("The electronic address %(address)s is not one of the French directory for this SIREN.")
        remedy = _("Look the address up in the directory: it begins with the SIREN.")
        found = text % {"address": party.endpoint}
        yield Finding(code, found, remedy, role.address, f"{role.field}.recipient_code")


@check("BR-FR-23", "BR-FR-25")
def address_form(case: Case) -> Iterator[Finding]:
    """Addresses of the directory: letters, digits and + - _ . ; any address: 125 characters at most."""
    for role in _main(case.invoice):
        address, field = role.party.endpoint, f"{role.field}.recipient_code"
        remedy = _("Look the address up in the directory.")
        if address and role.party.endpoint_scheme == DIRECTORY and not _ADDRESS.fullmatch(address):
            text = _("The electronic address %(address)s has characters that are not allowed.")
            yield Finding("BR-FR-23", text % {"address": address}, remedy, role.address, field)
        if len(address) > _LONGEST_ADDRESS:
            text = _("The electronic address is longer than 125 characters.")
            yield Finding("BR-FR-25", text, remedy, role.address, field)


@check("BR-CO-09")
def vat_prefix(case: Case) -> Iterator[Finding]:
    """A VAT number begins with its country."""
    for role in _roles(case.invoice):
        number = role.party.vat_number
        if number and number[:2] not in codes.VAT_PREFIXES:
            text = _("The VAT number %(number)s does not begin with a country.") % {"number": number}
            yield Finding("BR-CO-09", text, _("Write FR before it."), role.vat, f"{role.field}.tax_id")


@check("LOCAL-VAT-KEY", "LOCAL-VAT-SIREN")
def french_vat_numbers(case: Case) -> Iterator[Finding]:
    """A French VAT number has the right key and ends with the SIREN beside it (art. 286 ter CGI)."""
    for role in _roles(case.invoice):
        number, field = role.party.vat_number, f"{role.field}.tax_id"
        if not number.startswith("FR"):
            continue
        if not is_vat_number(number[2:]):
            text = _("The VAT number %(number)s is mistyped: its key is wrong.") % {"number": number}
            yield Finding("LOCAL-VAT-KEY", text, _("Correct the number."), role.vat, field)
        elif role.party.siren and not number.endswith(role.party.siren):
            other = _("The VAT number %(number)s belongs to another SIREN than %(siren)s.")
            found = other % {"number": number, "siren": role.party.siren}
            yield Finding("LOCAL-VAT-SIREN", found, _("Correct one of the two."), role.vat, field)


@check("BR-CO-26")
def seller_identified(case: Case) -> Iterator[Finding]:
    """The seller has an identifier of some kind."""
    seller = case.invoice.seller
    if not (seller.identifiers or seller.legal_id or seller.vat_number):
        text = _("The company has neither SIREN nor VAT number.")
        yield Finding("BR-CO-26", text, _("Complete the company."), "BT-30", "company.registration_id")


@check("BR-56")
def representative_taxed(case: Case) -> Iterator[Finding]:
    """A tax representative has a VAT number."""
    if case.invoice.representative and not case.invoice.representative.vat_number:
        text = _("The tax representative has no VAT number.")
        yield Finding("BR-56", text, _("Complete the company."), "BT-63", "company.tax_id")
