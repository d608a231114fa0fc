"""The names and numbers an invoice is sent under (italy.md §1.5); their form is that of `sdi.names`."""

import re

from ronda.countries.it.domain.sdi.names import base36, invoice_name

#: What identifies a customer from abroad who has no number of its own (instructions of the tax office for
#: invoices to foreign customers): a business, a consumer.
FOREIGN_BUSINESS, FOREIGN_CONSUMER = "OO99999999999", "0000000"
LONGEST_TAX_CODE = 28
#: Where VAT numbers do not begin with the code of the country: EL in Greece; CHE in Switzerland belongs.
PREFIXES = {"GR": ("EL", "GR"), "CH": ()}


def progressive(n: int) -> str:
    """ProgressivoInvio of the n-th transmission: five places in base 36, "00001" first."""
    return base36(n)


def file_name(country: str, transmitter: str, n: int, *, suffix: str = "xml") -> str:
    """IT01234567897_0000A.xml: unique for ever per transmitter, if `n` never comes twice.

    Refused as `sdi.names.invoice_name` refuses: `BadTransmitter`, `NumbersExhausted`.
    """
    return invoice_name(country, transmitter, n, suffix)


def foreign_tax_code(tax_id: str, country: str, *, business: bool) -> str:
    """IdCodice of a customer or supplier from abroad: its own number, without the country, or a filler."""
    bare = re.sub(r"[^A-Z0-9]", "", tax_id.upper())
    for prefix in PREFIXES.get(country, (country,)):
        bare = bare.removeprefix(prefix)
    return bare[:LONGEST_TAX_CODE] or (FOREIGN_BUSINESS if business else FOREIGN_CONSUMER)
