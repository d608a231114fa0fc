"""Italy's answers to the questions of the core."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from ronda.company.country import (
    AccountSeed,
    DocumentFacts,
    FundKind,
    Holiday,
    InvalidRecipientCode,
    InvalidTaxId,
    LegalKind,
    Mention,
    Neutral,
    PaymentMethodSeed,
    PlaceRow,
    SeriesSeed,
    StampDuty,
    TermsSeed,
    VatSeed,
    WithholdingKind,
)
from ronda.company.country_places import read_places
from ronda.company.domain.holidays import holidays_by
from ronda.countries.it.data import seeds
from ronda.countries.it.data.chart import CHART
from ronda.countries.it.data.funds import FUNDS
from ronda.countries.it.data.holidays import HOLIDAYS
from ronda.countries.it.data.legal_kinds import LEGAL_KINDS
from ronda.countries.it.data.stamp import CHARGED_NATURE, LEGAL_TEXT
from ronda.countries.it.data.vat import STAMP_RELEVANT, VAT_CODES
from ronda.countries.it.data.withholding import WITHHOLDINGS
from ronda.countries.it.domain import addresses, mentions, stamp, tax_ids
from ronda.kernel.i18n import _

PLACES = Path(__file__).parent / "data" / "places.csv.gz"


class Italy(Neutral):
    code = "IT"
    currency = "EUR"
    languages: tuple[str, ...] = ("it",)
    timezone = "Europe/Rome"
    # The original is the XML sent through the SdI (art. 1, c. 3, D.Lgs. 127/2015).
    paper_is_copy = True
    has_stamp_duty = True

    def check_own_tax_id(self, value: str) -> str:
        """A partita IVA: eleven digits, without the prefix IT."""
        compact = "".join(value.split()).upper().removeprefix("IT")
        if not tax_ids.is_partita_iva(compact):
            raise InvalidTaxId(
                _("“%(value)s” is not a valid partita IVA: it has 11 digits, the last a check digit.")
                % {"value": value},
                field="tax_id",
            )
        return compact

    def check_own_registration_id(self, value: str) -> str:
        """A codice fiscale, in capitals."""
        compact = "".join(value.split()).upper()
        if not tax_ids.is_codice_fiscale(compact):
            raise InvalidTaxId(
                _(
                    "“%(value)s” is not a valid codice fiscale: it has 16 characters for a person, "
                    "11 digits for a body, the last a check character."
                )
                % {"value": value},
                field="registration_id",
            )
        return compact

    def tax_id_of(self, registration_id: str) -> str:
        """Nothing: a body may have a codice fiscale of eleven digits and another partita IVA."""
        return ""

    def check_recipient_code(self, value: str, *, public_body: bool = False) -> str:
        """The code by which the exchange system finds the customer; empty stays empty."""
        compact = "".join(value.split()).upper()
        if compact and not addresses.is_recipient_code(compact, public_body=public_body):
            raise InvalidRecipientCode(
                _("The recipient code of a public office has 6 letters or digits.")
                if public_body
                else _("The recipient code has 7 letters or digits; enter 0000000 when it is not known."),
                field="recipient_code",
            )
        return compact

    def check_certified_email(self, value: str) -> str:
        """A PEC address in small letters; empty stays empty."""
        compact = value.strip().lower()
        if compact and not addresses.is_email(compact):
            raise InvalidRecipientCode(
                _("“%(value)s” is not an e-mail address.") % {"value": value}, field="pec"
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

    def stamp_duty(
        self, nets: Mapping[str, Decimal], *, kind: str, on: date, total: Decimal, exemption: str = ""
    ) -> StampDuty | None:
        """R35; `total` does not matter in Italy. See `domain.stamp` for what counts and who is exempt."""
        rate = stamp.due_on(nets, kind=kind, on=on)
        if rate is None:
            return None
        return StampDuty(
            amount=stamp.owed(rate, exemption),
            threshold=rate.threshold,
            taxed_total=stamp.stamped_total(nets),
            nature=CHARGED_NATURE,
            natures=tuple(sorted(nature for nature in nets if nature in STAMP_RELEVANT)),
            legal_text=LEGAL_TEXT,
            exemption=exemption,
        )

    def withholding_kinds(self, *, on: date) -> tuple[WithholdingKind, ...]:
        return tuple(
            kind
            for kind in WITHHOLDINGS
            if kind.valid_from <= on and (kind.valid_to is None or on <= kind.valid_to)
        )

    def legal_kinds(self, *, on: date) -> tuple[LegalKind, ...]:
        return tuple(
            kind
            for kind in LEGAL_KINDS
            if kind.valid_from <= on and (kind.valid_to is None or on <= kind.valid_to)
        )

    def fund_kinds(self) -> tuple[FundKind, ...]:
        return FUNDS

    def mentions(self, facts: DocumentFacts, language: str) -> list[Mention]:
        return mentions.mentions(facts, language)

    def places(self) -> Iterator[PlaceRow]:
        return read_places(PLACES, country=self.code)

    def holidays(self, year: int, *, postcode: str = "") -> tuple[Holiday, ...]:
        """Those of legge 260/1949 and its changes; see `data.holidays`."""
        return holidays_by(HOLIDAYS, year, postcode=postcode)
