"""Starting data of a company whose country has no pack."""

from datetime import date
from decimal import Decimal

from ronda.company.country_types import (
    AccountSeed,
    PaymentMethodSeed,
    SeriesSeed,
    TermsSeed,
    VatSeed,
)

LONG_AGO = date(1970, 1, 1)
VAT = (
    VatSeed(code="20", label="Standard rate", rates=((LONG_AGO, Decimal(20)),), is_default=True),
    VatSeed(code="10", label="Reduced rate", rates=((LONG_AGO, Decimal(10)),)),
    VatSeed(
        code="0",
        label="Exempt",
        rates=((LONG_AGO, Decimal(0)),),
        nature="E",
        category="E",
        exempt_text="Exempt from VAT",
    ),
)
CHART = tuple(
    AccountSeed(code, name, kind, role)
    for code, name, kind, role in (
        ("1000", "Cash", "asset", "cash"),
        ("1010", "Bank", "asset", "bank"),
        ("1020", "Internal transfers", "asset", "transfers"),
        ("1100", "Customers", "asset", "customers"),
        ("1110", "Bills presented to the bank", "asset", "bills_presented"),
        ("1120", "Unpaid bills", "asset", "unpaid_bills"),
        ("1130", "Invoices to issue", "asset", "invoices_to_issue"),
        ("1140", "Accrued income", "asset", "accrued_income"),
        ("1200", "Recoverable VAT", "asset", "vat_receivable"),
        ("1205", "VAT on purchases, deducted on payment", "asset", "vat_on_payment"),
        ("1210", "Tax withheld by customers", "asset", "withholding_receivable"),
        ("2000", "Suppliers", "liability", "suppliers"),
        ("2100", "Advances received", "liability", "advances_received"),
        ("2110", "Security deposits", "liability", "security_deposits"),
        ("2120", "Credit notes to issue", "liability", "credit_notes_to_issue"),
        ("2130", "Deferred income", "liability", "deferred_income"),
        ("2200", "VAT on sales", "liability", "vat_payable"),
        ("2210", "VAT due on payment", "liability", "vat_deferred"),
        ("2220", "VAT paid by the customer", "liability", "vat_split_payment"),
        ("2230", "VAT settlement", "liability", "vat_settlement"),
        ("2240", "Stamp duty to pay", "liability", "stamp_duty_payable"),
        ("2250", "Tax withheld from suppliers", "liability", "withholding_payable"),
        ("3000", "Opening balance", "equity", "opening_balance"),
        ("4000", "Sales of services", "revenue", "sales"),
        ("4010", "Discounts given", "revenue", "discounts_given"),
        ("4100", "Late interest", "revenue", "late_interest"),
        ("4110", "Rounding gains", "revenue", "rounding_gain"),
        ("5000", "Purchases", "expense", "purchases"),
        ("5100", "Bank fees", "expense", "bank_fees"),
        ("5110", "Stamp duty", "expense", "stamp_duty"),
        ("5120", "Bad debts", "expense", "bad_debts"),
        ("5130", "Rounding losses", "expense", "rounding_loss"),
    )
)
TERMS = (
    TermsSeed(code="0", name="On receipt", days=(0,)),
    TermsSeed(code="30", name="30 days", days=(30,), is_default=True),
    TermsSeed(code="30EOM", name="30 days, end of month", days=(30,), end_of_month=True),
    TermsSeed(code="30-60", name="30 and 60 days", days=(30, 60)),
)
METHODS = (
    PaymentMethodSeed(code="CASH", name="Cash", kind="cash", untdid="10", legal_code="10"),
    PaymentMethodSeed(code="CARD", name="Card", kind="card", untdid="48", legal_code="48"),
    PaymentMethodSeed(code="TRANSFER", name="Bank transfer", kind="transfer", untdid="58", legal_code="58"),
    PaymentMethodSeed(code="SDD", name="Direct debit", kind="direct_debit", untdid="59", legal_code="59"),
)
SERIES = (
    SeriesSeed(kind="quote", code="Q", label="Quotes", number_format="{series}{year}-{number:04d}"),
    SeriesSeed(
        kind="delivery_note", code="D", label="Delivery notes", number_format="{series}{year}-{number:04d}"
    ),
    SeriesSeed(
        kind="invoice", code="I", label="Invoices", number_format="{series}{year}-{number:04d}", legal=True
    ),
    SeriesSeed(
        kind="credit_note",
        code="C",
        label="Credit notes",
        number_format="{series}{year}-{number:04d}",
        legal=True,
    ),
)
