"""What follows when money settles a document of a French firm: its platform hears of it."""

from ronda.company import options
from ronda.company.jobs import enqueue_job
from ronda.company.models import Company
from ronda.countries.fr import ereporting_tasks as tasks
from ronda.countries.fr.options import ReportOptions
from ronda.einvoices.models import Transmission
from ronda.einvoices.options import EinvoiceOptions
from ronda.kernel.bus import handles
from ronda.payments.events import DuesSettled


@handles(DuesSettled)
def tell_what_was_collected(event: DuesSettled) -> None:
    """One job for all documents of the operation; it finds out which of them are told, and how much."""
    if not event.changes or not Company.objects.filter(pk=event.company_id, country="FR").exists():
        return
    if not options.read(ReportOptions, event.company_id).tell_collected:
        return
    if not options.read(EinvoiceOptions, event.company_id).channel:
        return
    documents = sorted({change.document_id for change in event.changes})
    if not Transmission.objects.filter(document__in=documents, sent_at__isnull=False).exists():
        return
    sources = [change.source for change in event.changes]
    enqueue_job(
        tasks.tell_collected_of,
        event.company_id,
        documents,
        event.by,
        key=f"fr.collected:{sources[0]}-{sources[-1]}",
        company=event.company_id,
        by=event.by,
    )
