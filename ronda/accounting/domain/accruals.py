"""What customers owe for time that has passed and no document charges yet (R27).

Documents dated after the closing are known to the books. What is agreed and in no document at
all is known to apps above, which register a source here, as `billing.domain.runs` does for charges.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from ronda.billing.domain.derivation import Step
from ronda.kernel.periods import Period


class Accrued(NamedTuple):
    """A charge of a period that has begun, without a document. `net` is for the whole period, no VAT.

    `ref` names it within its source; `revenue_account` is a code of the chart, "" the usual one;
    `steps` led to `net`, where it is not the agreed amount itself.
    """

    ref: int
    label: str
    party_id: int
    period: Period
    net: Decimal
    revenue_account: str
    suspended: tuple[Period, ...] = ()
    steps: tuple[Step, ...] = ()


class AccrualSource(Protocol):
    """Where agreed amounts come from. Registered by apps above accounting."""

    code: str

    def accrued(self, company_id: int, *, on: date) -> Iterable[Accrued]:
        """Charges whose period has begun by the end of `on` and that no issued document carries."""
        ...

    def suspended(self, company_id: int) -> Mapping[int, tuple[Period, ...]]:
        """Days without service, by document line, of the lines whose period has any."""
        ...

    def fingerprint(self, company_id: int, *, on: date) -> str:
        """Changes whenever the answers above may change."""
        ...


_sources: dict[str, AccrualSource] = {}


def register_accrual_source(source: AccrualSource) -> None:
    """For apps above: take part in every closing from now on."""
    _sources[source.code] = source


def accrual_sources() -> list[AccrualSource]:
    return list(_sources.values())


def account_role(period: Period, amount: Decimal, on: date) -> str:
    """The account that waits for the document.

    A period that is over is owed in full: an invoice to issue, or a credit note to issue. Of one that
    goes on, the part that has passed is accrued income (Italy: fatture da emettere and ratei attivi,
    OIC 15 and 18; France: both within 418).
    """
    if amount < 0:
        return "credit_notes_to_issue"
    return "invoices_to_issue" if period.last_day <= on else "accrued_income"
