"""E-reporting to the tax administration (flux 10): who reports when, and the codes.

Sources: art. 290 and 290 A CGI; périodicité: art. 242 nonies M annexe II CGI as told by the administration's
pages (the text itself was not read: check before release); codes and formats: external specifications v3.2 of
2026-04-30 and annexe 7 v1.8 of the DGFiP. One row for each régime, with the first day it holds.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Regime(StrEnum):
    """The VAT régime of a company, on which its periods depend."""

    REAL_MONTHLY = "real_monthly"  # régime réel normal mensuel
    REAL_QUARTERLY = "real_quarterly"  # réel normal, option trimestrielle
    SIMPLIFIED = "simplified"  # régime simplifié d'imposition
    FRANCHISE = "franchise"  # franchise en base


class Kind(StrEnum):
    """The two transmissions: sales, and money received for services."""

    TRANSACTIONS = "transactions"  # 10.1 and 10.3
    PAYMENTS = "payments"  # 10.2 and 10.4


class Rhythm(StrEnum):
    """How long a period of transmission is."""

    TEN_DAYS = "ten_days"  # 1-10, 11-20, 21-end of the month
    MONTH = "month"
    TWO_MONTHS = "two_months"  # January and February, …


@dataclass(frozen=True, slots=True)
class RhythmRow:
    """opens, due: days of the month after the period; for ten days due is counted in `TEN_DAYS_DUE`."""

    regime: Regime
    kind: Kind
    valid_from: date
    rhythm: Rhythm
    opens: int
    due: int


#: Ten-day periods: last day of sending, and how many months later (annexe II, art. 242 nonies M).
TEN_DAYS_DUE = ((20, 0), (30, 0), (10, 1))

_START = date(2026, 9, 1)

RHYTHMS = (
    RhythmRow(Regime.REAL_MONTHLY, Kind.TRANSACTIONS, _START, Rhythm.TEN_DAYS, 0, 0),
    RhythmRow(Regime.REAL_MONTHLY, Kind.PAYMENTS, _START, Rhythm.MONTH, 1, 10),
    RhythmRow(Regime.REAL_QUARTERLY, Kind.TRANSACTIONS, _START, Rhythm.MONTH, 1, 10),
    RhythmRow(Regime.REAL_QUARTERLY, Kind.PAYMENTS, _START, Rhythm.MONTH, 1, 10),
    RhythmRow(Regime.SIMPLIFIED, Kind.TRANSACTIONS, _START, Rhythm.MONTH, 25, 30),
    RhythmRow(Regime.SIMPLIFIED, Kind.PAYMENTS, _START, Rhythm.MONTH, 25, 30),
    RhythmRow(Regime.FRANCHISE, Kind.TRANSACTIONS, _START, Rhythm.TWO_MONTHS, 25, 30),
    RhythmRow(Regime.FRANCHISE, Kind.PAYMENTS, _START, Rhythm.TWO_MONTHS, 25, 30),
)

#: First day of the duty to report, by size of the firm (loi de finances 2024, art. 91).
DUTY_FROM = {"large": date(2026, 9, 1), "middle": date(2026, 9, 1), "small": date(2027, 9, 1)}

Texts = dict[str, str]

#: TT-81 (G1.68).
CATEGORIES: dict[str, Texts] = {
    "TLB1": {"fr": "Livraisons de biens", "it": "Cessioni di beni", "en": "Goods"},
    "TPS1": {"fr": "Prestations de services", "it": "Prestazioni di servizi", "en": "Services"},
    "TNT1": {
        "fr": "Opérations non soumises à la TVA en France",
        "it": "Operazioni fuori campo IVA in Francia",
        "en": "Not taxed in France",
    },
    "TMA1": {"fr": "Régime de la marge", "it": "Regime del margine", "en": "Margin scheme"},
}

#: TT-4 (G8.01): first transmission of a period, and one that takes the place of the former.
FIRST, CORRECTION = "IN", "RE"
#: TT-80 and TT-24 (P1.11): VAT due on the invoice's date (option for debits), or on payment.
ON_DEBITS, ON_PAYMENT = "5", "72"
#: TT-29 (S1.12).
PROFILE = "urn.cpro.gouv.fr:1p0:ereporting"
#: Kinds of identifiers of a foreign buyer (G2.19): EU VAT number, outside the EU, RIDET, TAHITI.
SCHEMES = ("0002", "0223", "0227", "0228", "0229")
#: G1.01, G1.02.
INVOICE_KINDS = frozenset(
    {
        *("261", "380", "381", "384", "386", "389", "393", "396"),
        *("471", "472", "473", "500", "501", "502", "503"),
    }
)
FRAMEWORKS = frozenset({"B1", "S1", "M1", "B2", "S2", "M2", "B4", "S4", "M4", "S5", "S6", "B7", "S7"})
#: G1.32.
CORRECTIVES = frozenset({"384", "471", "472", "473"})
CREDIT_NOTES = frozenset({"261", "381", "396", "502", "503"})
#: G2.31, G1.24.
VAT_CATEGORIES = frozenset({"S", "E", "AE", "K", "G", "O", "Z"})
VAT_RATES = frozenset(
    {"0", "0.9", "1.05", "1.75", "2.1", "5.5", "7", "8.5", "9.2", "9.6", "10", "13", "19.6", "20", "20.6"}
)

#: Natures of VAT codes that are not reported: art. 261 to 261 E CGI, disbursements (art. 267, II-2° CGI).
LEFT_OUT_NATURES = ("VATEX-FR-CGI261", "VATEX-EU-79-C", "VATEX-EU-132", "VATEX-EU-135")
#: Natures of what is not taxed in France (TNT1), and of the margin scheme (TMA1).
NOT_IN_FRANCE = frozenset({"VATEX-EU-O", "VATEX-EU-IC", "VATEX-EU-G", "VATEX-EU-AE"})
MARGIN_NATURES = frozenset({"VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J", "VATEX-EU-D"})
#: Kinds of identifiers of a business abroad (G2.19) by its country; else outside the EU.
EU_NUMBER, OUTSIDE_EU = "0223", "0227"
SCHEME_OF = {"NC": "0228", "PF": "0229"}
EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "GR", "HR", "HU", "IE"),
        *("IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"),
    }
)
