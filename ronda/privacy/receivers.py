"""What is done when an export was asked for."""

from ronda.company.jobs import enqueue_job
from ronda.kernel.bus import handles
from ronda.privacy.events import ExportAsked
from ronda.privacy.tasks import prepare_export


@handles(ExportAsked)
def queue_export(event: ExportAsked) -> None:
    enqueue_job(
        prepare_export,
        event.export_id,
        key=f"personal-export:{event.export_id}",
        company=event.company_id,
        by=event.by,
    )
