"""Services à la personne: activities, what a payment counts for on the yearly certificate, caps, sentences.

Sources: art. 199 sexdecies CGI; art. D7231-1 (activities), D7233-1 to D7233-4 Code du travail (invoices,
certificate before 31 March, means of payment); VAT: décret 2013-510. Read on secondary pages, not in the law:
to be checked before release. First days of rules older than this program are 1 January 2019.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Texts = dict[str, str]

_OLD = date(2019, 1, 1)

#: The certificate of a year goes to every customer before this day of the next one (month, day).
LAST_DAY = (3, 31)


class Counts(StrEnum):
    """What a means of payment means for the customer's tax credit."""

    OWN = "own"  # paid by the household, traceable
    OTHERS = "others"  # paid for it by somebody else: deducted
    NOT = "not"  # paid by the household, not counted


@dataclass(frozen=True, slots=True)
class MeansRow:
    means: str
    valid_from: date
    counts: Counts


#: Cash never opens the credit (D7233-3); prefunded CESU, APA, PCH and the immediate advance are not the
#: household's own money.
MEANS = tuple(
    MeansRow(means, _OLD, counts)
    for counts, codes in (
        (Counts.OWN, ("transfer", "direct_debit", "card", "cheque", "cesu")),
        (Counts.OTHERS, ("cesu_prefunded", "apa", "pch", "immediate_advance")),
        (Counts.NOT, ("cash", "offset")),
    )
    for means in codes
)


def counts_as(means: str, on: date) -> Counts | None:
    """What a payment by `means` counts for on day `on`; None for means we have no rule for."""
    rows = [row for row in MEANS if row.means == means and row.valid_from <= on]
    return max(rows, key=lambda row: row.valid_from).counts if rows else None


@dataclass(frozen=True, slots=True)
class Activity:
    """vat: the rate while the conditions are met, per cent; cap: yearly spending per household, EUR."""

    code: str
    names: Texts
    vat: Decimal
    approval: bool = False
    only_with_home_services: bool = False
    cap: Decimal | None = None


_APPROVAL = frozenset(
    {"childcare_under_3", "elderly", "sick_watch", "disabled", "driving", "mobility", "escort"}
)
_GLOBAL = frozenset(
    {"child_escort", "meal_delivery", "shopping_delivery", "ironing", "driving", "mobility", "escort"}
)
#: Yearly spending taken into account (art. D7233-5 Code du travail), EUR per household.
_CAPS = {"odd_jobs": Decimal(500), "gardening": Decimal(5000), "it_help": Decimal(3000)}


def _activity(code: str, vat: str, fr: str, it: str, en: str) -> Activity:
    names = {"fr": fr, "it": it, "en": en}
    return Activity(code, names, Decimal(vat), code in _APPROVAL, code in _GLOBAL, _CAPS.get(code))


