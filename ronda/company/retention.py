"""How long operations stay in the log: most for months (O2, O65), what the books rest on for years.

    keep_for_years("billing.document.", "company.counter.")

Data protection wants a log of at least six months and none without end; the papers of the books, and who gave
them their numbers, are kept ten years (Italy: art. 2220 c.c.; France: art. L123-22 c. com.). Taking an import
back does not read the log, so nothing here stands in its way.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from ronda.company import options
from ronda.company.company_options import HistoryOptions
from ronda.company.models import Company
from ronda.company.personal_data import discover

_for_years: set[str] = set()


def keep_for_years(*beginnings: str) -> None:
    """Operations whose name begins like this stay as long as the books."""
    _for_years.update(beginnings)


def kept_for_years() -> Q:
    """The entries that stay as long as the books."""
    discover()  # the apps say it beside what they keep of customers
    wanted = Q(pk__in=[])
    for beginning in sorted(_for_years):
        wanted |= Q(action__startswith=beginning)
    return wanted


def past(company: Company, *, now: datetime) -> Q:
    """The entries of a company whose time is over."""
    answers = options.read(HistoryOptions, company)
    month_over = Q(at__lt=now - timedelta(days=answers.days_kept))
    years_over = Q(at__lt=_years_before(now, answers.years_kept_by_law))
    return Q(company=company) & (month_over & ~kept_for_years() | years_over & kept_for_years())


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


keep_for_years("company.company.created", "company.counter.", "company.options.", "company.history.")
