"""Names of the files exchanged with SdI (technical specifications of SdI, "nomenclatura dei file").

An invoice is `<country><id of who transmits>_<progressive>.<extension>`; the progressive has up to five
letters or digits and is never used twice by the same transmitter, not even after a rejection. What SdI
answers is `<name of the invoice without extension>_<kind>_<nnn>.xml`.
"""

import re
from dataclasses import dataclass

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WIDTH = 5
#: Numbers a transmitter has for ever: 36 letters and digits in five places.
NUMBERS = 36**WIDTH
LONGEST = 50  # characters of NomeFile in both schemas

_TRANSMITTER = r"(?:IT[A-Za-z0-9]{11,16}|(?!IT)[A-Z]{2}[A-Za-z0-9]{2,28})"
_STEM = rf"(?P<transmitter>{_TRANSMITTER})_(?P<progressive>[A-Za-z0-9]{{1,5}})"
INVOICE_NAME = re.compile(rf"(?P<stem>{_STEM})\.(?P<extension>(?:xml|zip|p7m)(?:\.p7m)?)")
NOTIFICATION_NAME = re.compile(
    rf"(?P<stem>{_STEM})_(?P<kind>RC|NS|MC|NE|MT|EC|SE|DT|AT)_(?P<number>[A-Za-z0-9]{{1,3}})\.xml(?:\.p7m)?"
)
_TRANSMITTER_NAME = re.compile(_TRANSMITTER)


class BadTransmitter(Refusal):
    """Country and identifier of who transmits make no file name."""

    code = "sdi.bad_transmitter"


class NumbersExhausted(Refusal):
    """The number has no five letters and digits: below 1, or beyond the last."""

    code = "sdi.numbers_exhausted"


@dataclass(frozen=True, slots=True)
class InvoiceName:
    """A well-formed name of an invoice or of an archive of invoices."""

    stem: str
    transmitter: str
    progressive: str
    extension: str


@dataclass(frozen=True, slots=True)
class NotificationName:
    """A well-formed name of a message of SdI; `stem` is that of the invoice it speaks of."""

    stem: str
    transmitter: str
    progressive: str
    kind: str
    number: str


def base36(number: int, width: int = WIDTH) -> str:
    """`number` in capital letters and digits, filled with zeros to `width`; negative numbers have none."""
    if number < 0:
        raise ValueError("a negative number has no name")
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text.rjust(width, "0")


def invoice_name(country: str, identifier: str, number: int, extension: str = "xml") -> str:
    """The name of the file that `country` + `identifier` (VAT number or fiscal code) transmits as `number`.

    Raises `BadTransmitter` or `NumbersExhausted`. The caller keeps the counter and never turns it back.
    """
    transmitter = f"{country.strip().upper()}{identifier.strip()}"
    if not _TRANSMITTER_NAME.fullmatch(transmitter):
        message = _("“%(name)s” cannot transmit to SdI. Correct the tax number of who transmits.")
        raise BadTransmitter(message % {"name": transmitter}, transmitter=transmitter)
    if not 1 <= number < NUMBERS:
        message = _("The file number %(number)s does not fit into five characters. Ask for help.")
        raise NumbersExhausted(message % {"number": number}, number=number)
    return f"{transmitter}_{base36(number)}.{extension}"


def read_invoice_name(name: str) -> InvoiceName | None:
    """The parts of an invoice's file name; None when SdI would refuse the name (control 00001)."""
    found = INVOICE_NAME.fullmatch(name)
    if found is None or len(name) > LONGEST:
        return None
    return InvoiceName(**found.groupdict())


def read_notification_name(name: str) -> NotificationName | None:
    """The parts of the name of a message of SdI, None when it is none."""
    found = NOTIFICATION_NAME.fullmatch(name)
    return NotificationName(**found.groupdict()) if found else None


def notification_name(invoice: str, kind: str, number: int) -> str:
    """The name SdI gives to its `number`-th message of this kind about the file called `invoice`."""
    return f"{stem_of(invoice)}_{kind}_{number % 1000:03}.xml"


def stem_of(name: str) -> str:
    """The name without its extensions, for invoice and message alike: equal means the same invoice."""
    found = NOTIFICATION_NAME.fullmatch(name)
    return found["stem"] if found else name.split(".", 1)[0]
