"""The head of the invoice: number, dates, kind, cadre, currency, attachments."""

import re
from collections.abc import Iterator
from datetime import date

from ronda.countries.fr.data import einvoice as codes
from ronda.countries.fr.domain.einvoice import facturx_port
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check, warning
from ronda.countries.fr.domain.einvoice.model import Invoice, Span, VatDue
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

_LONGEST_NUMBER = 35
_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]+")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def _numbers(invoice: Invoice) -> Iterator[tuple[str, str, str]]:
    yield invoice.number, "BT-1", "document.number"
    for row in invoice.references:
        yield row.number, "BT-25", "document.corrects"


@check("BR-02")
def numbered(case: Case) -> Iterator[Finding]:
    """Every invoice has a number."""
    if not case.invoice.number.strip():
        yield Finding(
            "BR-02", _("The invoice has no number."), _("Issue it: it gets its number then."), "BT-1",
            "document.number",
        )  # fmt: skip


@check("BR-FR-01")
def number_short(case: Case) -> Iterator[Finding]:
    """At most 35 characters, of this invoice and of those it refers to."""
    for number, where, field in _numbers(case.invoice):
        if len(number) > _LONGEST_NUMBER:
            text = _("The number %(number)s is longer than 35 characters.") % {"number": number}
            yield Finding("BR-FR-01", text, _("Shorten the prefix of the series."), where, field)


@check("BR-FR-02")
def number_plain(case: Case) -> Iterator[Finding]:
    """Letters, digits and + - _ / only."""
    for number, where, field in _numbers(case.invoice):
        if number and not _NUMBER.fullmatch(number):
            text = _("The number %(number)s has characters that are not allowed in France.")
            remedy = _("Use letters without accents, digits and + - _ / in the series, without blanks.")
            yield Finding("BR-FR-02", text % {"number": number}, remedy, where, field)


def _dates(invoice: Invoice) -> Iterator[tuple[date | None, str, str, int]]:
    yield invoice.issued_on, "BT-2", "document.date", 0
    yield invoice.tax_point, "BT-7", "document.date", 0
    yield invoice.due_on, "BT-9", "document.terms", 0
    yield invoice.delivery.on if invoice.delivery else None, "BT-72", "document.delivered_on", 0
    for row in invoice.references:
        yield row.issued_on, "BT-26", "document.corrects", 0
    for span, starts, ends, field, line in _spans(invoice):
        yield span.starts_on, starts, field, line
        yield span.ends_on, ends, field, line


def _spans(invoice: Invoice) -> Iterator[tuple[Span, str, str, str, int]]:
    if invoice.period:
        yield invoice.period, "BT-73", "BT-74", "document.period", 0
    for number, line in enumerate(invoice.lines, start=1):
        if line.period:
            yield line.period, "BT-134", "BT-135", "line.starts_on", number


@check("BR-FR-03")
def dates_of_this_century(case: Case) -> Iterator[Finding]:
    """Every date lies between 2000 and 2099."""
    for day, where, field, line in _dates(case.invoice):
        if day and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            text = _("The date %(day)s is not between 2000 and 2099.") % {"day": day.isoformat()}
            yield Finding("BR-FR-03", text, _("Correct the date."), where, field, line=line)


@check("LOCAL-DATE")
def not_of_tomorrow(case: Case) -> Iterator[Finding]:
    """An invoice is not dated after the day it is made."""
    if case.invoice.issued_on > case.on:
        text = _("The invoice is dated %(day)s, after today.") % {"day": case.invoice.issued_on.isoformat()}
        yield warning("LOCAL-DATE", text, _("Check the date."), where="BT-2", field="document.date")


@check("BR-29", "BR-30", "BR-CO-19", "BR-CO-20")
def periods_in_order(case: Case) -> Iterator[Finding]:
    """A period ends after it starts, and has one of the two days at least."""
    for span, starts, _ends, field, line in _spans(case.invoice):
        if not (span.starts_on or span.ends_on):
            text, remedy = _("The period has no day."), _("Give its first or its last day, or leave it out.")
            yield Finding("BR-CO-20" if line else "BR-CO-19", text, remedy, starts, field, line=line)
        elif span.starts_on and span.ends_on and span.ends_on < span.starts_on:
            text, remedy = _("The period ends before it starts."), _("Correct the days of the period.")
            yield Finding("BR-30" if line else "BR-29", text, remedy, starts, field, line=line)


@check("BR-FR-04")
def kind_known(case: Case) -> Iterator[Finding]:
    """The kinds of document France takes."""
    if case.invoice.kind not in codes.KINDS:
        text = _("France does not know the kind of document %(kind)s.") % {"kind": case.invoice.kind}
        yield Finding("BR-FR-04", text, _("Choose another kind of document."), "BT-3", "document.kind")


