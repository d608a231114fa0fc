"""What the Italian firm sells, and its contracts: every way of billing that there is."""

from datetime import date
from typing import Any

from ronda.parties.models import Party
from ronda.site.demo.agreements import Agreement, Case, Recipe

ITEMS: tuple[dict[str, Any], ...] = (
    {"code": "ASC-ORD", "name": "Manutenzione ordinaria ascensore", "price": "68.00", "unit": "mo"},
    {"code": "ASC-FULL", "name": "Manutenzione full risk ascensore", "price": "145.00", "unit": "mo"},
    {"code": "ASC-TEL", "name": "Linea di soccorso bidirezionale", "price": "9.90", "unit": "mo"},
    {"code": "ASC-VER", "name": "Assistenza alla verifica biennale", "price": "130.00", "unit": "vis"},
    {"code": "MON-ORD", "name": "Manutenzione montacarichi", "price": "54.00", "unit": "mo"},
    {"code": "CAL-MAN", "name": "Manutenzione annuale caldaia", "price": "125.00", "unit": "yr"},
    {"code": "CAL-FUM", "name": "Analisi dei fumi e bollino", "price": "42.00", "unit": "vis"},
    {"code": "CAL-TER", "name": "Terzo responsabile centrale termica", "price": "1160.00", "unit": "yr"},
    {"code": "CLI-MAN", "name": "Manutenzione impianto di climatizzazione", "price": "210.00", "unit": "vis"},
    {"code": "REP-24", "name": "Reperibilità 24 ore su 24", "price": "27.50", "unit": "mo"},
    {"code": "ANT-EST", "name": "Controllo estintori", "price": "6.80", "unit": "pz"},
    {"code": "ATT", "name": "Attivazione del servizio", "price": "90.00", "unit": "lump"},
    {"code": "ORE", "name": "Manodopera", "price": "46.00", "unit": "h"},
)
#: Subject to the 4 % that condominiums keep back; the training course is exempt from VAT.
WITHHOLDING = True
EXEMPT_ITEM: dict[str, Any] = {
    "code": "COR-ADD",
    "name": "Formazione degli addetti alla manovra a mano",
    "price": "260.00",
    "unit": "lump",
}
REDUCED = {Party.Kind.BUILDING, Party.Kind.PERSON}


def vat_of(party: Party) -> str:
    """Upkeep of dwellings is taxed at the reduced rate."""
    return "10" if party.kind in REDUCED or party.name.startswith("Studio ") else "22"


def monthly(c: Case) -> Agreement:
    fee = c.fee("ASC-ORD", c.about(68))
    return Agreement("Manutenzione ascensore", c.started(), [fee])


def quarterly_calendar(c: Case) -> Agreement:
    fee = c.fee("ASC-ORD", c.about(204), frequency=3, alignment="calendar")
    return Agreement("Manutenzione ascensore, rate trimestrali", c.started(), [fee])


def year_price_in_months(c: Case) -> Agreement:
    fee = c.fee("CAL-TER", c.about(1160), frequency=1, price_basis="year")
    return Agreement("Terzo responsabile, canone annuo in rate mensili", c.started(), [fee])


def yearly_boiler(c: Case) -> Agreement:
    fee = c.fee("CAL-MAN", c.about(125), frequency=12)
    return Agreement("Manutenzione caldaia", c.started(), [fee])


def half_yearly_arrears(c: Case) -> Agreement:
    fee = c.fee("CLI-MAN", c.about(210), frequency=6, timing="arrears", alignment="calendar")
    return Agreement("Climatizzazione, posticipato", c.started(), [fee])


def from_the_31st(c: Case) -> Agreement:
    fee = c.fee("ASC-FULL", c.about(145))
    return Agreement("Full risk ascensore dal 31 del mese", date(2024, 1, 31), [fee])


def from_29_february(c: Case) -> Agreement:
    fee = c.fee("CAL-MAN", c.about(125), frequency=12)
    return Agreement("Manutenzione caldaia dal 29 febbraio", date(2024, 2, 29), [fee])


def month_end(c: Case) -> Agreement:
    fee = c.fee("REP-24", c.about(27), month_end=True)
    return Agreement("Reperibilità, fine mese", date(2025, 2, 28), [fee])


def month_of_activation(c: Case) -> Agreement:
    fee = c.fee("MON-ORD", c.about(162), frequency=3, alignment="activation_month")
    return Agreement("Montacarichi, dal mese di attivazione", date(2025, 5, 12), [fee])


def _first_partial(policy: str, title: str) -> Recipe:
    def recipe(c: Case) -> Agreement:
        fee = c.fee("ASC-ORD", c.about(68), alignment="calendar", first_partial=policy)
        return Agreement(f"Manutenzione ascensore, {title}", c.recently(), [fee])

    return recipe


def partial_quarter_by_months(c: Case) -> Agreement:
    fee = c.fee("ASC-ORD", c.about(204), frequency=3, alignment="calendar", first_partial="by_30ths")
    return Agreement("Manutenzione ascensore, primo trimestre a mesi e giorni", c.recently(), [fee])


def ended(c: Case) -> Agreement:
    fee = c.fee("ASC-ORD", c.about(68), alignment="calendar")
    return Agreement("Manutenzione ascensore, cessato", c.started(), [fee], ends_on=date(2026, 9, 14))


