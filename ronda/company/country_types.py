"""What a country pack speaks in: seeds for a new company, facts asked, answers given.

Import these names from `ronda.company.country`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.kernel.errors import Refusal
from ronda.kernel.money import to_cents


class InvalidTaxId(Refusal):
    """A VAT number, or a register number, that cannot exist as written."""

    code = "country.invalid_tax_id"


class InvalidRecipientCode(Refusal):
    """An address for electronic invoices that no network would accept."""

    code = "country.invalid_recipient_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class VatSeed:
    """A VAT code with the whole history of its rate.

    `nature` is the country's own reason for a rate of zero (Italy: N1..N7; elsewhere the
    EN 16931 category). `category` is the EN 16931 category (UNCL 5305), `exempt_code` the
    VATEX reason where one exists, `exempt_text` the law to print and to send.
    `rates` are (first day, percent), oldest first.
    """

    code: str
    label: str
    rates: tuple[tuple[date, Decimal], ...]
    nature: str = ""
    category: str = "S"
    exempt_code: str = ""
    exempt_text: str = ""
    stamp_relevant: bool = False
    reverse_charge: bool = False
    exigibility: str = "I"  # I immediate, D deferred to the payment, S split payment
    is_default: bool = False

    @property
    def split_payment(self) -> bool:
        """The customer, a public body, pays the VAT to the State itself (R37)."""
        return self.exigibility == "S"

    def rate(self, on: date) -> Decimal:
        """The percentage in force; LookupError before the code existed."""
        for since, percent in reversed(self.rates):
            if since <= on:
                return percent
        raise LookupError(f"VAT code {self.code} has no rate on {on}")


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """An account of the starting chart; `role` is how the core finds it, one account per role."""

    code: str
    name: str
    kind: str  # one of ACCOUNT_KINDS
    role: str = ""  # one of ACCOUNT_ROLES


ACCOUNT_KINDS = ("asset", "liability", "equity", "revenue", "expense")

#: Every pack's chart fills each of these exactly once.
ACCOUNT_ROLES = (
    "customers",
    "suppliers",
    "sales",
    "purchases",
    "vat_payable",
    "vat_deferred",
    "vat_receivable",
    "vat_on_payment",
    "vat_split_payment",
    "vat_settlement",
    "stamp_duty",
    "stamp_duty_payable",
    "withholding_receivable",
    "withholding_payable",
    "bank",
    "cash",
    "bills_presented",
    "unpaid_bills",
    "advances_received",
    "security_deposits",
    "credit_notes_to_issue",
    "invoices_to_issue",
    "deferred_income",
    "accrued_income",
    "bad_debts",
    "bank_fees",
    "late_interest",
    "rounding_gain",
    "rounding_loss",
    "discounts_given",
    "opening_balance",
    "transfers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSeed:
    """Payment terms: instalment k falls `days[k]` days, or months, after the document date.

    Months with `in_months`. `end_of_month` then moves it to the end of that month, `pay_day`
    (1-31) on to the next such day. `percents` empty means equal
    shares. `method` is the code of the payment method usually agreed with these terms.
    """

    code: str
    name: str
    days: tuple[int, ...]
    in_months: bool = False
    end_of_month: bool = False
    pay_day: int | None = None
    shift_months: tuple[int, ...] = ()
    shift_to_day: int | None = None
    percents: tuple[Decimal, ...] = ()
    method: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodSeed:
    """A way of being paid. `legal_code` is what e-invoices carry (Italy MP01..MP23, else UNTDID)."""

    code: str
    name: str
    kind: str  # cash | cheque | card | transfer | direct_debit | bank_receipt | other
    untdid: str  # UNTDID 4461, used by EN 16931 invoices
    legal_code: str


@dataclass(frozen=True, slots=True)
class StampDuty:
    """Stamp duty due on one document, and the figures that explain it.

    The amount is 0 when the customer is exempt for the reason `exemption`.
    """

    amount: Decimal
    threshold: Decimal
    taxed_total: Decimal
    nature: str  # of the line that charges it to the customer
    natures: tuple[str, ...]  # those that made it due
    legal_text: str
    exemption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithholdingKind:
    """Tax the customer keeps back and pays for us: net × base_percent × rate (R36)."""

    code: str
    name: str
    rate: Decimal
    base_percent: Decimal
    legal_code: str
    reason_code: str
    valid_from: date
    valid_to: date | None = None
    #: Codes of what is kept back besides, each by its own rule: a tax and a contribution.
    also: tuple[str, ...] = ()

    def amount(self, net: Decimal) -> Decimal:
        """What is withheld on `net`, in cents; negative for a credit."""
        return to_cents(net * self.base_percent * self.rate / 10_000)


def withheld_together(kinds: Iterable[WithholdingKind]) -> dict[str, tuple[WithholdingKind, ...]]:
    """By code, each kind with what is kept back besides."""
    by_code = {kind.code: kind for kind in kinds}
    return {
        code: (kind, *(by_code[other] for other in kind.also if other in by_code))
        for code, kind in by_code.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FundKind:
    """A social fund that a firm of the country may have to charge for; `name` in the country's language.

    `left_out` are natures of lines that are no fees.
    """

    code: str
    name: str
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalKind:
    """A kind of document as the law of the country knows it; several may stand for one `kind` of ours.

    The first of a kind is the usual one. `titles` are printed, by language. `deferred`: for operations of an
    earlier day, which the document states.
    """

    code: str
    kind: str  # invoice | credit_note | advance
    titles: Mapping[str, str]
    valid_from: date
    valid_to: date | None = None
    deferred: bool = False

    def title(self, language: str) -> str:
        """As printed; in English where a language is not known."""
        return self.titles.get(language[:2], self.titles["en"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSeed:
    """Default series of a kind of document.

    `number_format` has the fields series, year, number: "{series} {number}/{year}". `legal`
    tells that the law asks for numbers without a gap.
    """

    kind: str
    code: str
    label: str
    number_format: str
    legal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerFacts:
    """The issuer, as the mandatory mentions need it; empty means not applicable.

    `register_place`: Italy, the REA office and number ("MI-1234567") or the office alone when
    `register_number` is kept apart; France, the city of the RCS. `tax_regime`: the national
    code (Italy RF01, RF19...; France "franchise" or ""). `capital_paid` None: paid up in full.
    """

    name: str
    legal_form: str = ""
    tax_id: str = ""
    registration_id: str = ""
    register_place: str = ""
    register_number: str = ""
    share_capital: Decimal | None = None
    capital_paid: Decimal | None = None
    sole_shareholder: bool = False
    in_liquidation: bool = False
    tax_regime: str = ""
    insurance: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "SellerFacts":
        """From the identity kept with a document: the company's fields, and its country profile
        (legal_form, register_number, capital_paid, sole_shareholder, in_liquidation, insurance).
        """
        profile = facts.get("profile") or {}
        return cls(
            name=facts.get("name", ""),
            legal_form=profile.get("legal_form", ""),
            tax_id=facts.get("tax_id", ""),
            registration_id=facts.get("registration_id", ""),
            register_place=facts.get("registry_office", ""),
            register_number=profile.get("register_number", ""),
            share_capital=_amount(facts.get("share_capital")),
            capital_paid=_amount(profile.get("capital_paid")),
            sole_shareholder=bool(profile.get("sole_shareholder")),
            in_liquidation=bool(profile.get("in_liquidation")),
            tax_regime=facts.get("tax_regime", ""),
            insurance=profile.get("insurance", ""),
        )


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


@dataclass(frozen=True, slots=True)
class VatFacts:
    """One VAT code used on the document."""

    code: str
    nature: str = ""
    exempt_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """All that decides which mentions are printed, and nothing else.

    `kind` is that of the document: invoice, advance, credit_note, and others that are not
    fiscal (quote, delivery_note...). `supply` is goods, services or mixed. `courtesy_copy`: the
    paper of an invoice whose original is electronic. `late_rate`: agreed yearly percentage of
    late interest, None for the legal one. `stamp_duty_exemption`: why the customer owes no stamp duty
    on a document that would owe it. `discount_terms`: free text on discounts for early
    payment.
    """

    kind: str
    on: date
    seller: SellerFacts
    customer_is_business: bool = True
    customer_country: str = ""
    customer_tax_id: str = ""
    customer_registration_id: str = ""
    vat: tuple[VatFacts, ...] = ()
    supply: str = "services"
    split_payment: bool = False
    deferred_vat: bool = False
    vat_on_debits: bool = False
    stamp_duty: Decimal | None = None
    stamp_duty_exemption: str = ""
    courtesy_copy: bool = False
    late_rate: Decimal | None = None
    discount_terms: str = ""


class Mention(str):
    """A sentence to print; `code` says which, for formats that carry it under a code."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str = "") -> "Mention":
        mention = super().__new__(cls, text)
        mention.code = code
        return mention


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A municipality; coordinates in degrees (WGS 84), None where unknown.

    `population` is 0 where unknown.
    """

    country: str
    code: str
    name: str
    other_name: str
    province: str
    region: str
    postcodes: tuple[str, ...]
    latitude: Decimal | None
    longitude: Decimal | None
    population: int
