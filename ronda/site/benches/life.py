"""The contract's life over many contracts: index batch, deferrals at closing, forecast."""

from typing import Any

from ronda.accounting import bench as deferrals
from ronda.analysis import bench as forecast
from ronda.parties.models import BillingAccount
from ronda.renewals import bench as index
from ronda.site.benches import books


def prepare_deferrals(n: int) -> None:
    deferrals.prepare(n)


def measure_deferrals(n: int) -> dict[str, Any]:
    return deferrals.measure(n)


def measure_index(n: int) -> dict[str, Any]:
    """The firm is made in the same process: its cost is not in the figures."""
    return index.measure(n)


def prepare_forecast(n: int) -> None:
    company, _items = books.open_firm()
    books.add_payers(company, 1)
    forecast.add_contracts(company, BillingAccount.objects.earliest("pk"), n, on=books.BILLED_MONTH)


def measure_forecast(n: int) -> dict[str, Any]:
    return forecast.measure(n)
