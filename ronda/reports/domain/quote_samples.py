"""An invented quote: what its layout is tried with before a real one uses it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.billing.domain.totals import Line
from ronda.kernel.money import to_cents
from ronda.quotes.domain.rhythms import Rhythm
from ronda.quotes.domain.totals import OfferLine, offer_totals
from ronda.reports.domain.formats import known
from ronda.reports.domain.quotes import OfferedLine, QuoteFacts
from ronda.reports.domain.samples import SELLER, buyer

_TEXTS = {
    "it": ("Climatizzazione degli uffici", "Installazione", "Fornitura e posa di unità interna",
           "Filtro antipolline", "Canone di manutenzione", "Controllo e pulizia, ricambi esclusi.",
           "Gentile cliente, La ringraziamo per la richiesta.", "Pagamento a 30 giorni data fattura.",
           "Sede di via Torino, Via Torino 12, 20123 Milano", "Condominio Le Betulle"),
    "fr": ("Climatisation des bureaux", "Installation", "Fourniture et pose d’une unité intérieure",
           "Filtre anti-pollen", "Forfait d’entretien", "Contrôle et nettoyage, hors pièces.",
           "Madame, Monsieur, nous vous remercions de votre demande.", "Règlement à 30 jours.",
           "Siège, 12 rue de Rivoli, 75004 Paris", "Résidence Les Bouleaux"),
    "en": ("Air conditioning of the offices", "Installation", "Supply and fitting of an indoor unit",
           "Pollen filter", "Maintenance fee", "Inspection and cleaning, parts excluded.",
           "Dear customer, thank you for your request.", "Payment within 30 days.",
           "Head office, 12 High Street", "Birch House Residents"),
}  # fmt: skip


def sample_quote(language: str, *, seller: Mapping[str, Any] = SELLER, lines: int = 8) -> QuoteFacts:
    """A quote of `lines` priced lines: billed once and every quarter, with an option not chosen."""
    language = known(language)
    title, section, unit, option, fee, details, intro, closing, site, customer = _TEXTS[language]
    heading = OfferedLine(key=0, kind="section", text=section)
    rows = [_row(key, (unit, option, fee)[key % 3], details) for key in range(1, lines + 1)]
    priced = [
        OfferLine(row.key, Line.of_net(_net(row), row.vat_rate), row.rhythm, is_option=row.is_option)
        for row in rows
    ]
    counted = {row.key for row in rows if row.chosen}
    return QuoteFacts(
        language=language,
        currency="EUR",
        seller=seller,
        buyer=buyer(customer),
        lines=[heading, *rows],
        totals=offer_totals(priced, counted, discount=Decimal(5)),
        discount=Decimal(5),
        number="PV 42/2026/2",
        title=title,
        on=date(2026, 3, 2),
        valid_until=date(2026, 4, 30),
        draft=False,
        intro=intro,
        closing=closing,
        site=site,
        identity=f"{seller.get('name', '')} - {seller.get('tax_id', '')}",
        logo="",
        window="right",
    )


def _net(row: OfferedLine) -> Decimal:
    return to_cents(row.quantity * row.unit_price * (100 - row.discount) / 100)


def _row(key: int, text: str, details: str) -> OfferedLine:
    is_fee, is_option = key % 3 == 2, key % 3 == 1 and key > 1
    return OfferedLine(
        key=key,
        kind="service",
        text=text,
        details=details if is_fee else "",
        quantity=Decimal(1 + key % 2),
        unit_price=Decimal("148.50") + key,
        discount=Decimal(10) if key == 3 else Decimal(0),
        vat_rate=Decimal(10) if key % 5 == 4 else Decimal(22),
        rhythm=Rhythm("month", 3) if is_fee else Rhythm(),
        is_option=is_option,
        chosen=not is_option,
    )
