"""Tokens: what they open, what they do not, and what is kept of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from ronda.api.models import Token
from ronda.api.services import make_token, revoke_token
from ronda.api.services.tokens import TokenForAnother, TokenForStranger, TokenWithoutScopes
from ronda.api.tests.programs import JSON, Program, key_of, make_owner, make_person
from ronda.company.models import AuditEntry, Membership
from tests.makers import make_party

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARTIES = "/api/party/"


@pytest.fixture
def firm():
    return make_owner()


def test_a_program_reads_and_writes_with_its_token_and_without_cookies(firm):
    program = Program(key_of(*firm))
    made = program.post(PARTIES, {"name": "Bianchi", "kind": "firm"})
    assert made.status_code == 201, made.content
    assert program.get(f"{PARTIES}{made.json()['id']}/").json()["name"] == "Bianchi"
    assert not made.cookies
    assert AuditEntry.objects.filter(actor="anna", action="parties.party.added").exists()


def test_only_the_digest_of_a_key_is_kept(firm):
    key = key_of(*firm)
    token = Token.objects.get()
    kept = " ".join(str(value) for value in Token.objects.values_list()[0])
    assert key.rpartition("_")[2] not in kept
    assert token.prefix in key
    assert AuditEntry.objects.filter(action="api.token.made", facts__name="Till").exists()


@pytest.mark.parametrize("scopes", [("customers:read",), ("*:read",)])
def test_reading_scopes_do_not_write(firm, scopes):
    program = Program(key_of(*firm, *scopes))
    assert program.get(PARTIES).status_code == 200
    refused = program.post(PARTIES, {"name": "Bianchi"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


def test_a_scope_opens_its_own_area_only(firm):
    program = Program(key_of(*firm, "customers:write"))
    assert program.get(PARTIES).status_code == 200
    assert program.get("/api/item/").json()["code"] == "scope_missing"


def test_scopes_give_no_more_than_the_role_of_the_person(firm):
    company, _owner = firm
    reader = make_person(company, "luca", Permission.objects.get(codename="view_party"))
    program = Program(key_of(company, reader, "*:write"))
    assert program.get(PARTIES).status_code == 200
    refused = program.post(PARTIES, {"name": "Bianchi"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert program.get("/api/item/").status_code == 403


def test_a_token_never_reaches_another_company_of_the_same_person(firm):
    company, owner = firm
    other, _boss = make_owner("Altra Srl", "berta")
    Membership.objects.create(user=owner, company=other, role=other.roles.filter(grants_all=True)[0])
    theirs, ours = make_party(other, 1), make_party(company, 2)
    program = Program(key_of(company, owner))
    program.client.force_login(owner)
    session = program.client.session
    session["company"] = other.pk
    session.save()
    assert program.get(f"{PARTIES}{theirs.pk}/").status_code == 404
    assert [one["id"] for one in program.get(PARTIES).json()["results"]] == [ours.pk]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda token: revoke_token(token, by="anna"), "api.token_revoked"),
        (lambda token: Token.objects.update(expires_on=date(2026, 3, 1)), "api.token_expired"),
        (lambda token: Token.objects.update(digest="0" * 64), "api.token_unknown"),
        (lambda token: Membership.objects.all().delete(), "api.token_without_access"),
        (lambda token: type(token.user).objects.update(is_active=False), "api.token_without_access"),
        (lambda token: type(token.company).objects.update(active=False), "api.token_without_access"),
    ],
)
def test_a_token_that_is_not_valid_answers_401_with_a_stable_code(firm, spoil, code):
    program = Program(key_of(*firm))
    with time_machine.travel(NOON, tick=False):
        assert program.get(PARTIES).status_code == 200
        spoil(Token.objects.select_related("user", "company").get())
        refused = program.get(PARTIES)
    assert (refused.status_code, refused.json()["code"]) == (401, code)
    assert refused["WWW-Authenticate"].startswith("Bearer")


def test_a_token_is_valid_through_its_last_day_in_the_firms_own_time(firm):
    program = Program(key_of(*firm, expires_on=date(2026, 3, 2)))
    for hour, status in ((22, 200), (23, 401)):  # Rome is an hour ahead
        with time_machine.travel(datetime(2026, 3, 2, hour, 30, tzinfo=UTC), tick=False):
            assert program.get(PARTIES).status_code == status


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Bearer ronda_0_0", "Basic YTpi", "Bearer à"])
def test_what_is_no_key_answers_401(db, given):
    answer = Client().get(PARTIES, headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.json()["code"] in ("not_authenticated", "api.token_unknown")


def test_a_key_opens_nothing_but_the_api(firm):
    program = Program(key_of(*firm))
    assert program.get("/party/").status_code == 302


def test_the_last_use_is_written_once_a_minute_at_most(firm, django_assert_num_queries):
    program = Program(key_of(*firm))
    seen = []
    for seconds in (0, 59, 60):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            program.get(PARTIES)
            seen.append(Token.objects.get().last_used_at)
    assert seen == [NOON, NOON, NOON + timedelta(seconds=60)]
    assert Token.objects.get().last_used_from == "127.0.0.1"


def test_people_make_tokens_for_themselves_and_owners_for_anybody(firm):
    company, _owner = firm
    luca = make_person(company, "luca")
    facts = {"name": "Till", "scopes": ["*:read"], "expires_on": None}
    make_token(company, user=luca, by="luca", **facts)
    make_token(company, user=luca, by="anna", **facts)
    with pytest.raises(TokenForAnother):
        make_token(company, user=firm[1], by="luca", **facts)
    with pytest.raises(TokenForStranger):
        make_token(company, user=make_owner("Altra Srl", "berta")[1], by="anna", **facts)
    with pytest.raises(TokenWithoutScopes):
        make_token(company, user=luca, by="luca", **{**facts, "scopes": []})


def test_browsers_still_need_the_token_against_forged_requests(firm):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(firm[1])
    refused = browser.post(PARTIES, {"name": "Bianchi"}, content_type=JSON)
    assert refused.status_code == 403


def test_the_key_is_shown_once_on_a_page_nobody_keeps(firm, client):
    client.force_login(firm[1])
    facts = {"name": "Till", "user": firm[1].pk, "scopes": ["customers:read", "billing:write"]}
    page = client.post("/api-token/new/", facts)
    assert page.status_code == 200
    token = Token.objects.get()
    assert f"ronda_{token.prefix}_" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert token.scopes == ["billing:write", "customers:read"]
    again = client.get(f"/api-token/{token.pk}/").content.decode()
    assert f"ronda_{token.prefix}_" not in again
    assert client.post("/api-token/do/revoke/", {"id": token.pk}).status_code == 302
    assert Token.objects.get().revoked_at is not None
