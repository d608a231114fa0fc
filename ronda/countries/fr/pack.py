"""France's answers to the questions of the core."""

from collections.abc import Iterator
from pathlib import Path

from ronda.company.country import (
    AccountSeed,
    DocumentFacts,
    Holiday,
    InvalidRecipientCode,
    InvalidTaxId,
    Mention,
    Neutral,
    PaymentMethodSeed,
    PlaceRow,
    SeriesSeed,
    TermsSeed,
    VatSeed,
)
from ronda.company.country_places import read_places
from ronda.company.domain.holidays import holidays_by
from ronda.countries.fr.data import seeds
from ronda.countries.fr.data.chart import CHART
from ronda.countries.fr.data.departments import REGIONS
from ronda.countries.fr.data.holidays import HOLIDAYS
from ronda.countries.fr.data.vat import VAT_CODES
from ronda.countries.fr.domain import mentions, tax_ids
from ronda.kernel.i18n import _

PLACES = Path(__file__).parent / "data" / "places.csv.gz"


class France(Neutral):
    """No stamp duty and no withholding: the neutral answers stand."""

    code = "FR"
    currency = "EUR"
    languages: tuple[str, ...] = ("fr",)
    timezone = "Europe/Paris"

    def check_own_tax_id(self, value: str) -> str:
        """The key and SIREN of a VAT number, without the prefix FR."""
        compact = tax_ids.compact_number(value).removeprefix("FR")
        if not tax_ids.is_vat_number(compact):
            raise InvalidTaxId(
                _(
                    "“%(value)s” is not a valid French VAT number: FR, a key of 2 characters and the "
                    "9 digits of the SIREN."
                )
                % {"value": value},
                field="tax_id",
            )
        return compact

    def check_own_registration_id(self, value: str) -> str:
        """A SIREN or a SIRET, digits only."""
        compact = tax_ids.compact_number(value)
        if not (tax_ids.is_siren(compact) or tax_ids.is_siret(compact)):
            raise InvalidTaxId(
                _(
                    "“%(value)s” is neither a SIREN (9 digits) nor a SIRET (14 digits); the last digit "
                    "is a check digit."
                )
                % {"value": value},
                field="registration_id",
            )
        return compact

    def tax_id_of(self, registration_id: str) -> str:
        """The VAT number of a SIREN or SIRET, without FR; empty when it is neither."""
        compact = tax_ids.compact_number(registration_id)
        if not (tax_ids.is_siren(compact) or tax_ids.is_siret(compact)):
            return ""
        return tax_ids.vat_number_of(compact)

    def check_recipient_code(self, value: str, *, public_body: bool = False) -> str:
        """The customer's address in the directory of e-invoicing; empty stays empty."""
        compact = "".join(value.split())
        if compact and not tax_ids.is_directory_address(compact):
            raise InvalidRecipientCode(
                _(
                    "The electronic address starts with the customer's SIREN, alone or followed by _ and "
                    "the SIRET or a suffix."
                ),
                field="recipient_code",
            )
        return compact

    def vat_codes(self) -> tuple[VatSeed, ...]:
        return VAT_CODES

    def chart(self) -> tuple[AccountSeed, ...]:
        return CHART

    def payment_terms(self) -> tuple[TermsSeed, ...]:
        return seeds.PAYMENT_TERMS

    def payment_methods(self) -> tuple[PaymentMethodSeed, ...]:
        return seeds.PAYMENT_METHODS

    def document_series(self) -> tuple[SeriesSeed, ...]:
        return seeds.SERIES

    def mentions(self, facts: DocumentFacts, language: str) -> list[Mention]:
        return mentions.mentions(facts, language)

    def places(self) -> Iterator[PlaceRow]:
        return read_places(PLACES, country=self.code, regions=REGIONS)

    def holidays(self, year: int, *, postcode: str = "") -> tuple[Holiday, ...]:
        """Those of the Code du travail, art. L3133-1 and L3134-13; see `data.holidays`."""
        return holidays_by(HOLIDAYS, year, postcode=postcode)
