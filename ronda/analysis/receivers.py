"""What analysis does when documents are issued, and when figures are asked for."""

from ronda.analysis.events import CalculationRequested
from ronda.analysis.services import mark_stale
from ronda.analysis.tasks import compute
from ronda.billing.events import DocumentsIssued
from ronda.company.jobs import enqueue_job
from ronda.kernel.bus import handles


@handles(DocumentsIssued)
def remember_that_more_was_billed(event: DocumentsIssued) -> None:
    mark_stale(event.company_id)


@handles(CalculationRequested)
def queue_the_calculation(event: CalculationRequested) -> None:
    enqueue_job(compute, event.calculation_id, key=event.key, company=event.company_id, by=event.by)
