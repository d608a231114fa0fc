"""Reports and statuses of the French pack, for the tests of all pages."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction

from ronda.company.models import Company
from ronda.countries.fr.models import EReport, EReportEntry, InvoiceStatus
from ronda.einvoices.models import KeptFile
from ronda.einvoices.services import archiving
from tests.purchase_makers import make_supplier_invoice

NOW = datetime(2027, 11, 2, 9, 0, tzinfo=UTC)


def kept_file(company: Company, name: str) -> KeptFile:
    (kept,) = archiving.store(company.pk, [archiving.ToKeep(name, b"<Report/>", "application/xml")], now=NOW)
    with transaction.atomic():
        archiving.chain(company.pk, [kept])
    return kept


def make_ereport(company: Company, n: int, **facts: object) -> EReport:
    """A report of nothing that the platform has taken."""
    kept = kept_file(company, f"report-{n}.xml")
    given = {
        "kind": "transactions",
        "starts_on": date(2027, 10, 1),
        "ends_on": date(2027, 10, 31),
        "opens_on": date(2027, 11, 25),
        "due_on": date(2027, 11, 30),
        "version": n,
        "state": "answered",
        "kept": kept,
        "file_name": kept.name,
        "made_at": NOW,
        "made_by": "test",
    }
    return EReport.objects.create(company=company, **(given | facts))


def make_ereport_entry(report: EReport, document_id: int) -> EReportEntry:
    facts = {"flow": "10.3", "on": report.starts_on, "rate": Decimal(20), "category": "TPS1"}
    return EReportEntry.objects.create(report=report, document_id=document_id, amount=Decimal(10), **facts)


def make_invoice_status(company: Company, n: int) -> InvoiceStatus:
    """A status told of a supplier's invoice."""
    kept = kept_file(company, f"status-{n}.xml")
    return InvoiceStatus.objects.create(
        company=company,
        invoice=make_supplier_invoice(company, n),
        status="205",
        message=f"S{n}_205",
        at=NOW,
        kept=kept,
        file_name=kept.name,
        made_at=NOW,
        made_by="test",
    )
