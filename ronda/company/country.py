"""What differs by country, behind one typed door.

The core asks the company's pack and never which country it is. Seeds (`VatSeed`,
`AccountSeed`, ...) are what a new company starts with: data in the country's own
language, copied into tables and owned by the company from then on.

Every question whose answer changes with the law takes `on`, the day it is asked for.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from ronda.company import country_neutral as neutral
from ronda.company.country_types import (
    ACCOUNT_KINDS,
    ACCOUNT_ROLES,
    AccountSeed,
    DocumentFacts,
    FundKind,
    InvalidRecipientCode,
    InvalidTaxId,
    LegalKind,
    Mention,
    PaymentMethodSeed,
    PlaceRow,
    SellerFacts,
    SeriesSeed,
    StampDuty,
    TermsSeed,
    VatFacts,
    VatSeed,
    WithholdingKind,
    withheld_together,
)
from ronda.company.domain.holidays import Holiday
from ronda.kernel.i18n import _

__all__ = [
    "ACCOUNT_KINDS",
    "ACCOUNT_ROLES",
    "AccountSeed",
    "CountryPack",
    "DocumentFacts",
    "FundKind",
    "HasCountry",
    "Holiday",
    "InvalidRecipientCode",
    "InvalidTaxId",
    "LegalKind",
    "Mention",
    "Neutral",
    "PaymentMethodSeed",
    "PlaceRow",
    "SellerFacts",
    "SeriesSeed",
    "StampDuty",
    "TermsSeed",
    "VatFacts",
    "VatSeed",
    "WithholdingKind",
    "check_foreign_tax_id",
    "country_pack",
    "pack_for",
    "register",
    "registered_countries",
    "with_prefix",
    "withheld_together",
]


class CountryPack(Protocol):
    """What the core may ask. `check_*` return the value as it is to be stored, or refuse.

    `country` of the checks is the party's own (ISO 3166, two letters); empty means the pack's.
    """

    code: str
    currency: str
    languages: tuple[str, ...]
    timezone: str
    #: The original of an invoice is electronic: what is printed is a copy, and says so.
    paper_is_copy: bool
    #: Documents without VAT may owe a stamp duty, from which a customer may be exempt.
    has_stamp_duty: bool

    def check_tax_id(self, value: str, *, country: str = "") -> str: ...

    def check_registration_id(self, value: str, *, country: str = "") -> str: ...

    def tax_id_of(self, registration_id: str) -> str: ...

    def check_recipient_code(self, value: str, *, public_body: bool = False) -> str: ...

    def check_certified_email(self, value: str) -> str: ...

    def vat_codes(self) -> tuple[VatSeed, ...]: ...

    def chart(self) -> tuple[AccountSeed, ...]: ...

    def payment_terms(self) -> tuple[TermsSeed, ...]: ...

    def payment_methods(self) -> tuple[PaymentMethodSeed, ...]: ...

    def document_series(self) -> tuple[SeriesSeed, ...]: ...

    def stamp_duty(
        self, nets: Mapping[str, Decimal], *, kind: str, on: date, total: Decimal, exemption: str = ""
    ) -> StampDuty | None: ...

    def withholding_kinds(self, *, on: date) -> tuple[WithholdingKind, ...]: ...

    def legal_kinds(self, *, on: date) -> tuple[LegalKind, ...]: ...

    def fund_kinds(self) -> tuple[FundKind, ...]: ...

    def mentions(self, facts: DocumentFacts, language: str) -> list[Mention]: ...

    def places(self) -> Iterator[PlaceRow]: ...

    def holidays(self, year: int, *, postcode: str = "") -> tuple[Holiday, ...]: ...


def check_foreign_tax_id(value: str, *, country: str) -> str:
    """A VAT number of another country, without its country prefix.

    Numbers of the European Union are checked with the rules of their State (by the pack of
    that State where there is one); others only for length, at most 28, the room that
    electronic invoices have: no list of rules of the world is complete.
    """
    if country in _packs and country != "xx":
        return _packs[country].check_tax_id(value)
    compact = "".join(value.split()).upper()
    if country.lower() not in eu_vat.MEMBER_STATES:
        return _check_length(compact)
    prefix = _vat_prefix(country)
    try:
        checked: str = eu_vat.validate(compact if compact.startswith(prefix) else prefix + compact)
    except ValidationError as error:
        raise InvalidTaxId(
            _("“%(value)s” is not a valid VAT number of %(country)s.") % {"value": value, "country": country},
            field="tax_id",
        ) from error
    return checked.removeprefix(prefix)


def with_prefix(tax_id: str, country: str) -> str:
    """The VAT number as printed and sent abroad: IT01234567897, EL123456783; empty stays empty."""
    return _vat_prefix(country) + tax_id if tax_id else ""


def _vat_prefix(country: str) -> str:
    """Greece writes EL on VAT numbers and GR everywhere else."""
    return "EL" if country == "GR" else country


def _check_length(compact: str, *, field: str = "tax_id") -> str:
    if not 0 < len(compact) <= 28:
        raise InvalidTaxId(_("Enter the number, 28 characters at most."), field=field)
    return compact


class Neutral:
    """No country rules: what the core is tested with, and the base of the packs."""

    code = "xx"
    currency = "EUR"
    languages: tuple[str, ...] = ("en",)
    timezone = "Europe/Brussels"
    paper_is_copy = False
    has_stamp_duty = False

    def check_tax_id(self, value: str, *, country: str = "") -> str:
        """The tax number without spaces and country prefix; InvalidTaxId when it cannot exist."""
        if country and country != self.code:
            return check_foreign_tax_id(value, country=country)
        return self.check_own_tax_id(value)

    def check_registration_id(self, value: str, *, country: str = "") -> str:
        """The number of a person or firm in its own country's register."""
        if country and country != self.code:
            return _check_length("".join(value.split()).upper(), field="registration_id")
        return self.check_own_registration_id(value)

    def check_own_tax_id(self, value: str) -> str:
        return _check_length("".join(value.split()).upper())

    def check_own_registration_id(self, value: str) -> str:
        return _check_length("".join(value.split()).upper(), field="registration_id")

    def tax_id_of(self, registration_id: str) -> str:
        """The VAT number that follows from the register number; empty where none does."""
        return ""

    def check_recipient_code(self, value: str, *, public_body: bool = False) -> str:
        return value.strip()

    def check_certified_email(self, value: str) -> str:
        return value.strip()

    def vat_codes(self) -> tuple[VatSeed, ...]:
        return neutral.VAT

    def chart(self) -> tuple[AccountSeed, ...]:
        return neutral.CHART

    def payment_terms(self) -> tuple[TermsSeed, ...]:
        return neutral.TERMS

    def payment_methods(self) -> tuple[PaymentMethodSeed, ...]:
        return neutral.METHODS

    def document_series(self) -> tuple[SeriesSeed, ...]:
        return neutral.SERIES

    def stamp_duty(
        self, nets: Mapping[str, Decimal], *, kind: str, on: date, total: Decimal, exemption: str = ""
    ) -> StampDuty | None:
        """Duty due on a document; `nets` are the net totals of its lines by nature.

        `kind` is the kind of document, `total` its total with tax. `exemption` is why the customer
        owes none: the answer then has the amount 0 and that reason. None where nothing is due anyway.
        """
        return None

    def withholding_kinds(self, *, on: date) -> tuple[WithholdingKind, ...]:
        return ()

    def legal_kinds(self, *, on: date) -> tuple[LegalKind, ...]:
        """Kinds of documents a person may choose between; none where the law gives no choice."""
        return ()

    def fund_kinds(self) -> tuple[FundKind, ...]:
        """Social funds that firms charge their customers for; none in most countries."""
        return ()

    def mentions(self, facts: DocumentFacts, language: str) -> list[Mention]:
        """Mandatory sentences in the language of the document (not of who prints it)."""
        return [Mention(vat.exempt_text, vat.nature) for vat in facts.vat if vat.exempt_text]

    def places(self) -> Iterator[PlaceRow]:
        return iter(())

    def holidays(self, year: int, *, postcode: str = "") -> tuple[Holiday, ...]:
        """The public holidays of a year, in order; with the postcode, those of the place as well."""
        return ()


class HasCountry(Protocol):
    """A company, or whatever else knows its country."""

    @property
    def country(self) -> str: ...


_packs: dict[str, CountryPack] = {"xx": Neutral()}


def register(pack: CountryPack) -> None:
    """Called by each pack in its AppConfig.ready()."""
    _packs[pack.code] = pack


def pack_for(country: str) -> CountryPack:
    """The pack of a country code in any case; the neutral one where there is none."""
    return _packs.get(country.upper(), _packs["xx"])


def country_pack(company: HasCountry) -> CountryPack:
    """The pack that answers for a company."""
    return pack_for(company.country)


def registered_countries() -> tuple[str, ...]:
    """Codes of the countries that have a pack, in order; the neutral one excluded."""
    return tuple(sorted(code for code in _packs if code != "xx"))
