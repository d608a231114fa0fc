"""How much computing the adjustment of many contracts takes: the budget is 10 s of CPU for 10,000."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.catalogue.services import create_item
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.company.services import create_company
from ronda.contracts.models import Contract
from ronda.contracts.services import NewLine
from ronda.contracts.services.importing import NewContract, create_contracts
from ronda.parties.services import create_party
from ronda.renewals.models import IndexClause, IndexSeries, RenewalTerms
from ronda.renewals.queries import ending, outlooks, totals
from ronda.renewals.services import confirm_batch, prepare_batch, register_values

BUDGET_SECONDS = 10
BY = "bench"
START, TERM_END, DUE = date(2025, 1, 1), date(2026, 12, 31), date(2026, 1, 1)


def measure(n: int = 10_000) -> dict[str, float]:
    """CPU seconds for a firm of its own with `n` contracts: preparing, confirming, and the cockpit.

    It writes into the database in use, which has to be one to be thrown away.
    """
    company = build(n)
    found: dict[str, float] = {"contracts": float(n)}
    batch = _timed(found, "prepare", lambda: prepare_batch(company, as_of=DUE, by=BY))
    _timed(found, "confirm", lambda: confirm_batch(batch, by=BY, on=date(2025, 12, 10)))
    rows = _timed(found, "cockpit", lambda: ending(company, on=date(2026, 9, 1), until=date(2026, 12, 31)))
    _timed(
        found, "cockpit_page", lambda: (totals(rows), outlooks(company, {r.pk: r.ends_on for r in rows[:50]}))
    )
    found["total"] = found["prepare"] + found["confirm"]
    found["budget"] = float(BUDGET_SECONDS)
    return found


def _timed(found: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    start = time.process_time()
    result = work()
    found[name] = time.process_time() - start
    return result


def build(n: int) -> Company:
    """A firm whose contracts, of two fees each, follow an index and renew tacitly."""
    company = create_company(name=f"Bench {n}", country="IT", by=BY)
    item = create_item(company, name="Canone", by=BY)
    accounts = [
        create_party(company, name=f"Cliente {k}", by=BY).accounts.get() for k in range(max(1, n // 100))
    ]
    series = IndexSeries.objects.create(company=company, code="BENCH", name="Bench", decimals=1)
    values = ((date(2024, 9, 1), "119.3"), (date(2025, 9, 1), "121.7"))
    register_values(series, [{"month": month, "value": Decimal(value)} for month, value in values], by=BY)
    lines = [NewLine(item, Decimal(price), text=f"Canone {price}") for price in ("100.00", "35.50")]
    made: list[Contract] = []
    for start in range(0, n, 1000):
        wanted = [
            NewContract(accounts[k % len(accounts)], f"Contratto {k}", START, lines, ends_on=TERM_END)
            for k in range(start, min(n, start + 1000))
        ]
        made += create_contracts(company, wanted, by=BY)
    _agree(made, series)
    return company


def _agree(contracts: list[Contract], series: IndexSeries) -> None:
    insert(
        [
            row(IndexClause, contract_id=one.pk, series_id=series.pk, share=Decimal(75), reference_month=9)
            for one in contracts
        ]
    )
    insert([row(RenewalTerms, contract_id=one.pk, term_ends_on=TERM_END) for one in contracts])
