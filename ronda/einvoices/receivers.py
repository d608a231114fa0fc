"""What follows when documents are issued: a check before it is too late, sending by itself; and news."""

from django.utils.translation import gettext_lazy as _

from ronda.api.domain.kinds import name_event
from ronda.api.services import announce
from ronda.billing.events import DocumentsIssued
from ronda.billing.models import Document
from ronda.company import options
from ronda.company.jobs import enqueue_job
from ronda.einvoices import services, tasks
from ronda.einvoices.events import TransmissionsChanged
from ronda.einvoices.options import EinvoiceOptions
from ronda.kernel.bus import handles

name_event("einvoice.changed", _("State of an e-invoice changed"))


@handles(TransmissionsChanged)
def tell_other_programs(event: TransmissionsChanged) -> None:
    facts = [{"id": key, "state": state} for key, state in event.states]
    announce("einvoice.changed", company_id=event.company_id, records=facts, by=event.by)


@handles(DocumentsIssued)
def stop_what_would_be_rejected(event: DocumentsIssued) -> None:
    """A handler that refuses undoes the issue: the draft stays a draft and its number is free (R33).

    In a run only the documents concerned fail. Asked as of the documents' date, so one dated ahead may be
    issued: it is sent on its day. Companies without a channel send elsewhere and are not stopped.
    """
    chosen = options.read(EinvoiceOptions, event.company_id)
    if not chosen.channel or not chosen.stop_issuing:
        return
    documents = list(_documents(event))
    findings = services.findings_of(documents, on=max(one.date for one in documents if one.date))
    for document in documents:
        services.refuse_blocked(document, findings.get(document.pk, []))


@handles(DocumentsIssued)
def queue_sending(event: DocumentsIssued) -> None:
    """One job for the whole batch."""
    chosen = options.read(EinvoiceOptions, event.company_id)
    if not chosen.channel or chosen.sending != "issue":
        return
    first, last = min(event.document_ids), max(event.document_ids)
    enqueue_job(
        tasks.send_documents,
        list(event.document_ids),
        event.by,
        key=f"einvoices.documents:{first}-{last}",
        company=event.company_id,
        by=event.by,
    )


def _documents(event: DocumentsIssued) -> "list[Document]":
    rows = Document.objects.filter(pk__in=event.document_ids).select_related("company", "party", "seller")
    return list(rows.order_by("pk"))
