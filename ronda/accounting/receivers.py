from ronda.accounting import tasks
from ronda.accounting.events import ClosingRequested
from ronda.accounting.services import post_cancelled, post_documents, post_payments, post_settled, seed_chart
from ronda.billing.events import DocumentsIssued
from ronda.company.events import CompanyCreated
from ronda.company.jobs import enqueue_job
from ronda.company.models import Company
from ronda.kernel.bus import handles
from ronda.payments.events import DuesSettled, PaymentsCancelled, PaymentsRecorded


@handles(CompanyCreated)
def give_chart(event: CompanyCreated) -> None:
    seed_chart(Company.objects.get(pk=event.company_id))


@handles(DocumentsIssued)
def post_issued(event: DocumentsIssued) -> None:
    post_documents(event.company_id, event.document_ids)


@handles(PaymentsRecorded)
def post_received(event: PaymentsRecorded) -> None:
    post_payments(event.company_id, event.payment_ids)


@handles(PaymentsCancelled)
def post_reversal(event: PaymentsCancelled) -> None:
    post_cancelled(event.company_id, event.payment_ids)


@handles(DuesSettled)
def post_what_became_final(event: DuesSettled) -> None:
    post_settled(event.company_id, event.changes)


@handles(ClosingRequested)
def queue_the_preview(event: ClosingRequested) -> None:
    enqueue_job(
        tasks.prepare_closing,
        event.closing_id,
        event.round,
        key=f"accounting.closing:{event.closing_id}:{event.round}",
        company=event.company_id,
        by=event.by,
    )