@check("BR-FR-08")
def framework_known(case: Case) -> Iterator[Finding]:
    """The cadre de facturation: goods, services or both, and what the invoice is for."""
    if case.invoice.framework not in {row.code for row in codes.FRAMEWORKS}:
        text = _("The category of the operation (“%(code)s”) is missing or unknown.")
        remedy = _("Say on the lines whether they are goods or services.")
        found = text % {"code": case.invoice.framework}
        yield Finding("BR-FR-08", found, remedy, "BT-23", "document.framework")


@check("LOCAL-FRAMEWORK")
def one_seller(case: Case) -> Iterator[Finding]:
    """Invoices of several sellers (x8, x9) have rules of their own, which are not written here."""
    if case.invoice.framework[1:] in {"8", "9"}:
        text = _("Invoices of several sellers are not made by this program.")
        remedy = _("Make one invoice for each seller.")
        yield Finding("LOCAL-FRAMEWORK", text, remedy, "BT-23", "document.framework")


@check("BR-FR-CO-08")
def final_is_no_deposit(case: Case) -> Iterator[Finding]:
    """A final invoice (x4) is not a deposit."""
    if case.invoice.framework.endswith("4") and case.invoice.kind in codes.DEPOSITS:
        text = _("A final invoice after deposits cannot be a deposit itself.")
        yield Finding("BR-FR-CO-08", text, _("Choose invoice as the kind."), "BT-23", "document.kind")


@check("BR-FR-CO-09")
def paid_is_paid(case: Case) -> Iterator[Finding]:
    """Already paid (x2): paid amount = total, nothing due, the day of payment."""
    invoice = case.invoice
    if invoice.framework not in {"B2", "S2", "M2"}:
        return
    remedy = _("Record the payment of the whole invoice before, or issue it as to be paid.")
    if invoice.totals.paid != invoice.totals.gross or invoice.totals.due:
        text = _("The invoice says that it was paid, and is not paid in full.")
        yield Finding("BR-FR-CO-09", text, remedy, "BT-113", "document.payments")
    if not invoice.due_on:
        text = _("The invoice says that it was paid, and not when.")
        yield Finding("BR-FR-CO-09", text, remedy, "BT-9", "document.payments")


@check("BR-FR-CO-03")
def rebate_of_what(case: Case) -> Iterator[Finding]:
    """A rebate on many invoices names the contract and the period."""
    invoice = case.invoice
    period = invoice.period or Span()
    if invoice.kind == codes.REBATE and not (invoice.contract and period.starts_on and period.ends_on):
        text = _("A rebate on a whole period must name the contract and the period.")
        remedy = _("Give contract number, first and last day.")
        yield Finding("BR-FR-CO-03", text, remedy, "BT-12", "document.contract")


@check("BR-FR-CO-04")
def corrects_one(case: Case) -> Iterator[Finding]:
    """A corrective invoice replaces exactly one."""
    if case.invoice.kind in codes.CORRECTIVES and len(case.invoice.references) != 1:
        text = _("A corrective invoice replaces exactly one invoice; this one names %(count)s.")
        found = text % {"count": len(case.invoice.references)}
        yield Finding("BR-FR-CO-04", found, _("Choose the invoice it replaces."), "BG-3", "document.corrects")


@check("BR-FR-CO-05")
def credits_what(case: Case) -> Iterator[Finding]:
    """A credit note names what it credits, with its date."""
    invoice = case.invoice
    if invoice.kind in codes.CREDITS and not any(row.number and row.issued_on for row in invoice.references):
        text = _("The credit note does not say which invoice it is about, with its date.")
        remedy = _("Make it from the invoice, or choose the invoice.")
        yield Finding("BR-FR-CO-05", text, remedy, "BG-3", "document.corrects")


@check("BR-55")
def references_numbered(case: Case) -> Iterator[Finding]:
    """A reference to an invoice has its number."""
    for row in case.invoice.references:
        if not row.number:
            text = _("A reference to an earlier invoice has no number.")
            yield Finding("BR-55", text, _("Give its number."), "BT-25", "document.corrects")


@check("BR-FR-CO-07")
def due_after_issued(case: Case) -> Iterator[Finding]:
    """The due date is not before the invoice, unless it was paid before."""
    invoice = case.invoice
    paid_before = invoice.kind in codes.DEPOSITS or invoice.framework in {"B2", "S2", "M2"}
    if invoice.due_on and invoice.due_on < invoice.issued_on and not paid_before:
        text = _("It is due on %(day)s, before its own date.") % {"day": invoice.due_on.isoformat()}
        yield Finding("BR-FR-CO-07", text, _("Correct the terms of payment."), "BT-9", "document.terms")


