"""French electronic invoices: the XML, the checks, the finished Factur-X, and reading it again.

No database: the figures are those of the pure domain, on invoices of eight lines.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ronda.countries.fr.domain.einvoice import legal
from ronda.countries.fr.domain.einvoice.brfr import preflight
from ronda.countries.fr.domain.einvoice.building import write_cii, write_ubl
from ronda.countries.fr.domain.einvoice.model import Address, Invoice, Line, Note, Party, Payment, Vat, VatDue
from ronda.countries.fr.domain.einvoice.reading import read_invoice
from ronda.countries.fr.domain.einvoice.totals import complete, fitted
from ronda.reports.domain import rendering
from ronda.reports.domain.documents import PrintFacts, print_context
from ronda.reports.domain.hybrid import hybrid
from ronda.reports.domain.samples import sample
from ronda.reports.queries import default_layout

_ON, _DUE = date(2026, 10, 5), date(2026, 11, 4)
_MADE = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
_SELLER = Party(
    "Lumière Propreté SARL",
    Address("12 rue des Lilas", postcode="69003", city="Lyon", country="FR"),
    legal_id="732829320",
    vat_number="FR44732829320",
    endpoint="732829320",
)
_BUYER = Party(
    "Résidence Les Bouleaux",
    Address("3 avenue Foch", postcode="69006", city="Lyon", country="FR"),
    legal_id="404833048",
    vat_number="FR83404833048",
    endpoint="404833048",
)


def measure(documents: int) -> dict[str, Any]:
    """CPU milliseconds each, warmed up by one: CII, UBL, preflight, the whole Factur-X, reading it."""
    facts = sample("invoice", "fr", seller={"name": _SELLER.name, "country": "FR", "city": "Lyon"})
    made = [_invoice(facts, number) for number in range(1, documents + 1)]
    layout = default_layout()

    def finished(found: Invoice) -> bytes:
        pdf = rendering.to_pdf(layout, print_context(replace(facts, number=found.number)))
        return hybrid(
            pdf, write_cii(found), title=found.number, author=_SELLER.name, created=_MADE
        )  # fmt: skip

    files = [finished(found) for found in made[:20]]
    return {
        "n": documents,
        "cii_ms": _each(write_cii, made),
        "ubl_ms": _each(write_ubl, made),
        "preflight_ms": _each(lambda found: preflight(found, on=_ON), made),
        "facturx_pdf_ms": _each(finished, made),
        "read_pdf_ms": _each(read_invoice, files),
        "kilobytes_each": round(sum(map(len, files)) / 1024 / len(files), 1),
    }


def _each(work: Callable[[Any], object], things: list[Any]) -> float:
    work(things[0])
    began = time.process_time()
    for thing in things:
        work(thing)
    return round((time.process_time() - began) * 1000 / len(things), 2)


def _invoice(facts: PrintFacts, number: int) -> Invoice:
    lines = tuple(_line(row, position) for position, row in enumerate(facts.lines, start=1))
    notes = (*legal.sentences(_ON), Note(legal.addressee(business=True, country="FR"), "BAR"))
    draft = Invoice(
        number=f"FA-2026/{number:06d}",
        issued_on=_ON,
        seller=_SELLER,
        buyer=_BUYER,
        lines=lines,
        framework=legal.framework("services"),
        vat_due=VatDue.PAYMENT,
        due_on=_DUE,
        payment=Payment("58", iban="FR7630006000011234567890189"),
        notes=notes,
    )
    return complete(draft)


def _line(row: Any, position: int) -> Line:
    rate = Decimal(20) if row.vat_rate == Decimal(22) else row.vat_rate
    line = Line(str(position), row.text, row.quantity, row.unit_price, row.net, Vat("S", rate))
    return fitted(line)
