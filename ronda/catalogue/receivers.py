from ronda.catalogue.services import seed_units, seed_vat_codes
from ronda.company.events import CompanyCreated
from ronda.company.models import Company
from ronda.kernel.bus import handles


@handles(CompanyCreated)
def give_units_and_vat_codes(event: CompanyCreated) -> None:
    company = Company.objects.get(pk=event.company_id)
    seed_units(company)
    seed_vat_codes(company)
