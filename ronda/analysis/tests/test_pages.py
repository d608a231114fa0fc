"""E22, E30, E32, E33: the pages of the analyses, with worked numbers in sight."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ronda.analysis.models import Calculation
from ronda.analysis.pages import PAGES
from ronda.analysis.queries import Restriction
from ronda.analysis.tasks import compute, compute_all
from ronda.billing.models import Document
from ronda.billing.services import credit_document
from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item, queries_of
from ronda.catalogue.models import ItemFamily
from ronda.company.models import Branch, Job, User
from ronda.contracts.models import Contract, ContractLine
from ronda.contracts.services import suspend, terminate, void, waive_period
from ronda.contracts.tests.agreements import agree, month

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 15)
MONTHS, SERVICES, TRENDS, FORECAST = PAGES


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(f"{TODAY}T12:00:00Z")


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def lift(firm):
    return make_item(firm, "Lift")


@pytest.fixture
def alarm(firm):
    return make_item(firm, "Alarm")


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


def work():
    """What the worker does with the calculations that wait."""
    for found in Calculation.objects.filter(state=Calculation.State.WAITING):
        compute.call(found.pk)


def looked_at(page, name, query=None):
    """The page after its figures were computed."""
    page.get(reverse(name))
    work()
    return page.get(reverse(name), query or {})


def table(answer, at=0):
    """Rows of a table, values as they are exported."""
    return [list(row) for row in answer.context["report"].tables[at].rows]


def row_of(answer, first, at=0):
    return next(row for row in table(answer, at) if row[0] == first)


# --- the first look, and later ones


@pytest.mark.parametrize("name", PAGES)
def test_the_first_look_asks_for_the_figures_and_shows_how_far_they_are(page, account, name):
    agree(account)

    answer = page.get(reverse(name))

    assert answer.context["working"]
    assert "<ui-progress" in answer.content.decode()
    assert Job.objects.filter(key__startswith="analysis:").count() == 1
    progress = page.get(reverse("analysis-progress", args=[name]))
    assert progress.json()["state"] == "running"
    page.get(reverse(name))
    assert Job.objects.filter(key__startswith="analysis:").count() == 1
    work()
    assert page.get(reverse("analysis-progress", args=[name])).json()["state"] == "done"
    assert not page.get(reverse(name)).context["working"]


@pytest.mark.parametrize("name", PAGES)
def test_without_anything_to_add_up_the_page_says_what_to_do(page, name):
    assert "There is nothing to add up" in looked_at(page, name).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_figures_of_yesterday_stay_in_sight_while_new_ones_are_computed(page, account, name, time_machine):
    agree(account)
    month(account.party.company, TODAY)
    looked_at(page, name)
    found = Calculation.objects.get()
    assert found.on == TODAY

    time_machine.move_to("2026-04-15T22:30:00Z")  # past midnight in Rome
    answer = page.get(reverse(name))

    assert answer.context["working"]
    assert not answer.context["report"].empty


def test_changes_are_told_at_once_and_computed_by_themselves_after_ten_minutes(page, account, time_machine):
    agree(account)
    looked_at(page, TRENDS)

    time_machine.move_to("2026-04-15T12:05:00Z")
    agree(account)
    assert "Something was changed" in page.get(reverse(TRENDS)).content.decode()

    time_machine.move_to("2026-04-15T12:11:00Z")
    assert page.get(reverse(TRENDS)).context["working"]


def test_issued_documents_make_what_was_billed_old(page, firm, account):
    agree(account)
    looked_at(page, MONTHS)
    assert not page.get(reverse(MONTHS)).context["changed"]

    month(firm, TODAY)

    assert page.get(reverse(MONTHS)).context["changed"]
    page.post(reverse("analysis-refresh", args=[MONTHS]))
    assert row_of(looked_at(page, MONTHS), "April 2026")[2] == 400


def test_a_job_that_failed_is_told_and_tried_again(page, account):
    agree(account)
    page.get(reverse(TRENDS))
    Job.objects.update(state=Job.State.FAILED)

    assert page.get(reverse("analysis-progress", args=[TRENDS])).json()["state"] == "failed"
    page.post(reverse("analysis-refresh", args=[TRENDS]))

    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1


def test_every_night_asks_for_what_was_ever_looked_at(page, account):
    agree(account)
    looked_at(page, TRENDS)

    compute_all.call()

    assert Calculation.objects.get().state == Calculation.State.WAITING


# --- E30


@pytest.mark.postgres
def test_e30_months_have_invoices_credit_notes_and_the_year_before(page, firm, account):
    """100.00 a month from November 2025; the document of March is credited."""
    agree(account, starts_on=date(2025, 11, 1))
    for when in ((2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3), (2026, 4)):
        month(firm, date(*when, 1))
    credit_document(Document.objects.get(date=date(2026, 3, 1)), on=TODAY, by="anna")

    answer = looked_at(page, MONTHS)

    assert row_of(answer, "March 2026") == ["March 2026", 1, 100, 0, 100, 0, 100, None]
    assert row_of(answer, "April 2026") == ["April 2026", 2, 100, -100, 0, 0, 0, None]
    assert answer.context["report"].tables[0].total == ["Total", 5, 400, -100, 300, 200, 100, 50]
    assert table(answer, 1) == [["Canone", 300, 100, 0, 300, None]]
    before = page.get(reverse(MONTHS), {"year": "2025"})
    assert row_of(before, "December 2025")[4] == 100


def test_e30_by_family_and_branch(page, firm, account, lift, alarm):
    lift.family = ItemFamily.objects.create(company=firm, name="Lifts")
    lift.save()
    branch = firm.branches.first() or Branch.objects.create(company=firm, code="N", name="North")
    agree(account, {"item": lift, "price": "30.00"}, branch=branch, starts_on=date(2026, 4, 1))
    agree(account, {"item": alarm, "price": "10.00"}, starts_on=date(2026, 4, 1))
    month(firm, TODAY)

    assert [row[:3] for row in table(looked_at(page, MONTHS, {"by": "item__family"}), 1)] == [
        ["Lifts", 30, 75], ["not stated", 10, 25]
    ]  # fmt: skip
    assert [row[:2] for row in table(page.get(reverse(MONTHS), {"by": "branch"}), 1)] == [
        [branch.name, 30], ["not stated", 10]
    ]  # fmt: skip
    only = page.get(reverse(MONTHS), {"branch": branch.pk})
    assert row_of(only, "April 2026")[1:5] == [1, 30, 0, 30]


@pytest.mark.postgres
def test_e30_the_salesperson_is_that_of_the_contract(page, firm, account):
    rossi = User.objects.create_user("rossi", first_name="Rosa", last_name="Rossi")
    agree(account, {"price": "30.00"}, owner=rossi, starts_on=date(2026, 4, 1))
    agree(account, {"price": "10.00"}, starts_on=date(2026, 4, 1))
    month(firm, TODAY)

    only = looked_at(page, MONTHS, {"owner": rossi.pk})

    assert row_of(only, "April 2026")[1:4] == [30, 0, 30]
    assert "Rosa Rossi" in only.content.decode()


# --- E32


def test_e32_each_service_has_its_contracts_lines_and_amounts_by_frequency(page, account, lift, alarm):
    """Lift: 2 × 1,200.00 monthly in one contract, 400.00 quarterly in another; alarm: 1,000.00 yearly."""
    agree(account, {"item": lift, "price": "100.00"}, {"item": lift, "price": "100.00"})
    agree(
        account,
        {"item": lift, "price": "100.00", "frequency": 3},
        {"item": alarm, "price": "1000.00", "frequency": 12},
    )
    void(agree(account, {"item": alarm, "price": "999.00"}), by="anna")

    answer = looked_at(page, SERVICES)

    found = answer.context["report"].tables[0]
    assert [str(head.label) for head in found.heads[2:]] == [
        "Contracts", "Lines", "M", "Q", "Y", "Per year", "Share"
    ]  # fmt: skip
    assert [row[1:] for row in found.rows] == [
        ["Lift", 2, 3, 2400, 400, 0, 2800, Decimal("73.7")],
        ["Alarm", 1, 1, 0, 0, 1000, 1000, Decimal("26.3")],
    ]
    assert list(found.total)[2:] == [2, 4, 2400, 400, 1000, 3800, 100]
    assert sum(Contract.objects.filter(status="active").values_list("yearly_amount", flat=True)) == 3800
    only = page.get(reverse(SERVICES), {"item": alarm.pk})
    assert list(only.context["report"].tables[0].total)[2:4] == [1, 1]


def test_e32_more_frequencies_than_colours_are_drawn_together(page, account, lift):
    every = (1, 2, 3, 4, 6, 12, 24, 36)
    agree(account, *({"item": lift, "price": f"{100 * each}.00", "frequency": each} for each in every))

    answer = looked_at(page, SERVICES)

    drawn = answer.context["report"].charts[0].series
    assert [str(one.name) for one in drawn] == ["M", "B", "Q", "F", "H", "others"]
    assert [one.values[0] for one in drawn] == [1200, 1200, 1200, 1200, 1200, 3600]


# --- E33


@pytest.mark.postgres
def test_e33_movements_of_the_months(page, account):
    """300.00 in January; one of 100.00 ends with February, one of 50.00 begins in March."""
    agree(account, {"price": "200.00"}, starts_on=date(2026, 1, 1))
    lost = agree(account, {"price": "100.00"}, starts_on=date(2026, 1, 15))
    terminate(lost, ends_on=date(2026, 2, 28), by="anna", on=date(2026, 2, 28))
    agree(account, {"price": "50.00"}, starts_on=date(2026, 3, 10))

    answer = looked_at(page, TRENDS)

    #                 start  new  back more less  lost   end
    assert row_of(answer, "January 2026")[1:8] == [0, 300, 0, 0, 0, 0, 300]
    assert row_of(answer, "February 2026")[1:8] == [300, 0, 0, 0, 0, 0, 300]
    assert row_of(answer, "March 2026")[1:] == [
        300, 50, 0, 0, 0, -100, 250, Decimal("33.3"), Decimal("33.3")
    ]  # fmt: skip
    assert row_of(answer, "March 2026", 1)[1:] == [2, 1, 0, 0, 0, 1, 2, 50, 125]
    assert len(table(answer)) == 24
    assert answer.content.decode().count("<figure") == 4


def test_e33_a_service_given_up_is_less_for_the_contract_and_lost_for_the_service(page, account, lift, alarm):
    agree(account, {"item": lift, "price": "80.00"}, {"item": alarm, "price": "20.00"})
    ContractLine.objects.filter(item=alarm).update(ends_on=date(2026, 2, 28))

    whole = looked_at(page, TRENDS)
    only = page.get(reverse(TRENDS), {"item": alarm.pk})

    assert row_of(whole, "March 2026")[1:8] == [100, 0, 0, 0, -20, 0, 80]
    assert row_of(only, "March 2026")[1:8] == [20, 0, 0, 0, 0, -20, 0]


def test_r19_a_renewed_contract_goes_on(page, account):
    from ronda.renewals.models import Renewal  # noqa: PLC0415 -- only here

    old = agree(account, starts_on=date(2025, 3, 1), ends_on=date(2026, 2, 28))
    new = agree(account, {"price": "104.00"}, starts_on=date(2026, 3, 1))
    Renewal.objects.create(
        contract=old, successor=new, starts_on=new.starts_on, ends_on=date(2027, 2, 28), months=12,
        old_yearly=1200, new_yearly=1248, by="anna",
    )  # fmt: skip

    assert row_of(looked_at(page, TRENDS), "March 2026")[1:8] == [100, 0, 0, 4, 0, 0, 104]


def test_r21_a_contract_that_rests_is_lost_and_comes_back(page, account):
    resting = agree(account)
    suspend(resting, starts_on=date(2026, 2, 10), ends_on=date(2026, 3, 9), by="anna", on=TODAY, bills=False)

    answer = looked_at(page, TRENDS)

    assert row_of(answer, "February 2026")[6] == -100
    assert row_of(answer, "March 2026")[3] == 100


# --- E22


@pytest.mark.postgres
def test_e22_the_forecast_by_invoice_and_by_the_days_it_is_for(page, account):
    """100.00 a month for ever; 300.00 a quarter until September; a contract on hold is left out."""
    agree(account, {"price": "100.00"})
    quarter = {"price": "300.00", "frequency": 3}
    agree(account, quarter, starts_on=date(2026, 4, 1), ends_on=date(2026, 9, 30))
    held = agree(account, {"price": "7.00"})
    Contract.objects.filter(pk=held.pk).update(billing_hold=True)

    answer = looked_at(page, FORECAST)

    rows = table(answer)
    assert [row[1] for row in rows[:7]] == [400, 100, 100, 400, 100, 100, 100]
    assert [row[3] for row in rows[:2]] == [Decimal("198.90"), Decimal("202.20")]
    assert sum(row[3] for row in rows[:6]) == 1200
    assert (len(rows), rows[23][0], rows[23][2]) == (24, "March 2028", 3000)
    assert "1, with €84.00 a year" in answer.content.decode()


def test_e22_periods_given_up_are_not_expected(page, account):
    line = agree(account, {"price": "100.00"}, starts_on=date(2026, 4, 1)).lines.get()
    waive_period(line, starts_on=date(2026, 5, 1), reason="gift", by="anna")

    assert [row[1] for row in table(looked_at(page, FORECAST))[:3]] == [100, 0, 100]


# --- all pages


@pytest.mark.parametrize("name", PAGES)
def test_every_analysis_is_exported_with_numbers_that_are_numbers(page, firm, account, name):
    agree(account)
    month(firm, TODAY)
    looked_at(page, name)

    answer = page.get(reverse(name), {"format": "xlsx"})

    assert "2026-04-15.xlsx" in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    shown = page.get(reverse(name)).context["report"].tables[0]
    assert len(rows) == len(shown.rows) + 2
    assert any(isinstance(value, float | int) and value for value in rows[1] + rows[-1])


def test_an_export_holds_no_formulas(page, account, firm):
    agree(account, {"item": make_item(firm, "=1+1")})
    looked_at(page, SERVICES)

    answer = page.get(reverse(SERVICES), {"format": "xlsx"})

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][1] == "'=1+1"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_many_statements_for_one_contract_as_for_many(page, firm, account, name):
    branch = firm.branches.first() or Branch.objects.create(company=firm, code="N", name="North")
    owner = User.objects.create_user("rossi")
    agree(account, branch=branch, owner=owner)
    month(firm, TODAY)
    looked_at(page, name)
    few = queries_of(page, reverse(name))
    for number in range(8):
        agree(account, {"item": make_item(firm, f"S{number}"), "frequency": 1 + number % 3}, owner=owner)
    month(firm, TODAY)
    page.post(reverse("analysis-refresh", args=[name]))
    work()

    assert queries_of(page, reverse(name)) == few


@pytest.mark.parametrize("name", PAGES)
def test_another_company_adds_nothing(page, firm, account, name):
    agree(account)
    month(firm, TODAY)
    other = make_account(make_firm("Other"), "Verdi")
    agree(other, {"price": "9999.00"})
    month(other.party.company, TODAY)

    looked_at(page, name)

    html = page.get(reverse(name)).content.decode()
    assert "9,999" not in html
    assert Calculation.objects.values_list("company", flat=True).get() == firm.pk


@pytest.mark.parametrize(
    ("name", "permission"),
    [(MONTHS, "contracts.view_contract"), (TRENDS, "billing.view_document")],
)
def test_who_may_not_see_the_records_does_not_see_their_sums(client, firm, name, permission):
    allowed = log_in(client, firm, permission)

    assert allowed.get(reverse(name)).status_code == 403
    assert allowed.post(reverse("analysis-refresh", args=[name])).status_code == 403
    assert allowed.get(reverse("analysis-progress", args=[name])).status_code == 403
    assert allowed.get("/analysis/progress/other/").status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_unreadable_filters_restrict_nothing_and_are_marked(page, account, name):
    agree(account)

    answer = page.get(reverse(name), {"item": "x", "year": "soon", "by": "colour"})

    assert answer.status_code == 200
    assert answer.context["form"].restriction == Restriction()
    assert answer.context["form"].errors["item"]
