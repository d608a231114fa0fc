"""Writes reports as flux 10 (external specifications v3.2), one transmission for each kind (G6.29)."""

from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from ronda.countries.fr.data import ereporting as data
from ronda.countries.fr.data.ereporting import Kind
from ronda.countries.fr.domain.ereporting.checks import check_content, check_heading
from ronda.countries.fr.domain.ereporting.contents import digest_of, totals_of
from ronda.countries.fr.domain.ereporting.model import (
    Content,
    Declarant,
    ForeignInvoice,
    ForeignParty,
    ReceiptsDay,
    SalesDay,
    SendingPlatform,
    Transmission,
    VatRow,
)
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.errors import Refusal
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period


class ReportNotWritable(Refusal):
    """`facts["findings"]`: the rules the report breaks."""

    code = "ereporting.not_writable"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings[0].text, findings=findings)


def report(
    content: Content,
    *,
    declarant: Declarant,
    platform: SendingPlatform,
    at: datetime,
    former: Transmission | None = None,
    sequence: int = 0,
) -> Transmission:
    """The transmission of `content`: IN, or RE in the place of `former`, the last sent for kind and period.

    `sequence`: the how-manieth of the period it is, where some were refused and replace nothing; without it
    the one after `former`.

    Whether it has to be sent at all is told by `differs`. The XML is valid against the schema of flux 10.
    Raises `ReportNotWritable` with every rule it breaks; what only deserves a look is in `warnings`.
    """
    findings = [*check_heading(declarant, platform), *check_content(content)]
    if blocking := [one for one in findings if one.blocks]:
        raise ReportNotWritable(blocking)
    sequence = sequence or (former.sequence + 1 if former else 1)
    identifier = _identifier(content, declarant, sequence)
    type_code = data.CORRECTION if former else data.FIRST
    root = etree.Element("Report")
    _write_heading(root, identifier, type_code, at, declarant, platform)
    _write_content(root, content)
    return Transmission(
        identifier,
        type_code,
        sequence,
        content.kind,
        content.period,
        at,
        etree.tostring(root, xml_declaration=True, encoding="UTF-8"),
        digest_of(content),
        totals_of(content),
        former.identifier if former else "",
        tuple(findings),
    )


def _identifier(content: Content, declarant: Declarant, sequence: int) -> str:
    """At most 50 characters (G1.104): kind, SIREN, days, and the how-manieth transmission of the period."""
    letter = "T" if content.kind is Kind.TRANSACTIONS else "P"
    first, last = content.period.start, content.period.last_day
    return f"{letter}{declarant.role}-{declarant.siren}-{first:%Y%m%d}-{last:%Y%m%d}-{sequence:02d}"


def _write_heading(
    root: etree._Element,
    identifier: str,
    type_code: str,
    at: datetime,
    declarant: Declarant,
    platform: SendingPlatform,
) -> None:
    heading = etree.SubElement(root, "ReportDocument")
    _text(heading, "Id", identifier)
    _text(heading, "Name", identifier)
    _text(etree.SubElement(heading, "IssueDateTime"), "DateTimeString", f"{at:%Y%m%d%H%M%S}")
    _text(heading, "TypeCode", type_code)
    _write_party(etree.SubElement(heading, "Sender"), platform.number, "0238", platform.name, "WK", "")
    issuer = etree.SubElement(heading, "Issuer")
    _write_party(issuer, declarant.siren, "0002", declarant.name, declarant.role, declarant.address)


def _write_party(
    element: etree._Element, identifier: str, scheme: str, name: str, role: str, address: str
) -> None:
    _text(element, "Id", identifier).set("schemeId", scheme)
    _text(element, "Name", name)
    _text(element, "RoleCode", role)
    if address:
        _text(etree.SubElement(element, "URIUniversalCommunication"), "URIID", address)


def _write_content(root: etree._Element, content: Content) -> None:
    transactions = content.kind is Kind.TRANSACTIONS
    body = etree.SubElement(root, "TransactionsReport" if transactions else "PaymentsReport")
    _write_period(body, "ReportPeriod", content.period)
    for invoice in content.invoices:
        _write_invoice(etree.SubElement(body, "Invoice"), invoice)
    for day in content.sales:
        _write_sales(etree.SubElement(body, "Transactions"), day)
    for received in content.receipts:
        _write_receipts(body, received)


