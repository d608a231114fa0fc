"""What renewals does when others act."""

from ronda.company.events import CompanyCreated
from ronda.company.models import Company
from ronda.kernel.bus import handles
from ronda.renewals.services import seed_series


@handles(CompanyCreated)
def give_the_usual_indices(event: CompanyCreated) -> None:
    seed_series(Company.objects.get(pk=event.company_id), by=event.by)
