"""VAT codes of a French company, with the history of the rates.

Rates (art. 278 to 281 octies CGI): normal 19.6 % since 1 April 2000, 20 % since 1 January
2014; intermediate 7 % since 1 January 2012, 10 % since 2014; reduced 5.5 % since 1 July 1982;
special 2.1 %; overseas departments 8.5 % since 1 April 2000 (art. 296 CGI).

Since 1 September 2026 these provisions stand in the Code des impositions sur les biens et
services (ordonnance 2025-1247 of 17 December 2025). References to the CGI are tolerated on
invoices until 31 December 2027 according to secondary sources; the texts are the company's to
change.

`nature` is the VATEX reason code: it tells zero rates apart and goes into the e-invoice.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.company.country import VatSeed

NORMAL = ((date(2000, 4, 1), Decimal("19.6")), (date(2014, 1, 1), Decimal(20)))
INTERMEDIATE = ((date(2012, 1, 1), Decimal(7)), (date(2014, 1, 1), Decimal(10)))
REDUCED = ((date(1982, 7, 1), Decimal("5.5")),)
SPECIAL = ((date(1989, 1, 1), Decimal("2.1")),)
OVERSEAS = ((date(2000, 4, 1), Decimal("8.5")),)
#: VAT was generalised in France on this day.
ZERO = ((date(1968, 1, 1), Decimal(0)),)


@dataclass(frozen=True, slots=True)
class _Zero:
    code: str
    nature: str
    category: str
    label: str
    text: str


def _zero_code(row: _Zero) -> VatSeed:
    return VatSeed(
        code=row.code,
        label=row.label,
        rates=ZERO,
        nature=row.nature,
        category=row.category,
        exempt_code=row.nature,
        exempt_text=row.text,
        reverse_charge=row.category == "AE",
    )


#: Services owe VAT when they are paid (art. 269-2-c CGI), goods and firms that opted for
#: debits when they are invoiced: a code for each.
_TAXED = (
    VatSeed(
        code="20",
        label="TVA 20 % sur encaissements (services)",
        rates=NORMAL,
        exigibility="D",
        is_default=True,
    ),
    VatSeed(code="10", label="TVA 10 % sur encaissements (services)", rates=INTERMEDIATE, exigibility="D"),
    VatSeed(code="5.5", label="TVA 5,5 % sur encaissements (services)", rates=REDUCED, exigibility="D"),
    VatSeed(code="20DEB", label="TVA 20 % sur débits ou biens", rates=NORMAL),
    VatSeed(code="10DEB", label="TVA 10 % sur débits ou biens", rates=INTERMEDIATE),
    VatSeed(code="5.5DEB", label="TVA 5,5 % sur débits ou biens", rates=REDUCED),
    VatSeed(code="2.1DEB", label="TVA 2,1 % sur débits ou biens", rates=SPECIAL),
    VatSeed(code="8.5", label="TVA 8,5 % sur encaissements (outre-mer)", rates=OVERSEAS, exigibility="D"),
    VatSeed(code="8.5DEB", label="TVA 8,5 % sur débits ou biens (outre-mer)", rates=OVERSEAS),
)

_UNTAXED = tuple(
    _zero_code(row)
    for row in (
        _Zero(
            "293B",
            "VATEX-FR-FRANCHISE",
            "E",
            "Franchise en base",
            "TVA non applicable, art. 293 B du CGI",
        ),
        _Zero(
            "AL-BTP",
            "VATEX-FR-AE",
            "AE",
            "Autoliquidation, sous-traitance du bâtiment",
            "Autoliquidation - art. 283-2 nonies du CGI",
        ),
        _Zero(
            "AL-UE",
            "VATEX-EU-AE",
            "AE",
            "Services à un assujetti de l'UE",
            "Autoliquidation - art. 44 et 196 de la directive 2006/112/CE, art. 283-2 du CGI",
        ),
        _Zero(
            "LIC",
            "VATEX-EU-IC",
            "K",
            "Livraison intracommunautaire",
            "Exonération de TVA, art. 262 ter, I du CGI",
        ),
        _Zero("EXP", "VATEX-EU-G", "G", "Exportation", "Exonération de TVA, art. 262, I du CGI"),
        _Zero(
            "HORS-UE",
            "VATEX-EU-O",
            "O",
            "Services à un assujetti hors UE",
            "TVA non applicable - art. 259-1° du CGI",
        ),
        _Zero(
            "261-4",
            "VATEX-FR-CGI261-4",
            "E",
            "Exonération : enseignement, santé",
            "Exonération de TVA, art. 261, 4 du CGI",
        ),
        _Zero(
            "261-7",
            "VATEX-FR-CGI261-7",
            "E",
            "Exonération : organismes d'utilité générale",
            "Exonération de TVA, art. 261, 7 du CGI",
        ),
        _Zero(
            "261D",
            "VATEX-FR-CGI261D-2",
            "E",
            "Exonération : location nue",
            "Exonération de TVA, art. 261 D du CGI",
        ),
        _Zero(
            "MARGE",
            "VATEX-EU-F",
            "E",
            "Régime de la marge, biens d'occasion",
            "Régime particulier - biens d'occasion, art. 297 A du CGI",
        ),
        _Zero("DEBOURS", "VATEX-EU-79-C", "E", "Débours", "Débours - art. 267, II-2° du CGI"),
    )
)

VAT_CODES = _TAXED + _UNTAXED
