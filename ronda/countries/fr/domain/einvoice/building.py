"""Writes an invoice as CII (the XML inside Factur-X) or as UBL, level EN 16931.

What is written is what the invoice says: nothing is worked out here. `brfr.preflight` names beforehand what
the rules would refuse.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ronda.countries.fr.domain.einvoice import facturx_port
from ronda.countries.fr.domain.einvoice.model import (
    Address,
    Allowance,
    Attachment,
    Delivery,
    Invoice,
    Line,
    Party,
    Payment,
    VatRow,
)
from ronda.countries.fr.domain.einvoice.totals import places

Terms = dict[str, Any]

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ALLOWANCES, _CHARGES = "BG-20", "BG-21"


def write_cii(invoice: Invoice, *, check_xsd: bool = False) -> bytes:
    """The invoice as CII in UTF-8, the same bytes for the same invoice.

    Raises `facturx_port.NotWritable` when a term is missing without which nothing can be written, or, when
    asked to check, when the XSD refuses the result.
    """
    return facturx_port.cii(terms_of(invoice), checked=check_xsd)


def write_ubl(invoice: Invoice, *, check_xsd: bool = False) -> bytes:
    """The invoice as UBL 2.1 in UTF-8, an Invoice or a CreditNote by its kind. Raises as `write_cii`."""
    return facturx_port.ubl(terms_of(invoice), checked=check_xsd)


def terms_of(invoice: Invoice) -> Terms:
    """A fresh dict of the terms (BT-) and groups (BG-) as factur-x wants them; absent ones are left out."""
    return _said(
        {
            **_heading(invoice),
            **_documents(invoice),
            **_payment(invoice.payment or Payment()),
            **_totals(invoice),
            "BG-1": [_said({"BT-21": note.code, "BT-22": text(note.text)}) for note in invoice.notes],
            "BG-3": [
                _said({"BT-25": text(row.number), "BT-26": row.issued_on}) for row in invoice.references
            ],
            "BG-4": _party(invoice.seller),
            "BG-7": _party(invoice.buyer),
            "BG-10": _party(invoice.payee),
            "BG-11": _party(invoice.representative),
            "BG-13": _delivery(invoice.delivery),
            _ALLOWANCES: [_allowance(row) for row in invoice.allowances if not row.charge],
            _CHARGES: [_allowance(row) for row in invoice.allowances if row.charge],
            "BG-23": [_vat_row(row) for row in invoice.vat_rows],
            "BG-24": [_attachment(row) for row in invoice.attachments],
            "BG-25": [_line(line) for line in invoice.lines],
        },
        empty=("BG-23", "BG-25"),
    )


def text(value: str) -> str:
    """A text without what XML forbids, and without blanks around it."""
    return _FORBIDDEN.sub("", value).strip()


def amount(value: Decimal) -> str:
    """An amount with two decimals, or with all it has when they are more."""
    value += 0  # no negative zero
    return f"{value:.2f}" if places(value) <= 2 else f"{value:f}"


def figure(value: Decimal) -> str:
    """A quantity or a price: at least two decimals, never an exponent (R30)."""
    shown = value.normalize()
    return f"{shown:f}" if places(shown) > 2 else f"{shown:.2f}"


def _said(terms: Mapping[str, Any], *, empty: Iterable[str] = ()) -> Terms:
    kept = set(empty)
    return {name: value for name, value in terms.items() if value or name in kept}


def _heading(invoice: Invoice) -> Terms:
    period = invoice.period
    return {
        "BT-1": text(invoice.number),
        "BT-2": invoice.issued_on,
        "BT-3": str(invoice.kind),
        "BT-5": invoice.currency,
        "BT-6": invoice.accounting_currency,
        "BT-7": invoice.tax_point,
        "BT-8": str(invoice.vat_due),
        "BT-9": invoice.due_on,
        "BT-20": text(invoice.terms),
        "BT-23": invoice.framework,
        "BT-72": invoice.delivery and invoice.delivery.on,
        "BT-73": period and period.starts_on,
        "BT-74": period and period.ends_on,
    }


def _documents(invoice: Invoice) -> Terms:
    terms: Terms = {
        "BT-10": invoice.buyer_reference,
        "BT-11": invoice.project,
        "BT-12": invoice.contract,
        "BT-13": invoice.order,
        "BT-14": invoice.sales_order,
        "BT-15": invoice.receiving_advice,
        "BT-16": invoice.despatch_advice,
        "BT-19": invoice.accounting,
    }
    terms = {name: text(value) for name, value in terms.items()}
    if text(invoice.tender):
        terms["BT-17"] = [text(invoice.tender)]
    if text(invoice.object_id):
        terms["BT-18"] = {invoice.object_scheme or None: text(invoice.object_id)}
    return terms


def _payment(payment: Payment) -> Terms:
    return {
        "BT-81": payment.code,
        "BT-82": text(payment.label),
        "BT-83": text(payment.reference),
        "BT-84": payment.iban,
        "BT-85": text(payment.account_name),
        "BT-86": payment.bic,
        "BT-89": text(payment.mandate),
        "BT-90": payment.creditor,
        "BT-91": payment.debtor_iban,
    }


def _totals(invoice: Invoice) -> Terms:
    totals = invoice.totals
    terms = {
        "BT-106": amount(totals.lines),
        "BT-109": amount(totals.net),
        "BT-110": amount(totals.vat),
        "BT-112": amount(totals.gross),
        "BT-115": amount(totals.due),
    }
    extra = {
        "BT-107": totals.allowances,
        "BT-108": totals.charges,
        "BT-113": totals.paid,
        "BT-114": totals.rounding,
        "BT-111": totals.accounting_vat,
    }
    return terms | {name: amount(value) for name, value in extra.items() if value}


def _party(party: Party | None) -> Terms:
    if party is None:
        return {}
    legal = {"legal_identifier": party.legal_id, "legal_identifier_schemeid": party.legal_scheme}
    address = {"einvoicing_addr": party.endpoint, "einvoicing_addr_schemeid": party.endpoint_scheme}
    contact = party.contact and _said(
        {"name": text(party.contact.name), "phone": party.contact.phone, "email": party.contact.email}
    )
    return _said(
        {
            "name": text(party.name),
            "identifiers": {scheme or None: value for scheme, value in party.identifiers},
            "vat_identifier": party.vat_number,
            "tax_identifier": party.tax_number,
            "legal_info": text(party.legal_info),
            "biz_name": text(party.trading_name),
            "contacts": [contact] if contact else [],
            **(legal if party.legal_id else {}),
            **(address if party.endpoint else {}),
            **_address(party.address),
        },
        empty=("name",),
    )


def _address(address: Address) -> Terms:
    return {
        "addr_l1": text(address.line1),
        "addr_l2": text(address.line2),
        "addr_l3": text(address.line3),
        "postcode": text(address.postcode),
        "city": text(address.city),
        "country_subdivision": text(address.region),
        "country_code": address.country,
    }


def _delivery(delivery: Delivery | None) -> Terms:
    if not delivery or not (delivery.name or delivery.address.country or delivery.identifiers):
        return {}
    identifiers = {scheme or None: value for scheme, value in delivery.identifiers}
    place = {"name": text(delivery.name), "identifiers": identifiers, **_address(delivery.address)}
    return _said(place, empty=("name",))


def _allowance(row: Allowance) -> Terms:
    terms = {"amount": amount(row.amount), "reason": text(row.reason), "reason_code": row.reason_code}
    if row.percent is not None and row.base is not None:
        terms |= {"rate": amount(row.percent), "base_amount": amount(row.base)}
    if row.vat:
        terms |= {"vat_category_code": row.vat.category, "vat_rate": _rate(row.vat.category, row.vat.rate)}
    return _said(terms)


def _rate(category: str, rate: Decimal | None) -> str:
    """Out of scope has no rate, not even zero (BR-O-05)."""
    return "" if category == "O" or rate is None else amount(rate)


def _vat_row(row: VatRow) -> Terms:
    return _said(
        {
            "BT-116": amount(row.base),
            "BT-117": amount(row.tax),
            "BT-118": row.category,
            "BT-119": _rate(row.category, row.rate),
            "BT-120": text(row.reason),
            "BT-121": row.reason_code,
        }
    )


def _attachment(row: Attachment) -> Terms:
    return _said(
        {
            "BT-122": text(row.number),
            "BT-123": text(row.description),
            "BT-124": row.url,
            "BT-125": row.content,
            "BT-125-1": row.mime,
            "BT-125-2": row.filename,
        }
    )


def _line(line: Line) -> Terms:
    period = line.period
    terms: Terms = {
        "BT-126": line.number,
        "BT-127-00": [{"BT-127": text(line.note)}] if line.note else [],
        "BT-129": figure(line.quantity),
        "BT-130": line.unit,
        "BT-131": amount(line.net),
        "BT-132": text(line.order_line),
        "BT-133": text(line.accounting),
        "BT-134": period and period.starts_on,
        "BT-135": period and period.ends_on,
        "BT-146": figure(line.price),
        "BT-149": line.base_quantity and figure(line.base_quantity),
        "BT-151": line.vat.category,
        "BT-152": _rate(line.vat.category, line.vat.rate),
        "BT-153": text(line.name),
        "BT-154": text(line.description),
        "BT-155": text(line.seller_code),
        "BT-156": text(line.buyer_code),
        "BG-27": [_allowance(row) for row in line.allowances if not row.charge],
        "BG-28": [_allowance(row) for row in line.allowances if row.charge],
    }
    if line.gross_price is not None and line.discount:
        terms |= {"BT-148": figure(line.gross_price), "BT-147-00": [{"BT-147": figure(line.discount)}]}
    return _said(terms, empty=("BT-153",))
