"""An invented contract and an amendment of it: what their layouts are tried with."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.kernel.money import to_cents
from ronda.reports.domain.agreements import AgreementFacts, Change, Clauses, Fee
from ronda.reports.domain.conditions import sample_conditions
from ronda.reports.domain.formats import known
from ronda.reports.domain.samples import SELLER, buyer

_TEXTS = {
    "it": ("Manutenzione dell’impianto di climatizzazione", "Sanificazione dei filtri", "Sede di via Torino",
           "Condominio Le Betulle", "Bonifico bancario", "30 giorni data fattura", "Nuovo prezzo concordato"),
    "fr": ("Entretien de la climatisation", "Désinfection des filtres", "Siège, rue de Rivoli",
           "Résidence Les Bouleaux", "Virement bancaire", "30 jours date de facture", "Nouveau prix convenu"),
    "en": ("Maintenance of the air conditioning", "Cleaning of filters", "Head office",
           "Birch House Residents", "Bank transfer", "30 days from the invoice", "New price agreed"),
}  # fmt: skip


def _fee(n: int, text: str, site: str) -> Fee:
    price, quantity = Decimal("128.50") + n, Decimal(1 + n % 4)
    discount = Decimal(10) if n == 1 else Decimal(0)
    return Fee(
        text=text,
        site=site,
        quantity=quantity,
        price=price,
        basis="month" if n % 3 == 1 else "period",
        discount=discount,
        every=(1, 3, 12)[n % 3],
        yearly=to_cents(price * quantity * (12, 12, 1)[n % 3] * (100 - discount) / 100),
    )


def _change(fee: Fee) -> Change:
    before = {"price": str(fee.price), "price_basis": fee.basis, "quantity": str(fee.quantity)}
    return Change(fee=fee.text, before=before, after=before | {"price": str(fee.price + 10)})


def sample_agreement(
    kind: str, language: str, *, seller: Mapping[str, Any] = SELLER, lines: int = 8
) -> AgreementFacts:
    """A contract of `lines` fees, or an amendment that changes as many."""
    language = known(language)
    fee, cleaning, site, customer, method, terms, reason = _TEXTS[language]
    fees = [_fee(n, cleaning if n % 3 else fee, site if n % 2 else "") for n in range(lines)]
    changes = [_change(one) for one in fees]
    amended = kind == "amendment"
    return AgreementFacts(
        kind=kind,
        language=language,
        currency="EUR",
        seller=seller,
        buyer=buyer(customer),
        number="C 42/2026/1" if amended else "C 42/2026",
        title=fee,
        on=date(2026, 3, 2),
        starts_on=date(2026, 4, 1),
        ends_on=date(2028, 3, 31),
        fees=[] if amended else fees,
        clauses=Clauses(
            method=method, terms=terms, order="4500012345", renewal="tacit", notice=3, index="FOI",
            index_share=Decimal(75),
        ),
        conditions=sample_conditions(language),
        changes=changes if amended else (),
        contract="C 42/2026" if amended else "",
        effective_on=date(2026, 10, 1) if amended else None,
        reason=reason if amended else "",
        adjustment="FT 97/2026" if amended else "",
        identity=f"{seller.get('name', '')} - {seller.get('tax_id', '')}",
    )  # fmt: skip
