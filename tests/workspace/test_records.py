from decimal import Decimal

import pytest
from django.utils import translation

from ronda.company.models import AuditEntry, Branch, Membership, Role
from ronda.kernel import bus
from ronda.workspace import forms, services
from ronda.workspace.declare import Inline
from ronda.workspace.events import RecordSaved
from tests.workspace.conftest import member_of
from tests.workspace.workspaces import RUN, AmountForm, Branches, MemberForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """The RecordSaved events published during the test."""
    events = []
    monkeypatch.setitem(bus._handlers, RecordSaved, [events.append])
    return events


def branch(company, code="MI", name="Milano"):
    return Branch.objects.create(company=company, code=code, name=name)


def test_a_new_record_gets_the_company_of_the_request_and_is_told(page, company, told):
    answer = page.post("/test-branch/new/", {"code": "MI", "name": "Milano", "company": "999"})

    made = Branch.objects.get()
    assert (made.company, answer.url) == (company, f"/test-branch/{made.pk}/")
    assert told == [
        RecordSaved(
            "company.branch",
            made.pk,
            company.pk,
            by="anna",
            added=True,
            changes={"code": ["", "MI"], "name": ["", "Milano"]},
        )
    ]


def test_a_change_is_told_with_before_and_after_in_words(page, company, told):
    role = Role.objects.create(company=company, name="Clerk")
    member = Membership.objects.get(user__username="anna")
    old = str(member.role)

    page.post(f"/test-member/{member.pk}/edit/", {"user": member.user_id, "role": role.pk, "branch": ""})
    assert told[0].changes == {"role": [old, "Clerk"]}


def test_a_failing_receiver_undoes_the_save(page, company, monkeypatch):
    def fail(event):
        raise RuntimeError

    monkeypatch.setitem(bus._handlers, RecordSaved, [fail])
    with pytest.raises(RuntimeError):
        page.post("/test-branch/new/", {"code": "MI", "name": "Milano"})
    assert not Branch.objects.exists()


def test_a_broken_constraint_with_the_company_in_it_is_said_on_the_form(page, company):
    branch(company)
    answer = page.post("/test-branch/new/", {"code": "MI", "name": "Second"})

    assert answer.status_code == 422
    assert "already has a branch with that code" in answer.content.decode()