@check("BR-CO-25")
def due_some_day(case: Case) -> Iterator[Finding]:
    """What is to be paid has a due date or terms in words."""
    invoice = case.invoice
    if invoice.totals.due > 0 and not (invoice.due_on or invoice.terms):
        text = _("The invoice does not say when it is due.")
        yield Finding("BR-CO-25", text, _("Choose terms of payment."), "BT-9", "document.terms")


@check("BR-CO-03")
def one_tax_point(case: Case) -> Iterator[Finding]:
    """The day VAT is due, or the event it is due at: not both."""
    if case.invoice.tax_point and case.invoice.vat_due:
        text = _("The day and the event at which VAT is due exclude each other.")
        yield Finding("BR-CO-03", text, _("Keep one of the two."), "BT-7", "document.date")


@check("BR-CL-06")
def tax_point_known(case: Case) -> Iterator[Finding]:
    """VAT is due at the invoice, at delivery or at payment."""
    if case.invoice.vat_due and case.invoice.vat_due not in set(VatDue):
        text = _("“%(code)s” is no event at which VAT is due.") % {"code": case.invoice.vat_due}
        yield Finding("BR-CL-06", text, _("Choose another VAT code."), "BT-8", "line.vat_code")


@check("BR-CL-07")
def object_scheme_known(case: Case) -> Iterator[Finding]:
    """What an invoiced object is, is said by a code of UNTDID 1153."""
    invoice = case.invoice
    if (
        invoice.object_id
        and invoice.object_scheme
        and invoice.object_scheme not in facturx_port.object_kinds()
    ):
        text = _("“%(code)s” is no kind of object.") % {"code": invoice.object_scheme}
        yield Finding("BR-CL-07", text, _("Leave the code out."), "BT-18-1", "document.object")


@check("BR-CL-04", "BR-CL-05", "BR-53", "BR-FR-CO-12")
def currencies(case: Case) -> Iterator[Finding]:
    """Codes of ISO 4217; another currency than the euro also says the VAT in euros."""
    invoice = case.invoice
    for code, rule, where in (
        (invoice.currency, "BR-CL-04", "BT-5"),
        (invoice.accounting_currency or "EUR", "BR-CL-05", "BT-6"),
    ):
        if not facturx_port.is_currency(code):
            text = _("“%(code)s” is not a currency.") % {"code": code}
            yield Finding(rule, text, _("Choose a currency of the list."), where, "document.currency")
    remedy = _("Give the rate of exchange of the day.")
    if invoice.accounting_currency and invoice.totals.accounting_vat is None:
        absent = _("The VAT in the accounting currency is missing.")
        yield Finding("BR-53", absent, remedy, "BT-111", "document.currency")
    if invoice.currency != "EUR" and (
        invoice.accounting_currency != "EUR" or invoice.totals.accounting_vat is None
    ):
        text = _("An invoice in %(code)s must also say the VAT in euros.") % {"code": invoice.currency}
        yield Finding("BR-FR-CO-12", text, remedy, "BT-6", "document.currency")


@check("BR-52", "BR-FR-17", "BR-FR-18", "BR-CL-24", "LOCAL-ATTACHMENT")
def attachments(case: Case) -> Iterator[Finding]:
    """Files that go with the invoice: a reference, one of twelve kinds, a type of file that is allowed."""
    field = "document.attachments"
    for row in case.invoice.attachments:
        name = {"name": row.filename or row.number}
        if not row.number:
            text = _("The attachment %(name)s has no reference.") % name
            yield Finding("BR-52", text, _("Give it a name."), "BT-122", field)
        if row.description and row.description not in codes.ATTACHMENTS:
            text = _("The kind of the attachment %(name)s is none of those France knows.") % name
            yield Finding("BR-FR-17", text, _("Choose a kind of attachment."), "BT-123", field)
        if row.content and row.mime not in codes.MIME_TYPES:
            text = _("The attachment %(name)s is of a kind of file that is not allowed.") % name
            remedy = _("Send PDF, PNG, JPEG, CSV, XLSX or ODS.")
            yield Finding("BR-CL-24", text, remedy, "BT-125-1", field)
        if row.content and not row.filename:
            text = _("The attachment %(name)s has no file name.") % name
            yield Finding("LOCAL-ATTACHMENT", text, _("Give it a name."), "BT-125-2", field)
    if sum(row.description == codes.READABLE for row in case.invoice.attachments) > 1:
        twice = _("Two attachments are the readable copy.")
        yield Finding("BR-FR-18", twice, _("Keep one of them."), "BT-123", field)
