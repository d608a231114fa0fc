"""P8: the key figures of all companies a person may see, by company, branch and currency."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ronda.analysis.group_figures import Figures, group_view, same_day
from ronda.billing.models import DocumentKind
from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import line, make_account, make_firm
from ronda.company.models import Branch, Membership, Role, User
from ronda.contracts.models import Contract
from ronda.contracts.tests.agreements import agree
from ronda.payments.models import Instalment

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = date(2026, 4, 15)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(f"{TODAY}T12:00:00Z")


@pytest.fixture
def person():
    return User.objects.create_user("paola")


def works(person, firm, *, all_of_it=True, first=False, **role):
    made = Role.objects.create(company=firm, name=f"Role {firm.pk}", grants_all=all_of_it, **role)
    return Membership.objects.create(user=person, company=firm, role=made, is_default=first)


def bill(account, amount, on, **facts):
    lines = [line(account.party.company, amount)]
    return issue_document(draft_document(account, lines, by="test", on=on, **facts), on=on, by="test")


def month(amount):
    """A fee of so much every month."""
    return {"price": f"{amount}.00", "frequency_unit": "month", "frequency": 1}


def told(person):
    """(company, currency) to its total."""
    view = group_view(User.objects.get(pk=person.pk), TODAY)
    return {(row.company.name, row.currency): row.total for row in view.companies}, view.totals


def test_p8_each_company_has_its_figures_and_the_total_is_their_sum(person):
    firms = [make_firm(), make_firm(name="Beta Srl")]
    for amount, firm in zip((100, 1000), firms, strict=True):
        works(person, firm, first=firm is firms[0])
        account = make_account(firm)
        bill(account, f"{amount * 1}.00", date(2025, 4, 15))
        bill(account, f"{amount * 2}.00", date(2025, 4, 16))  # beyond the same day of the year before
        bill(account, f"{amount * 3}.00", date(2026, 3, 15))
        bill(account, f"{amount * 4}.00", date(2026, 3, 16))  # beyond the same day of the month before
        bill(account, f"{amount * 5}.00", TODAY)
        bill(account, f"{amount}.00", TODAY, kind=DocumentKind.CREDIT_NOTE)
        draft_document(account, [line(firm)], by="test", on=TODAY)
        agree(account, month(amount), starts_on=date(2026, 1, 1), ends_on=date(2026, 5, 31))

    found, totals = told(person)
    one, ten = found["Aria Srl", "EUR"], found["Beta Srl", "EUR"]
    assert (one.month, one.month_before, one.year, one.year_before) == (400, 300, 1100, 100)
    assert (one.recurring, one.drafts, one.renewals) == (100, 1, 1)
    assert (ten.month, ten.month_before, ten.year, ten.year_before) == (4000, 3000, 11000, 1000)
    assert totals["EUR"].year == one.year + ten.year == 12100
    owed = sum(due.residue for due in Instalment.objects.filter(company=firms[0]))
    assert (one.open, totals["EUR"].open) == (owed, owed * 11)
    assert 0 < one.overdue < one.open


def test_p8_branches_stand_below_their_company_and_add_up_to_it(person):
    firm = make_firm()
    works(person, firm)
    account = make_account(firm)
    milano = Branch.objects.create(company=firm, code="MI", name="Milano")
    bill(account, "100.10", TODAY)
    bill(account, "200.20", TODAY, branch=milano)

    [row] = group_view(person, TODAY).companies
    assert [(name, figures.month) for name, figures in row.branches] == [
        ("", Decimal("100.10")),
        ("Milano", Decimal("200.20")),
    ]
    assert row.total.month == Decimal("300.30")


def test_p8_currencies_are_never_added(person):
    for name, currency in (("Aria Srl", "EUR"), ("Alpen AG", "CHF")):
        firm = make_firm(name=name, currency=currency)
        works(person, firm)
        bill(make_account(firm), "100.00", TODAY, currency=currency)

    _found, totals = told(person)
    assert {currency: figures.month for currency, figures in totals.items()} == {"CHF": 100, "EUR": 100}


def test_p8_a_person_sees_the_figures_they_have_the_right_to_in_each_company(person, permission):
    mine, part, none, team, strange = (make_firm(name=f"Firm {n}") for n in range(5))
    works(person, mine, first=True)
    works(person, part, all_of_it=False).role.permissions.add(permission("contracts", "view_contract"))
    works(person, none, all_of_it=False)
    works(person, team, all_of_it=False, sees=Role.Sees.TEAM).role.permissions.add(
        permission("billing", "view_document")
    )
    for firm in (mine, part, none, team, strange):
        account = make_account(firm)
        bill(account, "100.00", TODAY)
        agree(account, month(12), starts_on=date(2026, 1, 1))

    found, totals = told(person)
    assert list(found) == [("Firm 0", "EUR"), ("Firm 1", "EUR")]
    assert (found["Firm 0", "EUR"].month, found["Firm 0", "EUR"].recurring) == (100, 12)
    assert found["Firm 1", "EUR"] == Figures(recurring=Decimal(12), renewals=0)
    assert (totals["EUR"].month, totals["EUR"].recurring) == (100, 24)
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    assert len(told(person)[0]) == 5


@pytest.fixture
def permission():
    from django.contrib.auth.models import Permission  # noqa: PLC0415 -- needs the models

    return lambda app, codename: Permission.objects.get(content_type__app_label=app, codename=codename)


def at_desk(person):
    client = Client()
    client.force_login(person)
    return client


def test_p8_the_page_and_its_sheet_tell_the_same_and_name_no_strange_company(person):
    firm, strange = make_firm(language="en"), make_firm(name="Strange Srl")
    works(person, firm, first=True)
    bill(make_account(firm), "123.45", TODAY)
    bill(make_account(strange), "777.77", TODAY)

    desk = at_desk(person)
    page = desk.get(reverse("analysis-companies")).content.decode()
    assert "123.45" in page
    assert "Strange" not in page
    assert "777" not in page
    sheet = desk.get(reverse("analysis-companies"), {"format": "xlsx"})
    head, row, total = (
        CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    )
    assert (row[0], row[2], total[2]) == ("Aria Srl", 123.45, 123.45)
    assert head[2] == "This month"


def test_p8_the_page_takes_the_same_queries_for_one_company_and_for_six(person):
    def statements():
        desk = at_desk(person)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("analysis-companies")).status_code == 200
        return len(queries)

    for n in range(6):
        firm = make_firm(name=f"Firm {n}")
        works(person, firm, first=n == 0)
        account = make_account(firm)
        bill(account, "100.00", TODAY, branch=Branch.objects.create(company=firm, code="A", name="A"))
        agree(account, month(12), starts_on=date(2026, 1, 1))
        if n == 0:
            statements()
            few = statements()
    assert statements() == few


def test_contracts_on_hold_or_ended_do_not_recur(person):
    firm = make_firm()
    works(person, firm)
    account = make_account(firm)
    for n in range(3):
        agree(account, month(10 * 10**n), starts_on=date(2026, 1, 1))
    first, second, _third = Contract.objects.order_by("pk")
    Contract.objects.filter(pk=first.pk).update(billing_hold=True)
    Contract.objects.filter(pk=second.pk).update(ends_on=date(2026, 4, 14))

    assert told(person)[0]["Aria Srl", "EUR"].recurring == 1000


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(1, 30))
def test_the_same_day_of_an_earlier_month_is_in_that_month(on, months):
    found = same_day(on, months=months)

    assert (found.year * 12 + found.month) == (on.year * 12 + on.month) - months
    assert found.day == on.day or (found.day < on.day and (found.replace(day=found.day)).day >= 28)
