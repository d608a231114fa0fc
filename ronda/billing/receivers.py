"""What billing does when something happens in it that takes long."""

from ronda.billing import tasks
from ronda.billing.events import RunConfirmed, RunOpened
from ronda.company.jobs import enqueue_job
from ronda.kernel.bus import handles


@handles(RunOpened)
def queue_the_preview(event: RunOpened) -> None:
    enqueue_job(
        tasks.prepare,
        event.run_id,
        key=f"billing.prepare:{event.run_id}",
        company=event.company_id,
        by=event.by,
    )


@handles(RunConfirmed)
def queue_the_documents(event: RunConfirmed) -> None:
    enqueue_job(
        tasks.issue,
        event.run_id,
        event.by,
        key=f"billing.issue:{event.run_id}:{event.round}",
        company=event.company_id,
        by=event.by,
    )
