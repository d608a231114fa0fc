"""What the local exchange looks at in a file before it takes it, in the order and with the codes of SdI."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from ronda.company.domain import safe_xml, safe_zip
from ronda.countries.it.domain.fatturapa.signed import TamperedEnvelope, looks_signed, open_envelope
from ronda.countries.it.domain.sdi.messages import ReceiptError
from ronda.countries.it.domain.sdi.names import read_invoice_name
from ronda.kernel.errors import Refusal

#: The firm's own checks: content of an invoice → codes and texts of SdI.
Check = Callable[[bytes], Iterable[tuple[str, str]]]
#: Validation against a schema: content → one text per mistake.
Schema = Callable[[bytes], Iterable[str]]

MAX_BYTES = 5 * 1024 * 1024  # of one file through the web service
MAX_FORMAT_ERRORS = 50
CODE_LENGTH = 5
ARCHIVE = safe_zip.Limits(files=1000, file_bytes=MAX_BYTES, total_bytes=100 * 1024 * 1024)
FORMATS = {"FPA12": 6, "FPR12": 7, "FSM10": 7}  # format → length of the recipient's code
CREDIT_NOTES = frozenset({"TD04", "TD08"})
_ROOTS = frozenset({"FatturaElettronica", "FatturaElettronicaSemplificata"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One invoice as it was handed over: by itself, or inside an archive."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Examined:
    """What the exchange needs to know of a sound invoice, and what is wrong with an unsound one."""

    errors: tuple[ReceiptError, ...] = ()
    format: str = ""
    recipient: str = ""
    pec: str = ""
    keys: tuple[str, ...] = ()


def error(code: str, text: str, suggestion: str = "") -> ReceiptError:
    """A reason of a rejection; its texts are in Italian, as those of SdI."""
    return ReceiptError(code, text, suggestion)


def pieces_of(name: str, content: bytes) -> tuple[list[Piece], list[ReceiptError]]:
    """The invoices of a file: itself, or those of the archive; else why there are none."""
    found = read_invoice_name(name)
    if found is None:
        return [], [error("00001", "Nome file non valido", "Utilizzare la nomenclatura prevista")]
    if not content:
        return [], [error("00106", "File vuoto o corrotto")]
    if len(content) > MAX_BYTES:
        return [], [error("00003", "Le dimensioni del file superano quelle ammesse")]
    if not found.extension.startswith("zip"):
        return [Piece(name, content)], []
    try:
        plain = open_envelope(content)[0] if looks_signed(content) else content
        inside = [Piece(inner, data) for inner, data in safe_zip.members(io.BytesIO(plain), ARCHIVE)]
    except Refusal:
        inside = []
    return inside, [] if inside else [error("00106", "File vuoto o corrotto")]


def examine(content: bytes, *, today: date, schema: Schema | None, check: Check | None) -> Examined:
    """Envelope, schema, the exchange's own few controls, and the injected ones, until something is wrong."""
    opened = _opened(content)
    if isinstance(opened, ReceiptError):
        return Examined((opened,))
    plain, root = opened
    wrong = _format_errors(plain, schema)
    if wrong:
        return Examined(tuple(wrong))
    found = _read(root)
    errors = list(_own_controls(root, found, today))
    for code, text in check(plain) if check else ():
        if code not in {known.code for known in errors}:
            errors.append(_checked(code, text))
    return Examined(tuple(errors), found.format, found.recipient, found.pec, found.keys)


def _checked(code: str, text: str) -> ReceiptError:
    """A finding of the injected check; a code that is none of SdI's would not fit into its messages."""
    if len(code) == CODE_LENGTH and code.isdigit():
        return error(code, text)
    return error("00200", f"{code}: {text}")


def _opened(content: bytes) -> tuple[bytes, etree._Element] | ReceiptError:
    try:
        plain = open_envelope(content)[0] if looks_signed(content) else content
    except TamperedEnvelope:
        return error("00102", "La firma digitale apposta non è valida: il documento è stato alterato")
    except Refusal:
        return error("00106", "File vuoto o corrotto")
    try:
        return plain, safe_xml.parse(plain, max_bytes=MAX_BYTES)
    except Refusal:
        return error("00200", "File non conforme al formato: XML non leggibile")


def _format_errors(plain: bytes, schema: Schema | None) -> list[ReceiptError]:
    if schema is None:
        return []
    texts = list(schema(plain))
    if len(texts) > MAX_FORMAT_ERRORS:
        return [error("00201", "Riscontrati più di 50 errori di formato")]
    return [error("00200", f"File non conforme al formato: {text}"[:255]) for text in texts]


def _read(root: etree._Element) -> Examined:
    sending = "FatturaElettronicaHeader/DatiTrasmissione/"
    return Examined(
        format=_text(root, f"{sending}FormatoTrasmissione") or str(root.get("versione", "")),
        recipient=_text(root, f"{sending}CodiceDestinatario"),
        pec=_text(root, f"{sending}PECDestinatario"),
        keys=tuple(_keys(root)),
    )


def _keys(root: etree._Element) -> Iterator[str]:
    """What makes two invoices the same one: seller, year, number; a credit note may share them."""
    seller = _text(root, "FatturaElettronicaHeader/CedentePrestatore//IdFiscaleIVA/IdPaese")
    seller += _text(root, "FatturaElettronicaHeader/CedentePrestatore//IdFiscaleIVA/IdCodice")
    for body in _many(root, "FatturaElettronicaBody"):
        data = "DatiGenerali/DatiGeneraliDocumento/"
        kind = "credit" if _text(body, f"{data}TipoDocumento") in CREDIT_NOTES else "invoice"
        year = _text(body, f"{data}Data")[:4]
        yield "|".join((seller.upper(), kind, year, _text(body, f"{data}Numero").upper()))


def _own_controls(root: etree._Element, found: Examined, today: date) -> Iterator[ReceiptError]:
    if etree.QName(root).localname not in _ROOTS or not found.keys:
        yield error("00200", "File non conforme al formato: non è una fattura")
        return
    if found.format not in FORMATS:
        yield error("00428", "1.1.3 <FormatoTrasmissione> non valido")
        return
    if len(found.recipient) != FORMATS[found.format]:
        yield error("00427", "1.1.4 <CodiceDestinatario> non coerente con 1.1.3 <FormatoTrasmissione>")
    days = [
        _text(body, "DatiGenerali/DatiGeneraliDocumento/Data")
        for body in _many(root, "FatturaElettronicaBody")
    ]
    if any(day[:10] > today.isoformat() for day in days):
        yield error("00403", "2.1.1.3 <Data> successiva alla data di ricezione")
    if len(set(found.keys)) < len(found.keys):
        yield error("00409", "Fattura duplicata nel lotto")


def _many(root: etree._Element, path: str) -> list[etree._Element]:
    steps = [f"*[local-name()='{step}']" if step else "" for step in path.split("/")]
    found = root.xpath("/".join(steps))
    return (
        [element for element in found if isinstance(element, etree._Element)]
        if isinstance(found, list)
        else []
    )


def _text(root: etree._Element, path: str) -> str:
    found = _many(root, path)
    return (found[0].text or "").strip() if found else ""
