"""Long work on prints. Tasks read by id and call services; they hold no rules."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.billing.models import Document
from ronda.company.jobs import current_job, fence, name_task, progress
from ronda.reports import services


def _documents(ids: Sequence[int]) -> list[Document]:
    found = Document.objects.select_related("company", "party").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


@task()
def print_documents(ids: Sequence[int], by: str) -> None:
    """Make the PDFs that are missing; after an interruption it goes on where it was."""
    job = current_job()
    services.print_documents(
        _documents(ids),
        by=by,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )


@task()
def send_documents(ids: Sequence[int], by: str) -> None:
    """Send documents that were issued, each once."""
    job = current_job()
    services.send_at_issue(
        _documents(ids),
        by=by,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )


name_task(print_documents, _("Make the PDFs of documents"))
name_task(send_documents, _("Send documents by mail"))
