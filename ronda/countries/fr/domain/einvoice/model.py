"""An invoice of EN 16931 as plain values: what the electronic invoice says, and nothing else.

Names of groups and terms (BG-, BT-) are those of EN 16931-1:2017 and XP Z12-012. Amounts are Decimal in the
invoice's currency, rates per cent (20 = 20 %), days are dates; a period names its last day, as people and the
files do. An absent text is "", an absent amount or day is None.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ronda.kernel.money import ZERO

#: The scheme of a SIREN, of a SIRET and of the French directory of addresses (ISO/IEC 6523).
SIREN, SIRET, DIRECTORY = "0002", "0009", "0225"


class Kind(StrEnum):
    """BT-3, the kinds Ronda issues (UNTDID 1001). Received invoices may have others."""

    INVOICE = "380"
    DEPOSIT = "386"
    CORRECTIVE = "384"
    CREDIT_NOTE = "381"
    DEPOSIT_CREDIT = "503"
    REBATE = "262"


class VatDue(StrEnum):
    """BT-8, when the VAT becomes due: at the invoice (goods, debits), at delivery, at payment."""

    INVOICE = "invoice"
    DELIVERY = "delivery"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Address:
    """BG-5, BG-8, BG-15. `country` is ISO 3166-1 alpha-2."""

    line1: str = ""
    line2: str = ""
    line3: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """BG-6, BG-9."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller, buyer, payee or tax representative.

    legal_id: BT-30 or BT-47, the SIREN under its scheme. identifiers: BT-29 or BT-46, scheme and value, the
    SIRET under 0009. endpoint: BT-34 or BT-49, where invoices are sent to. vat_number has its country prefix.
    legal_info: BT-33, form, capital and register of the seller.
    """

    name: str = ""
    address: Address = Address()
    legal_id: str = ""
    legal_scheme: str = SIREN
    identifiers: tuple[tuple[str, str], ...] = ()
    vat_number: str = ""
    tax_number: str = ""
    legal_info: str = ""
    trading_name: str = ""
    endpoint: str = ""
    endpoint_scheme: str = DIRECTORY
    contact: Contact | None = None

    @property
    def siren(self) -> str:
        """The nine digits, empty when the legal identifier is of another register."""
        return self.legal_id if self.legal_scheme == SIREN else ""

    @property
    def siret(self) -> str:
        """The fourteen digits of the establishment, empty when not said."""
        return dict(self.identifiers).get(SIRET, "")


@dataclass(frozen=True, slots=True)
class Span:
    """BG-14, BG-26: the first and the last day, both in."""

    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """BG-13: where and when."""

    on: date | None = None
    name: str = ""
    address: Address = Address()
    identifiers: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return self != Delivery()


@dataclass(frozen=True, slots=True)
class Vat:
    """Category (BT-151, UNTDID 5305), rate, and why there is none: text and VATEX code."""

    category: str = "S"
    rate: Decimal | None = ZERO
    reason: str = ""
    reason_code: str = ""

    @property
    def key(self) -> tuple[str, Decimal]:
        """What makes one row of the breakdown."""
        return self.category, self.rate or ZERO


@dataclass(frozen=True, slots=True)
class Allowance:
    """BG-20, BG-27: a discount; BG-21, BG-28: with `charge`, an extra. `vat` at document level only.

    amount is never negative. percent and base are what it was worked out from, if it was.
    """

    amount: Decimal
    reason: str = ""
    reason_code: str = ""
    base: Decimal | None = None
    percent: Decimal | None = None
    charge: bool = False
    vat: Vat | None = None

    @property
    def signed(self) -> Decimal:
        """What it adds to the net: negative for a discount."""
        return self.amount if self.charge else -self.amount


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25. `net` (BT-131) is quantity × price / base_quantity with the line's allowances, to the cent.

    price: BT-146, after discounts in the price. gross_price and discount: BT-148 and BT-147.
    """

    number: str
    name: str
    quantity: Decimal
    price: Decimal
    net: Decimal
    vat: Vat
    unit: str = "C62"
    base_quantity: Decimal | None = None
    gross_price: Decimal | None = None
    discount: Decimal | None = None
    allowances: tuple[Allowance, ...] = ()
    period: Span | None = None
    description: str = ""
    note: str = ""
    seller_code: str = ""
    buyer_code: str = ""
    order_line: str = ""
    accounting: str = ""


