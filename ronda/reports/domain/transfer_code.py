"""The QR code that fills in a SEPA transfer in the customer's bank app ("GiroCode").

Source: European Payments Council, EPC069-12 "Quick Response Code: Guidelines to Enable the Data Capture for
the Initiation of a SEPA Credit Transfer", version 2.1.
"""

from decimal import Decimal

import segno

from ronda.kernel.money import CENT, to_cents

LONGEST_NAME = 70
LONGEST_REMITTANCE = 140
LARGEST = Decimal("999999999.99")
#: Bytes of the whole text; more than version 13 of the code could not hold at error level M.
MOST_BYTES = 331


def transfer_text(*, name: str, iban: str, amount: Decimal, remittance: str, bic: str = "") -> str:
    """What the code says: one element a line, in UTF-8 (version 002, where the BIC may be absent).

    Names and remittances too long for their element are cut. ValueError without name or IBAN, and for amounts
    outside 0.01 … 999,999,999.99 euro.
    """
    amount = to_cents(amount)
    holder, account = _line(name, LONGEST_NAME), "".join(iban.split()).upper()
    if not CENT <= amount <= LARGEST:
        raise ValueError(f"no transfer of {amount} euro")
    if not holder or not account or len(account) > 34:
        raise ValueError("a transfer needs a name and an IBAN")
    code = "".join(bic.split()).upper()
    head = ["BCD", "002", "1", "SCT", code if len(code) in (8, 11) else "", holder, account, f"EUR{amount:f}"]
    left = MOST_BYTES - len("\n".join([*head, "", "", ""]).encode())
    # Purpose and structured reference stay empty: ours is free text. Empty elements at the end are left out.
    return "\n".join([*head, "", "", _fit(_line(remittance, LONGEST_REMITTANCE), left)]).rstrip("\n")


def _line(text: str, longest: int) -> str:
    """One line without characters that end a line or steer a terminal."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:longest].strip()


def _fit(text: str, most_bytes: int) -> str:
    return text.encode()[: max(most_bytes, 0)].decode(errors="ignore")


def picture(text: str) -> str:
    """The code as an SVG inside a `data:` address, with the quiet zone of four modules around it."""
    code = segno.make_qr(text, error="m", boost_error=False, mode="byte", encoding="utf-8", eci=False)
    return str(code.svg_data_uri(border=4, svgclass=None, lineclass=None, omitsize=True, xmldecl=False))
