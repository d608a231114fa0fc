"""French identifiers: SIREN, SIRET, VAT number, electronic address of the directory."""

import re

from stdnum.fr import siren, siret, tva

_ADDRESS_PARTS = re.compile(r"[A-Za-z0-9+\-_.]+")
_LONGEST_ADDRESS = 125


def is_siren(value: str) -> bool:
    """Nine digits with Luhn's check digit."""
    return len(value) == 9 and bool(siren.is_valid(value))


def is_siret(value: str) -> bool:
    """Fourteen digits: SIREN and establishment, with Luhn's check (La Poste has its own rule)."""
    return len(value) == 14 and bool(siret.is_valid(value))


def is_vat_number(value: str) -> bool:
    """Two characters of key and a SIREN (art. 286 ter CGI), without the prefix FR."""
    return len(value) == 11 and bool(tva.is_valid(value))


def vat_number_of(siren_or_siret: str) -> str:
    """Key and SIREN: key = (12 + 3 × SIREN mod 97) mod 97. ValueError without a valid SIREN."""
    nine = siren_or_siret[:9]
    if not is_siren(nine):
        raise ValueError(f"{siren_or_siret} does not start with a SIREN")
    return f"{(12 + 3 * (int(nine) % 97)) % 97:02d}{nine}"


def is_directory_address(value: str) -> bool:
    """An address of the French directory (scheme 0225; rules BR-FR-21 and BR-FR-23).

    SIREN, SIREN_SIRET, SIREN_SIRET_ROUTINGCODE or SIREN_SUFFIX, 125 characters at most of
    letters, digits and + - _ . (the text of XP Z12-012 has no +, its Schematron allows it).
    """
    if len(value) > _LONGEST_ADDRESS or not _ADDRESS_PARTS.fullmatch(value):
        return False
    first, _underscore, rest = value.partition("_")
    if not is_siren(first):
        return False
    second = rest.partition("_")[0]
    looks_like_siret = len(second) == 14 and second.isdigit()
    return not looks_like_siret or (is_siret(second) and second.startswith(first))


def compact_number(value: str) -> str:
    """Without blanks and dots, in capitals: the way numbers are stored."""
    return re.sub(r"[\s.]", "", value).upper()
