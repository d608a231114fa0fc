"""Firms of any size for benches: rows in bulk, because making them is not what is measured."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.billing.models import Document
from ronda.catalogue.models import Item
from ronda.catalogue.services import create_items
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.company.services import create_owner
from ronda.contracts.models import ChargePeriod, Contract, ContractLine
from ronda.kernel.periods import add_months
from ronda.parties.models import BillingAccount, BillingGroup, Party, PaymentMethod, PaymentTerms, Site

ROWS_AT_ONCE = 2_000
BILLED_MONTH = date(2026, 11, 30)
FIRST_DAY = date(2026, 11, 1)
HISTORY_FROM = date(2025, 11, 1)
SERVICES = ("Manutenzione ordinaria", "Reperibilità", "Verifica periodica")


def open_firm() -> tuple[Company, list[Item]]:
    """An Italian firm with three services."""
    _user, company = create_owner(
        username="bench", password="measured-with-care", company_name="Banco Prova Srl", country="IT",
        street="Via Roma 1", postcode="25121", city="Brescia", province="BS",
    )  # fmt: skip
    items = create_items(company, [{"name": name, "price": "60.00"} for name in SERVICES], by="bench")
    return company, items


def _chunks(count: int) -> Iterator[range]:
    for start in range(0, count, ROWS_AT_ONCE):
        yield range(start, min(start + ROWS_AT_ONCE, count))


def add_payers(company: Company, count: int) -> None:
    """So many customers with a site, an account on 30 days end of month and its letter ""."""
    terms = PaymentTerms.objects.get(company=company, code="BB30/60FM")
    method = PaymentMethod.objects.get(company=company, code="MP05")
    for numbers in _chunks(count):
        with transaction.atomic():
            parties = insert([_party(company, n) for n in numbers])
            accounts = insert(
                [
                    row(
                        BillingAccount, party_id=party.pk, is_default=True,
                        terms_id=terms.pk, method_id=method.pk,
                    )
                    for party in parties
                ]
            )  # fmt: skip
            groups = insert([row(BillingGroup, account_id=account.pk) for account in accounts])
            insert(
                [
                    row(
                        Site, party_id=party.pk, code="1", name=party.name,
                        billing_group_id=group.pk, country="IT", city=party.city,
                    )
                    for party, group in zip(parties, groups, strict=True)
                ]
            )  # fmt: skip


def _party(company: Company, n: int) -> Party:
    return row(
        Party, company_id=company.pk, code=f"C{n:06d}", name=f"Condominio numero {n * 7919 % 1_000_003}",
        kind=Party.Kind.BUILDING, street=f"Via Roma {n % 200}", postcode="25121", city="Brescia",
        province="BS", country="IT",
    )  # fmt: skip


def add_contracts(
    company: Company, items: list[Item], count: int, *, history: bool, spread: bool = False
) -> None:
    """Two lines each, monthly and quarterly or yearly; one payer each while there are as many.

    With `history` the twelve months before are billed; `spread` activates them over three years.
    """
    payers = list(
        BillingAccount.objects.filter(party__company=company).order_by("pk").values_list("pk", "party_id")
    )
    sites = dict(Site.objects.filter(party__company=company).values_list("party_id", "pk"))
    starts_on = HISTORY_FROM if history else FIRST_DAY
    for numbers in _chunks(count):
        with transaction.atomic():
            contracts = insert(
                [
                    _contract(company, n, payers[n % len(payers)], _later(starts_on, n * spread))
                    for n in numbers
                ]
            )
            lines = [
                line
                for n, contract in zip(numbers, contracts, strict=True)
                for line in _lines(n, contract, items, sites[contract.party_id])
            ]
            insert(lines)
            if history:
                insert([charge for line in lines for charge in _charges(line)])


def _later(day: date, n: int) -> date:
    return date.fromordinal(day.toordinal() - n * 37 % 1_096)


def _contract(company: Company, n: int, payer: tuple[int, int], starts_on: date) -> Contract:
    account_id, party_id = payer
    status = Contract.Status.ENDED if n % 11 == 10 else Contract.Status.ACTIVE
    return row(
        Contract, company_id=company.pk, number=f"2025/{n:06d}", title=f"Manutenzione impianto {n}",
        status=status, party_id=party_id, account_id=account_id, starts_on=starts_on,
        yearly_amount=Decimal(720 + n % 400), rhythm="1 m", service=SERVICES[n % 3],
    )  # fmt: skip


def _lines(n: int, contract: Contract, items: list[Item], site_id: int) -> list[ContractLine]:
    second = (3, "75.00", items[1]) if n % 3 else (12, "240.00", items[2])
    return [
        row(
            ContractLine, contract_id=contract.pk, position=position, item_id=item.pk, site_id=site_id,
            price=Decimal(price), quantity=Decimal(1), frequency=every, alignment="calendar",
        )
        for position, (every, price, item) in enumerate(((1, "62.50", items[0]), second), start=1)
    ]  # fmt: skip


def _charges(line: ContractLine) -> Iterator[ChargePeriod]:
    """The months up to October 2026, billed; calendar periods cut at the activation."""
    day = HISTORY_FROM
    while day < FIRST_DAY:
        if day == HISTORY_FROM or (day.month - 1) % line.frequency == 0:
            following = add_months(day, 1)
            while (following.month - 1) % line.frequency:
                following = add_months(following, 1)
            yield row(
                ChargePeriod, line_id=line.pk, starts_on=day,
                ends_on=date.fromordinal(following.toordinal() - 1), kind="regular", amount=line.price,
            )  # fmt: skip
        day = add_months(day, 1)


def add_documents(company: Company, count: int) -> None:
    """Issued invoices over two years, headers only: what a list shows."""
    accounts: list[Any] = list(
        BillingAccount.objects.filter(party__company=company).order_by("pk").values_list("pk", "party_id")
    )
    for numbers in _chunks(count):
        with transaction.atomic():
            insert([_document(company, n, accounts[n % len(accounts)], count) for n in numbers])


def _document(company: Company, n: int, payer: tuple[int, int], count: int) -> Document:
    net = Decimal(50 + n % 900)
    vat = net * 22 / 100
    day = date.fromordinal(date(2025, 1, 1).toordinal() + n * 690 // count)
    return row(
        Document, company_id=company.pk, status=Document.Status.ISSUED, series="FT", year=day.year,
        number=n + 1, label=f"FT {n + 1}/{day.year}", date=day, party_id=payer[1], account_id=payer[0],
        net_total=net, vat_total=vat, gross_total=net + vat, payable=net + vat,
    )  # fmt: skip
