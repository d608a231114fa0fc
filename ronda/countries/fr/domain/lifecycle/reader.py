"""Reads statuses as platforms send them: tolerant, because a lost status is worse than an odd one."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from lxml import etree

from ronda.company.domain import safe_xml
from ronda.countries.fr.data import lifecycle as data
from ronda.countries.fr.domain.lifecycle.model import (
    ADDRESS_SCHEME,
    SIREN_SCHEME,
    Collected,
    InvoiceReference,
    Notice,
    Party,
    Reason,
    StatusMessage,
)
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

MAX_BYTES = 2 * 1024 * 1024
MAX_STATUSES = 1000
#: Moments of a message are those of the clock in France.
PARIS = ZoneInfo("Europe/Paris")

_ROOT = "CrossDomainAcknowledgementAndResponse"
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,8})?")


class NotAStatus(Refusal):
    """Well-formed XML that is something else; `facts["root"]` names it."""

    code = "lifecycle.not_a_status"


def read_status(content: bytes, *, max_bytes: int = MAX_BYTES) -> list[StatusMessage]:
    """The statuses of one message: one for each invoice it refers to, usually one.

    What is missing or odd comes out as notices; codes we do not know are kept. Raises `NotAStatus` or a
    refusal of `safe_xml`; nothing else, whatever the bytes.
    """
    root = safe_xml.parse(content, max_bytes=max_bytes)
    if _local(root) != _ROOT:
        message = _("The file is no status of an invoice (CDAR) but “%(root)s”.")
        raise NotAStatus(message % {"root": _local(root)[:60]}, root=_local(root))
    found = list(_read_all(root))
    if not found:
        raise NotAStatus(_("The message is about no invoice."), root=_local(root))
    return found


def _read_all(root: etree._Element) -> Iterator[StatusMessage]:
    count = 0
    for acknowledgement in _children(root, "AcknowledgementDocument"):
        for reference in _children(acknowledgement, "ReferenceReferencedDocument"):
            count += 1
            if count > MAX_STATUSES:
                return
            yield _read_one(root, acknowledgement, reference)


def _read_one(
    root: etree._Element, acknowledgement: etree._Element, reference: etree._Element
) -> StatusMessage:
    heading = _child(root, "ExchangedDocument")
    status = _said(reference, "ProcessConditionCode")
    notices = list(_about_status(status))
    details = list(_children(reference, "SpecifiedDocumentStatus"))
    return StatusMessage(
        identifier=_said(heading, "ID"),
        status=status,
        at=_moment(acknowledgement, "IssueDateTime", notices),
        invoice=_read_invoice(reference, notices),
        issuer=_party(_child(heading, "IssuerTradeParty")),
        recipients=tuple(_party(one) for one in _children(heading, "RecipientTradeParty")),
        sender=_party(_child(heading, "SenderTradeParty")),
        created_at=_moment(heading, "IssueDateTime", notices),
        name=_said(heading, "Name"),
        label=_said(reference, "ProcessCondition"),
        phase=_said(acknowledgement, "TypeCode"),
        document_status=_said(reference, "StatusCode"),
        process=_said(_child(_context(root), "BusinessProcessSpecifiedDocumentContextParameter"), "ID"),
        reasons=tuple(reason for one in details if (reason := _reason(one)) is not None),
        collected=tuple(_collected(details, notices)),
        note=_said(_child(heading, "IncludedNote"), "Content"),
        notices=tuple(notices),
    )


def _about_status(status: str) -> Iterator[Notice]:
    if status not in data.STATUSES:
        text = _("The status “%(code)s” is not in our list; it is kept as it came.") % {"code": status[:20]}
        yield Notice("unknown_status", text, "MDT-105")


def _read_invoice(reference: etree._Element, notices: list[Notice]) -> InvoiceReference:
    number = _said(reference, "IssuerAssignedID")
    if not number:
        notices.append(
            Notice("no_number", _("The message does not say which invoice it is about."), "MDT-87")
        )
    issued = _moment(reference, "FormattedIssueDateTime", notices)
    seller = _child(reference, "IssuerTradeParty")
    return InvoiceReference(
        number,
        issued.date() if issued else None,
        _said(reference, "TypeCode"),
        _identifier(seller)[0],
        _moment(reference, "ReceiptDateTime", notices),
    )


def _reason(status: etree._Element) -> Reason | None:
    reason = Reason(
        _said(status, "ReasonCode"),
        _said(status, "Reason"),
        _said(status, "RequestedActionCode"),
        _said(status, "RequestedAction"),
        _said(_child(status, "IncludedNote"), "Content"),
    )
    return reason if any((reason.code, reason.text, reason.action)) else None


def _collected(details: list[etree._Element], notices: list[Notice]) -> Iterator[Collected]:
    for status in details:
        for one in _children(status, "SpecifiedDocumentCharacteristic"):
            if _said(one, "TypeCode") != "MEN":
                continue
            amount = _number(_said(one, "ValueAmount"))
            rate = _number(_said(one, "ValuePercent"))
            if amount is None or rate is None:
                notices.append(
                    Notice(
                        "odd_amount", _("An amount or a rate of the collection cannot be read."), "MDT-215"
                    )
                )
            if amount is not None:
                element = _child(one, "ValueAmount")
                currency = (element.get("currencyID") or "EUR") if element is not None else "EUR"
                yield Collected(rate if rate is not None else ZERO, amount, currency)


def _party(element: etree._Element | None) -> Party:
    if element is None:
        return Party("")
    identifier, scheme = _identifier(element)
    address = _child(_child(element, "URIUniversalCommunication"), "URIID")
    return Party(
        _said(element, "RoleCode"),
        identifier,
        _said(element, "Name"),
        (address.text or "").strip() if address is not None else "",
        scheme,
        (address.get("schemeID") if address is not None else None) or ADDRESS_SCHEME,
    )


def _identifier(party: etree._Element | None) -> tuple[str, str]:
    """The SIREN where there is one, else the first identifier."""
    if party is None:
        return "", SIREN_SCHEME
    found = [(_text(one), one.get("schemeID") or SIREN_SCHEME) for one in _children(party, "GlobalID")]
    siren = next((one for one in found if one[1] == SIREN_SCHEME), None)
    return siren or (found[0] if found else ("", SIREN_SCHEME))


def _moment(parent: etree._Element | None, name: str, notices: list[Notice]) -> datetime | None:
    text = _said(_child(parent, name), "DateTimeString")
    if not text:
        return None
    moment = _read_moment(text)
    if moment is None:
        notices.append(Notice("odd_date", _("“%(text)s” is no date.") % {"text": text[:40]}, name))
    return moment


def _read_moment(text: str) -> datetime | None:
    digits = "".join(_DIGITS.findall(text.partition("+")[0].rstrip("Zz")))
    if not digits.isascii():
        return None
    try:
        if text[-1:] in "Zz" and len(digits) >= 14:
            return datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if len(digits) >= 14:
            return datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=PARIS)
        if len(digits) in {8, 12}:
            pattern = "%Y%m%d" if len(digits) == 8 else "%Y%m%d%H%M"
            return datetime.strptime(digits, pattern).replace(tzinfo=PARIS)
    except ValueError:
        return None
    return None


def _number(text: str) -> Decimal | None:
    compact = text.replace(",", ".")
    if not (_NUMBER.fullmatch(compact) and compact.isascii()):
        return None
    try:
        return Decimal(compact)
    except InvalidOperation:
        return None


def _context(root: etree._Element) -> etree._Element | None:
    return _child(root, "ExchangedDocumentContext")


def _said(parent: etree._Element | None, name: str) -> str:
    """The text of the first child called `name`, trimmed, at most 1,000 characters; empty without one."""
    element = _child(parent, name)
    return _text(element)[:1000] if element is not None else ""


def _text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return next(_children(parent, name), None)


def _children(parent: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return (one for one in (parent if parent is not None else ()) if _local(one) == name)


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def day_of(moment: datetime) -> date:
    """The day in France of a moment of a message."""
    return moment.astimezone(PARIS).date()
