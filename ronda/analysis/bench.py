"""How much computing the figures take, and how long their pages: `measure` prints nothing, it answers."""

import resource
import statistics
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ronda.analysis.models import Calculation, Figure
from ronda.analysis.pages import PAGES
from ronda.analysis.services import calculate
from ronda.catalogue.models import Item
from ronda.company.bulk import insert, row
from ronda.company.models import Branch, Company, User
from ronda.contracts.models import Contract, ContractLine
from ronda.parties.models import BillingAccount

BUDGET_FORECAST_S = 10
BUDGET_PAGE_MS = 150
ROUNDS = 7
_AT_ONCE = 1000


def add_contracts(company: Company, account: BillingAccount, count: int, *, on: date) -> None:
    """Contracts of two lines over five years, in every frequency and price; a third of them end."""
    items = list(Item.objects.filter(company=company).order_by("pk"))
    branches = [None, *Branch.objects.filter(company=company).values_list("pk", flat=True)]
    owners = list(User.objects.order_by("pk").values_list("pk", flat=True)[:5])
    for start in range(0, count, _AT_ONCE):
        numbers = range(start, min(count, start + _AT_ONCE))
        contracts = insert(
            [
                row(
                    Contract, company_id=company.pk, number=f"B{n:06d}", title="Bench",
                    status=Contract.Status.ACTIVE, party_id=account.party_id, account_id=account.pk,
                    starts_on=on - timedelta(days=n * 37 % 1826),
                    ends_on=None if n % 3 else on + timedelta(days=n * 53 % 900),
                    branch_id=branches[n % len(branches)], owner_id=owners[n % len(owners)],
                )
                for n in numbers
            ]
        )  # fmt: skip
        insert([line for n, one in zip(numbers, contracts, strict=True) for line in _lines(n, one.pk, items)])


def _lines(n: int, contract_id: int, items: list[Item]) -> list[ContractLine]:
    every = (1, 3, 12, 6, 2)
    align = (ContractLine.Alignment.ANNIVERSARY, ContractLine.Alignment.CALENDAR)
    return [
        row(
            ContractLine, contract_id=contract_id, position=position, quantity=Decimal(1),
            item_id=items[(n + position) % len(items)].pk, frequency=every[(n * position) % 5],
            alignment=align[n % 2], price=Decimal(1000 + (n * 7919 + position * 31) % 90000) / 100,
            timing=ContractLine.Timing.ADVANCE if n % 4 else ContractLine.Timing.ARREARS,
        )
        for position in (1, 2)
    ]  # fmt: skip


def measure(contracts: int, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """CPU seconds of each calculation over the company's contracts, and median milliseconds of each page.

    The company and its contracts are there already: the first company, its first person.
    """
    company = Company.objects.order_by("pk")[0]
    on = timezone.localdate()
    found: dict[str, Any] = {"n": contracts, "lines": ContractLine.objects.count()}
    for kind in Calculation.Kind.values:
        calculation, _made = Calculation.objects.get_or_create(company=company, kind=kind)
        found[f"{kind}_cpu_s"] = _cpu(calculation, on)
    found["figures"] = Figure.objects.count()
    client = Client(raise_request_exception=True)
    client.force_login(get_user_model().objects.order_by("pk")[0])
    found["pages_ms"] = {name: _page(client, reverse(name), rounds) for name in PAGES}
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return found


def _cpu(calculation: Calculation, on: date) -> float:
    before = time.process_time()
    calculate(calculation, on=on, now=timezone.now())
    return round(time.process_time() - before, 2)


def _page(client: Client, url: str, rounds: int) -> float:
    """Median milliseconds after one request to warm up."""
    taken = []
    for _number in range(rounds + 1):
        before = time.perf_counter()
        answer = client.get(url)
        taken.append((time.perf_counter() - before) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")
    return round(statistics.median(taken[1:]), 1)
