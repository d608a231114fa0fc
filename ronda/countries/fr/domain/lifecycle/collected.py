"""Money received, split over the VAT rates of its invoice (status 212, flows 10.2 and 10.4)."""

from collections.abc import Mapping
from decimal import Decimal

from ronda.countries.fr.domain.lifecycle.model import Collected
from ronda.countries.fr.domain.shares import shares_of
from ronda.kernel.money import ZERO


def collected_by_rate(
    gross: Mapping[Decimal, Decimal], *, before: Decimal, receipt: Decimal, currency: str = "EUR"
) -> tuple[Collected, ...]:
    """The parts of `receipt` at each rate of an invoice whose amounts with VAT per rate are `gross`.

    `before`: what was received already, refunds taken off. The parts add up to `receipt` in cents. After any
    sequence of receipts and refunds the sums per rate depend on the total received alone; when the invoice is
    paid they are `gross`. Where all rates have the same sign no receipt has a negative part, no refund a
    positive one. A credit note has negative `gross` and negative receipts. Highest rate first, no zero parts.
    Raises ValueError when the amounts per rate add up to zero and something was received.
    """
    after = dict(split_total(gross, before + receipt))
    earlier = dict(split_total(gross, before))
    parts = [
        Collected(rate, amount - earlier.get(rate, ZERO), currency)
        for rate, amount in after.items()
        if amount != earlier.get(rate, ZERO)
    ]
    return tuple(parts)


def still_to_tell(
    gross: Mapping[Decimal, Decimal],
    *,
    received: Decimal,
    told: Mapping[Decimal, Decimal],
    currency: str = "EUR",
) -> tuple[Collected, ...]:
    """What the next status 212 must say, so that all of them together say how `received` splits.

    `received`: all money of the invoice until now, refunds taken off; `told`: sums per rate of the statuses
    sent (`collected_total`). Nothing when all is told; negative parts where too much was. Raises ValueError
    as `collected_by_rate`.
    """
    due = dict(split_total(gross, received))
    rates = sorted({*due, *told}, reverse=True)
    open_parts = ((rate, due.get(rate, ZERO) - told.get(rate, ZERO)) for rate in rates)
    return tuple(Collected(rate, amount, currency) for rate, amount in open_parts if amount)


def split_total(gross: Mapping[Decimal, Decimal], total: Decimal) -> list[tuple[Decimal, Decimal]]:
    """`total` split over the rates of `gross`, highest rate first; see `shares_of`."""
    rates = sorted((rate for rate, amount in gross.items() if amount), reverse=True)
    if not rates and not total:
        return []
    return list(zip(rates, shares_of(total, [gross[rate] for rate in rates]), strict=True))
