"""The holidays at the seat of a company."""

from datetime import date

import pytest

from ronda.company.calendar import holidays_of
from ronda.company.company_options import CalendarOptions
from ronda.company.services import save_options
from ronda.company.services.settings import OptionNotAllowed

pytestmark = pytest.mark.django_db

GOOD_FRIDAY, PATRON = date(2026, 4, 3), date(2026, 6, 24)


def test_the_holidays_are_those_of_the_country(company, other_company):
    assert date(2026, 6, 2) in holidays_of(company)
    assert date(2026, 6, 2) not in holidays_of(other_company)
    assert date(2026, 7, 14) in holidays_of(other_company)


def test_the_holidays_are_those_of_the_place(other_company):
    assert GOOD_FRIDAY not in holidays_of(other_company)
    other_company.postcode = "67000"
    assert GOOD_FRIDAY in holidays_of(other_company)


def test_a_company_keeps_the_day_of_its_patron_saint(company, other_company):
    assert PATRON not in holidays_of(company)
    save_options(company, CalendarOptions, {"local_holidays": "06-24\n12-07"}, by="anna")
    assert PATRON in holidays_of(company)
    assert date(2031, 12, 7) in holidays_of(company)
    assert PATRON not in holidays_of(other_company)


def test_a_local_holiday_that_no_year_has_is_refused(company):
    with pytest.raises(OptionNotAllowed, match="06-31"):
        save_options(company, CalendarOptions, {"local_holidays": "06-24\n06-31"}, by="anna")
