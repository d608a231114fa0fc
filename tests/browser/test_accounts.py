"""Signing in with a password, a code and a passkey, as a person does it in Chromium."""

import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page

from ronda.site.demo import DEMO_LOGINS
from tests.support.browser import OpenBrowser, accessibility_violations, sign_in, take_screenshot
from tests.support.site import Site

pytestmark = pytest.mark.browser
PERSON = next(login for login in DEMO_LOGINS if login.username == "marco")
GO_ON = ".form-actions .btn-primary, .bare .form .btn-primary"
VIRTUAL_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def at_localhost(site: Site) -> Site:
    """The same site under a name: passkeys belong to a domain, and an address of numbers is none."""
    return Site(f"http://localhost:{urlsplit(site.address).port}", site.var, site.log)


def code_of(secret: str, ahead: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def say_password_again(page: Page) -> None:
    """What the pages of security ask before they change anything."""
    page.wait_for_url("**/security/again/**")
    page.locator("input[name=password]").fill(PERSON.password)
    page.locator(GO_ON).click()


def leave(page: Page) -> None:
    page.locator("[popovertarget=user-menu]").click()
    page.locator("#user-menu form[action='/logout/'] button").click()
    page.wait_for_url("**/login/**")


def add_app(page: Page, site: Site) -> str:
    """Adds an authenticator app; its key."""
    page.goto(site.url("/security/"))
    assert accessibility_violations(page) == []
    page.locator("a[href='/security/app/']").click()
    say_password_again(page)
    secret = page.locator("#totp-secret").inner_text()
    assert accessibility_violations(page) == []
    page.locator("input[name=code]").fill(code_of(secret, -1))
    page.locator(GO_ON).click()
    page.wait_for_url("**/security/codes/")
    assert page.locator(".codes li").count() == 10
    return secret


def sign_in_with_code(page: Page, site: Site, secret: str) -> None:
    page.goto(site.url("/login/"))
    page.locator("input[name=username]").fill(PERSON.username)
    page.locator("input[name=password]").fill(PERSON.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/login/code/")
    assert accessibility_violations(page) == []
    take_screenshot(page, "accounts-second-factor")
    page.locator("input[name=code]").fill(code_of(secret))
    page.locator(GO_ON).click()
    page.wait_for_url(re.compile(r"^http://localhost:\d+/$"))


def test_a_person_adds_an_app_and_a_passkey_and_signs_in_with_each(
    open_browser: OpenBrowser, site: Site
) -> None:
    page, here = open_browser(), at_localhost(site)
    sign_in(page, here, PERSON.username, PERSON.password)
    secret = add_app(page, here)
    leave(page)
    sign_in_with_code(page, here, secret)

    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})["authenticatorId"]
    page.goto(here.url("/security/"))
    page.locator("a[href='/security/passkeys/new/']").click()
    say_password_again(page)
    page.locator("input[name=name]").fill("Office laptop")
    page.locator("ui-passkey button").click()
    page.get_by_role("cell", name="Office laptop").wait_for()
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1
    take_screenshot(page, "accounts-security", whole=True)
    leave(page)

    # The passkey alone: no name, no password, no code.
    page.goto(here.url("/login/?next=/security/"))
    page.locator("ui-passkey button").click()
    page.get_by_role("cell", name="Office laptop").wait_for()

    # Other tests of this run sign in as this person, too.
    page.locator("a[href='/security/app/remove/']").click()
    say_password_again(page)
    page.locator(".form-actions .btn-danger").click()
    page.locator("a[href^='/security/passkeys/'][href$='/remove/']").click()
    page.locator(".form-actions .btn-danger").click()
    page.locator("a[href='/security/app/']").wait_for()


def test_a_new_password_says_how_strong_it_is_while_it_is_typed(
    open_browser: OpenBrowser, site: Site
) -> None:
    page = open_browser("it")
    sign_in(page, site, "paolo", PERSON.password)
    page.goto(site.url("/password/"))
    box, said = page.locator("input[name=new_password1]"), page.locator("ui-strength [aria-live]")
    for typed, word in (
        ("sole", "Troppo semplice"),
        ("girasole1", "Debole"),
        ("47 api, 3 Girasoli!", "Ottima"),
    ):
        box.fill(typed)
        assert said.inner_text().startswith(word)
    assert accessibility_violations(page) == []
    take_screenshot(page, "accounts-password")
