"""Everything the exchange (SdI) would turn down that can be seen before sending (italy.md §1.3).

    preflight(invoice, on=date(2026, 3, 2))             -> list[Finding], empty = nothing to object to
    preflight_lot(invoices, on=...)                     -> one such list for each invoice of a file
    objections(content, on=...)                         -> what blocks a file that is written already
    RULES[code]                                         -> text and remedy of any code, also of rejections

Fields a finding may name: `document.*` (number, date, kind, format, currency, total, net, vat, amount,
discount, stamp, withholding, fund, references, cig, cup, phase, attachments, issuer, file_name, lines,
progressive), `line.*` (number, text, quantity, unit, price, amount, discount, vat_code, code, kind, data,
reference), `payment.*` (terms, method, amount, days, iban, bic, bank, beneficiary, post_office, code),
`transmitter.tax_id`, and of `company` (the firm) and `party` (the other side): tax_id, fiscal_code, name,
street, postcode, city, province, country, recipient_code, pec, email, phone, title, eori, reference,
representative, registration, capital, register, tax_regime.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ronda.countries.it.domain.fatturapa.limits import numbers_fit
from ronda.countries.it.domain.fatturapa.model import ReceivedInvoice
from ronda.countries.it.domain.fatturapa.reader import read_invoice
from ronda.countries.it.domain.preflight.case import Case, Check, History
from ronda.countries.it.domain.preflight.registry import ARITHMETIC, CHECKS, NOT_CHECKABLE, ORDINARY_ONLY
from ronda.countries.it.domain.preflight.rules import RULES, Rule
from ronda.einvoices.domain.findings import Finding

__all__ = [
    "CHECKS",
    "NOT_CHECKABLE",
    "RULES",
    "Check",
    "History",
    "Rule",
    "objections",
    "preflight",
    "preflight_lot",
]

NOTHING_SENT = History()


def preflight(invoice: ReceivedInvoice, *, on: date, history: History = NOTHING_SENT) -> list[Finding]:
    """What the exchange would object to if the invoice were sent on the day `on`, in the order of the codes.

    With `history` also what was sent before is looked at (00002, 00404). Never raises, whatever the invoice.
    """
    return _findings(Case(invoice, on, history))


def preflight_lot(
    invoices: Sequence[ReceivedInvoice], *, on: date, history: History = NOTHING_SENT
) -> list[list[Finding]]:
    """The findings of each invoice of one file; the second of two alike is named (00409)."""
    return [
        _findings(Case(invoice, on, history, tuple(invoices[:at]))) for at, invoice in enumerate(invoices)
    ]


def objections(content: bytes, *, on: date, name: str = "") -> list[Finding]:
    """What would get a written file turned down: the findings that block, of all its invoices.

    Raises what `read_invoice` raises for a file that is no invoice.
    """
    lots = preflight_lot(read_invoice(content, name), on=on)
    return [item for findings in lots for item in findings if item.blocks]


def _findings(case: Case) -> list[Finding]:
    return [item for check in _checks_for(case) for item in check(case)]


def _checks_for(case: Case) -> Iterator[Check]:
    left_out = ORDINARY_ONLY if case.simplified else frozenset()
    if not numbers_fit(case.invoice):
        left_out |= ARITHMETIC
    return _without(CHECKS.items(), left_out)


def _without(checks: Iterable[tuple[str, Check]], left_out: frozenset[str]) -> Iterator[Check]:
    return (check for code, check in checks if code not in left_out)
