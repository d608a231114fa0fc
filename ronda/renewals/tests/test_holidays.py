"""R20: the last working day for notice keeps the holidays of the firm that receives it."""

from datetime import date

import pytest

from ronda.billing.tests.firm import make_account, make_firm
from ronda.company.company_options import CalendarOptions
from ronda.company.services import save_options
from ronda.contracts.tests.agreements import agree
from ronda.renewals.models import Notice
from ronda.renewals.services import last_day_for, record_notice
from ronda.renewals.tests.agreed import tacit

pytestmark = pytest.mark.django_db


def contract_of(firm, ends_on, **terms):
    facts = {"starts_on": date(2025, 1, 1), "ends_on": ends_on}
    return tacit(agree(make_account(firm, "Verdi"), **facts), **terms)


@pytest.mark.parametrize(
    ("country", "postcode", "expected"),
    [
        ("IT", "20121", date(2026, 4, 3)),
        ("FR", "75001", date(2026, 4, 3)),
        ("FR", "67000", date(2026, 4, 2)),  # Good Friday, in Alsace
    ],
)
def test_r20_easter_monday_gives_way_to_the_working_day_before(country, postcode, expected):
    firm = make_firm("Aria", country=country, postcode=postcode)
    contract = contract_of(firm, date(2026, 7, 6), working_day=True)  # three months: Monday 6 April
    assert last_day_for(contract) == expected


def test_r20_notice_on_the_day_of_the_patron_saint_is_too_late():
    firm = make_firm()
    contract = contract_of(firm, date(2025, 12, 31), working_day=True)  # Tuesday 30 September
    assert last_day_for(contract) == date(2025, 9, 30)
    save_options(firm, CalendarOptions, {"local_holidays": "09-30"}, by="anna")
    assert last_day_for(contract) == date(2025, 9, 29)
    facts = {"kind": Notice.Kind.CANCELLATION, "channel": "pec", "on": date(2025, 12, 31)}
    found = record_notice(contract, received_on=date(2025, 9, 30), by="anna", **facts)
    assert (found.state, found.effective_on) == (Notice.State.LATE, date(2026, 12, 31))


def test_r20_holidays_do_not_matter_where_no_working_day_was_agreed():
    contract = contract_of(make_firm(), date(2026, 7, 6))
    assert last_day_for(contract) == date(2026, 4, 6)
