"""The month on any day without writing anything, and two months side by side (worked numbers in sight)."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.models import BillingRun, RunEntry
from ronda.billing.services import differences, filters_for, picture_of, simulate
from ronda.billing.services.simulating import MOST_PAYERS, TooManyPayers, UnknownAgreement
from ronda.billing.tests.firm import log_in, make_account, make_firm, queries_of
from ronda.contracts.services import LineChange, amend, hold_billing
from ronda.contracts.tests.agreements import agree, month

pytestmark = pytest.mark.django_db

URL = "/month/time-machine/"
JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


def test_a_day_to_come_shows_what_would_be_owed_and_writes_nothing(firm, account):
    agree(account)  # 100.00 a month from 1 January
    found = simulate(firm, as_of=MARCH)
    assert (found.documents, found.net, found.gross) == (1, Decimal("300.00"), Decimal("366.00"))
    assert found.months == {date(2026, n, 1): Decimal("100.00") for n in (1, 2, 3)}
    assert not BillingRun.objects.exists()
    assert not RunEntry.objects.exists()


def test_the_machine_and_the_month_say_the_same(firm, account):
    agree(account)
    agree(make_account(firm, "Verdi"), {"price": "70.00", "frequency": 3})
    run = month(firm, MARCH)
    assert simulate(firm, as_of=MARCH).documents == 0
    before = simulate(firm, as_of=MARCH, filters={"known_until": "2026-01-01"})
    assert (before.net, before.gross) == (run.net_total, run.gross_total)


def test_a_past_day_can_be_seen_as_if_nothing_had_been_billed_since(firm, account):
    agree(account)
    month(firm, JANUARY)
    month(firm, FEBRUARY)
    # January is billed on 31 January; February, billed on the 28th, is not known yet.
    assert simulate(firm, as_of=FEBRUARY).net == 0
    since = filters_for(firm, known_until=JANUARY)
    assert simulate(firm, as_of=FEBRUARY, filters=since).net == Decimal("100.00")


def test_why_a_contract_is_not_billed_on_that_day_is_told(firm, account):
    held = agree(account)
    hold_billing(held, reason="dispute", by="anna")
    agree(make_account(firm, "Verdi"), starts_on=date(2026, 6, 1))
    assert [one.code for one in simulate(firm, as_of=MARCH).left] == ["hold", "not_started"]


def test_one_contract_is_chosen_by_its_number(firm, account):
    contract = agree(account)
    agree(account, {"price": "999.00"})
    found = simulate(firm, as_of=JANUARY, filters=filters_for(firm, label=contract.number.lower()))
    assert found.net == Decimal("100.00")
    with pytest.raises(UnknownAgreement):
        filters_for(firm, label="nothing")


def test_more_payers_than_a_page_can_wait_for_are_refused(firm, account, monkeypatch):
    agree(account)
    monkeypatch.setattr("ronda.billing.services.simulating.MOST_PAYERS", 0)
    with pytest.raises(TooManyPayers):
        simulate(firm, as_of=JANUARY)
    assert MOST_PAYERS >= 1000


def compared(firm, first, second, *, chained=True):
    one, other = simulate(firm, as_of=first).picture, simulate(firm, as_of=second).picture
    return differences(one, other, chained=chained)


def test_two_months_differ_by_what_is_new_ended_and_dearer(firm, account):
    agree(account, title="steady")
    agree(account, starts_on=date(2026, 2, 1), title="new")
    agree(account, ends_on=JANUARY, title="ended")
    dearer = agree(account, title="dearer")
    line = dearer.lines.get()
    amend(
        dearer, effective_on=date(2026, 2, 1), changes=[LineChange(line.pk, price=Decimal("120.00"))],
        by="anna", on=JANUARY,
    )  # fmt: skip

    rows = {row.label.split()[-1]: row for row in compared(firm, JANUARY, FEBRUARY)}

    assert {name: (row.first, row.second, row.state) for name, row in rows.items()} == {
        "steady": (Decimal("100.00"), Decimal("100.00"), "same"),
        "new": (None, Decimal("100.00"), "second"),
        "ended": (Decimal("100.00"), None, "first"),
        "dearer": (Decimal("100.00"), Decimal("120.00"), "changed"),
    }
    assert [why.code for why in rows["new"].why] == ["not_started"]
    assert rows["dearer"].change == Decimal("20.00")
    (why,) = rows["dearer"].why
    assert (why.code, why.facts["before"], why.facts["after"]) == ("price", Decimal(100), Decimal(120))


def test_without_chaining_the_later_day_holds_both_months(firm, account):
    agree(account)
    (row,) = compared(firm, JANUARY, FEBRUARY, chained=False)
    assert (row.first, row.second) == (Decimal("100.00"), Decimal("200.00"))
    assert [why.code for why in row.why] == ["periods"]


def test_a_day_is_compared_with_a_month_that_was_issued(firm, account):
    agree(account, title="steady")
    quarterly = agree(account, {"price": "70.00", "frequency": 3}, title="quarterly")
    run = month(firm, JANUARY)
    rows = differences(picture_of(run), simulate(firm, as_of=FEBRUARY).picture)
    assert [(row.first, row.second) for row in rows] == [
        (Decimal("100.00"), Decimal("100.00")),
        (Decimal("70.00"), None),
    ]
    assert rows[1].pk == quarterly.pk
    assert [why.code for why in rows[1].why] == ["next_due"]


def test_the_page_opens_empty_and_shows_a_day_and_a_comparison(page, firm, account):
    agree(account)
    assert "Choose a day" in page.get(URL).content.decode()
    day = page.get(URL, {"on": "31/03/2026"}).content.decode()
    assert "366.00" in day
    assert "Bianchi" in day
    both = page.get(URL, {"on": "31/01/2026", "then": "28/02/2026", "apart": "on"})
    assert "No difference" in both.content.decode()
    summed = page.get(URL, {"on": "28/02/2026", "then": "31/01/2026"}).content.decode()
    assert "1 periods, then 2" in summed
    early = page.get(URL, {"on": "01/12/2025", "show": "skipped"}).content.decode()
    assert "It starts on 01/01/2026." in early


def test_the_page_tells_what_it_cannot_find(page, account):
    agree(account)
    answer = page.get(URL, {"on": "31/03/2026", "contract": "X99"}).content.decode()
    assert "No contract has the number “X99”" in answer
    assert page.get(URL, {"on": "nonsense"}).status_code == 200


@pytest.mark.parametrize("query", [{"on": "31/03/2026"}, {"on": "31/01/2026", "then": "31/03/2026"}])
def test_the_page_can_be_had_as_a_spreadsheet(page, account, query):
    agree(account)
    answer = page.get(URL, {**query, "format": "xlsx"})
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "Bianchi" in book.read("xl/sharedStrings.xml").decode()
    assert book.read("xl/worksheets/sheet1.xml").decode().count("<row ") == 2


@pytest.mark.parametrize("query", ["?on=31/03/2026", "?on=31/01/2026&then=31/03/2026"])
def test_the_page_takes_the_same_queries_for_one_contract_and_for_ten(page, firm, account, query):
    agree(account)
    one = queries_of(page, URL + query)
    for n in range(9):
        agree(make_account(firm, f"Payer {n}"))
    assert queries_of(page, URL + query) == one


def test_contracts_and_runs_of_another_company_are_not_seen(page, firm):
    other = make_firm("Altra")
    agree(make_account(other))
    run = month(other, JANUARY)
    assert "Nothing to bill" in page.get(URL, {"on": "31/03/2026"}).content.decode()
    refused = page.get(URL, {"on": "31/03/2026", "run": run.pk})
    assert refused.context["form"].errors


def test_who_may_not_see_runs_does_not_see_it(client, firm):
    assert log_in(client, firm).get(URL).status_code == 403


def test_a_simulation_takes_no_lock_and_no_transaction(firm, account):
    agree(account)
    with CaptureQueriesContext(connection) as queries:
        simulate(firm, as_of=MARCH)
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert reverse("time-machine") == URL
