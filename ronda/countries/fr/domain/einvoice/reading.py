"""Reads what suppliers send: CII, UBL, and Factur-X or ZUGFeRD 2 inside a PDF.

Tolerant on purpose: an odd file is still an invoice that must be registered; what is odd about it comes out
as notices. Hostile files are refused: entities, bombs, encryption, more than a supplier ever sends.
"""

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from ronda.company.domain import safe_xml
from ronda.countries.fr.domain.einvoice.brfr import lines, money, parties, vat
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, run
from ronda.countries.fr.domain.einvoice.model import Invoice
from ronda.countries.fr.domain.einvoice.parsing import NotReadable, Parser
from ronda.countries.fr.domain.einvoice.xml_nodes import Node
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

__all__ = ["NotAnInvoice", "NotReadable", "Received", "UnsafePdf", "extract_xml", "read_invoice"]

MAX_PDF_BYTES = 30 * 1024 * 1024
#: What one stream of a PDF may grow to when it is unpacked.
MAX_UNPACKED = 64 * 1024 * 1024
#: Files inside a PDF that are looked at, and branches of their tree.
MOST_FILES, MOST_BRANCHES = 100, 500
#: As Factur-X, ZUGFeRD and XRechnung call the XML; others are tried after these.
FILE_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")

_PDF = b"%PDF-"
_SEARCHED = 1024
_BROKEN = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    OverflowError,
)
#: What is looked at in a received invoice: figures and numbers, not the duties of the sender.
_WATCHED = (
    money.totals_add_up,
    money.accounts_exist,
    vat.bases_add_up,
    vat.taxes_follow,
    lines.line_adds_up,
    parties.check_digits,
    parties.french_vat_numbers,
)


class NotAnInvoice(Refusal):
    """Something else; `facts["root"]` names what an XML file is instead."""

    code = "einvoice.not_an_invoice"


class UnsafePdf(Refusal):
    """A PDF that is encrypted, broken or larger than a supplier's invoice ever is."""

    code = "einvoice.unsafe_pdf"


@dataclass(frozen=True, slots=True)
class Received:
    """What was read. syntax: "cii" or "ubl"; profile: BT-24; in_pdf: the XML came out of a PDF."""

    invoice: Invoice
    syntax: str
    profile: str
    notices: tuple[Finding, ...]
    xml: bytes
    in_pdf: bool = False


def read_invoice(data: bytes) -> Received:
    """The invoice of one file; the content alone decides how it is read.

    Raises `NotAnInvoice`, `NotReadable`, `UnsafePdf` or a refusal of `safe_xml`, whatever the bytes are.
    """
    if _PDF in data[:_SEARCHED]:
        _name, xml = extract_xml(data)
        return replace(_read_xml(xml), in_pdf=True)
    return _read_xml(data)


def _read_xml(data: bytes) -> Received:
    root = safe_xml.parse(data)
    name = root.tag.rpartition("}")[2]
    if name == "CrossIndustryInvoice":
        profile = "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"
        parser = Parser(Node(root), is_ubl=False)
    elif name in {"Invoice", "CreditNote"} and "oasis" in root.tag:
        profile = "CustomizationID"
        parser = Parser(Node(root), is_ubl=True, is_credit=name == "CreditNote")
    else:
        text = _("The file is no invoice in CII or UBL: it begins with “%(root)s”.")
        raise NotAnInvoice(text % {"root": name[:60]}, root=name)
    invoice = parser.invoice()
    notices = (*parser.values.notices, *_observed(invoice))
    syntax = "ubl" if parser.is_ubl else "cii"
    return Received(invoice, syntax, parser.root.text(profile), notices, data)


def _observed(invoice: Invoice) -> Iterator[Finding]:
    for finding in run(_WATCHED, Case(invoice, invoice.issued_on)):
        yield replace(finding, weight=Weight.WARNS)


def extract_xml(pdf: bytes) -> tuple[str, bytes]:
    """The name and the bytes of the invoice inside a PDF.

    `UnsafePdf` for what is encrypted, broken or too large, `NotAnInvoice` when there is none inside.
    """
    if len(pdf) > MAX_PDF_BYTES:
        text = _("The PDF is larger than %(limit)s MB.") % {"limit": MAX_PDF_BYTES // (1024 * 1024)}
        raise UnsafePdf(text)
    _limit_unpacking()
    try:
        with Pdf.open(io.BytesIO(pdf)) as document:
            if document.is_encrypted:
                raise _encrypted()
            found = _invoice_file(document)
    except pikepdf.PasswordError:
        raise _encrypted() from None
    except _BROKEN as error:
        text = _("The PDF cannot be read: %(reason)s") % {"reason": str(error)[:160]}
        raise UnsafePdf(text) from None
    if found is None:
        raise NotAnInvoice(_("The PDF carries no invoice in XML: it is a picture of one only."))
    return found


def _encrypted() -> UnsafePdf:
    return UnsafePdf(_("The PDF is encrypted. Ask the supplier for one that is not."))


@functools.cache
def _limit_unpacking() -> None:
    """Once for the process: nothing in this program unpacks a larger stream of a PDF."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=MAX_UNPACKED,
        run_length_max_memory=MAX_UNPACKED,
        png_max_memory=MAX_UNPACKED,
        tiff_max_memory=MAX_UNPACKED,
        dct_max_memory=MAX_UNPACKED,
        max_stream_filters=4,
        parser_max_nesting=100,
        doc_max_warnings=500,
    )


def _invoice_file(document: Pdf) -> tuple[str, bytes] | None:
    files = [(name, spec) for name, spec in _files(document) if name.lower().endswith(".xml")]
    files.sort(key=lambda file: file[0].lower() not in FILE_NAMES)
    for name, spec in files:
        stream = spec.EF.get(Name.F)
        if stream is None:
            stream = spec.EF.get(Name.UF)
        content = bytes(stream.read_bytes()) if stream is not None else b""
        known = name.lower() in FILE_NAMES or b"CrossIndustryInvoice" in content[:4096]
        if content and (known or b"urn:oasis:names:specification:ubl" in content[:4096]):
            return name, content
    return None


def _files(document: Pdf) -> Iterator[tuple[str, Any]]:
    """The embedded files, from the tree of names and from the associated files."""
    found = 0
    tree = (document.Root.get(Name.Names) or Dictionary()).get(Name.EmbeddedFiles)
    specs = [*_leaves(tree), *list(document.Root.get(Name.AF) or ())[:MOST_FILES]]
    for spec in specs:
        if Name.EF in spec and found < MOST_FILES:
            found += 1
            yield str(spec.get(Name.UF) or spec.get(Name.F) or ""), spec


def _leaves(tree: Any) -> Iterator[Any]:
    branches, seen = [tree] if tree is not None else [], 0
    while branches and seen < MOST_BRANCHES:
        branch, seen = branches.pop(), seen + 1
        yield from list(branch.get(Name.Names) or ())[1 : 2 * MOST_FILES : 2]
        branches += list(branch.get(Name.Kids) or ())[:MOST_BRANCHES]
