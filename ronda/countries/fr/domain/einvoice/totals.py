"""Adds an invoice up by the rules of EN 16931: BR-CO-10 to BR-CO-18 (rules R29 and R30).

Everything is exact: VAT once per rate on the sum of the net amounts, rounded half away from zero to the cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.countries.fr.domain.einvoice.model import (
    Allowance,
    Invoice,
    Line,
    Prepayment,
    Reference,
    Totals,
    Vat,
    VatRow,
)
from ronda.kernel.money import ZERO, to_cents

#: BR-FR-DEC-02 and BR-FR-DEC-03: decimals of a quantity and of a unit price.
QUANTITY_PLACES, PRICE_PLACES = 4, 6
_ONE = Decimal(1)


def line_net(
    quantity: Decimal,
    price: Decimal,
    *,
    base_quantity: Decimal | None = None,
    allowances: Iterable[Allowance] = (),
) -> Decimal:
    """BT-131 in cents: quantity × price / base quantity, less discounts, plus charges."""
    extra = sum((row.signed for row in allowances), ZERO)
    return to_cents(quantity * price / (base_quantity or _ONE) + extra)


def places(number: Decimal) -> int:
    """How many decimals a number really has: 1.50 has one."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _carried(line: Line) -> Line:
    if line.price < ZERO:
        line = replace(line, price=-line.price, quantity=-line.quantity, gross_price=None, discount=None)
    if (extra := places(line.price) - PRICE_PLACES) > 0:
        scale = Decimal(10) ** max(extra, 2)
        base = (line.base_quantity or _ONE) * scale
        line = replace(line, price=line.price * scale, base_quantity=base, gross_price=None, discount=None)
    return line


def discounted(line: Line, reason: str, *, percent: Decimal | None = None) -> Line:
    """The same line with a discount (or a charge) where its net is not quantity × price, and `fitted`.

    percent: what the discount was worked out from; it is said when it gives the amount.
    """
    line = _carried(line)
    gross = line_net(line.quantity, line.price, base_quantity=line.base_quantity, allowances=line.allowances)
    if off := gross - line.net:
        said = percent is not None and gross > ZERO and to_cents(gross * percent / 100) == off
        row = Allowance(
            abs(off),
            reason,
            base=gross if said else None,
            percent=percent if said else None,
            charge=off < ZERO,
        )
        line = replace(line, allowances=(*line.allowances, row))
    return fitted(line)


def fitted(line: Line) -> Line:
    """The same line in figures the formats can carry, its net amount untouched.

    A negative price becomes a negative quantity (BR-27). A price of more than six decimals is said for 100 or
    more units. Where quantity × price still does not give the net, as for part of a month, it is one at the
    net (R30).
    """
    line = _carried(line)
    figures = line.quantity, line.price
    net = line_net(*figures, base_quantity=line.base_quantity, allowances=line.allowances)
    if net == line.net and places(line.quantity) <= QUANTITY_PLACES:
        return line
    before = line.net - sum((row.signed for row in line.allowances), ZERO)
    return replace(
        line,
        quantity=_ONE if before >= ZERO else -_ONE,
        price=abs(before),
        base_quantity=None,
        gross_price=None,
        discount=None,
    )


def breakdown(lines: Sequence[Line], allowances: Sequence[Allowance] = ()) -> tuple[VatRow, ...]:
    """BG-23: one row per category and rate, in the order of the lines; VAT on the sum (R29, BR-CO-17)."""
    bases: dict[tuple[str, Decimal], Decimal] = {}
    first: dict[tuple[str, Decimal], Vat] = {}
    parts = [(line.vat, line.net) for line in lines]
    parts += [(row.vat, row.signed) for row in allowances if row.vat]
    for vat, amount in parts:
        bases[vat.key] = bases.get(vat.key, ZERO) + amount
        known = first.setdefault(vat.key, vat)
        if not (known.reason or known.reason_code):
            first[vat.key] = vat
    return tuple(
        VatRow(
            category=vat.category,
            rate=vat.rate,
            base=to_cents(bases[key]),
            tax=tax_on(bases[key], vat.rate),
            reason=vat.reason,
            reason_code=vat.reason_code,
        )
        for key, vat in first.items()
    )


def tax_on(base: Decimal, rate: Decimal | None) -> Decimal:
    """BT-117 in cents."""
    return to_cents(base * (rate or ZERO) / 100) + ZERO  # never a negative zero, which BR-E-09 refuses


def sums(
    invoice: Invoice, *, paid: Decimal = ZERO, rounding: Decimal = ZERO, accounting_vat: Decimal | None = None
) -> Totals:
    """BG-22 from lines, allowances and the breakdown (BR-CO-10 to BR-CO-16)."""
    lines = sum((line.net for line in invoice.lines), ZERO)
    off = sum((row.amount for row in invoice.allowances if not row.charge), ZERO)
    extra = sum((row.amount for row in invoice.allowances if row.charge), ZERO)
    vat = sum((row.tax for row in invoice.vat_rows), ZERO)
    net = lines - off + extra
    gross = net + vat
    figures = (lines, off, extra, net, vat, gross, paid, rounding, gross - paid + rounding)
    return replace(Totals(*(to_cents(figure) for figure in figures)), accounting_vat=accounting_vat)


def complete(
    invoice: Invoice,
    *,
    paid: Decimal = ZERO,
    prepaid: Sequence[Prepayment] = (),
    paid_on: date | None = None,
    rounding: Decimal = ZERO,
    accounting_vat: Decimal | None = None,
) -> Invoice:
    """The invoice with its breakdown and totals.

    prepaid: deposit invoices taken off a final invoice; they become references (BG-3) and part of BT-113.
    paid_on: all of it was paid that day (cadres B2, S2, M2): BT-113 = BT-112, BT-9 = that day.
    """
    rows = breakdown(invoice.lines, invoice.allowances)
    references = invoice.references + tuple(Reference(row.number, row.issued_on) for row in prepaid)
    invoice = replace(invoice, vat_rows=rows, references=references)
    paid += sum((row.amount for row in prepaid), ZERO)
    if paid_on:
        paid = sums(invoice, rounding=rounding).due
        invoice = replace(invoice, due_on=paid_on)
    totals = sums(invoice, paid=paid, rounding=rounding, accounting_vat=accounting_vat)
    return replace(invoice, totals=totals)
