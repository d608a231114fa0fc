"""Totals and payment."""

import re
from collections.abc import Iterator

from stdnum import iban

from ronda.countries.fr.data import einvoice as codes
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check, warning
from ronda.countries.fr.domain.einvoice.totals import sums
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_CREDITOR = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")
_LONGEST_MANDATE = 35
#: Each total: its term, the rule, what it adds up.
_TOTALS = (
    ("lines", "BT-106", "BR-CO-10", _("the sum of the lines")),
    ("allowances", "BT-107", "BR-CO-11", _("the sum of the discounts")),
    ("charges", "BT-108", "BR-CO-12", _("the sum of the charges")),
    ("net", "BT-109", "BR-CO-13", _("the total without VAT")),
    ("vat", "BT-110", "BR-CO-14", _("the total VAT")),
    ("gross", "BT-112", "BR-CO-15", _("the total with VAT")),
    ("due", "BT-115", "BR-CO-16", _("the amount due")),
)


@check("BR-CO-10", "BR-CO-11", "BR-CO-12", "BR-CO-13", "BR-CO-14", "BR-CO-15", "BR-CO-16")
def totals_add_up(case: Case) -> Iterator[Finding]:
    """Each total follows from what it adds up, taken as the invoice says it."""
    stated = case.invoice.totals
    fresh = sums(case.invoice, paid=stated.paid, rounding=stated.rounding)
    expected = {
        "lines": fresh.lines,
        "allowances": fresh.allowances,
        "charges": fresh.charges,
        "net": stated.lines - stated.allowances + stated.charges,
        "vat": fresh.vat,
        "gross": stated.net + stated.vat,
        "due": stated.gross - stated.paid + stated.rounding,
    }
    for name, where, code, what in _TOTALS:
        if getattr(stated, name) != expected[name]:
            text = _("By its parts, %(what)s is %(worked_out)s; the invoice says %(stated)s.")
            found = text % {"what": what, "worked_out": expected[name], "stated": getattr(stated, name)}
            yield Finding(code, found, _("Work the invoice out again."), where, "document.total")


@check("BR-49", "BR-CL-16")
def payment_means(case: Case) -> Iterator[Finding]:
    """How it is paid is a code of UNTDID 4461."""
    payment = case.invoice.payment
    if payment is None:
        return
    remedy = _("Choose the code in the method of payment.")
    if not payment.code:
        text = _("The code of the method of payment is missing.")
        yield Finding("BR-49", text, remedy, "BT-81", "document.method")
    elif payment.code not in codes.PAYMENT_MEANS:
        found = _("“%(code)s” is no code of a method of payment.") % {"code": payment.code}
        yield Finding("BR-CL-16", found, remedy, "BT-81", "document.method")


@check("BR-61")
def transfers_to_an_account(case: Case) -> Iterator[Finding]:
    """Whoever is to transfer money is told where to."""
    payment = case.invoice.payment
    if payment and payment.code in codes.TRANSFERS and not payment.iban:
        text = _("It is to be paid by transfer, and the bank account is missing.")
        yield Finding("BR-61", text, _("Write the IBAN in the company."), "BT-84", "company.iban")


@check("LOCAL-IBAN")
def accounts_exist(case: Case) -> Iterator[Finding]:
    """An IBAN has the length of its country and the right check digits."""
    payment = case.invoice.payment
    if payment is None:
        return
    for number, where, field in (
        (payment.iban, "BT-84", "company.iban"),
        (payment.debtor_iban, "BT-91", "party.iban"),
    ):
        if number and not iban.is_valid(number):
            text = _("The IBAN %(iban)s is mistyped.") % {"iban": number}
            yield Finding("LOCAL-IBAN", text, _("Correct the number."), where, field)


@check("LOCAL-BIC")
def bics_have_form(case: Case) -> Iterator[Finding]:
    """A BIC has eight or eleven characters."""
    payment = case.invoice.payment
    if payment and payment.bic and not _BIC.fullmatch(payment.bic):
        text = _("The BIC %(bic)s is mistyped.") % {"bic": payment.bic}
        yield Finding("LOCAL-BIC", text, _("Correct it or leave it out."), "BT-86", "company.iban")


@check("LOCAL-MANDATE", "LOCAL-CREDITOR")
def direct_debits(case: Case) -> Iterator[Finding]:
    """A direct debit says under which mandate and by which creditor."""
    payment = case.invoice.payment
    if payment is None or payment.code not in codes.DIRECT_DEBITS:
        return
    if not payment.mandate or len(payment.mandate) > _LONGEST_MANDATE:
        text = _("The direct debit has no mandate of at most 35 characters.")
        remedy = _("Record the mandate of the customer.")
        yield warning("LOCAL-MANDATE", text, remedy, where="BT-89", field="party.mandate")
    if not _CREDITOR.fullmatch(payment.creditor):
        text = _("The direct debit has no creditor identifier (ICS).")
        remedy = _("Write it in the bank account of the company.")
        yield warning("LOCAL-CREDITOR", text, remedy, where="BT-90", field="company.creditor_id")
