"""How much computing a delivery of suppliers' invoices takes: FatturaPA files read, taken in, registered."""

import io
import time
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from ronda.company.services import create_company
from ronda.countries.it.domain.fatturapa import Line, Party, ReceivedInvoice, Summary, write_invoice
from ronda.countries.it.domain.tax_ids import check_digit
from ronda.purchases.models import SupplierInvoice
from ronda.purchases.services import create_supplier, deliver, read_delivery, register
from ronda.site.benches.legal_it import BUYER, SELLER

BY = "bench"
ON = date(2026, 3, 31)
BUDGET_SECONDS = 10
SELLERS = 50


def measure(n: int) -> dict[str, Any]:
    """CPU seconds for `n` files of one zip: kept, then read and taken in; milliseconds per registration.

    It writes into the database in use, which has to be one to be thrown away.
    """
    company = create_company(name=f"Bench {n}", country="IT", by=BY, tax_id=BUYER.vat_id)
    archive = _archive(n)
    start = time.process_time()
    delivery = deliver(company, [("bench.zip", archive)], today=ON, by=BY)
    kept = time.process_time()
    read_delivery(delivery, today=ON)
    done = time.process_time()
    taken = SupplierInvoice.objects.filter(company=company)
    if taken.count() != n:
        raise RuntimeError(f"{taken.count()} of {n} files were taken in")
    return {
        "n": n,
        "budget_s": BUDGET_SECONDS,
        "kept_cpu_s": round(kept - start, 2),
        "taken_in_cpu_s": round(done - kept, 2),
        "ms_per_file": round(1000 * (done - start) / n, 2),
        "ms_per_registration": _registering(taken),
    }


def _registering(taken: Any) -> float:
    create_supplier(taken.order_by("pk")[0], by=BY)
    ready = list(taken.filter(state=SupplierInvoice.State.RECEIVED).order_by("pk")[:50])
    start = time.process_time()
    for invoice in ready:
        register(invoice, on=ON, by=BY)
    return round(1000 * (time.process_time() - start) / max(1, len(ready)), 2)


def _archive(n: int) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(1, n + 1):
            archive.writestr(f"IT{number:07d}.xml", write_invoice(_invoice(number)))
    return SimpleUploadedFile("bench.zip", content.getvalue())


def _invoice(number: int) -> ReceivedInvoice:
    """Five lines of one of the sellers."""
    stem = f"{number % SELLERS:07d}015"
    seller: Party = replace(
        SELLER, vat_id=f"{stem}{check_digit(stem)}", name=f"Fornitore {number % SELLERS} Srl"
    )
    lines = tuple(
        Line(at, f"Materiale {at} di marzo", Decimal(10 * at), Decimal(10 * at), Decimal(22))
        for at in range(1, 6)
    )
    net = sum((one.net for one in lines), Decimal(0))
    return ReceivedInvoice(
        kind="TD01",
        number=f"FT{number}",
        date=date(2026, 3, 1 + number % 28),
        seller=seller,
        buyer=BUYER,
        progressive=f"{number:05d}",
        lines=lines,
        summaries=(Summary(Decimal(22), net, net * 22 / 100, exigibility="I"),),
        total=net * 122 / 100,
    )
