"""Sending what was issued, by itself; what fails is told in the history of the document."""

from collections.abc import Sequence

from ronda.billing.models import Document
from ronda.company import audit
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.einvoices.services.preparing import NoFormat, Prepared, prepare
from ronda.einvoices.services.sending import HandedOver, send


def send_issued(
    documents: Sequence[Document], *, by: str, progress: Progress = no_progress, fence: Fence = no_fence
) -> tuple[Prepared, HandedOver]:
    """Prepare and send documents of one company; again after an interruption, nothing is done twice.

    Documents whose country asks for no file are passed over. Refuses NoChannel, with the files kept.
    """
    prepared = prepare(documents, by=by, fence=fence)
    prepared.failed = [(one, why) for one, why in prepared.failed if not isinstance(why, NoFormat)]
    audit.record_many(
        by,
        "einvoices.document.not_prepared",
        [(document, {"why": str(refusal.message)}) for document, refusal in prepared.failed],
    )
    waiting = [row for row in (*prepared.made, *prepared.present) if row.is_unsent]
    return prepared, send(waiting, by=by, progress=progress, fence=fence)
