"""Withholding taxes and contributions that Italian customers keep back (R36).

Rows that never changed since electronic invoicing start where the present rate started.
The extra rules on renovation transfers (11 %, kept by the bank) are not on the invoice.
"""

from datetime import date
from decimal import Decimal

from ronda.company.country import WithholdingKind

_ALL = Decimal(100)

WITHHOLDINGS = (
    # Art. 25 D.P.R. 600/1973, self-employed work; causale A of the yearly certificate.
    WithholdingKind(
        code="PROF",
        name="Ritenuta d'acconto 20% - lavoro autonomo",
        rate=Decimal(20),
        base_percent=_ALL,
        legal_code="RT01",
        reason_code="A",
        valid_from=date(1998, 1, 1),
    ),
    WithholdingKind(
        code="PROF-PG",
        name="Ritenuta d'acconto 20% - associazioni e società",
        rate=Decimal(20),
        base_percent=_ALL,
        legal_code="RT02",
        reason_code="A",
        valid_from=date(1998, 1, 1),
    ),
    # Art. 67, c. 1, lett. l) T.U.I.R., occasional work; causale O where no INPS is due.
    WithholdingKind(
        code="OCC",
        name="Ritenuta d'acconto 20% - prestazione occasionale",
        rate=Decimal(20),
        base_percent=_ALL,
        legal_code="RT01",
        reason_code="O",
        valid_from=date(1998, 1, 1),
    ),
    # Art. 25-bis D.P.R. 600/1973: first income-tax rate on 50 % of the commission, on 20 %
    # for agents with employees; causale R (one firm) or Q (several).
    WithholdingKind(
        code="AGENTE",
        name="Ritenuta 23% sul 50% - provvigioni",
        rate=Decimal(23),
        base_percent=Decimal(50),
        legal_code="RT01",
        reason_code="R",
        valid_from=date(2007, 1, 1),
    ),
    WithholdingKind(
        code="AGENTE-DIP",
        name="Ritenuta 23% sul 20% - agenti con dipendenti",
        rate=Decimal(23),
        base_percent=Decimal(20),
        legal_code="RT01",
        reason_code="R",
        valid_from=date(2007, 1, 1),
    ),
    WithholdingKind(
        code="AGENTE-PG",
        name="Ritenuta 23% sul 50% - società di agenzia",
        rate=Decimal(23),
        base_percent=Decimal(50),
        legal_code="RT02",
        reason_code="R",
        valid_from=date(2007, 1, 1),
    ),
    # Art. 25-ter D.P.R. 600/1973 (L. 296/2006): condominiums on contracted works and services.
    WithholdingKind(
        code="COND",
        name="Ritenuta 4% - condominio, prestatore persona fisica",
        rate=Decimal(4),
        base_percent=_ALL,
        legal_code="RT01",
        reason_code="W",
        valid_from=date(2007, 1, 1),
    ),
    WithholdingKind(
        code="COND-PG",
        name="Ritenuta 4% - condominio, prestatore società",
        rate=Decimal(4),
        base_percent=_ALL,
        legal_code="RT02",
        reason_code="W",
        valid_from=date(2007, 1, 1),
    ),
    # Agents' pension fund: 17 % shared in halves since 2020, 16.5 % in 2019, 16 % in 2018.
    WithholdingKind(
        code="ENASARCO",
        name="Contributo ENASARCO a carico dell'agente",
        rate=Decimal("8.00"),
        base_percent=_ALL,
        legal_code="RT04",
        reason_code="R",
        valid_from=date(2018, 1, 1),
        valid_to=date(2018, 12, 31),
    ),
    WithholdingKind(
        code="ENASARCO",
        name="Contributo ENASARCO a carico dell'agente",
        rate=Decimal("8.25"),
        base_percent=_ALL,
        legal_code="RT04",
        reason_code="R",
        valid_from=date(2019, 1, 1),
        valid_to=date(2019, 12, 31),
    ),
    WithholdingKind(
        code="ENASARCO",
        name="Contributo ENASARCO a carico dell'agente",
        rate=Decimal("8.50"),
        base_percent=_ALL,
        legal_code="RT04",
        reason_code="R",
        valid_from=date(2020, 1, 1),
    ),
    # Agents: the tax and the agent's share of the contribution, both on one invoice.
    WithholdingKind(
        code="AGENTE-E",
        name="Ritenuta 23% sul 50% e contributo ENASARCO",
        rate=Decimal(23),
        base_percent=Decimal(50),
        legal_code="RT01",
        reason_code="R",
        valid_from=date(2018, 1, 1),
        also=("ENASARCO",),
    ),
    WithholdingKind(
        code="AGEDIP-E",
        name="Ritenuta 23% sul 20% e contributo ENASARCO",
        rate=Decimal(23),
        base_percent=Decimal(20),
        legal_code="RT01",
        reason_code="R",
        valid_from=date(2018, 1, 1),
        also=("ENASARCO",),
    ),
)
