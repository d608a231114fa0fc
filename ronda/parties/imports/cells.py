"""Cells of tables of customers and sites: countries, lists of addresses."""

import re

from django.utils.translation import gettext_lazy as _

from ronda.company.domain.cells import Cell
from ronda.kernel.errors import Refusal
from ronda.parties.domain.names import normalised

COUNTRIES = {
    "italia": "IT", "italie": "IT", "italy": "IT", "francia": "FR", "france": "FR", "germania": "DE",
    "allemagne": "DE", "germany": "DE", "svizzera": "CH", "suisse": "CH", "switzerland": "CH",
    "spagna": "ES", "espagne": "ES", "spain": "ES", "austria": "AT", "autriche": "AT",
    "belgio": "BE", "belgique": "BE", "belgium": "BE", "san marino": "SM", "monaco": "MC",
}  # fmt: skip
_EMAILS = re.compile(r"[;,\s]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class NotAnEmail(Refusal):
    code = "parties.import_not_an_email"


class NotACountry(Refusal):
    code = "parties.import_not_a_country"


def country_cell(value: Cell, locale: str) -> str:
    """The two letters of a country, or its name in one of the languages."""
    read = str(value).strip()
    if len(read) == 2 and read.isalpha():
        return read.upper()
    if normalised(read) in COUNTRIES:
        return COUNTRIES[normalised(read)]
    raise NotACountry(
        _("“%(read)s” is not a country here. Write its two letters, as IT.") % {"read": read[:40]}
    )


def names_cell(value: Cell, locale: str) -> list[str]:
    """Several names parted by semicolons."""
    return [" ".join(one.split()) for one in str(value).split(";") if one.strip()]


def emails_cell(value: Cell, locale: str) -> list[str]:
    """Several addresses parted by commas, semicolons or blanks."""
    found = [one.lower() for one in _EMAILS.split(str(value).strip()) if one]
    for one in found:
        if not _EMAIL.fullmatch(one):
            raise NotAnEmail(_("“%(read)s” is not an e-mail address.") % {"read": one[:60]})
    return found
