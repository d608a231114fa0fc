"""Long work on prints. Tasks read by id and call services; they hold no rules."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.billing.models import Document
from ronda.company.jobs import current_job, fence, name_task, progress
from ronda.quotes.models import Quote
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


@task()
def mail_quote(quote_id: int, letter: int, to: Sequence[str], message: str, link: str, by: str) -> None:
    """Print a quote that was sent and write its mail, once per letter."""
    job = current_job()
    quote = Quote.objects.select_related("company", "party", "site", "account", "owner").get(pk=quote_id)
    services.mail_quote(
        quote, letter=letter, to=to, message=message, link=link, by=by, fence=lambda: fence(job)
    )


@task()
def tell_answer(quote_id: int, letter: int, by_customer: bool, by: str) -> None:  # noqa: FBT001 -- a job's facts
    """Keep the signed copy of an accepted quote and tell those concerned, once."""
    job = current_job()
    quote = Quote.objects.select_related("company", "party", "site", "account", "owner").get(pk=quote_id)
    services.tell_answer(quote, letter=letter, by_customer=by_customer, by=by, fence=lambda: fence(job))


name_task(mail_quote, _("Send a quote by mail"))
name_task(tell_answer, _("Tell the answer to a quote"))
name_task(print_documents, _("Make the PDFs of documents"))
name_task(send_documents, _("Send documents by mail"))
