"""The arithmetic of the exchange (italy.md §1.3), on the figures as they will stand in the file."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ronda.countries.it.domain.fatturapa.model import Discount
from ronda.countries.it.domain.fatturapa.prices import expected_net
from ronda.countries.it.domain.preflight.case import ZERO, Case, Check, found
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents

#: One cent, as the exchange allows it: differences under two cents pass (00421, 00423).
TOLERANCE = Decimal("0.019")
EURO = Decimal(1)
ONE = Decimal(1)


def vat_of_summary(case: Case) -> Iterator[Finding]:
    """00421: VAT = rate by taxable amount, within a cent, for each summary."""
    for item in case.invoice.summaries:
        expected = to_cents(item.rate * item.net / 100)
        if abs(to_cents(item.vat) - expected) > TOLERANCE:
            text = _("VAT at %(rate)s %% of %(net)s is %(value)s, the document says %(read)s.")
            facts = {"rate": item.rate, "net": item.net, "value": expected, "read": item.vat}
            yield found("00421", f"DatiRiepilogo {item.rate}/Imposta", "document.vat", text % facts)


def net_of_summary(case: Case) -> Iterator[Finding]:
    """00422: taxable amounts of a rate = its lines, funds and roundings, within a euro.

    Rates without any summary are left to 00419.
    """
    sums: dict[Decimal, Decimal] = {}
    stated: dict[Decimal, Decimal] = {}
    for line in case.invoice.lines:
        sums[line.vat_rate] = sums.get(line.vat_rate, ZERO) + line.net
    for fund in case.invoice.welfare_funds:
        sums[fund.vat_rate] = sums.get(fund.vat_rate, ZERO) + fund.amount
    for item in case.invoice.summaries:
        stated[item.rate] = stated.get(item.rate, ZERO) + item.net
        sums[item.rate] = sums.get(item.rate, ZERO) + (item.rounding or ZERO)
    for rate, net in stated.items():
        if abs(net - sums[rate]) >= EURO:
            text = _("At %(rate)s %% the lines add up to %(value)s, the totals say %(read)s.")
            facts = {"rate": rate, "value": sums[rate], "read": net}
            yield found("00422", f"DatiRiepilogo {rate}/ImponibileImporto", "document.net", text % facts)


def net_of_line(case: Case) -> Iterator[Finding]:
    """00423: amount = discounted price by quantity, within a cent."""
    for line in case.invoice.lines:
        expected = expected_net(line)
        if abs(to_cents(line.net) - expected) > TOLERANCE:
            text = _("Line %(line)s: quantity by price less discounts is %(value)s, the line says %(read)s.")
            facts = {"line": line.number, "value": to_cents(expected), "read": line.net}
            where = f"DettaglioLinee {line.number}/PrezzoTotale"
            yield found("00423", where, "line.amount", text % facts, line=line.number)


def rate_as_fraction(case: Case) -> Iterator[Finding]:
    """00424: 0.22 for 22."""
    invoice = case.invoice
    for line in invoice.lines:
        if ZERO < line.vat_rate < ONE:
            where = f"DettaglioLinee {line.number}/AliquotaIVA"
            yield found("00424", where, "line.vat_code", line=line.number)
    rates = [("DatiRiepilogo", item.rate) for item in invoice.summaries]
    rates += [("DatiCassaPrevidenziale", fund.vat_rate) for fund in invoice.welfare_funds]
    for where, rate in rates:
        if ZERO < rate < ONE:
            yield found("00424", f"{where}/AliquotaIVA", "line.vat_code")


def _says_nothing(discounts: Iterable[Discount]) -> bool:
    return any(item.percent is None and item.amount is None for item in discounts)


def empty_discount(case: Case) -> Iterator[Finding]:
    """00437."""
    if _says_nothing(case.invoice.discounts):
        yield found("00437", "DatiGeneraliDocumento/ScontoMaggiorazione", "document.discount")


def empty_line_discount(case: Case) -> Iterator[Finding]:
    """00438."""
    for line in case.invoice.lines:
        if line.discounts and _says_nothing(line.discounts):
            where = f"DettaglioLinee {line.number}/ScontoMaggiorazione"
            yield found("00438", where, "line.discount", line=line.number)


CHECKS: dict[str, Check] = {
    "00421": vat_of_summary,
    "00422": net_of_summary,
    "00423": net_of_line,
    "00424": rate_as_fraction,
    "00437": empty_discount,
    "00438": empty_line_discount,
}
