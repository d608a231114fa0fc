"""From documents and receipts to what a period's transmission says: sums that equal the documents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ronda.countries.fr.data.ereporting import CREDIT_NOTES, ON_DEBITS, ON_PAYMENT, Kind
from ronda.countries.fr.domain.digests import digest_of_values
from ronda.countries.fr.domain.ereporting.model import (
    Content,
    ForeignInvoice,
    Receipt,
    ReceiptsDay,
    Sale,
    SalePart,
    SalesDay,
    Transmission,
)
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period

_DayKey = tuple[date, str, str, str]
_ReceiptKey = tuple[date, str, date | None]


def transactions_of(
    period: Period, *, sales: Iterable[Sale] = (), invoices: Iterable[ForeignInvoice] = ()
) -> Content:
    """10.1 and 10.3 of `period`; documents of other days are left out."""
    chosen = sorted(
        (one for one in invoices if period.contains(one.issued_on)),
        key=lambda one: (one.issued_on, one.number),
    )
    return Content(Kind.TRANSACTIONS, period, _sales_days(period, sales), tuple(chosen))


def payments_of(period: Period, *, receipts: Iterable[Receipt] = ()) -> Content:
    """10.2 and 10.4 of `period`; receipts of other days are left out."""
    sums: dict[_ReceiptKey, dict[Decimal, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for receipt in receipts:
        if period.contains(receipt.on):
            key = (receipt.on, receipt.invoice, receipt.invoice_issued_on if receipt.invoice else None)
            for part in receipt.parts:
                sums[key][part.rate] += part.amount
    days = [
        ReceiptsDay(*key, tuple(sorted((rate, amount) for rate, amount in rates.items() if amount)))
        for key, rates in sums.items()
    ]
    return Content(
        Kind.PAYMENTS,
        period,
        receipts=tuple(
            sorted(
                (day for day in days if day.rows),
                key=lambda day: (bool(not day.invoice), day.on, day.invoice),
            )
        ),
    )


def _sales_days(period: Period, sales: Iterable[Sale]) -> tuple[SalesDay, ...]:
    sums: dict[_DayKey, dict[Decimal, list[Decimal]]] = defaultdict(lambda: defaultdict(lambda: [ZERO, ZERO]))
    numbers: dict[_DayKey, set[str]] = defaultdict(set)
    for sale in sales:
        if not period.contains(sale.on):
            continue
        for part in sale.parts:
            key = (sale.on, sale.currency, part.category, _tax_due(sale, part))
            numbers[key].add(sale.number)
            sums[key][part.rate][0] += part.base
            sums[key][part.rate][1] += part.vat
    return tuple(
        sorted(
            SalesDay(
                *key,
                tuple(sorted((rate, base, vat) for rate, (base, vat) in rates.items())),
                len(numbers[key]),
            )
            for key, rates in sums.items()
        )
    )


def _tax_due(sale: Sale, part: SalePart) -> str:
    """TT-80 is about services: due on payment, or on the invoice's date where the firm opted for it."""
    if part.category != "TPS1":
        return ""
    return ON_DEBITS if sale.on_debits else ON_PAYMENT


def totals_of(content: Content) -> Mapping[str, Decimal]:
    """Sums to compare with the documents, by flow, what and currency: "10.3 base EUR", "10.4 EUR"."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in content.invoices:
        sign = -1 if invoice.kind in CREDIT_NOTES else 1
        for row in invoice.rows:
            sums[f"10.1 base {invoice.currency}"] += sign * row.base
            sums[f"10.1 vat {invoice.currency}"] += sign * row.vat
    for day in content.sales:
        sums[f"10.3 base {day.currency}"] += day.base
        sums[f"10.3 vat {day.currency}"] += day.vat
    for received in content.receipts:
        sums["10.2 EUR" if received.invoice else "10.4 EUR"] += sum(
            (amount for _rate, amount in received.rows), ZERO
        )
    return dict(sums)


def digest_of(content: Content) -> str:
    """SHA-256 of everything the content says; 1.10 and 1.1 are the same amount."""
    return digest_of_values(content)


def differs(content: Content, former: Transmission | None) -> bool:
    """Whether `content` must be sent: never sent and not empty, or not what was sent last for its period."""
    if former is None:
        return not content.is_empty
    return digest_of(content) != former.digest
