"""The record that each page outside the workspaces is about, for the tests of all addresses."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from ronda.accounting.models import Closing
from ronda.accounting.services import request_closing
from ronda.company.models import Attachment, Company, ImportBatch, Job
from ronda.company.services.files import attach_file
from ronda.einvoices.models import Receipt
from ronda.einvoices.services import archiving
from ronda.parties.models import Party
from ronda.quotes.models import Picture
from ronda.workspace.models import SavedView
from tests.certificate_makers import make_certificate
from tests.makers import (
    make_amendment,
    make_commission_statement,
    make_consent_text,
    make_contract,
    make_data_check,
    make_document,
    make_file_set_aside,
    make_index_batch,
    make_layout,
    make_ledger_account,
    make_member,
    make_party,
    make_personal_export,
    make_quote,
    make_run,
    make_transmission,
)
from tests.purchase_makers import make_incoming_file, make_supplier_invoice
from tests.reporting_makers import make_ereport, make_invoice_status


def make_asked(company: Company, n: int) -> Party:
    """A customer, and a text to be agreed to."""
    make_consent_text(company, n)
    return make_party(company, n)


def make_file(company: Company, n: int) -> Attachment:
    return attach_file(make_party(company, n), ContentFile(f"text {n}".encode()), name=f"{n}.txt", by="test")


def make_kept_view(company: Company, n: int) -> SavedView:
    facts = {"workspace": "party", "company_id": company.pk, "name": f"View number {n}", "query": ""}
    return SavedView.objects.create(user=make_member(company, n).user, **facts)


def make_import(company: Company, n: int) -> ImportBatch:
    facts = {"kind": "customers", "name": f"table {n}.csv", "state": "undone", "by": "test"}
    return ImportBatch.objects.create(company=company, **facts)


def make_picture(company: Company, n: int) -> Picture:
    return Picture.objects.create(company=company, file=f"p{n}.png", mime="image/png", size=1, sha256=f"{n}")


def make_closing(company: Company, n: int) -> Closing:
    return request_closing(company, on=date(2025, 12, n % 30 + 1), method="days", by="test")


def make_receipt(company: Company, n: int) -> Receipt:
    row = make_transmission(company, n)
    facts = {"sha256": f"{n:064}", "kind": "taken", "received_at": row.sent_at}
    kept = archiving.store(company.pk, [archiving.ToKeep(f"{n}.xml", b"x")], now=row.prepared_at)
    with transaction.atomic():
        archiving.chain(company.pk, kept)
    return Receipt.objects.create(company=company, transmission=row, kept=kept[0], **facts)


# The record that a page outside the workspaces is about, by the name of the address.
PAGE_RECORDS: dict[str, Callable[[Company, int], Any]] = {
    "certificate-file": make_certificate,
    "contract-change": make_contract,
    "contract-pdf": make_contract,
    "amendment-print": make_amendment,
    "amendment-pdf": make_amendment,
    "view-change": make_kept_view,
    "view-drop": make_kept_view,
    "attachment-upload": make_party,
    "attachment-download": make_file,
    "attachment-delete": make_file,
    "attachment-preview": make_file,
    "attachment-thumbnail": make_file,
    "attachment-new-version": make_file,
    "attachment-version": make_file,
    "attachment-restore": make_file,
    "job-outcome": lambda company, n: Job.objects.create(company=company, kind="tests.job", by="test"),
    "job-progress": lambda company, n: Job.objects.create(company=company, kind="tests.job", by="test"),
    "job-stop-now": lambda company, n: Job.objects.create(company=company, kind="tests.job", by="test"),
    "import-progress": make_import,
    "import-errors": make_import,
    "import-do": make_import,
    "it-import-accept": make_import,
    "it-import-seller": make_import,
    "run-progress": make_run,
    "run-do": make_run,
    "run-entry": lambda company, n: make_run(company, n).entries.order_by("pk")[0],
    "certificate": make_data_check,
    "certificate-pdf": make_data_check,
    "document-credit": make_document,
    "document-pdf": make_document,
    "adjustment-letters": make_index_batch,
    "quote-send-page": make_quote,
    "quote-answer": make_quote,
    "quote-signature": make_quote,
    "quote-pdf": make_quote,
    "quote-picture": make_picture,
    "commission-statement-xlsx": make_commission_statement,
    "personal-export-file": make_personal_export,
    "party-consent-form": make_asked,
    "layout-preview": make_layout,
    "einvoice-file": make_transmission,
    "fr-report": make_ereport,
    "fr-report-file": make_ereport,
    "fr-report-do": make_ereport,
    "fr-status-file": make_invoice_status,
    "fr-status-do": make_invoice_status,
    "einvoice-receipt-file": make_receipt,
    "einvoice-odd-file": make_file_set_aside,
    "supplierinvoice-file": make_supplier_invoice,
    "incomingfile-file": make_incoming_file,
    "ledger": make_ledger_account,
    "closing": make_closing,
    "closing-export": make_closing,
    "closing-progress": make_closing,
    "closing-do": make_closing,
}
