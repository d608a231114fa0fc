"""What is reported, before it is XML. Amounts in the currency named, days as in France, rates in %."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ronda.countries.fr.data.ereporting import Kind
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period


@dataclass(frozen=True, slots=True, order=True)
class ReportPeriod:
    """A stretch to report, when its transmission may be sent first and must be sent last (inclusive)."""

    period: Period
    kind: Kind
    opens_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Declarant:
    """Whose report it is. role: SE as seller, BY for purchases abroad; address: in the directory."""

    siren: str
    name: str
    role: str = "SE"
    address: str = ""


@dataclass(frozen=True, slots=True)
class SendingPlatform:
    """The approved platform that passes the report on: its number of four characters, its name."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class SalePart:
    """Part of a sale in one category (TLB1, TPS1, TNT1, TMA1) at one rate: base and VAT."""

    category: str
    rate: Decimal
    base: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """A document to a consumer (10.3): an invoice, a ticket, or a credit note with negative parts."""

    number: str
    on: date
    parts: tuple[SalePart, ...]
    currency: str = "EUR"
    on_debits: bool = False


@dataclass(frozen=True, slots=True)
class VatRow:
    """One row of an invoice's VAT summary. category: S E AE K G O Z; reason and its code for E."""

    category: str
    rate: Decimal
    base: Decimal
    vat: Decimal
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class ForeignParty:
    """identifier: by its scheme (0002 SIREN, 0223 EU VAT number, 0227 outside the EU, 0228, 0229)."""

    identifier: str
    scheme: str
    country: str
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class ForeignInvoice:
    """An invoice to or from a business abroad (10.1). framework: BT-23; references: number and date.

    vat: the total in EUR whatever the currency (G6.23); period: the days invoiced, if there are any.
    """

    number: str
    issued_on: date
    kind: str
    seller: ForeignParty
    buyer: ForeignParty
    rows: tuple[VatRow, ...]
    framework: str = "S1"
    currency: str = "EUR"
    vat_in_eur: Decimal | None = None
    due_on: date | None = None
    tax_due: str = ""
    delivered_on: date | None = None
    period: Period | None = None
    references: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """Money received at one rate, VAT included, in EUR; negative for a refund."""

    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received for services without the option for debits, on its value date.

    With the number and date of an invoice reported one by one it is 10.2, without them 10.4 (per day).
    """

    on: date
    parts: tuple[ReceiptPart, ...]
    invoice: str = ""
    invoice_issued_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class SalesDay:
    """The sales of one day, currency, category and tax point (10.3)."""

    on: date
    currency: str
    category: str
    tax_due: str
    rows: tuple[tuple[Decimal, Decimal, Decimal], ...]  # rate, base, VAT
    count: int

    @property
    def base(self) -> Decimal:
        return sum((row[1] for row in self.rows), ZERO)

    @property
    def vat(self) -> Decimal:
        return sum((row[2] for row in self.rows), ZERO)


@dataclass(frozen=True, slots=True, order=True)
class ReceiptsDay:
    """The receipts of one day, of one invoice (10.2) or of all consumers (10.4), by rate."""

    on: date
    invoice: str
    invoice_issued_on: date | None
    rows: tuple[tuple[Decimal, Decimal], ...]  # rate, amount with VAT


@dataclass(frozen=True, slots=True)
class Content:
    """All a transmission of one kind says of one period, in one order whatever the order it was given in."""

    kind: Kind
    period: Period
    sales: tuple[SalesDay, ...] = ()
    invoices: tuple[ForeignInvoice, ...] = ()
    receipts: tuple[ReceiptsDay, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.sales or self.invoices or self.receipts)


@dataclass(frozen=True, slots=True)
class Transmission:
    """A report ready to be handed over. type_code: IN or RE; replaces: identifier of the former one.

    digest: SHA-256 of what it says, without heading, by which a change is recognised.
    """

    identifier: str
    type_code: str
    sequence: int
    kind: Kind
    period: Period
    created_at: datetime
    xml: bytes
    digest: str
    totals: Mapping[str, Decimal]
    replaces: str = ""
    warnings: tuple[Finding, ...] = ()
