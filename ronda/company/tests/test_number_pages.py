"""The screens of the numbers, and of the workstations that may have series of their own."""

from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from ronda.company.context import acting
from ronda.company.devices import COOKIE
from ronda.company.models import CounterChange, NumberSeries, Workstation
from ronda.company.number_report import with_last_document

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def owner(company, member_of):
    company.language = "en"
    company.save()
    return member_of(company, "owner")


def counter_at(last_number, company, **facts):
    given = {"kind": "billing.document", "code": "FT", "year": 2026, **facts}
    return NumberSeries.objects.create(company=company, last_number=last_number, **given)


def skipped(counter, before, after, reason):
    return CounterChange.objects.create(counter=counter, before=before, after=after, reason=reason, by="anna")


def test_o6_the_page_shows_each_gap_with_the_reason_somebody_gave(company, other_company, owner, at_desk):
    skipped(counter_at(9, company), 2, 9, "=Book lost")
    counter_at(7, other_company, code="THEIRS")

    page = at_desk(owner).get(reverse("numbers"))
    text = page.content.decode()
    assert [told["numbers"] for _state, told in page.context["findings"]] == ["1–2", "3–9"]
    assert "No document carries it, and nobody gave a reason." in text
    assert "Skipped by hand by anna" in text
    assert page.context["unexplained"] == 1
    assert "THEIRS" not in text


def test_o6_the_sheet_holds_findings_and_last_numbers_and_no_formula(company, owner, at_desk):
    skipped(counter_at(9, company), 0, 9, "=Book lost")
    counter_at(3, company, year=2025)

    answer = at_desk(owner).get(reverse("numbers"), {"format": "xlsx", "year": "2026"})
    book = load_workbook(BytesIO(answer.content))
    assert book.sheet_names == ["Findings", "Last numbers"]
    [head, row] = book.get_sheet_by_index(0).to_python()
    told = dict(zip(head, row, strict=True))
    assert (told["Series"], told["From number"], told["To number"]) == ("FT", 1.0, 9.0)
    assert told["Reason"] == "'=Book lost"
    assert len(book.get_sheet_by_index(1).to_python()) == 2
    assert "numbers-2026.xlsx" in answer["Content-Disposition"]


def test_o1_the_page_follows_the_counters_by_itself_and_takes_constant_queries(company, owner, at_desk):
    desk = at_desk(owner)

    def statements():
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(reverse("numbers"))
        assert 'hx-trigger="every 30s"' in page.content.decode()
        return len(queries)

    counter_at(3, company)
    statements()
    few = statements()
    for n in range(10):
        skipped(counter_at(5, company, code=f"S{n}"), 0, 2, "x")
    assert statements() == few


def test_o7_the_list_of_counters_names_the_last_document_at_no_query_more(company):
    counter_at(3, company)

    [counter] = with_last_document(NumberSeries.objects.all())
    assert not counter.last_document


def test_who_may_not_see_counters_does_not_see_the_report(company, member_of, at_desk):
    nobody = member_of(company, "read_only", "nadia")
    nobody.memberships.get().role.permissions.clear()

    assert at_desk(nobody).get(reverse("numbers")).status_code == 403


# --- workstations


@pytest.fixture
def till(company):
    return Workstation.objects.create(company=company, name="Till 1", kind="till")


def here(desk):
    """The workstation the browser is, as the next request finds it."""
    return desk.get(reverse("this-device")).context["here"]


def test_o8_a_browser_is_told_once_which_workstation_it_is(company, owner, till, at_desk):
    desk = at_desk(owner)
    assert here(desk) is None
    desk.post(reverse("this-device"), {"workstation": till.pk})
    assert here(desk) == till

    assert desk.cookies[COOKIE]["httponly"]
    desk.post(reverse("this-device"), {"workstation": ""})
    assert here(desk) is None


def test_o8_each_company_has_its_own_workstation_in_the_same_browser(
    company, other_company, owner, till, member_of, at_desk
):
    member_of(other_company, "owner", owner.username)
    theirs = Workstation.objects.create(company=other_company, name="Caisse")
    desk = at_desk(owner)
    desk.post(reverse("this-device"), {"workstation": till.pk})
    assert desk.post(reverse("this-device"), {"workstation": theirs.pk}).status_code == 404
    desk.post(reverse("company-switch"), {"company": other_company.pk})
    assert here(desk) is None
    desk.post(reverse("this-device"), {"workstation": theirs.pk})
    assert here(desk) == theirs
    desk.post(reverse("company-switch"), {"company": company.pk})
    assert here(desk) == till


def test_o8_a_forged_cookie_is_no_workstation(owner, company, till):
    desk = Client()
    desk.force_login(owner)
    for told in (f"{company.pk}-{till.pk}", f"{company.pk}-{till.pk}:x:y", "", "x"):
        desk.cookies[COOKIE] = told
        assert here(desk) is None


def test_o8_a_workstation_that_is_gone_changes_nothing(owner, till, at_desk):
    desk = at_desk(owner)
    desk.post(reverse("this-device"), {"workstation": till.pk})
    till.delete()

    assert here(desk) is None
    assert desk.get(reverse("settings")).status_code == 200


def test_outside_a_request_nobody_stands_at_a_workstation():
    assert acting().workstation_id is None
