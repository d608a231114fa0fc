"""The yearly certificate of personal services: what a household itself paid in a calendar year (S29, R44).

Art. D7233-4 Code du travail, art. 199 sexdecies CGI. The day of the payment decides, not that of the invoice.
Amounts are in EUR with VAT. Parts add up: those of a payment, over activities and over what counts, to the
payment; those of an invoice, over all years, to the invoice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.countries.fr.data.personal_services import ACTIVITIES, LAST_DAY, Counts, counts_as, credit_of
from ronda.countries.fr.domain.digests import digest_of_values
from ronda.countries.fr.domain.shares import shares_of
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

NOT_ELIGIBLE = ""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A line of an invoice with VAT; activity: a code of `ACTIVITIES`, empty where it opens no credit."""

    activity: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ServiceInvoice:
    """household: whose tax declaration it belongs to; lines: after credit notes."""

    number: str
    household: str
    lines: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment that pays an invoice; negative for a refund."""

    invoice: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ServicePayment:
    """on: value date (of a cheque: when it was cashed); means: a code of `MEANS`.

    others: the part that somebody else bore, such as the prefunded share of a CESU or the advance within a
    transfer of URSSAF; it has the sign of the payment and is not above it.
    """

    number: str
    on: date
    means: str
    allocations: tuple[Allocation, ...]
    others: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.allocations), ZERO)


@dataclass(frozen=True, slots=True)
class Intervention:
    """Work done in a household, as invoiced. price: per hour with VAT, None for a flat price."""

    invoice: str
    on: date
    activity: str
    worker: str
    worker_number: str
    minutes: int
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, order=True)
class ActivityAmount:
    """received = own + others + not_counted; `own` is what the customer declares."""

    activity: str
    own: Decimal
    others: Decimal
    not_counted: Decimal

    @property
    def received(self) -> Decimal:
        return self.own + self.others + self.not_counted


@dataclass(frozen=True, slots=True, order=True)
class PaidLine:
    """One payment on the certificate, its part for one invoice and activity."""

    on: date
    payment: str
    invoice: str
    activity: str
    means: str
    own: Decimal
    others: Decimal
    not_counted: Decimal


@dataclass(frozen=True, slots=True, order=True)
class WorkMonth:
    """The work of one person in one month and activity; month: its first day."""

    month: date
    activity: str
    worker: str
    worker_number: str
    visits: int
    minutes: int
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified to one household for one year; `digest` tells whether anything changed."""

    year: int
    household: str
    amounts: tuple[ActivityAmount, ...]
    payments: tuple[PaidLine, ...]
    work: tuple[WorkMonth, ...]
    not_eligible: Decimal
    warnings: tuple[Finding, ...]
    digest: str

    @property
    def own(self) -> Decimal:
        """What the customer may declare."""
        return sum((one.own for one in self.amounts), ZERO)


def certificates_of(
    year: int,
    *,
    invoices: Iterable[ServiceInvoice],
    payments: Iterable[ServicePayment],
    interventions: Iterable[Intervention] = (),
) -> tuple[Certificate, ...]:
    """The certificates of `year`, by household; none for households that paid nothing for eligible services.

    `payments` are all there are for these invoices, of every year: earlier ones decide what is left to split.
    Allocations to other invoices are no matter of this certificate. Raises ValueError when `others` is above
    its payment.
    """
    by_number = {one.number: one for one in invoices}
    lines: dict[str, list[PaidLine]] = defaultdict(list)
    for line in _paid_lines(by_number, payments):
        if line.on.year == year:
            lines[by_number[line.invoice].household].append(line)
    work: dict[str, list[Intervention]] = defaultdict(list)
    for one in interventions:
        work[one.invoice].append(one)
    found = [_certificate(year, household, paid, work) for household, paid in sorted(lines.items())]
    return tuple(one for one in found if one.amounts)


def nothing_paid(year: int, household: str) -> Certificate:
    """The certificate of a household whose payments are all gone: what replaces an earlier one."""
    return _certificate(year, household, [], {})


def due_on(year: int) -> date:
    """The last day on which the certificates of `year` must be with the customers."""
    return date(year + 1, *LAST_DAY)


def next_version(certificate: Certificate, former: tuple[int, str] | None) -> int | None:
    """The version to issue: 1 first; the next where it differs from `former` (version, digest); else None."""
    if former is None:
        return 1
    version, digest = former
    return version + 1 if digest != certificate.digest else None


def _paid_lines(
    invoices: Mapping[str, ServiceInvoice], payments: Iterable[ServicePayment]
) -> Iterator[PaidLine]:
    paid: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in sorted(payments, key=lambda one: (one.on, one.number)):
        cells: list[tuple[str, str, Decimal]] = []
        for part in payment.allocations:
            if part.invoice in invoices:
                before = paid[part.invoice]
                paid[part.invoice] = before + part.amount
                shares = _by_activity(invoices[part.invoice], before, part.amount)
                cells += [(part.invoice, activity, amount) for activity, amount in shares if amount]
            else:
                cells.append((part.invoice, NOT_ELIGIBLE, part.amount))
        for line in _counted(payment, cells):
            if line.invoice in invoices:
                yield line


def _by_activity(invoice: ServiceInvoice, before: Decimal, amount: Decimal) -> list[tuple[str, Decimal]]:
    """The parts of `amount` for each activity; what was paid `before` is not split again."""
    gross: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in invoice.lines:
        gross[line.activity] += line.amount
    activities = sorted(activity for activity, total in gross.items() if total)
    weights = [gross[activity] for activity in activities]
    if not sum(weights, ZERO):
        return [(NOT_ELIGIBLE, amount)]
    later, earlier = shares_of(before + amount, weights), shares_of(before, weights)
    return [(name, after - first) for name, after, first in zip(activities, later, earlier, strict=True)]


