"""A FatturaPA invoice as plain data: what is written in the file, nothing worked out.

Amounts are Decimal in the currency of the document, rates are per cent (22 = 22 %), codes are
those of the XSD 1.2.3. An absent text is "", an absent amount or date is None. `period_to` is
the last day, inclusive, as in the file.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from ronda.countries.it.domain.fatturapa.notices import text_of
from ronda.kernel.money import to_cents

CREDIT_NOTES = frozenset({"TD04", "TD08"})
#: Documents the buyer makes out in the seller's place: self-invoices, integrations, regularisations,
#: communications (italy.md §1.2, §1.4). The firm itself is the buyer.
MADE_BY_BUYER = frozenset({"TD16", "TD17", "TD18", "TD19", "TD20", "TD22", "TD23", "TD28", "TD29"})


class InvoiceKey(NamedTuple):
    """What makes two files the same invoice (after SdI controls 00404 and 00409)."""

    seller: str
    kind: str
    number: str
    year: int


def rounded(amount: Decimal) -> Decimal:
    """To the cent; an absurd amount (a file may state anything) stays as it is."""
    try:
        return to_cents(amount)
    except InvalidOperation:
        return amount


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd that did not stop the reading; `code` is stable, `where` names the element."""

    code: str
    where: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        """What is odd, in the reader's language."""
        return text_of(self.code, {"where": self.where, **dict(self.facts)})


def notice(code: str, where: str = "", **facts: Any) -> Notice:
    """A `Notice` with its facts as text, in the order given."""
    return Notice(code, where, tuple((name, str(value)) for name, value in facts.items()))


@dataclass(frozen=True, slots=True)
class TaxId:
    """Who hands the file over (IdTrasmittente), when it is not the seller."""

    country: str
    code: str


@dataclass(frozen=True, slots=True)
class Address:
    """A stable organisation: where a party from abroad is present in Italy."""

    street: str
    postcode: str
    city: str
    house_number: str = ""
    province: str = ""
    country: str = "IT"


