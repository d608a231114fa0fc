"""What agents earn when documents are issued and paid.

Credit notes need no handler of their own: they are issued documents whose lines name what they correct.
"""

from ronda.agents.services import compute, take_payments
from ronda.billing.events import DocumentsIssued
from ronda.kernel.bus import handles
from ronda.payments.events import DuesSettled


@handles(DocumentsIssued)
def write_commissions(event: DocumentsIssued) -> None:
    compute(event.company_id, event.document_ids, by=event.by)


@handles(DuesSettled)
def mature_commissions(event: DuesSettled) -> None:
    take_payments(event.company_id, event.changes, by=event.by)
