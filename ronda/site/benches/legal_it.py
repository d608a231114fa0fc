"""FatturaPA files of five lines: checked and written, and read again."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.countries.it.domain.fatturapa import (
    Discount,
    Line,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Summary,
    read_invoice,
    write_invoice,
)
from ronda.countries.it.domain.fatturapa.names import file_name, progressive
from ronda.countries.it.domain.preflight import preflight

ON = date(2026, 3, 31)
SELLER = Party(
    "Aria Società a responsabilità limitata",
    vat_country="IT",
    vat_id="01234567897",
    tax_regime="RF01",
    street="Via Roma",
    house_number="1",
    postcode="20121",
    city="Milano",
    province="MI",
    country="IT",
)
BUYER = Party(
    "Bianchi Impianti Spa",
    vat_country="IT",
    vat_id="02182030391",
    street="Via Verdi",
    house_number="3",
    postcode="10121",
    city="Torino",
    province="TO",
    country="IT",
    recipient_code="ABC1234",
)


def measure(documents: int) -> dict[str, Any]:
    """CPU milliseconds per file: all checks and the writing, the two apart, and reading one received.

    One is written before, to warm up.
    """
    invoices = [_invoice(n) for n in range(1, documents + 1)]
    preflight(invoices[0], on=ON)
    write_invoice(invoices[0])
    checking = time.process_time()
    findings = sum(len(preflight(invoice, on=ON)) for invoice in invoices)
    writing = time.process_time()
    files = [write_invoice(invoice) for invoice in invoices]
    reading = time.process_time()
    for invoice, content in zip(invoices, files, strict=True):
        read_invoice(content, invoice.source_name)
    done = time.process_time()
    return {
        "n": documents,
        "cpu_ms_each": _each(reading - checking, documents),
        "checking_ms_each": _each(writing - checking, documents),
        "writing_ms_each": _each(reading - writing, documents),
        "reading_ms_each": _each(done - reading, documents),
        "findings": findings,
        "bytes_each": sum(map(len, files)) // documents,
    }


def _each(seconds: float, documents: int) -> float:
    return round(seconds * 1000 / documents, 3)


def _invoice(n: int) -> ReceivedInvoice:
    lines = tuple(_line(at, Decimal("49.90") + n % 10 + at) for at in range(1, 6))
    net = sum((line.net for line in lines), Decimal(0))
    vat = (net * 22 / 100).quantize(Decimal("0.01"))
    return ReceivedInvoice(
        kind="TD01",
        number=f"FT {n}/2026",
        date=ON,
        seller=SELLER,
        buyer=BUYER,
        lines=lines,
        summaries=(Summary(Decimal(22), net, vat, exigibility="I"),),
        total=net + vat,
        payments=(Payment("TP02", "MP05", net + vat, ON, iban="IT60X0542811101000000123456"),),
        references=(Reference("contract", f"C-{n}", date(2025, 1, 1)),),
        causals=("Canone di assistenza – città di Torino",),
        progressive=progressive(n),
        source_name=file_name("IT", SELLER.vat_id, n),
    )


def _line(at: int, price: Decimal) -> Line:
    return Line(
        at,
        f"Canone n. {at} per l’assistenza degli impianti, secondo contratto",
        price,
        (price * 2 * Decimal("0.9")).quantize(Decimal("0.01")),
        Decimal(22),
        quantity=Decimal(2),
        unit="mesi",
        discounts=(Discount("SC", Decimal(10)),),
        period_from=date(2026, 3, 1),
        period_to=date(2026, 3, 31),
    )
