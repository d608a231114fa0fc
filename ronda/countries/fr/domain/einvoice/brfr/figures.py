"""Decimals and lengths of all figures (BR-FR-DEC)."""

from collections.abc import Iterator
from decimal import Decimal

from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check
from ronda.countries.fr.domain.einvoice.model import Allowance, Invoice, Line
from ronda.countries.fr.domain.einvoice.totals import PRICE_PLACES, QUANTITY_PLACES, places
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

_LONGEST = 19
Figure = tuple[Decimal | None, str, str, int]


def fits(value: Decimal, decimals: int) -> bool:
    """At most so many decimals, and 19 characters with the sign, without the point."""
    if not value.is_finite():
        return False
    written = f"{value:.{decimals}f}".replace(".", "")
    return places(value) <= decimals and len(written) <= _LONGEST


def _amounts(invoice: Invoice) -> Iterator[Figure]:
    totals = invoice.totals
    for value, where in (
        (totals.lines, "BT-106"), (totals.allowances, "BT-107"), (totals.charges, "BT-108"),
        (totals.net, "BT-109"), (totals.vat, "BT-110"), (totals.accounting_vat, "BT-111"),
        (totals.gross, "BT-112"), (totals.paid, "BT-113"), (totals.rounding, "BT-114"),
        (totals.due, "BT-115"),
    ):  # fmt: skip
        yield value, where, "document.total", 0
    for row in invoice.vat_rows:
        yield row.base, "BT-116", "document.total", 0
        yield row.tax, "BT-117", "document.total", 0
    for allowance in invoice.allowances:
        yield from _allowance(allowance, ("BT-92", "BT-93", "BT-99", "BT-100"), "document.discount", 0)
    for number, line in enumerate(invoice.lines, start=1):
        yield line.net, "BT-131", "line.net", number
        for allowance in line.allowances:
            yield from _allowance(
                allowance, ("BT-136", "BT-137", "BT-141", "BT-142"), "line.discount", number
            )


def _allowance(row: Allowance, terms: tuple[str, str, str, str], field: str, line: int) -> Iterator[Figure]:
    amount, base = terms[2:] if row.charge else terms[:2]
    yield row.amount, amount, field, line
    yield row.base, base, field, line


def _lines(invoice: Invoice) -> Iterator[tuple[int, Line]]:
    return enumerate(invoice.lines, start=1)


@check("BR-FR-DEC-01")
def amounts(case: Case) -> Iterator[Finding]:
    """Amounts have two decimals."""
    for value, where, field, line in _amounts(case.invoice):
        if value is not None and not fits(value, 2):
            text = _("The amount %(value)s has more than two decimals, or too many digits.") % {
                "value": value
            }
            yield Finding("BR-FR-DEC-01", text, _("Round it to the cent."), where, field, line=line)


@check("BR-FR-DEC-02")
def quantities(case: Case) -> Iterator[Finding]:
    """Quantities have four decimals at most."""
    for number, line in _lines(case.invoice):
        for value, where in ((line.quantity, "BT-129"), (line.base_quantity, "BT-149")):
            if value is not None and not fits(value, QUANTITY_PLACES):
                text = _("The quantity %(value)s has more than four decimals, or too many digits.")
                remedy, found = _("Round the quantity."), text % {"value": value}
                yield Finding("BR-FR-DEC-02", found, remedy, where, "line.quantity", line=number)


@check("BR-FR-DEC-03")
def prices(case: Case) -> Iterator[Finding]:
    """Unit prices have six decimals at most."""
    for number, line in _lines(case.invoice):
        terms = ((line.price, "BT-146"), (line.discount, "BT-147"), (line.gross_price, "BT-148"))
        for value, where in terms:
            if value is not None and not fits(abs(value), PRICE_PLACES):
                text = _("The price %(value)s has more than six decimals, or too many digits.")
                remedy, found = _("Round the price, or give it for 100 units."), text % {"value": value}
                yield Finding("BR-FR-DEC-03", found, remedy, where, "line.unit_price", line=number)


@check("BR-FR-DEC-04")
def rates(case: Case) -> Iterator[Finding]:
    """VAT rates have two decimals at most and are not negative."""
    invoice = case.invoice
    found = [(line.vat.rate, "BT-152", number) for number, line in _lines(invoice)]
    found += [(row.vat.rate, "BT-96", 0) for row in invoice.allowances if row.vat]
    found += [(row.rate, "BT-119", 0) for row in invoice.vat_rows]
    for value, where, number in found:
        if value is not None and (value < 0 or value >= 100 or places(value) > 2):
            text = _("The VAT rate %(value)s is not one between 0 and 100 with two decimals.") % {
                "value": value
            }
            yield Finding(
                "BR-FR-DEC-04", text, _("Choose another VAT code."), where, "line.vat_code", line=number
            )
