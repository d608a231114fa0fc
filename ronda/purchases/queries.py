"""Reads that pages, checks and services share."""

from typing import Any

from django.db.models import F, QuerySet, Sum

from ronda.company.models import Company
from ronda.kernel.money import ZERO, to_cents
from ronda.parties.models import Party
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