def _counted(payment: ServicePayment, cells: list[tuple[str, str, Decimal]]) -> Iterator[PaidLine]:
    """Each cell with what of it counts; the share of others is split over the cells of the whole payment."""
    total = sum((amount for _invoice, _activity, amount in cells), ZERO)
    if abs(payment.others) > abs(total) or payment.others * total < 0:
        raise ValueError(f"payment {payment.number}: others bear {payment.others} of {total}")
    weights = [amount for _invoice, _activity, amount in cells]
    others = shares_of(payment.others, weights) if payment.others else [ZERO] * len(cells)
    counts = counts_as(payment.means, payment.on)
    for (invoice, activity, amount), borne in zip(cells, others, strict=True):
        own, outside, excluded = amount - borne, borne, ZERO
        if counts is Counts.OTHERS:
            own, outside = ZERO, amount
        elif counts is not Counts.OWN:
            own, excluded = ZERO, amount - borne
        yield PaidLine(payment.on, payment.number, invoice, activity, payment.means, own, outside, excluded)


def _certificate(
    year: int, household: str, paid: list[PaidLine], work: Mapping[str, list[Intervention]]
) -> Certificate:
    eligible = sorted(line for line in paid if line.activity != NOT_ELIGIBLE)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for line in eligible:
        for position, amount in enumerate((line.own, line.others, line.not_counted)):
            sums[line.activity][position] += amount
    amounts = tuple(ActivityAmount(activity, *parts) for activity, parts in sorted(sums.items()))
    invoices = {line.invoice for line in eligible}
    months = _work_months(one for invoice in invoices for one in work.get(invoice, ()))
    return Certificate(
        year,
        household,
        amounts,
        tuple(eligible),
        months,
        sum((line.own + line.others + line.not_counted for line in paid), ZERO)
        - sum((one.received for one in amounts), ZERO),
        tuple(_warnings(year, amounts, eligible, months)),
        digest_of_values(year, household, amounts, tuple(eligible), months),
    )


def _work_months(work: Iterable[Intervention]) -> tuple[WorkMonth, ...]:
    groups: dict[tuple[date, str, str, str], list[Intervention]] = defaultdict(list)
    for one in work:
        if one.activity != NOT_ELIGIBLE:
            groups[(one.on.replace(day=1), one.activity, one.worker, one.worker_number)].append(one)
    return tuple(
        sorted(
            WorkMonth(
                *key,
                len(done),
                sum(one.minutes for one in done),
                tuple(sorted({one.price for one in done if one.price is not None})),
            )
            for key, done in groups.items()
        )
    )


def _warnings(
    year: int, amounts: Sequence[ActivityAmount], lines: Sequence[PaidLine], months: Sequence[WorkMonth]
) -> Iterator[Finding]:
    for one in amounts:
        yield from _activity_warnings(one)
    own, ceiling = sum((one.own for one in amounts), ZERO), credit_of(year).ceiling
    if own > ceiling:
        above = _("More was paid than opens a tax credit in a year: %(paid)s EUR, of %(ceiling)s EUR.")
        yield _warning("SAP-CEILING", above % {"paid": own, "ceiling": ceiling}, _TELL)
    yield from _means_warnings(lines)
    yield from _work_warnings(months)


def _work_warnings(months: Iterable[WorkMonth]) -> Iterator[Finding]:
    """Names and identification numbers of those who came are part of the certificate (D7233-1, D7233-4)."""
    numberless = sorted({month.worker for month in months if month.worker and not month.worker_number})
    for worker in numberless:
        nameless = _("%(worker)s has no identification number.") % {"worker": worker}
        yield _warning(
            "SAP-WORKER", nameless, _("Enter it in the worker's record: the certificate needs it.")
        )
    if any(not month.worker for month in months):
        unknown = _("It is not known who did the work.")
        yield _warning(
            "SAP-WORKERS", unknown, _("Name the workers on the documents or beside this certificate.")
        )


def _means_warnings(lines: Sequence[PaidLine]) -> Iterator[Finding]:
    if any(line.means == "cash" for line in lines):
        cash = _("Payments in cash open no tax credit and were left out.")
        yield _warning("SAP-CASH", cash, _("Ask the customer to pay by transfer, cheque, card or CESU."))
    for means in sorted({line.means for line in lines if counts_as(line.means, line.on) is None}):
        unknown = _("Payments by “%(means)s” were left out: it is not known whether they count.")
        remedy = _("Say in the settings of the payment method what it is for personal services.")
        yield _warning("SAP-MEANS", unknown % {"means": means}, remedy)


def _activity_warnings(one: ActivityAmount) -> Iterator[Finding]:
    activity = ACTIVITIES.get(one.activity)
    if activity is None:
        unknown = _("“%(code)s” is no activity of personal services.") % {"code": one.activity}
        yield _warning("SAP-ACTIVITY", unknown, _("Choose the activity of the service from the list."))
    elif activity.cap is not None and one.own > activity.cap:
        above = _("More was paid for %(activity)s than counts in a year: %(paid)s EUR, of %(cap)s EUR.")
        facts = {"activity": activity.names["fr"], "paid": one.own, "cap": activity.cap}
        yield _warning("SAP-CAP", above % facts, _TELL)
    if one.own < 0:
        below = _("More was paid back in the year than received: %(paid)s EUR.") % {"paid": one.own}
        remedy = _("The customer has to correct the declaration of the year before.")
        yield _warning("SAP-NEGATIVE", below, remedy)


_TELL = _("Tell the customer: the certificate states what was paid, the tax office applies the limit.")


def _warning(code: str, text: object, remedy: object) -> Finding:
    return Finding(code, text, remedy, weight=Weight.WARNS)
