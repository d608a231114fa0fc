"""What renewals does when others act."""

from ronda.company.events import CompanyCreated
from ronda.company.models import Company
from ronda.contracts.events import ContractTransferred
from ronda.contracts.models import Contract
from ronda.kernel.bus import handles
from ronda.renewals.services import seed_series, take_over_agreements


@handles(CompanyCreated)
def give_the_usual_indices(event: CompanyCreated) -> None:
    seed_series(Company.objects.get(pk=event.company_id), by=event.by)


@handles(ContractTransferred)
def let_the_new_payer_follow_the_same_agreements(event: ContractTransferred) -> None:
    old, new = (Contract.objects.get(pk=pk) for pk in (event.contract_id, event.new_id))
    take_over_agreements(old, new)
