"""On which days a company does not work."""

from functools import partial

from ronda.company import options
from ronda.company.company_options import CalendarOptions
from ronda.company.country import country_pack
from ronda.company.domain.holidays import Holidays, month_and_day
from ronda.company.models import Company


def holidays_of(company: Company) -> Holidays:
    """The holidays at the seat of a company: those of its country pack, and those it keeps itself."""
    of_year = partial(country_pack(company).holidays, postcode=company.postcode)
    local = options.read(CalendarOptions, company).local_holidays
    return Holidays(of_year, map(month_and_day, local))
