"""Reads that pages, checks and services share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Sum

from ronda.company.models import Company
from ronda.kernel.money import ZERO, to_cents
from ronda.parties.models import Party
from ronda.purchases.domain.paying import oldest_first
from ronda.purchases.models import IncomingFile, Payable, Registration, SupplierInvoice


def numbered_registrations(company_id: int) -> QuerySet[Any]:
    """The numbers of the register of purchases, with those taken back: they stay used."""
    return Registration.objects.filter(company=company_id).annotate(date=F("on"))


def open_payables(party: Party) -> QuerySet[Payable]:
    """What is still to pay to a supplier, the earliest first."""
    return (
        Payable.objects.filter(supplier=party)
        .exclude(settled=F("amount"))
        .select_related("invoice")
        .order_by("due_on", "pk")
    )


def owed_to(party: Party) -> Any:
    """What is still to pay to a supplier in all."""
    sums = Payable.objects.filter(supplier=party).aggregate(left=Sum(F("amount") - F("settled")))
    return to_cents(sums["left"] or ZERO)


def waiting(company: Company) -> int:
    """How many invoices are to be completed or registered."""
    state = SupplierInvoice.State
    return SupplierInvoice.objects.filter(
        company=company, state__in=(state.TO_COMPLETE, state.RECEIVED)
    ).count()


def left_out(company: Company) -> QuerySet[IncomingFile]:
    """Files that became no invoice."""
    return IncomingFile.objects.filter(company=company).exclude(outcome=IncomingFile.Outcome.TAKEN)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a payment would settle: (payable, share or what was typed)."""

    supplier: Party
    rows: tuple[tuple[Payable, Decimal | str], ...]
    owed: Decimal
    unused: Decimal


def proposal(
    supplier: Party | None, amount: Decimal | None, *, given: Mapping[int, str] | None = None
) -> Proposal | None:
    """What a payment of `amount` would settle: credit notes, then the oldest; None without a supplier."""
    if supplier is None:
        return None
    payables = list(open_payables(supplier))
    shares: list[Decimal] = []
    if amount is not None and amount > 0:
        shares = oldest_first([payable.left for payable in payables], amount)
    rows = tuple(
        (
            payable,
            given.get(payable.pk, "") if given is not None else (shares[at] or "" if shares else ""),
        )
        for at, payable in enumerate(payables)
    )
    owed = sum((payable.left for payable in payables), ZERO)
    return Proposal(supplier, rows, owed, max((amount or ZERO) - owed, ZERO))


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed to a supplier on a day by how late it is; `late` are 1–30, 31–60, 61–90 and more days."""

    supplier_id: int
    name: str
    not_due: Decimal
    late: tuple[Decimal, Decimal, Decimal, Decimal]

    @property
    def overdue(self) -> Decimal:
        return sum(self.late, ZERO)

    @property
    def total(self) -> Decimal:
        return self.not_due + self.overdue


def ageing(company: Company, *, on: date) -> list[Owed]:
    """Suppliers with something open by how late it is on `on`, the most overdue first. One query.

    As it stands now, whatever day is asked: payments recorded since count.
    """
    left = F("amount") - F("settled")
    edges = [on - timedelta(days=days) for days in (30, 60, 90)]
    parts: dict[str, Any] = {
        "not_due": Q(due_on__gte=on),
        "late0": Q(due_on__lt=on, due_on__gte=edges[0]),
        "late1": Q(due_on__lt=edges[0], due_on__gte=edges[1]),
        "late2": Q(due_on__lt=edges[1], due_on__gte=edges[2]),
        "late3": Q(due_on__lt=edges[2]),
    }
    sums: Any = {name: Sum(left, filter=part, default=ZERO) for name, part in parts.items()}
    rows: Any = Payable.objects.filter(company=company).exclude(settled=F("amount")).values("supplier_id")
    found = [
        Owed(
            row["supplier_id"],
            row["name"],
            to_cents(row["not_due"]),
            (to_cents(row["late0"]), to_cents(row["late1"]), to_cents(row["late2"]), to_cents(row["late3"])),
        )
        for row in rows.annotate(name=Max("supplier__name"), **sums).order_by()
    ]
    return sorted(found, key=lambda row: (-row.overdue, -row.total, row.supplier_id))
