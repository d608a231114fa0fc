"""A second factor required by role: led to set one up at log-in, and nothing else before."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import NoReverseMatch, get_resolver, resolve, reverse

from ronda.accounts.middleware import ALLOWED, FACTOR_FIRST, FACTOR_PAGES
from ronda.accounts.options import EVERYBODY, OWN_ROLES
from ronda.accounts.queries import factor_due
from ronda.accounts.tests.conftest import PASSWORD
from ronda.accounts.tests.test_pages import code_of, confirm
from ronda.company.models import Membership, Role
from ronda.company.services import create_company

SECURITY = "/security/"


@pytest.fixture
def led(carla, rule, sign_in, client):
    """Somebody whose role asks for a second factor, just signed in with the password alone."""
    rule(second_factor_for=("read_only",))
    sign_in("carla")
    return client


def addresses():
    """Every address of the site that needs no key, by name."""
    found = {}
    for name in {key for key in get_resolver().reverse_dict if isinstance(key, str)}:
        try:
            found[name] = reverse(name)
        except NoReverseMatch:
            continue
    return found


def test_every_address_leads_to_setting_one_up(led):
    asked, reached = 0, set()
    for name, address in sorted(addresses().items()):
        for_strangers_too = not getattr(resolve(address).func, "login_required", True)
        if address.startswith("/api/") or name in ALLOWED | FACTOR_PAGES or for_strangers_too:
            continue
        asked += 1
        answer = led.get(address)
        if (answer.status_code, getattr(answer, "url", "")) != (302, SECURITY):
            reached.add(name)
    assert asked > 100
    assert not reached


def test_every_resource_of_the_api_is_refused_in_the_session(led):
    asked = [address for address in addresses().values() if address.startswith("/api/")]
    assert len(asked) > 20
    for address in asked:
        answer = led.get(address)
        assert "application/json" in answer.headers["content-type"], (address, answer.status_code)
        assert (answer.status_code, answer.json()["code"]) == (403, "accounts.second_factor"), address


def test_writing_is_refused_as_well_and_htmx_is_led(led):
    assert led.post(reverse("party-add"), {"name": "Rossi"}).url == SECURITY
    assert led.get("/", headers={"hx-request": "true"}).headers["HX-Redirect"] == SECURITY


def test_the_way_out_language_and_password_stay_open(led):
    assert "Your role asks for a second factor" in led.get(SECURITY).text
    assert led.get("/password/").status_code == 200
    assert led.post(reverse("set-language"), {"language": "it", "next": "/"}).url == "/"
    assert led.post("/logout/").url == "/login/"


def set_up(client):
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code_of(page.context["form"].secret)})


def test_with_an_app_set_up_everything_opens(led, carla):
    set_up(led)
    assert Authenticator.objects.filter(user=carla, type=Authenticator.Type.TOTP).exists()
    assert led.get("/").status_code == 200
    assert FACTOR_FIRST not in led.session


@pytest.mark.django_db(transaction=True)
def test_whoever_takes_the_only_factor_off_is_led_again(led):
    set_up(led)
    confirm(led)
    led.post(reverse("mfa_deactivate_totp"))
    assert led.get("/").url == SECURITY


def test_when_nobody_asks_any_more_everything_opens(led, rule):
    rule(second_factor_for=())
    assert led.get("/").status_code == 200


def test_whoever_has_a_factor_already_is_not_led(carla, rule, client):
    rule(second_factor_for=(EVERYBODY,))
    TOTP.activate(carla, generate_totp_secret())
    client.force_login(carla)
    assert FACTOR_FIRST not in client.session
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "due"),
    [((), False), (("owner",), False), (("read_only",), True), ((EVERYBODY,), True), ((OWN_ROLES,), False)],
)
def test_only_people_of_the_roles_that_are_named_are_asked(carla, rule, asked, due):
    rule(second_factor_for=asked)
    assert factor_due(carla) is due


def test_roles_of_the_firms_own_are_one_choice(carla, company, rule):
    own = Role.objects.create(company=company, name="Magazzino")
    Membership.objects.filter(user=carla).update(role=own)
    rule(second_factor_for=(OWN_ROLES,))
    assert factor_due(carla)


def test_the_strictest_of_several_companies_counts(carla, join, rule):
    other = create_company(name="Altra Srl", country="IT", by="")
    join("carla", "read_only", at=other)
    rule(at=other, second_factor_for=("read_only",))
    assert factor_due(carla)


def test_without_the_option_signing_in_is_as_before(carla, sign_in, client):
    assert sign_in("carla", PASSWORD).url == "/"
    assert client.get("/").status_code == 200
