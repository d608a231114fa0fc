"""A received invoice as plain values, the same for every country: what the file says, nothing worked out.

Amounts are Decimal in the invoice's currency, positive on credit notes as well: the sign is in the kind.
Rates are per cent. An absent text is "", an absent amount or date is None. `period_to` is the last day.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.kernel.money import ZERO, to_cents

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
#: Beyond this an amount is a mistake of the file: no column of the books holds it.
LARGEST = Decimal(10) ** 11


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """Seller or buyer. `identity` is the same text in all invoices of the same firm: "IT01234567890"."""

    name: str
    identity: str = ""
    tax_id: str = ""
    registration_id: str = ""
    is_person: bool = False
    first_name: str = ""
    last_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    email: str = ""
    pec: str = ""
    phone: str = ""

    @property
    def numbers(self) -> frozenset[str]:
        """Every number the firm is known by, with and without its country in front."""
        found = {self.identity, self.tax_id, self.registration_id, f"{self.country}{self.tax_id}"}
        return frozenset(one.upper() for one in found if len(one) > len(self.country))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One line. `net` is the amount of the whole line, `code` the article's at the seller."""

    number: int
    text: str
    net: Decimal
    vat_rate: Decimal
    nature: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    code: str = ""
    period_from: date | None = None
    period_to: date | None = None
    withholding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VatFacts:
    """Taxable amount and VAT of one rate, nature and exigibility (I at once, D on payment, S split)."""

    rate: Decimal
    net: Decimal
    vat: Decimal
    nature: str = ""
    exigibility: str = "I"
    law: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithholdingFacts:
    """Tax that we are to keep back and pay for the supplier."""

    kind: str
    rate: Decimal
    amount: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFacts:
    """An instalment as the supplier asks for it. `means` is the code of the format."""

    amount: Decimal
    on: date | None = None
    means: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFacts:
    """Another document: kind order, contract, receipt, invoice, delivery_note."""

    kind: str
    number: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFacts:
    """A file inside the file: `size` in bytes."""

    name: str
    size: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """Something odd that did not stop the reading, in the words of who reads it first."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInvoiceFacts:
    """One invoice or credit note of a supplier.

    `total`: with VAT, before anything withheld; `to_pay`: what is left to be paid. `allowance`: discounts
    and surcharges on the whole document, negative for a discount. `own`: a document that the buyer makes
    out himself (self-invoices, integrations). `legal_kind`: the kind's code in the format.
    """

    seller: PartyFacts
    buyer: PartyFacts
    kind: str
    number: str
    date: date
    total: Decimal
    to_pay: Decimal
    currency: str = "EUR"
    country: str = ""
    format: str = ""
    legal_kind: str = ""
    own: bool = False
    lines: tuple[LineFacts, ...] = ()
    vat: tuple[VatFacts, ...] = ()
    allowance: Decimal = ZERO
    rounding: Decimal = ZERO
    stamp: Decimal | None = None
    withholdings: tuple[WithholdingFacts, ...] = ()
    dues: tuple[DueFacts, ...] = ()
    references: tuple[ReferenceFacts, ...] = ()
    texts: tuple[str, ...] = ()
    attachments: tuple[AttachmentFacts, ...] = ()
    notices: tuple[NoticeFacts, ...] = ()
    source_name: str = ""
    sha256: str = ""
    position: int = 1
    signed: bool = False

    @property
    def sign(self) -> int:
        """−1 for credit notes, whose amounts are positive in the file."""
        return -1 if self.kind == CREDIT_NOTE else 1

    @property
    def net(self) -> Decimal:
        """The taxable amounts of the summary, in cents."""
        return sum((to_cents(row.net) for row in self.vat), ZERO)

    @property
    def tax(self) -> Decimal:
        """The VAT of the summary, in cents."""
        return sum((to_cents(row.vat) for row in self.vat), ZERO)

    @property
    def withheld(self) -> Decimal:
        return sum((to_cents(row.amount) for row in self.withholdings), ZERO)

    def amounts_fit(self) -> bool:
        """Whether every amount is one that books can hold; a hostile or broken file may say anything."""
        every = [self.total, self.to_pay, self.allowance, self.rounding, self.stamp or ZERO]
        every += [amount for line in self.lines for amount in (line.net, line.quantity, line.unit_price)
                  if amount is not None]  # fmt: skip
        every += [amount for row in self.vat for amount in (row.net, row.vat)]
        every += [row.amount for row in self.dues] + [row.amount for row in self.withholdings]
        rates = [row.vat_rate for row in self.lines] + [row.rate for row in self.vat]
        sound = all(amount.is_finite() and abs(amount) < LARGEST for amount in every)
        return sound and all(rate.is_finite() and 0 <= rate < 1000 for rate in rates)
