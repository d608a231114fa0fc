"""What payments tell the apps above. Facts come in batches so that handlers can use bulk statements."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PaymentsRecorded:
    """Money of one company came in (positive) or went back (negative)."""

    company_id: int
    payment_ids: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class PaymentsCancelled:
    """These payments count no more from their `cancelled_on`; their links are reversed."""

    company_id: int
    payment_ids: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class SettledChange:
    """The settled part of a document's due grew, or shrank when a link was undone.

    `source` names the operation and occurs once in the life of the company. `amount` has the
    sign of the change of `Instalment.settled`: settling a credit note is negative.
    """

    source: str
    document_id: int
    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class DuesSettled:
    """The settled part of some dues changed, in this order; the rows are already written."""

    company_id: int
    changes: tuple[SettledChange, ...]
    by: str
