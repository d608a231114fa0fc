"""Invented documents: what a layout is tried with before a real document uses it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.kernel.money import to_cents
from ronda.reports.domain.documents import PrintedDue, PrintedLine, PrintedVat, PrintFacts
from ronda.reports.domain.formats import known

_DAY = date(2026, 3, 2)
_TEXTS = {
    "it": (
        "Manutenzione ordinaria impianto di condizionamento dal 01/03/2026 al 31/03/2026",
        "Sanificazione filtri e batterie",
        "Sede di via Torino",
        "Magazzino di Rho",
        "Bonifico bancario",
        "30 giorni data fattura",
        "Condominio Le Betulle",
    ),
    "fr": (
        "Entretien de l’installation de climatisation du 01/03/2026 au 31/03/2026",
        "Désinfection des filtres et des batteries",
        "Siège, rue de Rivoli",
        "Entrepôt de Nanterre",
        "Virement bancaire",
        "30 jours date de facture",
        "Résidence Les Bouleaux",
    ),
    "en": (
        "Maintenance of the air conditioning from 01/03/2026 to 31/03/2026",
        "Cleaning of filters and coils",
        "Head office",
        "Warehouse",
        "Bank transfer",
        "30 days from the invoice",
        "Birch House Residents",
    ),
}
SELLER: Mapping[str, Any] = {
    "name": "Aria Pulita Srl",
    "country": "IT",
    "tax_id": "01234567897",
    "street": "Via Torino 12",
    "postcode": "20123",
    "city": "Milano",
    "province": "MI",
    "phone": "02 1234567",
    "email": "amministrazione@example.com",
    "iban": "IT60X0542811101000000123456",
    "bank_name": "Banca di prova",
}


def sample(kind: str, language: str, *, seller: Mapping[str, Any] = SELLER, lines: int = 8) -> PrintFacts:
    """A document of `lines` lines over two sites, with two VAT rates and two due dates."""
    language = known(language)
    fee, cleaning, first, second, method, terms, customer = _TEXTS[language]
    half = (lines + 1) // 2
    rows = [
        PrintedLine(
            text=f"{cleaning if n % 3 else fee}",
            site=first if n < half else second,
            site_address="",
            quantity=Decimal(1 + n % 4),
            unit_price=Decimal("128.50") + n,
            discount=Decimal(10) if n == 1 else Decimal(0),
            net=to_cents((128 + n + Decimal("0.5")) * (1 + n % 4) * (Decimal("0.9") if n == 1 else 1)),
            vat_rate=Decimal(10) if n % 5 == 4 else Decimal(22),
            steps=((fee, "128.50"), ("", f"× {1 + n % 4}")) if n == 0 else (),
        )
        for n in range(lines)
    ]
    facts = PrintFacts(
        kind=kind,
        language=language,
        currency="EUR",
        seller=seller,
        buyer=buyer(customer),
        lines=rows,
        vat=(),
        number="FT 128/2026",
        on=_DAY,
        by_site=True,
        method=method,
        terms=terms,
        purchase_order="4500012345",
        corrects="FT 97/2026" if kind == "credit_note" else "",
        corrects_date=date(2026, 1, 31) if kind == "credit_note" else None,
        identity=f"{seller.get('name', '')} - {seller.get('tax_id', '')}",
    )
    return with_sums(facts)


def with_sums(facts: PrintFacts) -> PrintFacts:
    """The same document with VAT, totals and two equal due dates that follow from its lines."""
    nets: dict[Decimal, Decimal] = {}
    for line in facts.lines:
        nets[line.vat_rate] = nets.get(line.vat_rate, Decimal(0)) + line.net
    vat = [
        PrintedVat(rate=rate, net=net, vat=to_cents(net * rate / 100))
        for rate, net in sorted(nets.items(), reverse=True)
    ]
    net, tax = sum((row.net for row in vat), Decimal(0)), sum((row.vat for row in vat), Decimal(0))
    first = to_cents((net + tax) / 2)
    dues = (
        PrintedDue(on=date(2026, 3, 31), amount=first),
        PrintedDue(on=date(2026, 4, 30), amount=net + tax - first),
    )
    return replace(facts, vat=vat, net=net, vat_total=tax, gross=net + tax, payable=net + tax, dues=dues)


def buyer(name: str) -> dict[str, Any]:
    """An invented customer."""
    return {
        "name": name,
        "code": "C0042",
        "street": "Via Monte Rosa 45",
        "postcode": "20149",
        "city": "Milano",
        "province": "MI",
        "country": "IT",
        "tax_id": "12345678903",
        "registration_id": "97012340158",
        "recipient_code": "M5UXCR1",
    }
