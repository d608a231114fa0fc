"""What contracts do when documents come and go."""

from ronda.billing.events import DocumentsCredited, DraftDeleted
from ronda.contracts.services.periods import release_credited, release_document
from ronda.kernel.bus import handles


@handles(DraftDeleted)
def free_the_periods_of_a_deleted_draft(event: DraftDeleted) -> None:
    release_document(event.document_id, by=event.by)


@handles(DocumentsCredited)
def free_credited_periods_when_asked(event: DocumentsCredited) -> None:
    if event.release:
        release_credited(event.lines, by=event.by)
