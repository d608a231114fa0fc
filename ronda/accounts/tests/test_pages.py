"""Log-in with second factors, one's own security, the forced change, what administrators see and do."""

import json
import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone

from ronda.accounts.models import Account
from ronda.accounts.tests.conftest import PASSWORD, member
from ronda.company.models import AuditEntry, User
from ronda.company.services import create_company

SECRET = re.compile(r'id="totp-secret">(\w+)<')


def code_of(secret, ahead=0):
    """What an authenticator app shows now, or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def confirm(client, password=PASSWORD):
    """Say the password again, as the pages of security ask."""
    return client.post(reverse("account_reauthenticate"), {"password": password})


@pytest.fixture
def secret(carla, sign_in, client):
    """Carla has added an authenticator app and signed out; the key of the app."""
    sign_in("carla")
    confirm(client)
    found = SECRET.search(client.get(reverse("mfa_activate_totp")).text).group(1)
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(found, -1)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    client.post("/logout/")
    return found


# --- log-in


def test_the_log_in_is_in_the_log_and_leads_where_the_person_wanted_to_go(carla, sign_in, client):
    assert sign_in("carla", next="/security/").url == "/security/"
    client.post("/logout/")
    found = AuditEntry.objects.filter(actor="carla").order_by("pk")
    assert [one.action for one in found] == ["accounts.signed_in", "accounts.signed_out"]
    assert all(one.company_id for one in found)


def test_the_log_in_leads_to_no_foreign_site(carla, sign_in):
    assert sign_in("carla", next="https://evil.example/").url == "/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(carla, sign_in):
    said = [sign_in(name, "wrong").context["form"].non_field_errors() for name in ("carla", "nobody")]
    assert said[0] == said[1]


def test_a_code_is_asked_after_the_password_and_opens(secret, sign_in, client):
    assert sign_in("carla", next="/security/").url == reverse("mfa_authenticate")
    assert client.get("/").url.startswith("/login/")  # not in yet
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).url == "/security/"
    assert client.get("/").status_code == 200


def test_a_code_opens_once(secret, sign_in, client):
    code = code_of(secret)
    sign_in("carla")
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    client.post("/logout/")
    sign_in("carla")
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert client.get("/").url.startswith("/login/")


def test_a_recovery_code_opens_once(secret, carla, sign_in, client):
    codes = Authenticator.objects.get(user=carla, type="recovery_codes").wrap().get_unused_codes()
    sign_in("carla")
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    client.post("/logout/")
    sign_in("carla")
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200


def test_o61_wrong_codes_count_like_wrong_passwords(secret, carla, rule, sign_in, client):
    rule(attempts=3)
    sign_in("carla")
    for _n in range(3):
        client.post(reverse("mfa_authenticate"), {"code": "nonsense"})
    assert not User.objects.get(pk=carla.pk).is_active
    too_late = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert too_late.url == "/login/"
    assert client.get("/").url.startswith("/login/")


def test_the_key_of_the_app_is_not_readable_in_the_database(secret, carla):
    kept = json.dumps(Authenticator.objects.get(user=carla, type="totp").data)
    assert secret not in kept


def test_security_pages_ask_for_the_password_again_and_count_wrong_ones(carla, rule, sign_in, client):
    rule(attempts=3)
    sign_in("carla")
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))
    assert confirm(client, "wrong").status_code == 200
    assert Account.objects.get(user=carla).failures == 1


def test_the_app_is_removed_with_its_recovery_codes(secret, carla, sign_in, client):
    sign_in("carla")
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    confirm(client)
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=carla).exists()
    assert AuditEntry.objects.filter(action="accounts.factor.removed").exists()


def test_the_passkey_question_is_json_for_the_script_and_a_wrong_answer_leads_back(company, client, carla):
    url = reverse("mfa_login_webauthn")
    asked = client.get(url, headers={"accept": "application/json"}).json()
    assert asked["request_options"]["publicKey"]["userVerification"] == "required"
    for made_up in ({}, [], "x", {"id": "x"}, {"id": "eA", "rawId": "eA", "response": {}}, {"response": 3}):
        assert client.post(url, {"credential": json.dumps(made_up)}).url == "/login/"


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "usersessions_list",
        "account_reauthenticate",
        "password-change",
    ],
)
def test_every_page_of_ones_own_security_opens_for_people_and_not_for_strangers(carla, sign_in, client, name):
    assert client.get(reverse(name)).status_code == 302
    sign_in("carla")
    confirm(client)
    assert client.get(reverse(name)).status_code == 200


def test_recovery_codes_are_shown_downloaded_and_made_again(secret, carla, sign_in, client):
    sign_in("carla")
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    confirm(client)
    before = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert before[0] in client.get(reverse("mfa_download_recovery_codes")).text
    assert client.get(reverse("mfa_generate_recovery_codes")).status_code == 200
    client.post(reverse("mfa_generate_recovery_codes"))
    after = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert not set(before) & set(after)


def test_all_other_sessions_end_by_one_button(carla, sign_in, client, django_user_model):
    other = type(client)()
    other.post("/login/", {"username": "carla", "password": PASSWORD})
    sign_in("carla")
    assert client.get(reverse("usersessions_list")).context["session_count"] == 2
    client.post(reverse("usersessions_list"))
    assert other.get("/").url.startswith("/login/")
    assert client.get("/").status_code == 200


def test_nobody_signs_up(company, client):
    assert client.get("/signup/").status_code in (302, 404)
    assert client.get("/accounts/signup/").status_code in (302, 404)


# --- the forced change


@pytest.fixture
def forced(carla, client):
    Account.objects.create(user=carla, must_change=True)
    client.force_login(carla)
    return carla


def test_o58_until_the_password_is_changed_every_page_leads_there(forced, client):
    for address in ("/", "/party/", "/security/", "/settings/"):
        assert client.get(address).url == "/password/"
    assert client.get("/", headers={"hx-request": "true"}).headers["HX-Redirect"] == "/password/"
    answer = client.get("/api/party/")
    assert (answer.status_code, answer.json()["code"]) == (403, "accounts.change_password")


def test_o58_the_change_itself_leaving_and_what_strangers_see_stay_open(forced, client):
    assert "Choose a password of your own" in client.get("/password/").text
    assert client.get("/healthz").status_code == 200
    assert client.post(reverse("set-language"), {"language": "it", "next": "/"}).url == "/"
    assert client.post("/logout/").url == "/login/"


def test_a_wrong_old_password_counts_and_a_weak_new_one_is_said_at_its_field(carla, client):
    client.force_login(carla)
    form = {"old_password": "wrong", "new_password1": "tramonto-8", "new_password2": "tramonto-8"}
    assert client.post("/password/", form).status_code == 422
    assert Account.objects.get(user=carla).failures == 1
    weak = {"old_password": PASSWORD, "new_password1": "tramonto", "new_password2": "tramonto"}
    page = client.post("/password/", weak)
    assert list(page.context["form"].errors) == ["new_password1"]


def test_reading_the_account_costs_no_statement_of_its_own(carla, client, django_assert_num_queries):
    client.force_login(carla)
    client.get("/healthz")
    with django_assert_num_queries(3):  # session, user with account, desk
        assert client.get("/theme/").status_code in (302, 405)


# --- administrators


@pytest.fixture
def office(anna, client):
    client.force_login(anna)
    return client


def test_o58_a_reset_shows_the_one_time_password_once(office, carla):
    url = reverse("people-reset")
    page = office.post(url, {"id": member(carla).pk})
    shown = re.search(r"<code>([a-z2-9-]{19})</code>", page.text).group(1)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert User.objects.get(pk=carla.pk).check_password(shown)
    assert Account.objects.get(user=carla).must_change
    assert shown not in office.get(reverse("people-detail", args=[member(carla).pk])).text


def test_o58_a_person_an_administrator_makes_must_change_the_password(office, company):
    role = company.roles.get(code="read_only")
    form = {"username": "dora", "password": "girasole-47", "role": role.pk, "is_active": "on"}
    office.post(reverse("people-add"), form)
    assert Account.objects.get(user__username="dora").must_change


def test_o57_the_last_day_is_set_on_the_page_of_a_person(office, carla):
    office.post(reverse("people-last-day"), {"id": member(carla).pk, "last_day": "2999-12-31"})
    assert Account.objects.get(user=carla).last_day.isoformat() == "2999-12-31"
    office.post(reverse("people-last-day"), {"id": member(carla).pk, "last_day": ""})
    assert Account.objects.get(user=carla).last_day is None


def test_o61_a_locked_person_is_unlocked_on_the_page(office, carla):
    User.objects.filter(pk=carla.pk).update(is_active=False)
    Account.objects.create(user=carla, failures=10, locked_at=timezone.now())
    office.post(reverse("people-activate"), {"id": member(carla).pk})
    account = Account.objects.select_related("user").get(user=carla)
    assert (account.user.is_active, account.failures, account.locked_at) == (True, 0, None)


def test_a_lost_phone_is_taken_off_the_account(secret, office, carla):
    office.post(reverse("people-forget-factors"), {"id": member(carla).pk})
    assert not Authenticator.objects.filter(user=carla).exists()


def test_the_account_tab_tells_how_a_person_signs_in(office, carla):
    url = reverse("people-detail", args=[member(carla).pk])
    assert "Must change it" not in office.get(url, {"tab": "account"}).text
    Account.objects.create(user=carla, must_change=True)
    assert "Must change it" in office.get(url, {"tab": "account"}).text


def test_other_companies_people_do_not_exist_here(office, join):
    create_company(name="Terza Srl", country="IT", by="")
    other = create_company(name="Quarta Srl", country="IT", by="")
    foreign = join("zoe", "read_only", at=other)
    assert office.post(reverse("people-reset"), {"id": member(foreign).pk}).status_code == 404
    assert office.get(reverse("account-review-detail", args=[member(foreign).pk])).status_code == 404


def names(page):
    return re.findall(r"row-link\"[^>]*>(\w+)<", page.text)


def test_o67_the_review_lists_accounts_by_use_factor_and_state(secret, office, join):
    join("dora")
    old = timezone.now() - timedelta(days=200)
    User.objects.filter(username="dora").update(last_login=old, is_active=False)
    url = reverse("account-review-list")
    assert set(names(office.get(url))) == {"anna", "carla", "dora"}
    assert set(names(office.get(url, {"unused": "180"}))) == {"dora"}
    assert set(names(office.get(url, {"factor": "yes"}))) == {"carla"}
    assert set(names(office.get(url, {"state": "closed"}))) == {"dora"}


def test_o67_the_review_is_for_those_who_see_people(carla, client):
    client.force_login(carla)
    assert client.get(reverse("account-review-list")).status_code == 403


def test_o67_the_review_is_exported(office):
    answer = office.get(reverse("account-review-export"), {"format": "csv"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert content
