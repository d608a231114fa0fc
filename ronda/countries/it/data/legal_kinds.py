"""Kinds of documents of FatturaPA (TipoDocumento) that a person may choose between.

The first of each kind of ours is the usual one. Source: code list of the XSD 1.2.3; TD24 and TD25 are art. 21
c. 4 lett. a and b D.P.R. 633/1972, TD26 art. 36 D.P.R. 633/1972 (depreciable goods, internal passages). Codes
since specifications 1.6 are from 1 October 2020.
"""

from datetime import date

from ronda.company.country import LegalKind

_ALWAYS, _SINCE_16 = date(2014, 6, 6), date(2020, 10, 1)


def _titles(it: str, fr: str, en: str) -> dict[str, str]:
    return {"it": it, "fr": fr, "en": en}


LEGAL_KINDS = (
    LegalKind(
        code="TD01", kind="invoice", valid_from=_ALWAYS, titles=_titles("Fattura", "Facture", "Invoice")
    ),
    LegalKind(
        code="TD24",
        kind="invoice",
        valid_from=_SINCE_16,
        deferred=True,
        titles=_titles("Fattura differita", "Facture différée", "Deferred invoice"),
    ),
    LegalKind(
        code="TD25",
        kind="invoice",
        valid_from=_SINCE_16,
        deferred=True,
        titles=_titles(
            "Fattura differita (triangolazione)",
            "Facture différée (opération triangulaire)",
            "Deferred invoice (triangular sale)",
        ),
    ),
    LegalKind(
        code="TD06",
        kind="invoice",
        valid_from=_ALWAYS,
        titles=_titles("Parcella", "Note d’honoraires", "Fee note"),
    ),
    LegalKind(
        code="TD05",
        kind="invoice",
        valid_from=_ALWAYS,
        titles=_titles("Nota di debito", "Note de débit", "Debit note"),
    ),
    LegalKind(
        code="TD26",
        kind="invoice",
        valid_from=_SINCE_16,
        titles=_titles(
            "Fattura per cessione di beni ammortizzabili o passaggi interni",
            "Facture de cession d’immobilisations ou de transferts internes",
            "Invoice for depreciable goods or internal transfers",
        ),
    ),
    LegalKind(
        code="TD02",
        kind="advance",
        valid_from=_ALWAYS,
        titles=_titles("Fattura di acconto", "Facture d’acompte", "Advance invoice"),
    ),
    LegalKind(
        code="TD03",
        kind="advance",
        valid_from=_ALWAYS,
        titles=_titles("Acconto su parcella", "Acompte sur honoraires", "Advance on a fee note"),
    ),
    LegalKind(
        code="TD04",
        kind="credit_note",
        valid_from=_ALWAYS,
        titles=_titles("Nota di credito", "Avoir", "Credit note"),
    ),
)
