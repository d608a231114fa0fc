"""The checks of a French invoice: small, independent, each under the code of the rule it stands for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import InvalidOperation
from typing import Any

from ronda.countries.fr.domain.einvoice.model import Invoice
from ronda.einvoices.domain.findings import Finding, Weight


@dataclass(frozen=True, slots=True)
class Case:
    """What is checked, and on which day."""

    invoice: Invoice
    on: date


Check = Callable[[Case], Iterator[Finding]]

CHECKS: list[Check] = []
#: Every code a check may name, with the check.
BY_CODE: dict[str, Check] = {}


def check(*codes: str) -> Callable[[Check], Check]:
    """Registers a check under the codes it names. ValueError when another has one of them."""

    def keep(function: Check) -> Check:
        for code in codes:
            if code in BY_CODE:
                raise ValueError(f"two checks name {code}")
            BY_CODE[code] = function
        CHECKS.append(function)
        return function

    return keep


def run(checks: Iterable[Check], case: Case) -> Iterator[Finding]:
    """What the checks find, in their order.

    One whose figures are too large to be added up finds nothing: BR-FR-DEC names such figures.
    """
    for check_one in checks:
        try:
            found = list(check_one(case))
        except InvalidOperation:
            continue
        yield from found


def warning(code: str, text: Any, remedy: Any, **more: Any) -> Finding:
    """A finding that does not stop the invoice."""
    return Finding(code, text, remedy, weight=Weight.WARNS, **more)