def future(c: Case) -> Agreement:
    fee = c.fee("ASC-FULL", c.about(145))
    return Agreement("Full risk ascensore dal 2027", date(2027, 1, 1), [fee])


def held(c: Case) -> Agreement:
    return Agreement("Manutenzione ascensore", c.started(), [c.fee("ASC-ORD", c.about(68))], then="hold")


def lead_days(c: Case) -> Agreement:
    fee = c.fee("CAL-TER", c.about(1160), frequency=12, lead_days=30)
    return Agreement("Terzo responsabile, fatturato 30 giorni prima", date(2023, 11, 15), [fee])


def fixed_day(c: Case) -> Agreement:
    fee = c.fee("ASC-ORD", c.about(136), frequency=2, invoice_day="day_of_month", invoice_day_number=15)
    return Agreement("Manutenzione ascensore, fattura il 15", c.started(), [fee])


def last_day_of_month(c: Case) -> Agreement:
    fee = c.fee("REP-24", c.about(27), timing="arrears", invoice_day="last_of_month")
    return Agreement("Reperibilità, fattura a fine mese", c.started(), [fee])


def days_after(c: Case) -> Agreement:
    fee = c.fee("CLI-MAN", c.about(210), frequency=4, offset_days=10)
    return Agreement("Climatizzazione quadrimestrale", c.started(), [fee])


def every_four_weeks(c: Case) -> Agreement:
    fee = c.fee("ANT-EST", "6.80", quantity="12", frequency_unit="week", frequency=4)
    return Agreement("Controllo estintori ogni quattro settimane", date(2025, 9, 1), [fee])


def with_activation(c: Case) -> Agreement:
    fees = [c.fee("ASC-FULL", c.about(145)), c.fee("ATT", "90.00", frequency_unit="once")]
    return Agreement("Full risk ascensore con attivazione", c.recently(), fees)


def mixed(c: Case) -> Agreement:
    fees = [
        c.fee("ASC-ORD", c.about(68)),
        c.fee("ASC-TEL", "9.90"),
        c.fee("ASC-VER", "130.00", frequency=24),
        c.fee("CAL-FUM", "42.00", frequency=6),
    ]
    return Agreement("Ascensore, telesoccorso e verifiche", c.started(), fees)


def discounted(c: Case) -> Agreement:
    fee = c.fee("ASC-FULL", c.about(145), quantity="2", discount="7.5")
    return Agreement("Full risk, due impianti con sconto", c.started(), [fee])


def letters(c: Case) -> Agreement:
    fees = [c.fee("ASC-ORD", c.about(68), site=site) for site in c.sites[:6]]
    return Agreement("Manutenzione ascensori di più stabili", c.started(), fees)


def own_letter(c: Case) -> Agreement:
    """On the letter B whatever the site's letter is, where the customer has one."""
    facts = {"group": c.groups["B"]} if "B" in c.groups else {}
    fee = c.fee("CAL-TER", c.about(290), frequency=3)
    return Agreement("Terzo responsabile, fattura separata", c.started(), [fee], facts=facts)


def free_start(c: Case) -> Agreement:
    fee = c.fee("ASC-TEL", "9.90", free_until=date(2026, 9, 30))
    return Agreement("Telesoccorso, due mesi gratuiti", date(2026, 8, 1), [fee])


def course(c: Case) -> Agreement:
    fee = c.fee("COR-ADD", "260.00", vat="N4", frequency=12)
    return Agreement("Formazione annuale, esente art. 10", date(2024, 9, 15), [fee])


def draft(c: Case) -> Agreement:
    return Agreement("Offerta full risk", date(2026, 12, 1), [c.fee("ASC-FULL", c.about(145))], then="draft")


def cancelled(c: Case) -> Agreement:
    return Agreement("Contratto mai partito", c.recently(), [c.fee("ASC-ORD", c.about(68))], then="void")


def fixed_term(c: Case) -> Agreement:
    start = date(2025, 1, 1)
    fee = c.fee("CLI-MAN", c.about(210), frequency=6)
    return Agreement("Climatizzazione, durata tre anni", start, [fee], ends_on=date(2027, 12, 31))


RECIPES: tuple[tuple[int, Recipe], ...] = (
    (24, monthly),
    (18, quarterly_calendar),
    (6, year_price_in_months),
    (16, yearly_boiler),
    (6, half_yearly_arrears),
    (2, from_the_31st),
    (1, from_29_february),
    (2, month_end),
    (3, month_of_activation),
    (1, _first_partial("by_days", "primo mese a giorni")),
    (1, _first_partial("full", "primo mese intero")),
    (1, _first_partial("free", "primo mese gratuito")),
    (1, _first_partial("merge", "primo mese con il secondo")),
    (1, partial_quarter_by_months),
    (4, ended),
    (2, future),
    (2, held),
    (3, lead_days),
    (4, fixed_day),
    (3, last_day_of_month),
    (3, days_after),
    (2, every_four_weeks),
    (2, with_activation),
    (9, mixed),
    (4, discounted),
    (6, letters),
    (3, own_letter),
    (2, free_start),
    (2, course),
    (1, draft),
    (1, cancelled),
    (4, fixed_term),
)