@dataclass(frozen=True, slots=True)
class VatRow:
    """BG-23: one category and rate."""

    category: str
    rate: Decimal | None
    base: Decimal
    tax: Decimal
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22. accounting_vat: BT-111, the VAT in the accounting currency, when that is another one."""

    lines: Decimal = ZERO
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    net: Decimal = ZERO
    vat: Decimal = ZERO
    gross: Decimal = ZERO
    paid: Decimal = ZERO
    rounding: Decimal = ZERO
    due: Decimal = ZERO
    accounting_vat: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """BG-1: a text and what it is about (BT-21, UNTDID 4451)."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """BG-3: an earlier invoice: the one credited or corrected, the deposits of a final invoice."""

    number: str
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Prepayment:
    """A deposit invoice and what of it the final invoice takes off, VAT included."""

    number: str
    issued_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """BG-16 to BG-19. code: BT-81, UNTDID 4461: 30 transfer, 58 SEPA transfer, 59 SEPA direct debit,

    20 cheque, 10 cash, 48 card, 97 clearing, 1 not defined. reference: BT-83, what the payer should quote.
    mandate, creditor and debtor_iban belong to direct debit.
    """

    code: str = ""
    label: str = ""
    reference: str = ""
    iban: str = ""
    account_name: str = ""
    bic: str = ""
    mandate: str = ""
    creditor: str = ""
    debtor_iban: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24. description: BT-123, in France one of twelve codes. Content with mime and filename, or url."""

    number: str
    description: str = ""
    content: bytes = b""
    mime: str = ""
    filename: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """The whole invoice. `totals.complete` fills `vat_rows` and `totals` in.

    framework: BT-23, cadre de facturation (S1, B2, M4…). object_scheme goes with `object_id` (BT-18).
    """

    number: str
    issued_on: date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    kind: str = Kind.INVOICE
    currency: str = "EUR"
    framework: str = ""
    accounting_currency: str = ""
    vat_due: str = ""
    tax_point: date | None = None
    due_on: date | None = None
    terms: str = ""
    buyer_reference: str = ""
    project: str = ""
    contract: str = ""
    order: str = ""
    sales_order: str = ""
    receiving_advice: str = ""
    despatch_advice: str = ""
    tender: str = ""
    object_id: str = ""
    object_scheme: str = ""
    accounting: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    payee: Party | None = None
    representative: Party | None = None
    delivery: Delivery | None = None
    period: Span | None = None
    payment: Payment | None = None
    allowances: tuple[Allowance, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    vat_rows: tuple[VatRow, ...] = ()
    totals: Totals = field(default_factory=Totals)

    def notes_of(self, code: str) -> tuple[Note, ...]:
        """The notes about one subject."""
        return tuple(note for note in self.notes if note.code == code)

    @property
    def addressee(self) -> str:
        """Whom it is sent to: the BAR note (B2B, B2BINT, B2C…), empty when there is none."""
        found = self.notes_of("BAR")
        return found[0].text if found else ""

    def vats(self) -> Iterator[Vat]:
        """The VAT of every line, then of every allowance of the document."""
        yield from (line.vat for line in self.lines)
        yield from (row.vat for row in self.allowances if row.vat)

    def with_note(self, code: str, text: str) -> "Invoice":
        """The same with this note in place of those about that subject."""
        others = tuple(note for note in self.notes if note.code != code)
        return replace(self, notes=(*others, Note(text, code)))
