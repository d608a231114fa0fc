"""VAT codes of an Italian company, with the history of the rates.

Rates: ordinary 20 % since 1 October 1997, 21 % since 17 September 2011 (D.L. 138/2011),
22 % since 1 October 2013 (D.L. 76/2013); 10 % since 24 February 1995 (D.L. 41/1995);
5 % since 1 January 2016 (L. 208/2015); 4 % since 1 January 1989 (D.L. 69/1989).
Natures: table "Natura" of the FatturaPA schema 1.2.3. Legal texts: D.P.R. 633/1972 unless said.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.company.country import VatSeed

ORDINARY = (
    (date(1997, 10, 1), Decimal(20)),
    (date(2011, 9, 17), Decimal(21)),
    (date(2013, 10, 1), Decimal(22)),
)
REDUCED_10 = ((date(1995, 2, 24), Decimal(10)),)
REDUCED_5 = ((date(2016, 1, 1), Decimal(5)),)
REDUCED_4 = ((date(1989, 1, 1), Decimal(4)),)
#: VAT exists in Italy since this day.
ZERO = ((date(1973, 1, 1), Decimal(0)),)

#: Natures whose amounts are subject to stamp duty: R35 and the tax office's own quarterly
#: check (list B: N2.1, N2.2, N3.5, N3.6, N4) agree, and the tables of the standards kit carry
#: no list of their own. Advances under art. 15 (N1) are left out as in that check, although
#: some practitioners count them.
STAMP_RELEVANT = frozenset({"N2.1", "N2.2", "N3.5", "N3.6", "N4"})


@dataclass(frozen=True, slots=True)
class _Zero:
    code: str
    nature: str
    label: str
    text: str
    category: str
    exempt_code: str = ""


def _zero_code(row: _Zero) -> VatSeed:
    return VatSeed(
        code=row.code,
        label=row.label,
        rates=ZERO,
        nature=row.nature,
        category=row.category,
        exempt_code=row.exempt_code,
        exempt_text=row.text,
        stamp_relevant=row.nature in STAMP_RELEVANT,
        reverse_charge=row.category == "AE",
    )


_TAXED = (
    VatSeed(code="22", label="Aliquota ordinaria", rates=ORDINARY, is_default=True),
    VatSeed(code="10", label="Aliquota ridotta 10%", rates=REDUCED_10),
    VatSeed(code="5", label="Aliquota ridotta 5%", rates=REDUCED_5),
    VatSeed(code="4", label="Aliquota minima 4%", rates=REDUCED_4),
    VatSeed(code="22S", label="Ordinaria, scissione dei pagamenti", rates=ORDINARY, exigibility="S"),
    VatSeed(code="10S", label="10%, scissione dei pagamenti", rates=REDUCED_10, exigibility="S"),
    VatSeed(code="4S", label="4%, scissione dei pagamenti", rates=REDUCED_4, exigibility="S"),
    VatSeed(code="22D", label="Ordinaria, IVA per cassa", rates=ORDINARY, exigibility="D"),
    VatSeed(code="10D", label="10%, IVA per cassa", rates=REDUCED_10, exigibility="D"),
    VatSeed(code="4D", label="4%, IVA per cassa", rates=REDUCED_4, exigibility="D"),
)

_UNTAXED = tuple(
    _zero_code(row)
    for row in (
        _Zero("N1", "N1", "Esclusa art. 15", "Escluso dalla base imponibile ex art. 15 D.P.R. 633/1972", "O"),
        _Zero(
            "N2.1",
            "N2.1",
            "Non soggetta, cliente extra UE",
            "Operazione non soggetta ex artt. da 7 a 7-septies D.P.R. 633/1972",
            "O",
        ),
        _Zero(
            "N2.1UE",
            "N2.1",
            "Servizi a soggetto passivo UE",
            "Inversione contabile - operazione non soggetta ex art. 7-ter D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N2.2",
            "N2.2",
            "Non soggetta, altri casi",
            "Operazione non soggetta ex artt. 2, 3, 4 e 5 D.P.R. 633/1972",
            "O",
        ),
        _Zero(
            "N2.2F",
            "N2.2",
            "Regime forfettario",
            "Operazione effettuata ai sensi dell'art. 1, commi da 54 a 89, L. 190/2014 (regime forfettario)",
            "E",
        ),
        _Zero(
            "N2.2M",
            "N2.2",
            "Regime di vantaggio (minimi)",
            "Operazione effettuata ai sensi dell'art. 27, commi 1 e 2, D.L. 98/2011 (regime di vantaggio)",
            "E",
        ),
        _Zero(
            "N3.1",
            "N3.1",
            "Esportazione",
            "Operazione non imponibile ex art. 8, c. 1, lett. a) e b), D.P.R. 633/1972",
            "G",
            "VATEX-EU-G",
        ),
        _Zero(
            "N3.2",
            "N3.2",
            "Cessione intracomunitaria",
            "Operazione non imponibile ex art. 41 D.L. 331/1993",
            "K",
            "VATEX-EU-IC",
        ),
        _Zero(
            "N3.3",
            "N3.3",
            "Cessione verso San Marino",
            "Operazione non imponibile ex art. 71 D.P.R. 633/1972",
            "G",
            "VATEX-EU-G",
        ),
        _Zero(
            "N3.4",
            "N3.4",
            "Assimilata alle esportazioni",
            "Operazione non imponibile ex artt. 8-bis e 9 D.P.R. 633/1972",
            "E",
        ),
        _Zero(
            "N3.5",
            "N3.5",
            "Dichiarazione d'intento",
            "Operazione non imponibile ex art. 8, c. 1, lett. c), D.P.R. 633/1972 (dichiarazione d'intento)",
            "E",
        ),
        _Zero(
            "N3.6",
            "N3.6",
            "Non imponibile, fuori plafond",
            "Operazione non imponibile che non concorre alla formazione del plafond",
            "E",
        ),
        _Zero("N4", "N4", "Esente art. 10", "Operazione esente ex art. 10 D.P.R. 633/1972", "E"),
        _Zero(
            "N5",
            "N5",
            "Regime del margine",
            "Regime del margine - beni usati, ex art. 36 D.L. 41/1995",
            "E",
            "VATEX-EU-F",
        ),
        _Zero(
            "N5V",
            "N5",
            "Agenzie di viaggio",
            "Regime del margine - agenzie di viaggio, ex art. 74-ter D.P.R. 633/1972",
            "E",
            "VATEX-EU-D",
        ),
        _Zero(
            "N6.1",
            "N6.1",
            "Reverse charge, rottami",
            "Inversione contabile ex art. 74, commi 7 e 8, D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.2",
            "N6.2",
            "Reverse charge, oro e argento",
            "Inversione contabile ex art. 17, c. 5, D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.3",
            "N6.3",
            "Reverse charge, subappalto edile",
            "Inversione contabile ex art. 17, c. 6, lett. a), D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.4",
            "N6.4",
            "Reverse charge, fabbricati",
            "Inversione contabile ex art. 17, c. 6, lett. a-bis), D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.5",
            "N6.5",
            "Reverse charge, cellulari",
            "Inversione contabile ex art. 17, c. 6, lett. b), D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.6",
            "N6.6",
            "Reverse charge, elettronica",
            "Inversione contabile ex art. 17, c. 6, lett. c), D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.7",
            "N6.7",
            "Reverse charge, pulizia, impianti, edifici",
            "Inversione contabile ex art. 17, c. 6, lett. a-ter), D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.8",
            "N6.8",
            "Reverse charge, energia",
            "Inversione contabile ex art. 17, c. 6, lett. d-bis), d-ter) e d-quater), D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N6.9",
            "N6.9",
            "Reverse charge, altri casi",
            "Inversione contabile ex art. 17 D.P.R. 633/1972",
            "AE",
            "VATEX-EU-AE",
        ),
        _Zero(
            "N7",
            "N7",
            "IVA assolta in altro Stato UE",
            "IVA assolta in altro Stato UE (regime OSS, art. 74-sexies D.P.R. 633/1972)",
            "O",
        ),
    )
)

VAT_CODES = _TAXED + _UNTAXED
