"""Reads about reports and statuses that pages and the home page share."""

from datetime import date, timedelta

from django.db.models import Q

from ronda.company import options
from ronda.company.models import Company
from ronda.countries.fr.models import EReport, InvoiceStatus, OutgoingState
from ronda.countries.fr.options import ReportOptions
from ronda.einvoices.options import EinvoiceOptions

#: Somebody has to do something about these.
TO_SEE_TO = (OutgoingState.DRAFT, OutgoingState.REJECTED, OutgoingState.FAILED)


def last_versions(company: Company) -> "list[EReport]":
    """The last version of each period, the newest period first; one query."""
    rows = EReport.objects.filter(company=company).order_by("-starts_on", "kind", "-version")
    found: dict[tuple[str, date], EReport] = {}
    for row in rows:
        found.setdefault((row.kind, row.starts_on), row)
    return list(found.values())


def to_see_to(company: Company, *, on: date) -> int:
    """How many reports and statuses wait for a person: to correct, or to send before a near last day."""
    if company.country != "FR":
        return 0
    days = options.read(EinvoiceOptions, company).alert_days
    near = Q(state__in=(OutgoingState.READY, OutgoingState.QUEUED), due_on__lte=on + timedelta(days=days))
    rows = EReport.objects.filter(near | Q(state__in=TO_SEE_TO), company=company)
    # What a later version stands in for is dealt with.
    later = EReport.objects.filter(company=company).values_list("kind", "starts_on", "version")
    newest: dict[tuple[str, date], int] = {}
    for kind, starts_on, version in later if rows.exists() else ():
        newest[kind, starts_on] = max(version, newest.get((kind, starts_on), 0))
    count = sum(newest[row.kind, row.starts_on] == row.version for row in rows)
    bad = (OutgoingState.FAILED, OutgoingState.REJECTED)
    return count + InvoiceStatus.objects.filter(company=company, state__in=bad).count()


def reports(company: Company) -> bool:
    """Whether the company has chosen to report from here."""
    return company.country == "FR" and bool(options.read(ReportOptions, company).regime)
