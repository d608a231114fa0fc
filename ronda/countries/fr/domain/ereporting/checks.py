"""What the tax administration would refuse in a report, by the rules of annexe 7."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.countries.fr.data import ereporting as data
from ronda.countries.fr.domain.ereporting.model import Content, Declarant, ForeignInvoice, SendingPlatform
from ronda.countries.fr.domain.tax_ids import is_siren
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents

_NUMBER = re.compile(r"[A-Za-z0-9+_/-]+( [A-Za-z0-9+_/-]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")


def check_content(content: Content) -> list[Finding]:
    """Everything to correct before `content` is sent; a warning may be sent as it is."""
    return [
        *(found for invoice in content.invoices for found in _check_invoice(invoice)),
        *_check_sales(content),
        *_check_receipts(content),
        *_check_period(content),
    ]


def check_heading(declarant: Declarant, platform: SendingPlatform) -> list[Finding]:
    """What is wrong with who reports and through whom."""
    found = []
    if not is_siren(declarant.siren):
        text = _("The company has no valid SIREN to report under.")
        found.append(
            Finding("G6.26", text, _("Enter the SIREN of the company."), "TT-13", "company.registration_id")
        )
    if len(platform.number) != 4 or not platform.number.isalnum():
        text = _("The number of the approved platform has four characters.")
        found.append(
            Finding("G6.22", text, _("Enter the number your platform gives in its documents."), "TT-8")
        )
    return found


def _check_invoice(invoice: ForeignInvoice) -> Iterator[Finding]:
    if not _NUMBER.fullmatch(invoice.number) or len(invoice.number) > 35:
        yield _finding("G1.05", invoice, _("the number may hold 35 letters, digits and + - _ /"), "TT-19")
    if invoice.kind not in data.INVOICE_KINDS:
        yield _finding("G1.01", invoice, _("this kind of document is not reported"), "TT-21")
    if invoice.framework not in data.FRAMEWORKS:
        yield _finding("G1.02", invoice, _("the business process is not allowed"), "TT-28")
    if invoice.framework[1:] == "4" and invoice.kind in {"386", "500", "503"}:
        yield _finding("G1.60", invoice, _("a deposit invoice is no final invoice"), "TT-21")
    yield from _check_references(invoice)
    yield from _check_parties(invoice)
    yield from _check_rows(invoice)


def _check_references(invoice: ForeignInvoice) -> Iterator[Finding]:
    if invoice.kind in data.CORRECTIVES and len(invoice.references) != 1:
        yield _finding("G1.32", invoice, _("a corrective invoice names the one it corrects"), "TT-30")
    if invoice.kind in data.CREDIT_NOTES and not invoice.references:
        yield _finding("G1.32", invoice, _("a credit note names the invoice it credits"), "TT-30")


def _check_parties(invoice: ForeignInvoice) -> Iterator[Finding]:
    for party, where in ((invoice.seller, "TT-33"), (invoice.buyer, "TT-36")):
        if not party.identifier or party.scheme not in data.SCHEMES:
            text = _("a business abroad needs its VAT number or its national number")
            yield _finding("G6.28", invoice, text, where, "party.tax_id")
        elif party.scheme == "0002" and not is_siren(party.identifier):
            yield _finding("G2.19", invoice, _("the SIREN is not valid"), where, "party.registration_id")
        elif len(party.identifier) > 18:
            yield _finding("G2.19", invoice, _("the identifier is longer than 18 characters"), where)
        if party.scheme in {"0002", "0223"} and not party.vat_number:
            yield _finding("G2.33", invoice, _("the VAT number is missing"), where, "party.tax_id")
        if not _COUNTRY.fullmatch(party.country):
            yield _finding("G2.01", invoice, _("the country is missing"), where, "party.country")


def _check_rows(invoice: ForeignInvoice) -> Iterator[Finding]:
    if not invoice.rows:
        yield _finding("G1.53", invoice, _("it has no VAT summary"), "TG-23")
    for row in invoice.rows:
        if row.category not in data.VAT_CATEGORIES:
            yield _finding("G2.31", invoice, _("the VAT category is not allowed"), "TT-56", "line.vat_code")
        if not _is_rate(row.rate):
            yield _finding("G1.24", invoice, _("the VAT rate is not a French one"), "TT-57", "line.vat_code")
        if row.category == "E" and not (row.reason and row.reason_code):
            yield _finding("G1.40", invoice, _("an exemption needs its reason"), "TT-58", "line.vat_code")
        if row.base != to_cents(row.base) or row.vat != to_cents(row.vat):
            yield _finding("G1.14", invoice, _("amounts have two decimals"), "TT-54")
    if invoice.currency != "EUR" and invoice.vat_in_eur is None:
        yield _finding("G6.23", invoice, _("the VAT in euros is missing"), "TT-52")


def _check_sales(content: Content) -> Iterator[Finding]:
    for day in content.sales:
        if day.category not in data.CATEGORIES:
            text = _("“%(code)s” is not a category of sales to consumers.") % {"code": day.category}
            yield Finding("G1.68", text, _("Choose goods, services or not taxed in France."), "TT-81")
        for rate, base, vat in day.rows:
            if not _is_rate(rate):
                yield _bad_rate(rate, "TT-86")
            if base != to_cents(base) or vat != to_cents(vat):
                text = _("The sales of %(day)s are not in cents.") % {"day": day.on}
                yield Finding("G1.14", text, _("Amounts have two decimals."), "TT-87")


def _check_receipts(content: Content) -> Iterator[Finding]:
    for day in content.receipts:
        if day.invoice and (not _NUMBER.fullmatch(day.invoice) or len(day.invoice) > 35):
            reason = _("the number may hold 35 letters, digits and + - _ /")
            yield _about(day.invoice, "G1.05", reason, "TT-91")
        if day.invoice and day.invoice_issued_on is None:
            yield _about(day.invoice, "G1.09", _("its date is missing"), "TT-102")
        for rate, amount in day.rows:
            yield from _check_received(day.on, rate, amount)


def _check_received(day: date, rate: Decimal, amount: Decimal) -> Iterator[Finding]:
    if not _is_rate(rate):
        yield _bad_rate(rate, "TT-93")
    if amount != to_cents(amount):
        text = _("The receipts of %(day)s are not in cents.") % {"day": day}
        yield Finding("G1.16", text, _("Amounts have two decimals."), "TT-95")
    if amount < 0:
        yield _refunded(day, rate, amount)


def _check_period(content: Content) -> Iterator[Finding]:
    if content.period.days < 2:
        text = _("A period of a single day cannot be reported.")
        yield Finding("G6.25", text, _("Report the whole period of the VAT régime."), "TT-18")


def _refunded(day: date, rate: Decimal, amount: Decimal) -> Finding:
    text = _("On %(day)s more was paid back at %(rate)s %% than received: %(amount)s.")
    remedy = _(
        "Some platforms refuse negative receipts. If yours does, send the period of the receipt again, "
        "without what was paid back."
    )
    facts = {"day": day, "rate": rate, "amount": amount}
    return Finding("G1.16", text % facts, remedy, "TT-95", weight=Weight.WARNS)


_REMEDY = _("Correct the document, or leave it out of the report and tell your accountant.")


def _finding(code: str, invoice: ForeignInvoice, reason: Any, where: str, field: str = "") -> Finding:
    return _about(invoice.number, code, reason, where, field)


def _about(number: str, code: str, reason: Any, where: str, field: str = "") -> Finding:
    text = _("Invoice %(number)s: %(reason)s.") % {"number": number, "reason": reason}
    return Finding(code, text, _REMEDY, where, field)


def _bad_rate(rate: Decimal, where: str) -> Finding:
    text = _("%(rate)s %% is not a French VAT rate.") % {"rate": rate}
    return Finding("G1.24", text, _("Correct the VAT code of the lines."), where, "line.vat_code")


def _is_rate(rate: Decimal) -> bool:
    return f"{rate.normalize():f}" in data.VAT_RATES
