"""What follows when documents are issued: prints and mails, afterwards and in the background."""

from django_tasks.base import Task

from ronda.billing.events import DocumentsIssued
from ronda.company import options
from ronda.company.jobs import enqueue_job
from ronda.kernel.bus import handles
from ronda.quotes.events import QuoteAnswered, QuoteSent
from ronda.reports import tasks
from ronda.reports.options import DocumentMailOptions, PrintOptions


@handles(DocumentsIssued)
def queue_prints_and_mails(event: DocumentsIssued) -> None:
    """One job for the whole batch; documents sent at once are printed on the way."""
    if options.read(DocumentMailOptions, event.company_id).at_issue:
        _queue(tasks.send_documents, "send", event)
    elif options.read(PrintOptions, event.company_id).when == "issue":
        _queue(tasks.print_documents, "print", event)


def _queue(task: Task, verb: str, event: DocumentsIssued) -> None:
    first, last = min(event.document_ids), max(event.document_ids)
    enqueue_job(
        task,
        list(event.document_ids),
        event.by,
        key=f"reports.{verb}:{first}-{last}",
        company=event.company_id,
        by=event.by,
    )


@handles(QuoteSent)
def queue_the_mail_of_a_quote(event: QuoteSent) -> None:
    enqueue_job(
        tasks.mail_quote,
        event.quote_id,
        event.letter,
        list(event.to),
        event.message,
        event.link,
        event.by,
        key=f"reports.quote:{event.quote_id}:{event.letter}",
        company=event.company_id,
        by=event.by,
    )


@handles(QuoteAnswered)
def queue_the_answer_of_a_quote(event: QuoteAnswered) -> None:
    """The signed copy for the customer and the files, the news for the salesperson."""
    enqueue_job(
        tasks.tell_answer,
        event.quote_id,
        event.letter,
        event.by_customer,
        event.by,
        key=f"reports.answer:{event.quote_id}:{event.letter}",
        company=event.company_id,
        by=event.by,
    )
