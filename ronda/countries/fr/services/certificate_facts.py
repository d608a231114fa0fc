"""What a company's documents and payments say about personal services, as the certificate wants it (R44).

Credit notes follow the money. What settles its own invoice makes that invoice smaller; what is paid back is a
payment of the credit note, with a minus; what settles another invoice moves there the money that had paid the
first one, by the means it was paid with.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.catalogue.queries import unit_codes
from ronda.company.models import Company
from ronda.countries.fr.certificate_models import PersonalService, ServiceMeans
from ronda.countries.fr.domain.tax_certificate import (
    NOT_ELIGIBLE,
    Allocation,
    Certificate,
    Intervention,
    ServiceInvoice,
    ServiceLine,
    ServicePayment,
    certificates_of,
)
from ronda.kernel.money import ZERO, spread, to_cents
from ronda.parties.models import PaymentMethod
from ronda.payments import models as payments

#: Codes of UNTDID 4461, as the methods of a French company have them, by what they are for the tax credit.
MEANS_OF_CODE = {
    **dict.fromkeys(("30", "31", "42", "58"), "transfer"),
    **dict.fromkeys(("49", "59"), "direct_debit"),
    **dict.fromkeys(("48", "54", "55"), "card"),
    "20": "cheque",
    "10": "cash",
    "97": "offset",
}
#: The method a French company starts with for prefunded CESU has no code of its own.
MEANS_OF_METHOD = {"CESU": "cesu_prefunded"}
HOURS = "HUR"
Amounts = dict[str, Decimal]


def certificates_for(company: Company, parties: Collection[int], year: int) -> dict[int, Certificate]:
    """The certificate of each of the customers who paid for personal services in the year.

    A constant number of queries; those who paid nothing for eligible services are missing.
    """
    books = _Books(company, parties)
    found = certificates_of(
        year, invoices=books.invoices(), payments=books.payments(), interventions=books.work()
    )
    return {int(one.household): one for one in found}


def means_of(company: Company) -> dict[int, str]:
    """What each payment method counts as: as was said, else by its code; empty where nobody knows."""
    said = dict(ServiceMeans.objects.filter(company=company).values_list("method_id", "means"))
    methods = PaymentMethod.objects.filter(company=company).values_list("pk", "code", "legal_code")
    return {
        pk: said.get(pk) or MEANS_OF_CODE.get(legal_code) or MEANS_OF_METHOD.get(code, "")
        for pk, code, legal_code in methods
    }


@dataclass(slots=True)
class _Paper:
    """A document as far as certificates go: what it comes to for each activity, with VAT and without sign."""

    pk: int
    label: str
    party_id: int
    on: date
    is_credit: bool
    corrects: int | None
    payable: Decimal
    activities: Amounts = field(default_factory=dict)
    hours: list[Intervention] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Offset:
    """A part of a credit note that settled an invoice."""

    key: int
    credit: int
    invoice: int
    amount: Decimal
    on: date


class _Books:
    """Documents, payments and offsets of some customers, read once."""

    def __init__(self, company: Company, parties: Collection[int]) -> None:
        self.company = company
        self.papers = _papers(company, parties)
        self.paid, self.offsets = _settlements(company, parties)
        self.means = means_of(company)
        self.own_offsets: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for one in self.offsets:
            if self._is_own(one):
                self.own_offsets[one.credit] += one.amount

    def invoices(self) -> Iterator[ServiceInvoice]:
        """Invoices after the credit notes that settled them, and what is left of credit notes."""
        taken: dict[int, Amounts] = defaultdict(dict)
        for one in self.offsets:
            if self._is_own(one):
                _add(taken[one.invoice], _part(self.papers[one.credit], one.amount))
        for paper in self.papers.values():
            sign = -1 if paper.is_credit else 1
            off = _part(paper, self.own_offsets[paper.pk]) if paper.is_credit else taken[paper.pk]
            lines = tuple(
                ServiceLine(activity, sign * (amount - off.get(activity, ZERO)))
                for activity, amount in sorted(paper.activities.items())
            )
            yield ServiceInvoice(_key(paper.pk), str(paper.party_id), lines)

    def payments(self) -> Iterator[ServicePayment]:
        """Money received and given back, then money that credit notes moved to other invoices."""
        last: dict[int, tuple[date, str]] = {}
        grouped: dict[int, list[payments.Allocation]] = defaultdict(list)
        for link in self.paid:
            grouped[link.payment_id or 0].append(link)
        for key, links in grouped.items():
            payment = links[0].payment
            if payment is None:
                continue
            means = self.means.get(payment.method_id, "") or payment.method.name
            parts = tuple(Allocation(_key(link.instalment.document_id), link.amount) for link in links)
            for link in links:
                place = link.instalment.document_id
                last[place] = max(last.get(place, (date.min, "")), (payment.date, means))
            yield ServicePayment(f"P{key:012d}", payment.date, means, parts)
        yield from self._moved(last)

    def _moved(self, last: Mapping[int, tuple[date, str]]) -> Iterator[ServicePayment]:
        for one in self.offsets:
            if not self._is_own(one):
                origin = self.papers[one.credit].corrects
                _day, means = last.get(origin or 0, (date.min, "offset"))
                parts = (Allocation(_key(one.credit), -one.amount), Allocation(_key(one.invoice), one.amount))
                yield ServicePayment(f"O{one.key:012d}", one.on, means, parts)

    def work(self) -> Iterator[Intervention]:
        """Work that was invoiced by the hour; who did it is not known to the documents."""
        for paper in self.papers.values():
            yield from paper.hours

    def _is_own(self, one: _Offset) -> bool:
        return self.papers[one.credit].corrects == one.invoice


def _key(pk: int) -> str:
    return str(pk)


def _add(amounts: Amounts, more: Mapping[str, Decimal]) -> None:
    for activity, amount in more.items():
        amounts[activity] = amounts.get(activity, ZERO) + amount


def _part(paper: _Paper, amount: Decimal) -> Amounts:
    """So much of a document, over its activities."""
    weights = [paper.activities[name] for name in sorted(paper.activities)]
    if not amount or not sum(weights, ZERO):
        return {}
    return dict(zip(sorted(paper.activities), spread(amount, weights), strict=True))


# --- reading -----------------------------------------------------------------------------------------------


def _papers(company: Company, parties: Collection[int]) -> dict[int, _Paper]:
    rows = Document.objects.filter(company=company, party__in=parties, status=Document.Status.ISSUED)
    names = ("pk", "label", "party_id", "date", "kind", "corrects_id", "payable")
    papers = {
        pk: _Paper(pk, label, party, on, kind == DocumentKind.CREDIT_NOTE, corrects, payable)
        for pk, label, party, on, kind, corrects, payable in rows.values_list(*names)
    }
    marks = dict(PersonalService.objects.filter(company=company).values_list("item_id", "activity"))
    units = unit_codes(company)
    lines: dict[int, list[DocumentLine]] = defaultdict(list)
    for line in DocumentLine.objects.filter(document__in=rows).exclude(kind=DocumentLine.Kind.NOTE):
        lines[line.document_id].append(line)
    for pk, paper in papers.items():
        _sum_up(paper, lines[pk], marks, units)
    return papers


def _sum_up(
    paper: _Paper, lines: Iterable[DocumentLine], marks: Mapping[int, str], units: Mapping[str, str]
) -> None:
    weights: Amounts = {}
    for line in lines:
        activity = marks.get(line.item_id or 0, NOT_ELIGIBLE)
        _add(weights, {activity: line.net * (100 + line.vat_rate) / 100})
        if activity and units.get(line.unit) == HOURS and line.quantity > 0 and not paper.is_credit:
            paper.hours.append(_hours(paper, line, activity))
    if sum(weights.values(), ZERO):
        paper.activities = dict(zip(weights, spread(paper.payable, list(weights.values())), strict=True))


def _hours(paper: _Paper, line: DocumentLine, activity: str) -> Intervention:
    price = to_cents(line.net * (100 + line.vat_rate) / 100 / line.quantity)
    minutes = int((line.quantity * 60).to_integral_value())
    return Intervention(_key(paper.pk), line.starts_on or paper.on, activity, "", "", minutes, price)


def _settlements(
    company: Company, parties: Collection[int]
) -> tuple[list[payments.Allocation], list[_Offset]]:
    rows = payments.Allocation.objects.filter(instalment__company=company, instalment__party__in=parties)
    paid = list(
        rows.filter(payment__isnull=False, payment__cancelled_on=None)
        .select_related("instalment", "payment__method")
        .order_by("pk")
    )
    names = ("pk", "credit__document_id", "instalment__document_id", "amount", "date")
    moved = rows.filter(credit__isnull=False).order_by("pk").values_list(*names)
    return paid, [_Offset(*row) for row in moved]
