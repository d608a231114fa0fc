"""Writes statuses as CDAR messages (UN/CEFACT D22B, profile of XP Z12-012)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from lxml import etree

from ronda.countries.fr.data import lifecycle as data
from ronda.countries.fr.domain.lifecycle.checks import check_status
from ronda.countries.fr.domain.lifecycle.model import (
    PLATFORM_SCHEME,
    SIREN_SCHEME,
    Collected,
    InvoiceReference,
    Party,
    Reason,
    StatusMessage,
)
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.errors import Refusal

RSM = "urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
_PREFIXES = {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), " ")


class StatusNotWritable(Refusal):
    """`facts["findings"]`: the rules the status breaks."""

    code = "lifecycle.not_writable"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings[0].text, findings=findings)


def write_status(message: StatusMessage) -> bytes:
    """The message as UTF-8 XML, valid against the CDAR schema and the rules BR-FR-CDV.

    Raises `StatusNotWritable` with every rule it breaks.
    """
    complete = _completed(message)
    if findings := [one for one in check_status(complete) if one.blocks]:
        raise StatusNotWritable(findings)
    root = etree.Element(f"{{{RSM}}}CrossDomainAcknowledgementAndResponse", nsmap=_PREFIXES)
    _write_context(root, complete)
    _write_heading(etree.SubElement(root, f"{{{RSM}}}ExchangedDocument"), complete)
    _write_acknowledgement(etree.SubElement(root, f"{{{RSM}}}AcknowledgementDocument"), complete)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def status_message(
    status: str,
    invoice: InvoiceReference,
    *,
    issuer: Party,
    recipient: Party,
    at: datetime,
    created_at: datetime | None = None,
    reasons: Iterable[Reason] = (),
    collected: Iterable[Collected] = (),
    note: str = "",
) -> StatusMessage:
    """A status `issuer` gives to `recipient`; the tax administration hears of 200, 210, 212 and 213, too."""
    row = data.STATUSES.get(status)
    recipients = [recipient]
    if row is not None and row.to_tax_office:
        recipients.append(Party("DFH", data.TAX_OFFICE_ID, data.TAX_OFFICE_NAME, scheme=PLATFORM_SCHEME))
    return StatusMessage(
        identifier_of(invoice, status, at),
        status,
        at,
        invoice,
        issuer,
        tuple(recipients),
        created_at=created_at or at,
        reasons=tuple(reasons),
        collected=tuple(collected),
        note=note,
    )


def identifier_of(invoice: InvoiceReference, status: str, at: datetime) -> str:
    """Number, status and moment, then kind and date of the invoice, as in the official examples."""
    issued = f"{invoice.issued_on:%Y%m%d}" if invoice.issued_on else ""
    return f"{invoice.number}_{status}_{at:%Y%m%d%H%M%S}#{invoice.kind}_{issued}"


def _completed(message: StatusMessage) -> StatusMessage:
    row = data.STATUSES.get(message.status)
    if row is None:
        return message
    return replace(
        message,
        phase=message.phase or row.phase,
        label=message.label or row.names["fr"],
        document_status=message.document_status or row.document_status,
    )


def _write_context(root: etree._Element, message: StatusMessage) -> None:
    context = etree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    _text(_child(context, "BusinessProcessSpecifiedDocumentContextParameter"), "ID", message.process)
    _text(_child(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", data.PROFILE)


def _write_heading(heading: etree._Element, message: StatusMessage) -> None:
    _text(heading, "ID", message.identifier)
    _text(heading, "Name", message.name or f"{message.invoice.number}_{message.status}")
    _moment(heading, "IssueDateTime", message.created_at)
    if message.note:
        _text(_child(heading, "IncludedNote"), "Content", message.note)
    _party(heading, "SenderTradeParty", message.sender)
    issuer = message.issuer
    # BR-FR-CDV-07: a platform that reports on the transport does not name itself.
    _party(heading, "IssuerTradeParty", Party("WK") if message.phase == data.TRANSMISSION else issuer)
    for recipient in message.recipients:
        _party(heading, "RecipientTradeParty", recipient)


def _write_acknowledgement(element: etree._Element, message: StatusMessage) -> None:
    indicator = _child(element, "MultipleReferencesIndicator")
    etree.SubElement(indicator, f"{{{UDT}}}Indicator").text = "false"
    _text(element, "TypeCode", message.phase)
    _moment(element, "IssueDateTime", message.at)
    reference, invoice = _child(element, "ReferenceReferencedDocument"), message.invoice
    _text(reference, "IssuerAssignedID", invoice.number)
    if message.document_status:
        _text(reference, "StatusCode", message.document_status)
    _text(reference, "TypeCode", invoice.kind)
    _moment(reference, "ReceiptDateTime", invoice.received_at)
    if invoice.issued_on:
        issued = etree.SubElement(_child(reference, "FormattedIssueDateTime"), f"{{{QDT}}}DateTimeString")
        issued.set("format", "102")
        issued.text = f"{invoice.issued_on:%Y%m%d}"
    _text(reference, "ProcessConditionCode", message.status)
    _text(reference, "ProcessCondition", message.label)
    if invoice.seller:
        seller = _text(_child(reference, "IssuerTradeParty"), "GlobalID", invoice.seller)
        seller.set("schemeID", SIREN_SCHEME)
    _write_details(reference, message)


def _write_details(reference: etree._Element, message: StatusMessage) -> None:
    for position, reason in enumerate(message.reasons, 1):
        _write_reason(_child(reference, "SpecifiedDocumentStatus"), reason, position)
    if message.collected:
        status = _child(reference, "SpecifiedDocumentStatus")
        _text(status, "SequenceNumeric", str(len(message.reasons) + 1))
        for part in message.collected:
            _write_collected(_child(status, "SpecifiedDocumentCharacteristic"), part)


def _write_reason(status: etree._Element, reason: Reason, position: int) -> None:
    if reason.code:
        _text(status, "ReasonCode", reason.code)
    if reason.text or reason.code:
        _text(status, "Reason", reason.text or data.reason_name(reason.code, "fr"))
    if reason.action:
        _text(status, "RequestedActionCode", reason.action)
        _text(status, "RequestedAction", reason.action_text or data.action_name(reason.action, "fr"))
    _text(status, "SequenceNumeric", str(position))
    if reason.note:
        _text(_child(status, "IncludedNote"), "Content", reason.note)


def _write_collected(element: etree._Element, part: Collected) -> None:
    _text(element, "TypeCode", "MEN")
    changed = _child(element, "ValueChangedIndicator")
    etree.SubElement(changed, f"{{{UDT}}}IndicatorString").text = "false"
    _text(element, "ValueAmount", f"{part.amount:.2f}").set("currencyID", part.currency)
    _text(element, "ValuePercent", f"{part.rate.quantize(Decimal('0.01')):f}")


def _party(parent: etree._Element, name: str, party: Party) -> None:
    element = _child(parent, name)
    if party.identifier:
        _text(element, "GlobalID", party.identifier).set("schemeID", party.scheme)
    if party.name:
        _text(element, "Name", party.name)
    _text(element, "RoleCode", party.role)
    if party.address:
        address = _text(_child(element, "URIUniversalCommunication"), "URIID", party.address)
        address.set("schemeID", party.address_scheme)


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{RAM}}}{name}")


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    element = _child(parent, name)
    element.text = text.translate(_FORBIDDEN)
    return element


def _moment(parent: etree._Element, name: str, moment: datetime | None) -> None:
    if moment is None:
        return
    element = etree.SubElement(_child(parent, name), f"{{{UDT}}}DateTimeString")
    element.set("format", "204")
    element.text = f"{moment:%Y%m%d%H%M%S}"
