"""Invoices of suppliers that wait at the played exchanges: electricity, spare parts, a telephone."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ronda.company.models import Company
from ronda.countries.fr.domain.einvoice import legal
from ronda.countries.fr.domain.einvoice import model as french
from ronda.countries.fr.domain.einvoice.building import write_cii
from ronda.countries.fr.domain.einvoice.totals import complete, line_net
from ronda.countries.it.domain import fatturapa as italian
from ronda.countries.it.domain.fatturapa import model as bodies
from ronda.kernel.money import to_cents
from ronda.site.demo import numbers

VAT = {"IT": Decimal("22.00"), "FR": Decimal("20")}
CODE = "GARZA01"  # where the Italian firm receives


class Bought(NamedTuple):
    """An invoice of a supplier: what it is for, with quantity, unit and price of each line."""

    name: str
    seed: int
    number: str
    day: int
    lines: tuple[tuple[str, str, str, str], ...]


ITALIAN = (
    Bought(
        "Lario Energia SpA",
        61,
        "2026/118734",
        12,
        (
            ("Energia elettrica, settembre 2026", "1840.00", "kWh", "0.1935"),
            ("Quota fissa", "1.00", "mese", "12.40"),
        ),
    ),
    Bought(
        "Ricambi Ascensori Mella Srl",
        62,
        "1502/FE",
        19,
        (
            ("Pulsantiera di piano in acciaio", "4.00", "pz", "86.50"),
            ("Fune portante Ø 10 mm", "60.00", "m", "3.90"),
            ("Trasporto", "1.00", "", "18.00"),
        ),
    ),
    Bought(
        "Telefonia Padana SpA",
        63,
        "8F00217745",
        26,
        (("Canone linee e centralino, ottobre 2026", "1.00", "mese", "74.90"),),
    ),
)
FRENCH = (
    Bought(
        "Produits d'Entretien du Rhône SAS",
        71,
        "FA-26-04417",
        14,
        (
            ("Détergent multi-surfaces, bidon de 5 l", "24", "C62", "11.80"),
            ("Gants nitrile, boîte de 100", "30", "C62", "6.45"),
        ),
    ),
    Bought(
        "Utilitaires Bellecour SARL",
        72,
        "2026-0931",
        21,
        (("Location d'un utilitaire, octobre 2026", "1", "MON", "489.00"),),
    ),
)


def italian_files(company: Company, month: date) -> Iterator[tuple[str, bytes]]:
    """Name and content of each FatturaPA file of that month."""
    buyer = _italian_firm(
        company.legal_name, company.tax_id, company.postcode, company.city, company.province
    )
    for bought in ITALIAN:
        vat_id = numbers.partita_iva(90_000 + bought.seed)
        seller = _italian_firm(bought.name, vat_id, "20124", "Milano", "MI")
        lines = tuple(_italian_line(n, *line) for n, line in enumerate(bought.lines, start=1))
        net = sum((line.net for line in lines), Decimal(0))
        vat = to_cents(net * VAT["IT"] / 100)
        day = month.replace(day=bought.day)
        invoice = bodies.ReceivedInvoice(
            kind="TD01",
            number=bought.number,
            date=day,
            seller=seller,
            buyer=buyer,
            lines=lines,
            summaries=(bodies.Summary(VAT["IT"], net, vat, exigibility="I"),),
            total=net + vat,
            payments=(bodies.Payment("TP02", "MP05", net + vat, due=day + timedelta(days=30)),),
            progressive=f"{bought.seed:05d}",
        )
        yield f"IT{vat_id}_{bought.seed:05d}.xml", italian.write_invoice(invoice)


def _italian_firm(name: str, vat_id: str, postcode: str, city: str, province: str) -> bodies.Party:
    return bodies.Party(
        name=name,
        vat_country="IT",
        vat_id=vat_id,
        fiscal_code=vat_id,
        tax_regime="RF01",
        street="Via dell'Industria",
        house_number="12",
        postcode=postcode,
        city=city,
        province=province,
        country="IT",
        recipient_code=CODE,
    )


def _italian_line(n: int, text: str, quantity: str, unit: str, price: str) -> bodies.Line:
    count, each = Decimal(quantity), Decimal(price)
    return bodies.Line(n, text, each, to_cents(count * each), VAT["IT"], quantity=count, unit=unit)


def french_files(company: Company, month: date) -> Iterator[tuple[str, bytes]]:
    """Name and content of each CII file of that month."""
    own = french.Address(company.street, "", "", company.postcode, company.city, "", "FR")
    siren = company.registration_id[:9]
    buyer = french.Party(
        name=company.legal_name,
        address=own,
        legal_id=siren,
        vat_number=f"FR{company.tax_id}",
        endpoint=siren,
    )
    for bought in FRENCH:
        day = month.replace(day=bought.day)
        yield f"{bought.number}.xml", write_cii(_french_invoice(bought, buyer, day))


def _french_invoice(bought: Bought, buyer: french.Party, day: date) -> french.Invoice:
    siren, vat = numbers.siren(90_000 + bought.seed), french.Vat("S", VAT["FR"])
    seller = french.Party(
        name=bought.name,
        address=french.Address("5 rue de l'Industrie", "", "", "69007", "Lyon", "", "FR"),
        legal_id=siren,
        vat_number=f"FR{numbers.french_vat(siren)}",
        endpoint=siren,
    )
    lines = tuple(
        french.Line(
            str(n),
            text,
            Decimal(count),
            Decimal(price),
            line_net(Decimal(count), Decimal(price)),
            vat,
            unit=unit,
        )
        for n, (text, count, unit, price) in enumerate(bought.lines, start=1)
    )
    draft = french.Invoice(
        number=bought.number,
        issued_on=day,
        seller=seller,
        buyer=buyer,
        lines=lines,
        framework="S1",
        vat_due=french.VatDue.PAYMENT,
        due_on=day + timedelta(days=30),
        payment=french.Payment("30", iban=numbers.french_iban("30002", "00550", 7_000 + bought.seed)),
        notes=(*legal.sentences(day), french.Note("B2B", "BAR")),
    )
    return complete(draft)