@dataclass(frozen=True, slots=True)
class Representative:
    """A tax representative, or who makes the document out for the seller."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    vat_country: str = ""
    vat_id: str = ""
    fiscal_code: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """Entry in the register of companies (IscrizioneREA); `members` SU (one), SM (several) or ""."""

    office: str
    number: str
    capital: Decimal | None = None
    members: str = ""
    in_liquidation: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """Entry in the register of a profession."""

    name: str = ""
    province: str = ""
    number: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer. A person has first and last name, and `name` is the two together."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    vat_country: str = ""
    vat_id: str = ""
    fiscal_code: str = ""
    tax_regime: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    pec: str = ""
    recipient_code: str = ""
    fax: str = ""
    eori: str = ""
    reference: str = ""
    branch: Address | None = None
    representative: Representative | None = None
    registration: Registration | None = None
    register: Register | None = None

    @property
    def tax_identity(self) -> str:
        """Country and VAT number, else the fiscal code: the same person is the same text."""
        return f"{self.vat_country}{self.vat_id}" if self.vat_id else self.fiscal_code


@dataclass(frozen=True, slots=True)
class Discount:
    """`kind` SC (discount) or MG (surcharge); on a line `amount` is per unit (control 00423)."""

    kind: str
    percent: Decimal | None = None
    amount: Decimal | None = None

    def effect_on(self, price: Decimal) -> Decimal:
        """What it adds to `price`: negative for a discount; the amount, if given, beats the percentage."""
        sign = 1 if self.kind == "MG" else -1
        if self.amount is not None and (self.amount or not self.percent):
            return sign * self.amount
        return sign * price * (self.percent or Decimal(0)) / 100


@dataclass(frozen=True, slots=True)
class ItemCode:
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class OtherData:
    kind: str
    text: str = ""
    number: Decimal | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    description: str
    unit_price: Decimal
    net: Decimal
    vat_rate: Decimal
    nature: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    discounts: tuple[Discount, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    withholding: bool = False
    kind: str = ""
    codes: tuple[ItemCode, ...] = ()
    other_data: tuple[OtherData, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The taxable amount and the VAT of one rate, nature and exigibility (I, D or S)."""

    rate: Decimal
    net: Decimal
    vat: Decimal
    nature: str = ""
    exigibility: str = ""
    legal_reference: str = ""
    rounding: Decimal | None = None
    expenses: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Stamp duty paid virtually; since schema 1.2.1 the amount may be left out."""

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Withholding:
    kind: str
    amount: Decimal
    rate: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WelfareFund:
    kind: str
    rate: Decimal
    amount: Decimal
    vat_rate: Decimal
    base: Decimal | None = None
    nature: str = ""
    withholding: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """One instalment: `terms` TP01-TP03, `method` MP01-MP23.

    `early_discount` until `early_until`; `late_penalty` from `late_from`.
    """

    terms: str
    method: str
    amount: Decimal
    due: date | None = None
    iban: str = ""
    bic: str = ""
    bank: str = ""
    beneficiary: str = ""
    counted_from: date | None = None
    days: int | None = None
    code: str = ""
    abi: str = ""
    cab: str = ""
    post_office: str = ""
    early_discount: Decimal | None = None
    early_until: date | None = None
    late_penalty: Decimal | None = None
    late_from: date | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """`kind`: order, contract, agreement, receipt, invoice or delivery_note; `lines` empty = all.

    `text` says what a simplified credit or debit note corrects (ElementiRettificati).
    """

    kind: str
    document: str
    day: date | None = None
    item: str = ""
    job_code: str = ""
    cup: str = ""
    cig: str = ""
    lines: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An enclosed file; `size` is in bytes once decoded.

    `content` is needed for writing. The reader leaves it in the file, so it takes no part in comparisons.
    """

    name: str
    size: int
    format: str = ""
    compression: str = ""
    description: str = ""
    content: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReceivedInvoice:
    """One body of a file. `position` counts the bodies of a lot from 1; `sha256` is of the file.

    `issuer` CC (the buyer) or TZ (a third party, then `third_party`); `phases` are states of progress
    of works (DatiSAL).
    """

    kind: str
    number: str
    date: date
    seller: Party
    buyer: Party
    currency: str = "EUR"
    format: str = "FPR12"
    lines: tuple[Line, ...] = ()
    summaries: tuple[Summary, ...] = ()
    discounts: tuple[Discount, ...] = ()
    stamp: Stamp | None = None
    withholdings: tuple[Withholding, ...] = ()
    welfare_funds: tuple[WelfareFund, ...] = ()
    total: Decimal | None = None
    rounding: Decimal | None = None
    payments: tuple[Payment, ...] = ()
    references: tuple[Reference, ...] = ()
    causals: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    issuer: str = ""
    progressive: str = ""
    transmitter: TaxId | None = None
    third_party: Representative | None = None
    art73: bool = False
    phases: tuple[int, ...] = ()
    position: int = 1
    warnings: tuple[Notice, ...] = ()
    source_name: str = ""
    sha256: str = ""
    signed: bool = False

    @property
    def net_total(self) -> Decimal:
        return sum((summary.net for summary in self.summaries), Decimal(0))

    @property
    def vat_total(self) -> Decimal:
        return sum((summary.vat for summary in self.summaries), Decimal(0))

    @property
    def document_total(self) -> Decimal:
        """The total stated, else the sum of taxable amounts, VAT, document discounts and rounding."""
        if self.total is not None:
            return self.total
        return rounded(self.net_total + self.vat_total + self.discount_total + (self.rounding or Decimal(0)))

    @property
    def discount_total(self) -> Decimal:
        """What the discounts and surcharges of the whole document add: negative for a discount."""
        gross = price = self.net_total + self.vat_total
        for discount in self.discounts:
            price += discount.effect_on(price)
        return price - gross

    @property
    def amount_to_pay(self) -> Decimal:
        """The total less what was withheld and less the VAT of split payment (exigibility S)."""
        withheld = sum((item.amount for item in self.withholdings), Decimal(0))
        split = sum((item.vat for item in self.summaries if item.exigibility == "S"), Decimal(0))
        return self.document_total - withheld - split

    @property
    def is_credit_note(self) -> bool:
        """Amounts of a credit note are positive in the file: the sign is in its kind."""
        return self.kind in CREDIT_NOTES

    def key(self) -> InvoiceKey:
        """Equal for two copies of one invoice, whatever the file: seller, kind, number, year."""
        return InvoiceKey(
            self.seller.tax_identity.upper(), self.kind, "".join(self.number.split()).upper(), self.date.year
        )
