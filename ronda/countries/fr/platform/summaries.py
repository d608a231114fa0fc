"""What a way to the platform must know of an invoice: who, to whom, which number; read loosely."""

import io
from dataclasses import asdict, dataclass
from datetime import date

import pikepdf
from lxml import etree

from ronda.company.domain import safe_xml
from ronda.countries.fr.platform.interface import Syntax
from ronda.kernel.errors import Refusal

#: Roots of the three syntaxes that are XML invoices.
ROOTS: dict[str, Syntax] = {"CrossIndustryInvoice": "CII", "Invoice": "UBL", "CreditNote": "UBL"}
MESSAGE_ROOTS: dict[str, Syntax] = {"CrossDomainAcknowledgementAndResponse": "CDAR", "Report": "FRR"}


@dataclass(frozen=True, slots=True)
class InvoiceSummary:
    """Number, kind (BT-3), day (AAAAMMJJ), SIREN and addresses of both sides; empty where not found."""

    number: str = ""
    kind: str = "380"
    issued: str = ""
    seller: str = ""
    seller_name: str = ""
    seller_address: str = ""
    buyer: str = ""
    buyer_name: str = ""
    buyer_address: str = ""

    def to_json(self) -> dict[str, str]:
        """For the folder."""
        return asdict(self)

    @property
    def issued_on(self) -> date:
        """The day; 1 January 2000 when the invoice says none."""
        try:
            return date.fromisoformat(self.issued.replace("-", ""))
        except ValueError:
            return date(2000, 1, 1)


def xml_of(content: bytes) -> bytes:
    """The XML of an invoice: of a PDF, its attachment; empty when there is none."""
    if not content.startswith(b"%PDF"):
        return content
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for name, attachment in pdf.attachments.items():
                if name.endswith(".xml"):
                    return attachment.get_file().read_bytes()
    except pikepdf.PdfError:
        return b""
    return b""


def root_of(content: bytes) -> etree._Element | None:
    """The root of the XML, None when it cannot be read."""
    try:
        return safe_xml.parse(content)
    except Refusal:
        return None


def summary_of(root: etree._Element) -> InvoiceSummary:
    """The summary of a CII or UBL invoice."""
    if _local(root) == "CrossIndustryInvoice":
        seller, buyer = "SellerTradeParty", "BuyerTradeParty"
        return InvoiceSummary(
            _at(root, "ExchangedDocument", "ID"),
            _at(root, "ExchangedDocument", "TypeCode") or "380",
            _at(root, "ExchangedDocument", "IssueDateTime", "DateTimeString"),
            _at(root, seller, "SpecifiedLegalOrganization", "ID"),
            _at(root, seller, "Name"),
            _at(root, seller, "URIUniversalCommunication", "URIID"),
            _at(root, buyer, "SpecifiedLegalOrganization", "ID"),
            _at(root, buyer, "Name"),
            _at(root, buyer, "URIUniversalCommunication", "URIID"),
        )
    seller, buyer = "AccountingSupplierParty", "AccountingCustomerParty"
    return InvoiceSummary(
        _child_text(root, "ID"),
        _child_text(root, "InvoiceTypeCode") or _child_text(root, "CreditNoteTypeCode") or "380",
        _child_text(root, "IssueDate"),
        _at(root, seller, "Party", "PartyLegalEntity", "CompanyID"),
        _at(root, seller, "Party", "PartyLegalEntity", "RegistrationName"),
        _at(root, seller, "Party", "EndpointID"),
        _at(root, buyer, "Party", "PartyLegalEntity", "CompanyID"),
        _at(root, buyer, "Party", "PartyLegalEntity", "RegistrationName"),
        _at(root, buyer, "Party", "EndpointID"),
    )


def _at(root: etree._Element, first: str, *path: str) -> str:
    """The text at the end of `path` below the first element called `first`, whatever the namespaces."""
    found = next((one for one in root.iter() if _local(one) == first), None)
    for name in path:
        if found is None:
            return ""
        found = next((one for one in found if _local(one) == name), None)
    return (found.text or "").strip() if found is not None else ""


def _child_text(root: etree._Element, name: str) -> str:
    found = next((one for one in root if _local(one) == name), None)
    return (found.text or "").strip() if found is not None else ""


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def root_name(root: etree._Element) -> str:
    """The name of the root without its namespace."""
    return _local(root)
