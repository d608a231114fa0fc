"""Social funds that firms charge for on their invoices (TipoCassa); code list of the XSD 1.2.3.

What is spent in the customer's name (art. 15 D.P.R. 633/1972, nature N1) is no fee and bears no charge. Rates
are the firm's: they change with each fund's rules, and are dated rows of the company.
"""

from ronda.company.country import FundKind

NO_FEE = frozenset({"N1"})
_NAMES = (
    "Cassa forense (avvocati)",
    "Cassa dottori commercialisti",
    "Cassa geometri",
    "Inarcassa (ingegneri e architetti)",
    "Cassa del notariato",
    "Cassa ragionieri e periti commerciali",
    "ENASARCO (agenti e rappresentanti)",
    "ENPACL (consulenti del lavoro)",
    "ENPAM (medici)",
    "ENPAF (farmacisti)",
    "ENPAV (veterinari)",
    "ENPAIA (impiegati dell'agricoltura)",
    "Fondo imprese di spedizione e agenzie marittime",
    "INPGI (giornalisti)",
    "ONAOSI (orfani sanitari italiani)",
    "CASAGIT (assistenza integrativa giornalisti)",
    "EPPI (periti industriali)",
    "EPAP (pluricategoriale)",
    "ENPAB (biologi)",
    "ENPAPI (professione infermieristica)",
    "ENPAP (psicologi)",
    "INPS (rivalsa)",
)
FUNDS = tuple(
    FundKind(code=f"TC{number:02d}", name=name, left_out=NO_FEE)
    for number, name in enumerate(_NAMES, start=1)
)
