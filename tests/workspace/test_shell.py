import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from ronda.company.models import Branch, Role
from ronda.workspace import context, registry
from ronda.workspace.declare import Page, register_page
from ronda.workspace.rest import answer
from tests.workspace.conftest import member_of
from tests.workspace.workspaces import Closed

pytestmark = pytest.mark.django_db


def branch(company, code="MI", name="Milano"):
    return Branch.objects.create(company=company, code=code, name=name)


def test_navigation_shows_what_the_person_may_open_and_marks_the_current_entry(company, anna, mounted):
    request = RequestFactory().get("/test-branch/new/")
    request.user = anna
    anna.company_id = company.pk
    found = context.navigation(request)

    entries = [(area["code"], item["url"], item["current"]) for area in found for item in area["items"]]
    assert entries == [("settings", "/test-branch/", True)]
    request.user = member_of(company, "nobody")
    assert context.navigation(request) == []


def test_a_page_outside_the_workspaces_is_found_by_its_other_names(page, monkeypatch):
    monkeypatch.setattr(registry, "_pages", {})
    register_page(Page("till", "Till", "test-file-list", "home", keywords=("cassa", "caisse")))

    found = page.get("/palette/?q=cass").json()["groups"]
    assert [(g["label"], [i["label"] for i in g["items"]]) for g in found] == [("Pages", ["Till"])]


def test_the_palette_finds_records_of_the_company_only(page, company, other_company):
    branch(company, name="Milano here")
    branch(other_company, name="Milano there")

    found = page.get("/palette/?q=milano").json()["groups"]
    assert [item["label"] for group in found for item in group["items"]] == ["Milano here"]


def test_the_palette_and_the_lookup_hide_what_may_not_be_seen(client, company, mounted):
    branch(company)
    client.force_login(member_of(company, "nobody"))

    assert client.get("/palette/?q=milano").json() == {"groups": []}
    assert client.get("/lookup/company.branch/?q=mi").status_code == 403


@pytest.mark.parametrize(
    ("target", "expected"), [("/test-branch/", "/test-branch/"), ("https://evil.example/", "/")]
)
def test_language_and_theme_are_kept_and_lead_back_to_our_own_pages_only(page, target, expected):
    chosen = page.post("/language/", {"language": "fr", "next": target})
    assert (chosen.url, chosen.cookies["django_language"].value) == (expected, "fr")
    themed = page.post("/theme/", {"theme": "dark", "next": target})
    assert (themed.url, themed.cookies["theme"].value) == (expected, "dark")
    assert not page.post("/theme/", {"theme": "<script>"}).cookies.get("theme")


def test_the_api_lists_with_the_filters_of_the_page(page, company, other_company):
    mine = branch(company)
    branch(company, "TO", "Torino")
    branch(other_company, "X", "Milano")

    body = page.get("/api/test-branch/?q=milano").json()
    assert body["count"] == 1
    assert body["results"] == [{"id": mine.pk, "code": "MI", "name": "Milano", "address": ""}]


def test_the_api_creates_and_changes_through_the_form(page, company):
    made = page.post("/api/test-branch/", {"code": "MI", "name": "Milano"}, content_type="application/json")
    assert made.status_code == 201
    pk = made.json()["id"]
    assert Branch.objects.get(pk=pk).company == company
    changed = page.patch(f"/api/test-branch/{pk}/", {"name": "Monza"}, content_type="application/json")
    assert (changed.json()["code"], changed.json()["name"]) == ("MI", "Monza")


def test_the_api_refuses_unknown_fields_and_wrong_values(page):
    answer = page.post("/api/test-branch/", {"code": "", "company": 1}, content_type="application/json")
    assert answer.json() == {"company": ["This field is not known."]}
    answer = page.post("/api/test-branch/", {"code": "A"}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"name": ["This field is required."]})


def test_the_api_answers_a_refusal_with_its_code_and_obeys_a_confirmation(page, company):
    closed, ask = branch(company, "C", "closed"), branch(company, "A", "ask")

    refused = page.post(
        f"/api/test-branch/{closed.pk}/rename/", {"suffix": "x"}, content_type="application/json"
    )
    assert refused.status_code == 409
    assert refused.json() == {
        "code": "tests.closed",
        "message": "It is closed. Open it first.",
        "field": "suffix",
    }
    url = f"/api/test-branch/{ask.pk}/rename/"
    asked = page.post(url, {"suffix": "x"}, content_type="application/json")
    assert (asked.status_code, asked.json()["code"]) == (409, "tests.sure")
    obeyed = page.post(url, {"suffix": "x", "confirmed": ["tests.sure"]}, content_type="application/json")
    assert obeyed.status_code == 200


def test_the_api_needs_the_permission_of_each_verb(client, company, mounted):
    user, one = member_of(company, "bruno"), branch(company)
    Role.objects.get(name="bruno's role").permissions.add(Permission.objects.get(codename="view_branch"))
    client.force_login(user)

    assert client.get(f"/api/test-branch/{one.pk}/").status_code == 200
    for call, url in (
        (client.post, "/api/test-branch/"),
        (client.patch, f"/api/test-branch/{one.pk}/"),
        (client.post, f"/api/test-branch/{one.pk}/rename/"),
    ):
        assert call(url, {"name": "x", "suffix": "x"}, content_type="application/json").status_code == 403


def test_an_error_that_is_no_refusal_is_left_to_others():
    assert answer(ZeroDivisionError(), {}) is None
    assert answer(Closed("no"), {}).status_code == 409


def test_the_schema_is_made_without_warnings(mounted, capsys):
    from drf_spectacular.drainage import GENERATOR_STATS  # noqa: PLC0415
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415

    GENERATOR_STATS.reset()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS, capsys.readouterr().err
    assert "post" in schema["paths"]["/api/test-branch/{id}/rename/"]


def test_a_page_that_is_missing_forbidden_or_broken_says_what_to_do(company, anna, mounted):
    from ronda.workspace import errors  # noqa: PLC0415

    request = RequestFactory().get("/nowhere/")
    request.user, request.company = anna, company
    pages = [
        errors.forbidden(request),
        errors.not_found(request),
        errors.csrf_failure(request),
        errors.failure(request),
    ]
    assert [one.status_code for one in pages] == [403, 404, 403, 500]
    assert all(b'href="/"' in one.content for one in pages)
