"""Every page a link leads to: its headers, the content security policy, its width on a phone.

Nothing is listed by hand: from the home page each link is followed to the first page of every address.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import APIResponse
from playwright.sync_api import TimeoutError as NeverSettled

from ronda.workspace.registry import pages
from tests.addresses import every_address
from tests.browser.desk import OWNERS, Desk
from tests.support.browser import PHONE, OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser
# A page that computes comes again by itself when it is done.
NOTHING_UNDER_WAY = "() => !document.querySelector('main ui-progress')"
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"
WIDER_THAN_THE_WINDOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"
# Charts take their width a moment after the page is there.
FITS = "() => document.scrollingElement.scrollWidth <= window.innerWidth"
SETTLED = 3_000
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",  # the editor of layouts shows its preview in a frame
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
POLICY = re.compile(r"default-src '(self|none)'")  # files of customers may do nothing at all
UNSAFE = re.compile(r"unsafe-inline|unsafe-eval|\*")
METHOD_NOT_ALLOWED = 405  # some addresses only take what a button sends
TABS_OF_ALL = {"files", "history", "mails"}
# They end the session or change the company, and the language files of scripts are no pages.
NOT_FOLLOWED = {"logout", "account_logout", "company-switch"}
# Pages without a number in their address that only a step before them leads to.
BEHIND_A_STEP = {
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_login_webauthn",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_view_recovery_codes",
}


@dataclass
class Crawl:
    """The pages waiting and seen; each address is opened once, however many records it has."""

    desk: Desk
    waiting: deque[str] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def offer(self, url: str) -> None:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self.desk.site.address:
            return
        try:
            name = str(resolve(parts.path).view_name)
        except Resolver404:
            if not parts.path.startswith("/static/"):
                self.faults.append(f"{url} leads nowhere")
            return
        # Tabs are pages of their own; those that every record has are opened once.
        tab = parts.query.removeprefix("tab=") if parts.query.startswith("tab=") else ""
        key = tab if tab in TABS_OF_ALL else f"{name} {tab}"
        if key not in self.seen and name not in NOT_FOLLOWED:
            self.seen.add(key)
            self.waiting.append(url)

    def run(self) -> None:
        while self.waiting:
            url = self.waiting.popleft()
            self.faults += [f"{url}: {fault}" for fault in faults_of(self.open(url))]

    def open(self, url: str) -> APIResponse:
        """Ask for an address; what answers with a page is opened and read.

        Files and answers without content are not opened: Chromium would show a page of its own for them.
        """
        answer = self.desk.page.context.request.get(url)
        if answer.headers.get("content-type", "").startswith("text/html") and answer.body():
            self.desk.page.goto(url)
            self.read(url)
        return answer

    def read(self, url: str) -> None:
        page = self.desk.page
        page.wait_for_function(NOTHING_UNDER_WAY)
        page.wait_for_load_state("load")
        try:
            page.wait_for_function(FITS, timeout=SETTLED)
        except NeverSettled:
            wider = page.evaluate(WIDER_THAN_THE_WINDOW)
            self.faults.append(f"{url}: {wider} px wider than the window")
        for link in page.evaluate(LINKS):
            self.offer(urljoin(url, link))


def faults_of(answer: APIResponse) -> list[str]:
    """What an answer lacks that every answer must have."""
    found = [] if answer.ok or answer.status == METHOD_NOT_ALLOWED else [f"answers {answer.status}"]
    headers = answer.headers
    found += [f"{name}: {headers.get(name)}" for name, value in HEADERS.items() if headers.get(name) != value]
    policy = headers.get("content-security-policy", "")
    if not POLICY.search(policy) or UNSAFE.search(policy):
        found.append(f"content security policy: {policy or 'none'}")
    return found


def test_every_page_keeps_the_policy_has_the_headers_and_fits_on_a_phone(
    site: Site, open_browser: OpenBrowser
):
    desk = Desk.of(open_browser("it", size=PHONE, touch=True), site, "it", OWNERS["it"])
    crawl = Crawl(desk)
    crawl.offer(desk.url("home"))
    crawl.run()
    for one in every_address():
        plain = not (one.has_key or one.is_api or one.public or one.never) and "get" in one.methods
        if plain and one.name not in BEHIND_A_STEP | elsewhere("IT"):
            crawl.offer(site.url(one.url))
    crawl.run()
    assert not crawl.faults, "\n".join(crawl.faults)


def elsewhere(country: str) -> set[str]:
    """The names of pages that firms of the country do not have."""
    return {page.url_name for page in pages() if page.countries and country not in page.countries}


def test_pages_that_only_french_firms_have_do_so_too(site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser("fr", size=PHONE, touch=True), site, "fr", OWNERS["fr"])
    crawl = Crawl(desk)
    names = elsewhere("IT")
    assert names
    for name in sorted(names):
        answer = crawl.open(desk.url(name))
        crawl.faults += [f"{name}: {fault}" for fault in faults_of(answer)]
    assert not crawl.faults, "\n".join(crawl.faults)