def _write_invoice(element: etree._Element, invoice: ForeignInvoice) -> None:
    _text(element, "ID", invoice.number)
    _day(element, "IssueDate", invoice.issued_on)
    _text(element, "TypeCode", invoice.kind)
    _text(element, "CurrencyCode", invoice.currency)
    _day(element, "DueDate", invoice.due_on)
    if invoice.tax_due:
        _text(element, "TaxDueDateTypeCode", invoice.tax_due)
    process = etree.SubElement(element, "BusinessProcess")
    _text(process, "ID", invoice.framework)
    _text(process, "TypeID", data.PROFILE)
    for number, issued_on in invoice.references:
        reference = etree.SubElement(element, "ReferencedDocument")
        _text(reference, "ID", number)
        _day(reference, "IssueDate", issued_on)
    _write_company(etree.SubElement(element, "Seller"), invoice.seller)
    _write_company(etree.SubElement(element, "Buyer"), invoice.buyer)
    if invoice.delivered_on:
        _day(etree.SubElement(element, "Delivery"), "Date", invoice.delivered_on)
    if invoice.period and invoice.period.days > 1:
        _write_period(element, "InvoicePeriod", invoice.period)
    _write_totals(element, invoice)


def _write_totals(element: etree._Element, invoice: ForeignInvoice) -> None:
    vat = sum((row.vat for row in invoice.rows), ZERO)
    total = etree.SubElement(element, "MonetaryTotal")
    _amount(total, "TaxExclusiveAmount", sum((row.base for row in invoice.rows), ZERO))
    in_eur = vat if invoice.vat_in_eur is None else invoice.vat_in_eur
    _amount(total, "TaxAmount", in_eur).set("CurrencyCode", "EUR")
    for row in invoice.rows:
        _write_row(etree.SubElement(element, "TaxSubTotal"), row)


def _write_row(element: etree._Element, row: VatRow) -> None:
    _amount(element, "TaxableAmount", row.base)
    _amount(element, "TaxAmount", row.vat)
    category = etree.SubElement(element, "TaxCategory")
    _text(category, "Code", row.category)
    _text(category, "Percent", _rate(row.rate))
    if row.reason:
        _text(category, "TaxExemptionReason", row.reason)
    if row.reason_code:
        _text(category, "TaxExemptionReasonCode", row.reason_code)


def _write_company(element: etree._Element, party: ForeignParty) -> None:
    _text(element, "CompanyId", party.identifier).set("schemeId", party.scheme)
    if party.vat_number:
        _text(element, "TaxRegistrationId", party.vat_number).set("qualifyingId", "VAT")
    _text(etree.SubElement(element, "PostalAddress"), "CountryId", party.country)


def _write_sales(element: etree._Element, day: SalesDay) -> None:
    _day(element, "Date", day.on)
    _text(element, "TransactionsCurrency", day.currency)
    if day.tax_due:
        _text(element, "TaxDueDateTypeCode", day.tax_due)
    _text(element, "CategoryCode", day.category)
    _amount(element, "TaxExclusiveAmount", day.base)
    _amount(element, "TaxTotal", day.vat)
    _text(element, "TransactionsCount", str(day.count))
    for rate, base, vat in day.rows:
        row = etree.SubElement(element, "TaxSubtotal")
        _text(row, "TaxPercent", _rate(rate))
        _amount(row, "TaxableAmount", base)
        _amount(row, "TaxTotal", vat)


def _write_receipts(body: etree._Element, day: ReceiptsDay) -> None:
    element = etree.SubElement(body, "Invoice" if day.invoice else "Transactions")
    if day.invoice:
        _text(element, "InvoiceID", day.invoice)
        _day(element, "IssueDate", day.invoice_issued_on)
    payment = etree.SubElement(element, "Payment")
    _day(payment, "Date", day.on)
    for rate, amount in day.rows:
        row = etree.SubElement(payment, "SubTotals")
        _text(row, "TaxPercent", _rate(rate))
        _text(row, "CurrencyCode", "EUR")
        _amount(row, "Amount", amount)


def _write_period(parent: etree._Element, name: str, period: Period) -> None:
    element = etree.SubElement(parent, name)
    _day(element, "StartDate", period.start)
    _day(element, "EndDate", period.last_day)


def _day(parent: etree._Element, name: str, day: date | None) -> None:
    if day is not None:
        _text(parent, name, f"{day:%Y%m%d}")


def _amount(parent: etree._Element, name: str, amount: Decimal) -> etree._Element:
    return _text(parent, name, f"{amount:.2f}")


def _rate(rate: Decimal) -> str:
    return f"{rate.quantize(Decimal('0.01')):f}"


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = "".join(sign if sign.isprintable() else " " for sign in text)
    return element