def test_errors_stand_in_the_summary_and_beside_the_field(page):
    answer = page.post("/test-branch/new/", {"code": "", "name": "x"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_code">' in html
    assert 'id="id_code_error"' in html


def test_choices_are_limited_to_the_company(company, other_company):
    own, foreign = branch(company), branch(other_company, "X", "Foreign")

    form = MemberForm(company=company)
    assert list(form.fields["branch"].queryset) == [own]
    refused = MemberForm({"branch": foreign.pk}, company=company)
    assert "branch" in refused.errors


def test_more_than_200_choices_are_searched_from_the_server(page, company):
    Branch.objects.bulk_create(Branch(company=company, code=f"B{n}", name=f"Name {n}") for n in range(201))

    html = page.get("/test-member/new/").content.decode()
    assert 'data-url="/lookup/company.branch/"' in html
    assert "Name 150" not in html
    found = page.get("/lookup/company.branch/?q=name+150").json()
    assert [one["text"] for one in found["results"]] == ["Name 150"]


def test_a_record_changed_meanwhile_is_not_overwritten(page, company, monkeypatch):
    for module in (forms, services):
        monkeypatch.setattr(module, "lock_field", lambda model: "address")
    one = branch(company)
    Branch.objects.filter(pk=one.pk).update(address="changed by Bruno")

    answer = page.post(
        f"/test-branch/{one.pk}/edit/", {"code": "MI", "name": "Mine", "address": "", "seen": "before"}
    )
    assert answer.status_code == 422
    assert Branch.objects.get(pk=one.pk).name == "Milano"
    good = {"code": "MI", "name": "Mine", "address": "", "seen": "changed by Bruno"}
    assert page.post(f"/test-branch/{one.pk}/edit/", good).status_code == 302


def test_rows_are_added_changed_and_removed_with_their_record(page, company, anna, told, monkeypatch):
    monkeypatch.setattr(Branches, "inlines", (Inline(Membership, MemberForm, code="people"),))
    one, role = branch(company), Role.objects.create(company=company, name="Clerk")
    gone = Membership.objects.create(user=member_of_nobody("gone"), company=company, role=role, branch=one)
    new = member_of_nobody("new")

    page.post(
        f"/test-branch/{one.pk}/edit/",
        {
            "code": "MI",
            "name": "Milano",
            "address": "",
            "people-TOTAL_FORMS": "2",
            "people-INITIAL_FORMS": "1",
            "people-0-id": gone.pk,
            "people-0-user": gone.user_id,
            "people-0-role": role.pk,
            "people-0-DELETE": "on",
            "people-1-user": new.pk,
            "people-1-role": role.pk,
        },
    )
    rows = Membership.objects.filter(branch=one)
    assert [(row.user, row.company) for row in rows] == [(new, company)]
    assert told[0].changes == {"member + new": ["", "new"], "member - gone": ["gone", ""]}


def member_of_nobody(username):
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    return get_user_model().objects.create_user(username)


@pytest.mark.parametrize(("language", "text"), [("it", "1.234,56"), ("en", "1,234.56")])
def test_a_form_of_ordinary_fields_reads_amounts_and_days_of_the_language(company, language, text):
    with translation.override(language):
        form = AmountForm({"amount": text, "on": "25/6/26"}, company=company)
        assert form.is_valid(), form.errors
    assert (form.cleaned_data["amount"], str(form.cleaned_data["on"])) == (Decimal("1234.56"), "2026-06-25")


def test_an_ambiguous_price_is_refused_with_both_readings(company):
    with translation.override("it"):
        form = AmountForm({"amount": "1", "price": "1.234"}, company=company)
        assert "1234" in form.errors["price"][0]
        assert "1,234" in form.errors["price"][0]


def test_one_record_refused_keeps_the_form_with_the_reason_beside_the_field(page, company):
    one = branch(company, name="closed")
    answer = page.post("/test-branch/do/rename/", {"id": one.pk, "suffix": "x"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"suffix": ["It is closed. Open it first."]}


def test_a_question_is_asked_once_for_the_record_it_is_about(page, company):
    good, ask, closed = branch(company, "A"), branch(company, "B", "ask"), branch(company, "C", "closed")
    answer = page.post("/test-branch/do/rename/", {"id": [good.pk, ask.pk, closed.pk], "suffix": "x"})

    outcome = answer.context["outcome"]
    assert ([r for r, _ in outcome.done], [r for r, _ in outcome.refused]) == ([good], [closed])
    assert f'value="{ask.pk}:tests.sure"' in answer.content.decode()
    assert RUN == [("Milano", "x", "anna")]

    page.post("/test-branch/do/rename/", {"id": ask.pk, "confirmed": f"{ask.pk}:tests.sure", "suffix": "x"})
    assert RUN[1:] == [("ask", "x", "anna")]


def test_an_answer_for_one_record_is_not_an_answer_for_another(page, company):
    ask, other = branch(company, "B", "ask"), branch(company, "C", "ask")
    page.post(
        "/test-branch/do/rename/",
        {"id": [ask.pk, other.pk], "confirmed": f"{ask.pk}:tests.sure", "suffix": "x"},
    )

    assert len(RUN) == 1


def test_all_of_the_filter_reaches_rows_no_page_shows_and_no_other_company(page, company, other_company):
    for n in range(60):
        branch(company, f"B{n}", f"In {n}")
    branch(company, "Z", "out")
    branch(other_company, "X", "In foreign")

    page.post("/test-branch/do/rename/", {"all": "1", "filter": "q=In", "suffix": "x"})
    assert sorted(name for name, _suffix, _by in RUN) == sorted(f"In {n}" for n in range(60))


def test_tabs_are_loaded_when_opened_only(page, company, django_assert_max_num_queries):
    one = branch(company)
    Membership.objects.filter(user__username="anna").update(branch=one)

    assert "anna&#x27;s role" not in page.get(f"/test-branch/{one.pk}/").content.decode()
    opened = page.get(
        f"/test-branch/{one.pk}/?tab=members", headers={"HX-Request": "true", "HX-Target": "tab"}
    )
    assert "anna&#x27;s role" in opened.content.decode()
    assert "<main" not in opened.content.decode()


def test_a_person_without_permission_for_the_rows_does_not_see_the_tab(client, company, mounted):
    from django.contrib.auth.models import Permission  # noqa: PLC0415

    user, one = member_of(company, "bruno"), branch(company)
    role = Role.objects.get(name="bruno's role")
    role.permissions.add(Permission.objects.get(codename="view_branch"))
    client.force_login(user)

    assert "tab=members" not in client.get(f"/test-branch/{one.pk}/").content.decode()


def test_the_history_holds_the_change(page, company):
    one = branch(company)
    page.post(f"/test-branch/{one.pk}/edit/", {"code": "MI", "name": "Monza", "address": ""})

    assert AuditEntry.objects.filter(action="company.branch.changed", actor="anna").count() == 1
