from ronda.billing.events import DocumentsIssued
from ronda.company.events import CompanyCreated
from ronda.company.models import Company
from ronda.kernel.bus import handles
from ronda.payments.services import raise_dues, seed_methods, seed_terms


@handles(CompanyCreated)
def give_terms_and_methods(event: CompanyCreated) -> None:
    company = Company.objects.get(pk=event.company_id)
    seed_terms(company)
    seed_methods(company)


@handles(DocumentsIssued)
def give_due_dates(event: DocumentsIssued) -> None:
    raise_dues(event.company_id, event.document_ids)
