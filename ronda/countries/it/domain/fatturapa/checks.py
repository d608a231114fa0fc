"""Cross-checks of a received invoice: the arithmetic controls of SdI, as notices.

The file has already passed SdI, or will not; what matters here is that the person who
registers it sees that its figures do not agree. Codes in brackets are those of SdI.
"""

from dataclasses import replace
from decimal import Decimal

from stdnum.it import iva

from ronda.countries.it.domain.fatturapa.model import Line, ReceivedInvoice, rounded
from ronda.countries.it.domain.fatturapa.values import Notices
from ronda.kernel.money import CENT

TOLERANCE = Decimal("0.019")
EURO = Decimal(1)
ZERO = Decimal(0)


def cross_checks(invoice: ReceivedInvoice, notices: Notices, *, simplified: bool) -> ReceivedInvoice:
    """The invoice with the notices of the reading and of the checks."""
    _check_parties(invoice, notices)
    if not simplified:
        _check_lines(invoice, notices)
        _check_summaries(invoice, notices)
        _check_sets(invoice, notices)
        _check_totals(invoice, notices)
    return replace(invoice, warnings=notices.all())


def _check_parties(invoice: ReceivedInvoice, notices: Notices) -> None:
    for where, party in (("CedentePrestatore", invoice.seller), ("CessionarioCommittente", invoice.buyer)):
        if not party.tax_identity:
            notices.add("element_missing", where, element="IdFiscaleIVA")
        elif party.vat_country == "IT" and not iva.is_valid(party.vat_id):
            notices.add("vat_number_doubtful", where, read=party.vat_id[:30])


def _check_lines(invoice: ReceivedInvoice, notices: Notices) -> None:
    """Price times quantity [00423], nature and rate [00400, 00401], withholding [00411]."""
    if not invoice.lines:
        notices.add("element_missing", "DatiBeniServizi", element="DettaglioLinee")
    for line in invoice.lines:
        expected = discounted_price(line) * (1 if line.quantity is None else line.quantity)
        if abs(rounded(line.net) - expected) > TOLERANCE and abs(line.net - expected) > TOLERANCE:
            notices.add("line_amount", line=line.number, value=rounded(expected), read=line.net)
        _check_nature(invoice, f"DettaglioLinee {line.number}", line.vat_rate, line.nature, notices)
    if any(line.withholding for line in invoice.lines) and not invoice.withholdings:
        notices.add("withholding_missing")


def discounted_price(line: Line) -> Decimal:
    """The unit price after discounts and surcharges, in cascade, each amount per unit."""
    price = line.unit_price
    for discount in line.discounts:
        price += discount.effect_on(price)
    return price


def _check_nature(invoice: ReceivedInvoice, where: str, rate: Decimal, nature: str, notices: Notices) -> None:
    if not rate and not nature:
        notices.add("nature_missing", where)
    if rate and nature and invoice.kind != "TD16":
        notices.add("nature_unexpected", where, read=nature[:10])


def _check_summaries(invoice: ReceivedInvoice, notices: Notices) -> None:
    """VAT of each summary [00421]; per rate, lines and funds against the taxable amount [00422]."""
    stated: dict[Decimal, Decimal] = {}
    for item in invoice.summaries:
        expected = rounded(item.rate * item.net / 100)
        if abs(item.vat - expected) > TOLERANCE:
            notices.add("summary_vat", rate=item.rate, net=item.net, value=expected, read=item.vat)
        _check_nature(invoice, f"DatiRiepilogo {item.rate}", item.rate, item.nature, notices)
        stated[item.rate] = stated.get(item.rate, ZERO) + item.net - (item.rounding or ZERO)
    summed = _sums_by_rate(invoice)
    for rate, read in stated.items():
        if abs(read - summed.get(rate, ZERO)) >= EURO:
            notices.add("summary_net", rate=rate, value=summed.get(rate, ZERO), read=read)


def _sums_by_rate(invoice: ReceivedInvoice) -> dict[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = {}
    for line in invoice.lines:
        sums[line.vat_rate] = sums.get(line.vat_rate, ZERO) + line.net
    for fund in invoice.welfare_funds:
        sums[fund.vat_rate] = sums.get(fund.vat_rate, ZERO) + fund.amount
    return sums


def _check_sets(invoice: ReceivedInvoice, notices: Notices) -> None:
    """Rates [00443] and natures [00444] of lines and funds are those of the summaries."""
    rates = {line.vat_rate for line in invoice.lines} | {fund.vat_rate for fund in invoice.welfare_funds}
    natures = {line.nature for line in invoice.lines} | {fund.nature for fund in invoice.welfare_funds}
    odd_rates = rates ^ {item.rate for item in invoice.summaries}
    odd_natures = (natures ^ {item.nature for item in invoice.summaries}) - {""}
    if odd_rates:
        notices.add("rates_differ", rates=" ".join(str(rate) for rate in sorted(odd_rates)[:10]))
    if odd_natures:
        notices.add("natures_differ", natures=" ".join(sorted(odd_natures)[:10])[:80])


def _check_totals(invoice: ReceivedInvoice, notices: Notices) -> None:
    """The stated total against the summaries (stamp duty may be in it or not), payments against it."""
    summed = invoice.net_total + invoice.vat_total
    if invoice.total is not None and invoice.summaries:
        stamp = (invoice.stamp.amount if invoice.stamp else None) or ZERO
        maybe = (ZERO, stamp, invoice.rounding or ZERO, stamp + (invoice.rounding or ZERO))
        rest = invoice.total - summed - invoice.discount_total
        if all(abs(rest - extra) > CENT for extra in maybe):
            notices.add("total_differs", value=rounded(summed), read=invoice.total)
    paid = sum((payment.amount for payment in invoice.payments), ZERO)
    if invoice.payments and abs(paid - invoice.amount_to_pay) > CENT:
        notices.add("payments_differ", value=invoice.amount_to_pay, read=paid)