ACTIVITIES = {
    row.code: row
    for row in (
        _activity(
            "cleaning", "10", "Entretien de la maison et travaux ménagers", "Pulizie domestiche", "Housework"
        ),
        _activity("odd_jobs", "10", "Petit bricolage « homme toutes mains »", "Piccoli lavori", "Odd jobs"),
        _activity(
            "gardening", "20", "Petits travaux de jardinage", "Piccoli lavori di giardino", "Gardening"
        ),
        _activity(
            "childcare_under_3",
            "10",
            "Garde d'enfants à domicile (moins de 3 ans)",
            "Assistenza a bambini sotto i 3 anni",
            "Childcare at home (under 3)",
        ),
        _activity(
            "childcare",
            "10",
            "Garde d'enfants à domicile (3 ans et plus)",
            "Assistenza a bambini",
            "Childcare at home",
        ),
        _activity(
            "child_escort",
            "10",
            "Accompagnement des enfants hors du domicile",
            "Accompagnamento di bambini",
            "Escorting children",
        ),
        _activity(
            "tutoring", "10", "Soutien scolaire à domicile", "Aiuto scolastico", "School tutoring at home"
        ),
        _activity("lessons", "20", "Cours à domicile", "Lezioni a domicilio", "Lessons at home"),
        _activity(
            "cooking", "10", "Préparation de repas à domicile", "Preparazione di pasti", "Cooking at home"
        ),
        _activity(
            "meal_delivery", "10", "Livraison de repas à domicile", "Consegna di pasti", "Meal delivery"
        ),
        _activity(
            "shopping_delivery",
            "10",
            "Livraison de courses à domicile",
            "Consegna della spesa",
            "Shopping delivery",
        ),
        _activity(
            "ironing",
            "10",
            "Collecte et livraison de linge repassé",
            "Ritiro e consegna di stiro",
            "Ironing service",
        ),
        _activity(
            "paperwork",
            "10",
            "Assistance administrative à domicile",
            "Assistenza amministrativa",
            "Help with paperwork",
        ),
        _activity(
            "it_help",
            "20",
            "Assistance informatique et internet à domicile",
            "Assistenza informatica a domicilio",
            "Computer help at home",
        ),
        _activity(
            "house_watch",
            "20",
            "Maintenance, entretien et vigilance temporaires de la résidence",
            "Custodia temporanea dell'abitazione",
            "Watching the house",
        ),
        _activity(
            "remote_help", "20", "Téléassistance et visioassistance", "Teleassistenza", "Remote assistance"
        ),
        _activity(
            "pets",
            "10",
            "Soins et promenades d'animaux de compagnie (personnes dépendantes)",
            "Cura di animali di persone non autosufficienti",
            "Care of pets of dependent people",
        ),
        _activity(
            "beauty",
            "10",
            "Soins d'esthétique à domicile (personnes dépendantes)",
            "Estetica a domicilio di persone non autosufficienti",
            "Beauty care of dependent people",
        ),
        _activity(
            "elderly",
            "5.5",
            "Assistance aux personnes âgées dans les actes quotidiens",
            "Assistenza agli anziani",
            "Help for the elderly",
        ),
        _activity(
            "sick_watch", "5.5", "Garde-malade (hors soins)", "Assistenza a malati", "Sitting with the sick"
        ),
        _activity(
            "disabled",
            "5.5",
            "Assistance aux personnes handicapées",
            "Assistenza a persone con disabilità",
            "Help for the disabled",
        ),
        _activity(
            "driving",
            "5.5",
            "Conduite du véhicule personnel des personnes dépendantes",
            "Guida del veicolo di persone non autosufficienti",
            "Driving a dependent person's car",
        ),
        _activity(
            "mobility",
            "5.5",
            "Aide à la mobilité et transport de personnes",
            "Aiuto alla mobilità",
            "Help with mobility",
        ),
        _activity(
            "escort",
            "5.5",
            "Accompagnement des personnes âgées ou handicapées hors du domicile",
            "Accompagnamento di anziani e disabili",
            "Escorting the elderly or disabled",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class CreditRow:
    """Ceilings of the spending that opens the credit, EUR a year per household; rate in per cent."""

    valid_from: date
    rate: Decimal
    ceiling: Decimal
    per_child: Decimal
    highest: Decimal
    disabled: Decimal


CREDIT = (CreditRow(_OLD, Decimal(50), Decimal(12000), Decimal(1500), Decimal(15000), Decimal(20000)),)


def credit_of(year: int) -> CreditRow:
    """The ceilings of spending paid in `year`."""
    rows = [row for row in CREDIT if row.valid_from <= date(year, 12, 31)] or [CREDIT[0]]
    return max(rows, key=lambda row: row.valid_from)


#: Printed on the certificate (D7233-4), in the customer's language.
SENTENCES: dict[str, Texts] = {
    "cesu": {
        "fr": "Si vous avez payé par CESU préfinancé, vous ne devez déclarer que la part que vous avez "
        "financée vous-même.",
        "it": "Se ha pagato con CESU prefinanziati, deve dichiarare soltanto la parte finanziata da Lei.",
        "en": "If you paid by prefunded CESU, declare only the part you financed yourself.",
    },
    "advance": {
        "fr": "L'avance immédiate de crédit d'impôt et les aides versées directement à l'organisme "
        "ont été déduites.",
        "it": "L'anticipo immediato del credito d'imposta e gli aiuti versati direttamente "
        "sono stati dedotti.",
        "en": "The immediate advance of the tax credit and aids paid directly to us have been deducted.",
    },
}
