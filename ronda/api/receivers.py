"""What other programs are told of, as the apps below tell it."""

from django.utils.translation import gettext_lazy as _

from ronda.api.domain.kinds import name_event
from ronda.api.events import DeliveriesQueued
from ronda.api.services import announce
from ronda.api.tasks import send_webhook
from ronda.billing.events import DocumentsIssued
from ronda.company.jobs import enqueue_many
from ronda.contracts.events import ContractsAmended, ContractTerminated
from ronda.contracts.models import Contract
from ronda.kernel.bus import handles
from ronda.payments.events import PaymentsRecorded
from ronda.privacy.events import CustomerAnonymised
from ronda.quotes.events import QuoteAnswered
from ronda.workspace.events import RecordSaved

CUSTOMER = "parties.party"

name_event("document.issued", _("Document issued"))
name_event("payment.recorded", _("Payment recorded"))
name_event("contract.amended", _("Contract amended"))
name_event("contract.terminated", _("Contract terminated"))
name_event("quote.accepted", _("Quote accepted"))
name_event("quote.refused", _("Quote refused"))
name_event("customer.added", _("Customer added"))
name_event("customer.changed", _("Customer changed"))
name_event("customer.anonymised", _("Customer anonymised"))


@handles(DeliveriesQueued)
def queue_sending(event: DeliveriesQueued) -> None:
    calls = [(None, [pk]) for pk in event.delivery_ids]
    enqueue_many(send_webhook, calls, company=event.company_id, by=event.by)


@handles(DocumentsIssued)
def tell_of_documents(event: DocumentsIssued) -> None:
    facts = [{"id": pk} for pk in event.document_ids]
    announce("document.issued", company_id=event.company_id, records=facts, by=event.by)


@handles(PaymentsRecorded)
def tell_of_payments(event: PaymentsRecorded) -> None:
    facts = [{"id": pk} for pk in event.payment_ids]
    announce("payment.recorded", company_id=event.company_id, records=facts, by=event.by)


@handles(ContractsAmended)
def tell_of_amendments(event: ContractsAmended) -> None:
    facts = [
        {"id": contract, "amendment": amendment, "kind": event.kind, "effective_on": event.effective_on}
        for contract, amendment in zip(event.contract_ids, event.amendment_ids, strict=True)
    ]
    announce("contract.amended", company_id=event.company_id, records=facts, by=event.by)


@handles(ContractTerminated)
def tell_of_termination(event: ContractTerminated) -> None:
    facts = {"id": event.contract_id, "amendment": event.amendment_id, "ends_on": event.ends_on}
    announce("contract.terminated", company_id=_company_of(event.contract_id), records=[facts], by=event.by)


def _company_of(contract_id: int) -> int:
    return int(Contract.objects.values_list("company_id", flat=True).get(pk=contract_id))


@handles(QuoteAnswered)
def tell_of_answer(event: QuoteAnswered) -> None:
    code = "quote.accepted" if event.accepted else "quote.refused"
    facts = {"id": event.quote_id, "by_customer": event.by_customer}
    announce(code, company_id=event.company_id, records=[facts], by=event.by)


@handles(RecordSaved)
def tell_of_customer(event: RecordSaved) -> None:
    if event.label == CUSTOMER and event.company_id is not None:
        code = "customer.added" if event.added else "customer.changed"
        facts = {"id": event.pk, "fields": sorted(event.changes)}
        announce(code, company_id=event.company_id, records=[facts], by=event.by)


@handles(CustomerAnonymised)
def tell_of_anonymisation(event: CustomerAnonymised) -> None:
    facts = [{"id": event.party_id}]
    announce("customer.anonymised", company_id=event.company_id, records=facts, by=event.by)
