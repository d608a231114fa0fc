from ronda.company.jobs import enqueue_job
from ronda.kernel.bus import handles
from ronda.purchases import tasks
from ronda.purchases.events import DeliveryToRead
from ronda.purchases.services import note_job


@handles(DeliveryToRead)
def queue_the_reading(event: DeliveryToRead) -> None:
    job = enqueue_job(tasks.read_incoming, event.delivery_id, company=event.company_id, by=event.by)
    note_job(event.delivery_id, job.pk)
