"""Contracts as the demonstration describes them, and their way into the database through the services."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction

from ronda.catalogue.models import Item, VatCode
from ronda.company.models import Company
from ronda.contracts.models import Contract, ContractLine
from ronda.contracts.services import NewLine, create_contract, hold_billing, take_over, void
from ronda.parties.models import BillingAccount, BillingGroup, Party, Site

FIRST_START = date(2023, 1, 1)
DAYS_OF_STARTS = 1_000
CONTRACTS_PER_TRANSACTION = 50
TAKEN_OVER = {"IT": "fatturato con il programma precedente", "FR": "facturé avec l’ancien logiciel"}
HELD = {"IT": "contestazione in corso", "FR": "réclamation en cours"}


@dataclass(frozen=True, slots=True)
class Fee:
    """One line: `schedule` holds fields of ContractLine, `vat` a VAT code unless the item's own."""

    item: str
    price: str
    quantity: str = "1"
    vat: str = ""
    site: Site | None = None
    text: str = ""
    schedule: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract. `then` is what happened to it after it was written: "hold", "void", "draft" or nothing."""

    title: str
    starts_on: date
    fees: Sequence[Fee]
    ends_on: date | None = None
    then: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A customer for whom a contract is made up."""

    rng: Random
    party: Party
    account: BillingAccount
    sites: Sequence[Site]
    groups: Mapping[str, BillingGroup]
    vat: str
    payer: BillingAccount | None = None

    @property
    def site(self) -> Site:
        return self.sites[0]

    def started(self) -> date:
        """A day between January 2023 and September 2025, mostly the first of a month."""
        day = FIRST_START + timedelta(days=self.rng.randrange(DAYS_OF_STARTS))
        return day.replace(day=1) if self.rng.randrange(10) < 7 else day

    def recently(self) -> date:
        """A day within a month billed by Ronda: its first period is a partial one."""
        return date(2026, 8, 3) + timedelta(days=self.rng.randrange(20))

    def fee(
        self,
        item: str,
        price: str,
        *,
        quantity: str = "1",
        vat: str | None = None,
        site: Site | None = None,
        text: str = "",
        **schedule: Any,
    ) -> Fee:
        """A fee at the customer's first site and usual VAT unless told otherwise."""
        code = self.vat if vat is None else vat
        return Fee(item, price, quantity, code, site or self.site, text, schedule)

    def about(self, price: int) -> str:
        """A price near that one, in steps of fifty cents."""
        return str(Decimal(price) * (80 + self.rng.randrange(9) * 5) / 100 // Decimal("0.5") * Decimal("0.5"))


Recipe = Callable[[Case], Agreement]


def make_up(
    cases: Sequence[Case], count: int, recipes: Sequence[tuple[int, Recipe]], rng: Random
) -> list[tuple[Case, Agreement]]:
    """So many contracts: each customer has one at least, each recipe is used once at least."""
    weights = [weight for weight, _recipe in recipes]
    made = []
    for n in range(count):
        case = cases[n] if n < len(cases) else rng.choice(cases)
        recipe = recipes[n][1] if n < len(recipes) else rng.choices(recipes, weights)[0][1]
        made.append((case, recipe(case)))
    return made


class Writer:
    """Writes agreements of one company, numbered by year in order of activation."""

    def __init__(self, company: Company, *, taken_over_on: date, by: str) -> None:
        self.company, self.taken_over_on, self.by = company, taken_over_on, by
        self.items = {item.code: item for item in Item.objects.filter(company=company)}
        self.vat = {code.code: code for code in VatCode.objects.filter(company=company)}
        self.numbers: Counter[int] = Counter()

    def write(self, made: Sequence[tuple[Case, Agreement]], did: Callable[[int], None]) -> None:
        """All of them, some per transaction; what lies before the take-over counts as billed elsewhere."""
        ordered = sorted(made, key=lambda pair: pair[1].starts_on)
        for start in range(0, len(ordered), CONTRACTS_PER_TRANSACTION):
            some = ordered[start : start + CONTRACTS_PER_TRANSACTION]
            with transaction.atomic():
                contracts = [(self._write(case, agreement), agreement.then) for case, agreement in some]
                self._afterwards(contracts)
            did(len(some))

    def _write(self, case: Case, agreement: Agreement) -> Contract:
        year = agreement.starts_on.year
        self.numbers[year] += 1
        return create_contract(
            case.payer or case.account,
            party=case.party,
            title=agreement.title,
            starts_on=agreement.starts_on,
            ends_on=agreement.ends_on,
            signed_on=agreement.starts_on - timedelta(days=12),
            number=f"{year}/{self.numbers[year]:04d}",
            lines=[self._line(fee) for fee in agreement.fees],
            active=agreement.then != "draft",
            by=self.by,
            **agreement.facts,
        )

    def _line(self, fee: Fee) -> NewLine:
        return NewLine(
            self.items[fee.item],
            Decimal(fee.price),
            text=fee.text,
            quantity=Decimal(fee.quantity),
            site=fee.site,
            vat_code=self.vat[fee.vat] if fee.vat else None,
            schedule=dict(fee.schedule),
        )

    def _afterwards(self, contracts: Sequence[tuple[Contract, str]]) -> None:
        old = [
            contract
            for contract, then in contracts
            if contract.starts_on < self.taken_over_on and then not in ("draft", "void")
        ]
        lines = ContractLine.objects.filter(contract__in=old).values_list("pk", flat=True)
        reason = TAKEN_OVER[self.company.country]
        take_over(list(lines), before=self.taken_over_on, reason=reason, by=self.by)
        for contract, then in contracts:
            if then == "hold":
                hold_billing(contract, reason=HELD[self.company.country], by=self.by)
            elif then == "void":
                void(contract, by=self.by)


def cases(company: Company, rng: Random, vat: Callable[[Party], str]) -> list[Case]:
    """Every customer with sites, as a case; four queries."""
    accounts = {
        account.party_id: account
        for account in BillingAccount.objects.filter(party__company=company, is_default=True).select_related(
            "party__company"
        )
    }
    groups: dict[int, dict[str, BillingGroup]] = {}
    for group in BillingGroup.objects.filter(account__party__company=company):
        groups.setdefault(group.account_id, {})[group.code] = group
    sites: dict[int, list[Site]] = {}
    for site in Site.objects.filter(party__company=company).select_related("party").order_by("pk"):
        sites.setdefault(site.party_id, []).append(site)
    return [
        Case(
            rng,
            account.party,
            account,
            sites[party_id],
            groups[account.pk],
            vat(account.party),
        )
        for party_id, account in sorted(accounts.items())
    ]
