"""What French law adds to an invoice: cadre, addressee, the three sentences, when VAT is due."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.countries.fr.data import einvoice as codes
from ronda.countries.fr.data.late_payment import ROWS
from ronda.countries.fr.data.mentions import OTHER
from ronda.countries.fr.domain.einvoice.model import Invoice, Note, VatDue
from ronda.countries.fr.domain.mentions import written

_BY_USE = {(row.supply, row.stage): row.code for row in codes.FRAMEWORKS}


def framework(supply: str, stage: str = "invoice") -> str:
    """BT-23 for "goods", "services" or "mixed", and what the invoice is for.

    stage: "invoice", "paid" (all of it, before or when it is issued), "final" (after deposits),
    "vat_reported" (already in an e-report), "subcontractor", "cocontractor", "subcontractor_request",
    "several_sellers", "both_ways". KeyError where France has no such cadre (a subcontractor of goods).
    """
    return _BY_USE[supply, stage]


def plain_number(label: str) -> str:
    """A document's number as the file may say it: "FA 12/2026" becomes "FA-12/2026" (BR-FR-02)."""
    return "-".join(label.split())


def addressee(*, business: bool, country: str) -> str:
    """The BAR note: a business or a consumer, in France or elsewhere. `country` is ISO 3166-1 alpha-2."""
    return ("B2B" if business else "B2C") + ("" if country in {"FR", ""} else "INT")


def vat_due(*, services: bool, on_debits: bool) -> VatDue:
    """BT-8: goods owe VAT when delivered, services when paid, or at the invoice by option (art. 269-2 CGI).

    services: also when goods come with them, for one invoice has one answer.
    """
    if not services:
        return VatDue.DELIVERY
    return VatDue.INVOICE if on_debits else VatDue.PAYMENT


def out_of_scope(invoice: Invoice) -> Invoice:
    """The invoice without VAT numbers when it is out of the scope of VAT (BR-O-02); else as it is."""
    if not any(vat.category == "O" for vat in invoice.vats()):
        return invoice
    seller, buyer = replace(invoice.seller, vat_number=""), replace(invoice.buyer, vat_number="")
    return replace(invoice, seller=seller, buyer=buyer, representative=None)


def sentences(
    on: date, *, discount_terms: str = "", late_rate: Decimal | None = None, own: dict[str, str] | None = None
) -> tuple[Note, ...]:
    """The notes PMT, PMD and AAB in French (BR-FR-05; art. L441-9, L441-10 and D441-5 Code de commerce).

    discount_terms: what is taken off for early payment, in words; none is said otherwise. late_rate: yearly
    rate per cent that was agreed, else ten points above that of the ECB. own: the firm's own text by code.
    """
    row = next(row for row in reversed(ROWS) if row.valid_from <= on)
    texts = {
        codes.FEE: OTHER["PMT"]["fr"].format(fee=written(row.fee, "fr")),
        codes.INTEREST: _interest(row.points, late_rate),
        codes.DISCOUNT: _discount(discount_terms),
    }
    given = own or {}
    return tuple(Note(given.get(code) or words, code) for code, words in texts.items())


def _interest(points: int, late_rate: Decimal | None) -> str:
    if late_rate is None:
        return OTHER["PMD"]["fr"].format(points=points)
    return OTHER["PMD_rate"]["fr"].format(rate=f"{late_rate.normalize():f}".replace(".", ","))


def _discount(terms: str) -> str:
    return OTHER["AAB_terms"]["fr"].format(terms=terms) if terms else OTHER["AAB"]["fr"]
