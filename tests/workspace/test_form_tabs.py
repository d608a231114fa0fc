"""The form of a record shows the record's tabs: going to one saves what was changed (E45)."""

import pytest

from ronda.company.models import AuditEntry, Branch, Membership, Role
from ronda.workspace import forms
from ronda.workspace.declare import Inline
from tests.workspace.conftest import member_of
from tests.workspace.workspaces import Branches, MemberForm, Sure

pytestmark = pytest.mark.django_db

SAME = {"code": "MI", "name": "Milano", "address": "Via Roma 1\r\nscala B"}


@pytest.fixture
def branch(company):
    # The line end of a program, not of a browser: what a browser sends back is no change.
    return Branch.objects.create(company=company, code="MI", name="Milano", address="Via Roma 1\nscala B")


def post(page, branch, **facts):
    return page.post(f"/test-branch/{branch.pk}/edit/", {**SAME, **facts})


def changes(branch):
    return AuditEntry.objects.filter(action="company.branch.changed", subject_pk=branch.pk).count()


def test_the_edit_form_offers_the_tabs_of_the_record_and_a_new_record_has_none(page, branch):
    assert 'name="then" value="tab:members"' in page.get(f"/test-branch/{branch.pk}/edit/").content.decode()
    assert 'name="then" value="tab:' not in page.get("/test-branch/new/").content.decode()


def test_enter_in_a_field_presses_save_and_no_tab(page, branch):
    html = page.get(f"/test-branch/{branch.pk}/edit/").content.decode()
    form = html[html.index('<form class="form"') :]

    assert "name=" not in form[form.index("<button") :].split(">")[0]


def test_going_to_a_tab_saves_the_form_first(page, branch):
    answer = post(page, branch, name="Monza", then="tab:members")

    assert answer.url == f"/test-branch/{branch.pk}/?tab=members"
    assert Branch.objects.get().name == "Monza"
    assert changes(branch) == 1


def test_an_unchanged_form_goes_to_the_tab_and_leaves_no_trace_in_the_history(page, branch):
    answer = post(page, branch, then="tab:members")

    assert answer.url == f"/test-branch/{branch.pk}/?tab=members"
    assert changes(branch) == 0
    assert "saved" not in page.get(answer.url).content.decode()


def test_a_record_that_its_form_would_refuse_today_can_still_be_left_unchanged(page, branch):
    Branch.objects.update(name="")

    assert post(page, branch, name="", then="tab:members").status_code == 302


def test_a_changed_row_counts_as_a_change(page, branch, company, monkeypatch):
    monkeypatch.setattr(Branches, "inlines", (Inline(Membership, MemberForm, code="people"),))
    role = Role.objects.create(company=company, name="Clerk")
    bruno = member_of(company, "bruno")
    rows = {
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-0-user": bruno.pk,
        "people-0-role": role.pk,
    }
    Membership.objects.filter(user=bruno).delete()
    post(page, branch, then="tab:members", **rows)

    assert branch.membership_set.get().user == bruno


def test_a_refused_form_stays_with_its_errors_and_what_was_typed(page, branch):
    answer = post(page, branch, code="", name="Monza", then="tab:members")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_code_error"' in html
    assert 'value="Monza"' in html
    assert "<ui-unsaved data-unsaved>" in html
    assert Branch.objects.get().name == "Milano"


def test_a_tab_that_the_person_may_not_open_leads_to_the_record(page, branch):
    assert post(page, branch, name="Monza", then="tab:secret").url == f"/test-branch/{branch.pk}/"


def test_the_tab_is_still_wanted_after_a_question_was_answered(page, branch, monkeypatch):
    def ask(form, *, by, company):
        if Sure.code not in form.confirmed:
            raise Sure("Really?")
        return form.save()

    monkeypatch.setattr(Branches, "save", staticmethod(ask))
    asked = post(page, branch, name="Monza", then="tab:members")
    html = asked.content.decode()
    assert html.count('name="then"') == 1
    assert '<button class="btn btn-primary" name="then" value="tab:members">' in html

    answer = post(page, branch, name="Monza", then="tab:members", confirmed=Sure.code)
    assert answer.url == f"/test-branch/{branch.pk}/?tab=members"


def test_a_record_changed_meanwhile_is_not_taken_for_a_change_of_the_person(page, branch, monkeypatch):
    monkeypatch.setattr(forms, "lock_field", lambda model: "version")
    monkeypatch.setattr(forms, "seen", lambda record: "2")

    answer = post(page, branch, seen="1", then="tab:members")
    assert answer.status_code == 302
    assert changes(branch) == 0
