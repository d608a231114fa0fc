"""Contracts with index clauses and renewal terms for tests, made through the services."""

from datetime import date
from decimal import Decimal
from typing import Any

from ronda.company.models import Company
from ronda.contracts.models import Contract
from ronda.renewals.models import IndexSeries, RenewalTerms
from ronda.renewals.services import register_values, set_clause, set_terms

YEAR_2025 = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}


def foi(company: Company) -> IndexSeries:
    """The Italian series with invented values: +2.0 % published for September 2025, +1.0 % for 2026."""
    series, _made = IndexSeries.objects.get_or_create(
        company=company, code="TEST", defaults={"name": "Test index", "decimals": 1, "base": "2015"}
    )
    values = (
        {"month": date(2024, 9, 1), "value": Decimal("119.3")},
        {"month": date(2025, 9, 1), "value": Decimal("121.7"), "published": Decimal("2.0")},
        {"month": date(2026, 9, 1), "value": Decimal("122.9"), "published": Decimal("1.0")},
    )
    register_values(series, values, by="anna")
    return series


def indexed(contract: Contract, **facts: Any) -> Contract:
    """Follow three quarters of the September index."""
    known = {"series": foi(contract.company), "share": Decimal(75), "reference_month": 9}
    set_clause(contract, by="anna", **{**known, **facts})
    return contract


def tacit(contract: Contract, **facts: Any) -> Contract:
    """Renews by itself for a year; three months of notice."""
    set_terms(contract, by="anna", **{"mode": RenewalTerms.Mode.TACIT, "notice_number": 3, **facts})
    return contract
