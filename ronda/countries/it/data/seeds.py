"""Payment terms, payment methods and document series of a new Italian company."""

from ronda.company.country import PaymentMethodSeed, SeriesSeed, TermsSeed


def _at_days(code: str, name: str, *days: int, method: str) -> TermsSeed:
    return TermsSeed(code=code, name=name, days=days, method=method)


def _end_of_month(code: str, name: str, *months: int, method: str, pay_day: int | None = None) -> TermsSeed:
    """ "30 giorni fine mese" is one month and then the end of it, whatever the month's length."""
    return TermsSeed(
        code=code,
        name=name,
        days=months,
        in_months=True,
        end_of_month=True,
        pay_day=pay_day,
        method=method,
        is_default=code == DEFAULT_TERMS,
    )


DEFAULT_TERMS = "BB30FM"
PAYMENT_TERMS = (
    _at_days("RD", "Rimessa diretta a vista fattura", 0, method="MP05"),
    _at_days("CONT", "Contanti alla consegna", 0, method="MP01"),
    _at_days("BB30", "Bonifico 30 gg data fattura", 30, method="MP05"),
    _at_days("BB60", "Bonifico 60 gg data fattura", 60, method="MP05"),
    _end_of_month("BB30FM", "Bonifico 30 gg fine mese", 1, method="MP05"),
    _end_of_month("BB60FM", "Bonifico 60 gg fine mese", 2, method="MP05"),
    _end_of_month("BB90FM", "Bonifico 90 gg fine mese", 3, method="MP05"),
    _end_of_month("BB30/60FM", "Bonifico 30/60 gg fine mese", 1, 2, method="MP05"),
    _end_of_month("BB30/60/90FM", "Bonifico 30/60/90 gg fine mese", 1, 2, 3, method="MP05"),
    _end_of_month("RB30FM", "RiBa 30 gg fine mese", 1, method="MP12"),
    _end_of_month("RB30FM10", "RiBa 30 gg fine mese + 10", 1, method="MP12", pay_day=10),
    _end_of_month("RB60FM", "RiBa 60 gg fine mese", 2, method="MP12"),
    _end_of_month("RB60FM10", "RiBa 60 gg fine mese + 10", 2, method="MP12", pay_day=10),
    _end_of_month("RB30/60FM", "RiBa 30/60 gg fine mese", 1, 2, method="MP12"),
    _end_of_month("RB30/60/90FM", "RiBa 30/60/90 gg fine mese", 1, 2, 3, method="MP12"),
    _at_days("SDD", "SDD a vista fattura", 0, method="MP20"),
    _end_of_month("SDD30FM", "SDD 30 gg fine mese", 1, method="MP20"),
)


def _method(code: str, name: str, kind: str, untdid: str) -> PaymentMethodSeed:
    return PaymentMethodSeed(code=code, name=name, kind=kind, untdid=untdid, legal_code=code)


PAYMENT_METHODS = (
    _method("MP01", "Contanti", "cash", "10"),
    _method("MP02", "Assegno", "cheque", "20"),
    _method("MP03", "Assegno circolare", "cheque", "23"),
    _method("MP05", "Bonifico", "transfer", "58"),
    _method("MP08", "Carta di pagamento", "card", "48"),
    _method("MP12", "Ricevuta bancaria (RiBa)", "bank_receipt", "70"),
    _method("MP13", "MAV", "other", "ZZZ"),
    _method("MP18", "Bollettino di c/c postale", "other", "50"),
    _method("MP19", "SEPA Direct Debit", "direct_debit", "59"),
    _method("MP20", "SEPA Direct Debit CORE", "direct_debit", "59"),
    _method("MP21", "SEPA Direct Debit B2B", "direct_debit", "59"),
    _method("MP22", "Trattenuta su somme già riscosse", "other", "97"),
    _method("MP23", "PagoPA", "other", "ZZZ"),
)

_NUMBER = "{series} {number}/{year}"

SERIES = (
    SeriesSeed(kind="quote", code="PR", label="Preventivi", number_format=_NUMBER),
    SeriesSeed(kind="order", code="OR", label="Ordini", number_format=_NUMBER),
    SeriesSeed(kind="delivery_note", code="DT", label="Documenti di trasporto", number_format=_NUMBER),
    SeriesSeed(kind="proforma", code="PF", label="Fatture pro forma", number_format=_NUMBER),
    SeriesSeed(kind="invoice", code="FT", label="Fatture", number_format=_NUMBER, legal=True),
    SeriesSeed(kind="advance", code="FA", label="Fatture d'acconto", number_format=_NUMBER, legal=True),
    SeriesSeed(kind="credit_note", code="NC", label="Note di credito", number_format=_NUMBER, legal=True),
    SeriesSeed(kind="debit_note", code="ND", label="Note di debito", number_format=_NUMBER, legal=True),
    SeriesSeed(kind="self_invoice", code="AF", label="Autofatture", number_format=_NUMBER, legal=True),
)
