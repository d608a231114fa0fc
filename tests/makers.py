"""One record of each workspace, for the tests of all pages. A new workspace adds its maker here.

A maker gets a company and a number and returns a saved record of that company; numbers make names differ.
"""

from collections.abc import Callable
from typing import Any

from ronda.company.models import Branch, Company
from ronda.company.services.companies import create_company


def make_company(name: str = "Aria Srl", country: str = "IT", **facts: Any) -> Company:
    """A company with its roles, in English so that tests read the same words everywhere."""
    return create_company(name=name, country=country, by="test", **{"language": "en", **facts})


def make_branch(company: Company, n: int) -> Branch:
    return Branch.objects.create(company=company, code=f"B{n}", name=f"Branch number {n}")


MAKERS: dict[str, Callable[[Company, int], Any]] = {
    "Branches": make_branch,
}
