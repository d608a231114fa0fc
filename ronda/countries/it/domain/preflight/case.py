"""What a check looks at, and how it says what it found."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from ronda.countries.it.domain.fatturapa.limits import SIMPLIFIED_FORMAT, format_errors
from ronda.countries.it.domain.fatturapa.model import InvoiceKey, ReceivedInvoice
from ronda.countries.it.domain.fatturapa.roles import Roles, roles
from ronda.countries.it.domain.preflight.rules import RULES
from ronda.einvoices.domain.findings import Finding, Weight

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class History:
    """What was sent before: all file names, and the invoices that were not rejected."""

    file_names: Container[str] = field(default=frozenset())
    invoices: Container[InvoiceKey] = field(default=frozenset())


@dataclass(frozen=True)
class Case:
    """One invoice, the day it would be sent, what was sent before, and what stands before it in a lot."""

    invoice: ReceivedInvoice
    on: date
    history: History = History()
    before: tuple[ReceivedInvoice, ...] = ()

    @cached_property
    def misfits(self) -> list[Finding]:
        """What does not fit the format (00200), looked for once."""
        return format_errors(self.invoice)

    @property
    def simplified(self) -> bool:
        """Whether it is a simplified invoice (VFSM10)."""
        return self.invoice.format == SIMPLIFIED_FORMAT

    @property
    def roles(self) -> Roles:
        """Which side is the firm: see `roles`."""
        return roles(self.invoice)


Check = Callable[[Case], Iterable[Finding]]


def found(
    code: str, where: str, field: str, text: Any = None, *, line: int = 0, weight: Weight = Weight.BLOCKS
) -> Finding:
    """A finding in the words of the rule, or with a `text` that has the figures of this document."""
    rule = RULES[code]
    return Finding(code, text or rule.text, rule.remedy, where, field, weight, line)
