"""The lines of the invoice: what, how much, at which price."""

from collections.abc import Callable, Iterator
from typing import Any

from ronda.countries.fr.domain.einvoice import facturx_port
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check
from ronda.countries.fr.domain.einvoice.model import Allowance, Line
from ronda.countries.fr.domain.einvoice.totals import line_net
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO


def each(
    case: Case, wrong: Callable[[Line], bool], code: str, text: Any, remedy: Any, where: str, field: str
) -> Iterator[Finding]:
    """The finding for every line that is wrong."""
    for number, line in enumerate(case.invoice.lines, start=1):
        if wrong(line):
            yield Finding(code, text, remedy, where, field, line=number)


@check("BR-16")
def lines_present(case: Case) -> Iterator[Finding]:
    """There is a line."""
    if not case.invoice.lines:
        yield Finding("BR-16", _("The invoice has no line."), _("Add a line."), "BG-25", "document.lines")


@check("BR-21", "LOCAL-LINE-NUMBER")
def lines_numbered(case: Case) -> Iterator[Finding]:
    """Every line has a number of its own."""
    remedy = _("Number the lines.")
    text = _("The line has no number.")
    yield from each(case, lambda line: not line.number, "BR-21", text, remedy, "BT-126", "line.position")
    seen: set[str] = set()
    for number, line in enumerate(case.invoice.lines, start=1):
        if line.number and line.number in seen:
            found = _("Two lines have the number %(number)s.") % {"number": line.number}
            yield Finding("LOCAL-LINE-NUMBER", found, remedy, "BT-126", "line.position", line=number)
        seen.add(line.number)


@check("BR-25")
def lines_named(case: Case) -> Iterator[Finding]:
    """Every line says what it is for."""
    text, remedy = _("The line does not say what it is for."), _("Write the description of the line.")
    yield from each(case, lambda line: not line.name.strip(), "BR-25", text, remedy, "BT-153", "line.text")


@check("BR-23", "BR-CL-23")
def units(case: Case) -> Iterator[Finding]:
    """Units are codes of UN/ECE Recommendation 20 or 21."""
    text, remedy = (
        _("The unit of the quantity is missing."),
        _("Choose a unit that has its international code."),
    )
    yield from each(case, lambda line: not line.unit, "BR-23", text, remedy, "BT-130", "line.unit")
    for number, line in enumerate(case.invoice.lines, start=1):
        if line.unit and line.unit not in facturx_port.units():
            found = _("“%(unit)s” is no code of a unit.") % {"unit": line.unit}
            yield Finding("BR-CL-23", found, remedy, "BT-130", "line.unit", line=number)


@check("BR-27", "BR-28")
def prices_positive(case: Case) -> Iterator[Finding]:
    """Prices are not negative; what is taken back has a negative quantity."""
    text, remedy = _("The unit price is negative."), _("Put the minus before the quantity.")
    yield from each(case, lambda line: line.price < ZERO, "BR-27", text, remedy, "BT-146", "line.unit_price")
    yield from each(
        case,
        lambda line: line.gross_price is not None and line.gross_price < ZERO,
        "BR-28", text, remedy, "BT-148", "line.unit_price",
    )  # fmt: skip


@check("LOCAL-BASE-QUANTITY")
def base_quantities(case: Case) -> Iterator[Finding]:
    """A price is for more than nothing."""
    text, remedy = _("The price is for a quantity of zero."), _("Leave the base quantity out.")
    yield from each(
        case,
        lambda line: line.base_quantity is not None and line.base_quantity <= ZERO,
        "LOCAL-BASE-QUANTITY", text, remedy, "BT-149", "line.unit_price",
    )  # fmt: skip


@check("LOCAL-LINE")
def line_adds_up(case: Case) -> Iterator[Finding]:
    """Quantity × price with discounts and charges gives the net amount (R30)."""
    for number, line in enumerate(case.invoice.lines, start=1):
        if line.base_quantity is not None and line.base_quantity <= ZERO:
            continue
        figures = {"base_quantity": line.base_quantity, "allowances": line.allowances}
        net = line_net(line.quantity, line.price, **figures)  # type: ignore[arg-type]
        if net != line.net:
            text = _("Quantity by price is %(worked_out)s, the line says %(net)s.")
            remedy = _("Correct quantity, price or discount.")
            found = text % {"worked_out": net, "net": line.net}
            yield Finding("LOCAL-LINE", found, remedy, "BT-131", "line.net", line=number)


@check("LOCAL-GROSS-PRICE")
def price_after_discount(case: Case) -> Iterator[Finding]:
    """Price = gross price less discount (BT-146 = BT-148 − BT-147)."""
    text, remedy = _("Gross price less discount is not the price."), _("Correct the discount of the line.")
    yield from each(
        case,
        lambda line: line.gross_price not in (None, line.price + (line.discount or ZERO)),
        "LOCAL-GROSS-PRICE", text, remedy, "BT-146", "line.unit_price",
    )  # fmt: skip


def _allowances(case: Case) -> Iterator[tuple[Allowance, int]]:
    yield from ((row, 0) for row in case.invoice.allowances)
    for number, line in enumerate(case.invoice.lines, start=1):
        yield from ((row, number) for row in line.allowances)


def _rule(row: Allowance, line: int) -> str:
    """BR-33, BR-38, BR-42 or BR-44: discount or charge, of the document or of a line."""
    return ("BR-44" if row.charge else "BR-42") if line else ("BR-38" if row.charge else "BR-33")


@check("BR-33", "BR-38", "BR-42", "BR-44")
def allowances_explained(case: Case) -> Iterator[Finding]:
    """A discount or a charge says why."""
    for row, line in _allowances(case):
        if not (row.reason.strip() or row.reason_code):
            text, remedy = _("A discount or charge does not say why."), _("Give the reason.")
            yield Finding(_rule(row, line), text, remedy, "BT-97", "line.discount", line=line)


@check("BR-CL-19", "BR-CL-20")
def allowance_codes(case: Case) -> Iterator[Finding]:
    """The reason's code is one of UNTDID 5189 (discounts) or 7161 (charges)."""
    for row, line in _allowances(case):
        if row.reason_code and row.reason_code not in facturx_port.reason_codes(charge=row.charge):
            text = _("“%(code)s” is no code of a reason for a discount or charge.") % {
                "code": row.reason_code
            }
            code = "BR-CL-20" if row.charge else "BR-CL-19"
            yield Finding(code, text, _("Leave the code out."), "BT-98", "line.discount", line=line)


@check("LOCAL-ALLOWANCE")
def allowances_positive(case: Case) -> Iterator[Finding]:
    """A discount is an amount to take off, never negative."""
    for row, line in _allowances(case):
        if row.amount < ZERO:
            text, remedy = _("A discount or charge is negative."), _("Make a charge of it, or a discount.")
            yield Finding("LOCAL-ALLOWANCE", text, remedy, "BT-92", "line.discount", line=line)


@check("BR-32", "BR-37")
def allowances_taxed(case: Case) -> Iterator[Finding]:
    """A discount or charge on the whole document has its VAT."""
    for row in case.invoice.allowances:
        if row.vat is None:
            text = _("A discount or charge on the document has no VAT code.")
            code, where = ("BR-37", "BT-102") if row.charge else ("BR-32", "BT-95")
            yield Finding(code, text, _("Choose its VAT code."), where, "document.discount")
