"""Where countries register how their invoices are read; purchases knows no format.

register_reader("IT", sniff=looks_like_fatturapa, read=read_fatturapa, suffixes=(".xml", ".p7m"))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.purchases.domain.facts import ReceivedInvoiceFacts

Sniff = Callable[[bytes, str], bool]
Read = Callable[[bytes, str], list[ReceivedInvoiceFacts]]


class UnknownFormat(Refusal):
    code = "purchases.unknown_format"


#: Takes a file that comes along with invoices and is none: company, content, name, user; False for others.
Companion = Callable[[Any, bytes, str, str], bool]


@dataclass(frozen=True, slots=True)
class Reader:
    """`sniff(data, name)` is cheap and guesses; `read(data, name)` gives the invoices or raises a Refusal."""

    country: str
    sniff: Sniff
    read: Read
    suffixes: tuple[str, ...] = ()


_readers: dict[str, Reader] = {}
_waiting: dict[str, frozenset[str]] = {}
_companions: dict[str, Companion] = {}


def register_reader(country: str, sniff: Sniff, read: Read, *, suffixes: tuple[str, ...] = ()) -> None:
    """A country tells how its invoices are read; a second time replaces the first."""
    _readers[country] = Reader(country, sniff, read, suffixes)


def register_companion(code: str, take: Companion) -> None:
    """A country tells what comes along with its invoices; a second time replaces the first."""
    _companions[code] = take


def deduct_on_payment(country: str, exigibilities: frozenset[str]) -> None:
    """A country tells which VAT its firms deduct only when they pay: exigibilities of `VatFacts`."""
    _waiting[country] = exigibilities


def waits(country: str, choice: str) -> frozenset[str]:
    """The exigibilities whose VAT waits for the payment, by country and the firm's choice.

    Without a law of the country nothing waits. Italy has none for the buyer of a cash-accounting supplier: he
    deducts when the supply is made (DL 83/2012 art. 32-bis c. 1); who accounts for his own VAT on payment
    deducts all of it on payment (same comma).
    """
    if choice == "law":
        return _waiting.get(country, frozenset())
    return {"suppliers": frozenset("D"), "all": frozenset("DI")}.get(choice, frozenset())


def take_companion(company: Any, data: bytes, name: str, *, by: str) -> bool:
    """Whether the file was one that comes along with invoices; then whoever knows it has taken it."""
    return any(take(company, data, name, by) for take in _companions.values())


def suffixes() -> tuple[str, ...]:
    """The endings of files that some reader takes."""
    return tuple(sorted({suffix for reader in _readers.values() for suffix in reader.suffixes}))


def looks_like_invoice(data: bytes, name: str) -> bool:
    """Whether some reader takes the content for an invoice, readable or not, whatever its name."""
    return any(reader.sniff(data, name) for reader in _readers.values())


def read_file(data: bytes, name: str, *, country: str = "") -> list[ReceivedInvoiceFacts]:
    """The invoices of a file, by the first reader that knows it, that of `country` before the others.

    What it holds goes before how it is called: a broken file is told what its ending promised.

    Raises UnknownFormat, or the reader's own Refusal; nothing else.
    """
    order = sorted(_readers.values(), key=lambda reader: (reader.country != country, reader.country))
    by_content = (reader for reader in order if reader.sniff(data, name))
    by_name = (reader for reader in order if name.lower().endswith(reader.suffixes))
    reader = next(by_content, None) or next(by_name, None)
    if reader is not None:
        return reader.read(data, name)
    known = ", ".join(suffixes()) or "–"
    raise UnknownFormat(
        _("This is not an electronic invoice of a known kind (%(known)s). Ask the sender for one.")
        % {"known": known}
    )
