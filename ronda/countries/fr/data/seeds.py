"""Payment terms, payment methods and document series of a new French company."""

from ronda.company.country import PaymentMethodSeed, SeriesSeed, TermsSeed

#: Between businesses at most 60 days, or 45 days and the end of that month (art. L441-10).
PAYMENT_TERMS = (
    TermsSeed(code="RECEPTION", name="À réception", days=(0,), method="VIR"),
    TermsSeed(code="30J", name="30 jours", days=(30,), method="VIR", is_default=True),
    TermsSeed(code="30FM", name="30 jours fin de mois", days=(30,), end_of_month=True, method="VIR"),
    TermsSeed(code="45J", name="45 jours", days=(45,), method="VIR"),
    TermsSeed(code="45FM", name="45 jours fin de mois", days=(45,), end_of_month=True, method="VIR"),
    TermsSeed(code="60J", name="60 jours", days=(60,), method="VIR"),
    TermsSeed(code="30-60J", name="30 et 60 jours", days=(30, 60), method="VIR"),
    TermsSeed(code="PRLV", name="Prélèvement à réception", days=(0,), method="PRLV"),
    TermsSeed(
        code="PRLV10", name="Prélèvement le 10 du mois suivant", days=(0,), end_of_month=True,
        pay_day=10, method="PRLV",
    ),
    TermsSeed(
        code="LCR45FM", name="LCR 45 jours fin de mois", days=(45,), end_of_month=True, method="LCR"
    ),
)  # fmt: skip


def _method(code: str, name: str, kind: str, untdid: str) -> PaymentMethodSeed:
    return PaymentMethodSeed(code=code, name=name, kind=kind, untdid=untdid, legal_code=untdid)


PAYMENT_METHODS = (
    _method("VIR", "Virement", "transfer", "58"),
    _method("PRLV", "Prélèvement SEPA", "direct_debit", "59"),
    _method("CB", "Carte bancaire", "card", "48"),
    _method("CHQ", "Chèque", "cheque", "20"),
    _method("ESP", "Espèces", "cash", "10"),
    _method("LCR", "Lettre de change relevé (LCR)", "bank_receipt", "70"),
    _method("CESU", "CESU préfinancé", "other", "ZZZ"),
    _method("COMP", "Compensation", "other", "97"),
)

#: No blank in numbers: BR-FR allows letters, digits and + - _ / only.
_NUMBER = "{series}{year}-{number:04d}"

SERIES = (
    SeriesSeed(kind="quote", code="DE", label="Devis", number_format=_NUMBER),
    SeriesSeed(kind="order", code="CO", label="Commandes", number_format=_NUMBER),
    SeriesSeed(kind="delivery_note", code="BL", label="Bons de livraison", number_format=_NUMBER),
    SeriesSeed(kind="proforma", code="PF", label="Factures pro forma", number_format=_NUMBER),
    SeriesSeed(kind="invoice", code="FA", label="Factures", number_format=_NUMBER, legal=True),
    SeriesSeed(kind="advance", code="AC", label="Factures d'acompte", number_format=_NUMBER, legal=True),
    SeriesSeed(kind="credit_note", code="AV", label="Avoirs", number_format=_NUMBER, legal=True),
)
