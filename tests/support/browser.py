"""Chromium for the tests marked `browser`.

    @pytest.mark.browser
    def test_a_customer_is_found_by_typing(open_browser, site):
        page = open_browser(language="it", theme="dark", size=PHONE)
        page.goto(site.url("/"))

A page that logs an error, breaks the content security policy or gets a 5xx answer fails its test at the end.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.support.site import ROOT, Site, running_site
from tools.ensure_chromium import find_chromium

DESKTOP = (1440, 900)
TILL = (1024, 768)
PHONE = (390, 844)
LOCALES = {"it": "it-IT", "fr": "fr-FR", "en": "en-GB"}
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # root, and containers, cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REPORT_POLICY_BREACHES = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy breach: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}`);
});
"""


@dataclass
class Watch:
    """What went wrong in the pages of one test."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """A trouble this test provokes on purpose, as a regular expression: "status of 409"."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [text for text in self.found if not any(re.search(known, text) for known in self.expected)]

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            place = message.location.get("url", "")
            self.found.append(f"console {message.type}: {message.text} ({place})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.found.append(f"{response.status} answer: {response.request.method} {response.url}")


OpenBrowser = Callable[..., Page]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One running Ronda with small demonstration data for all browser tests: leave others' records alone."""
    with running_site() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this computer: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def open_browser(chromium: Browser, watch: Watch) -> Iterator[OpenBrowser]:
    """Opens a window with cookies of its own: `open_browser(language=, theme=, size=, touch=)` → Page."""
    contexts: list[BrowserContext] = []

    def open_one(
        language: str = "en",
        theme: str = "light",
        size: tuple[int, int] = DESKTOP,
        *,
        touch: bool = False,
    ) -> Page:
        context = chromium.new_context(
            locale=LOCALES[language],
            timezone_id="Europe/Rome",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            viewport={"width": size[0], "height": size[1]},
            has_touch=touch,
            accept_downloads=True,
        )
        context.add_init_script(REPORT_POLICY_BREACHES)
        context.set_default_timeout(10_000)
        context.on("page", watch.follow)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    if troubles := watch.unexpected():
        pytest.fail("The pages had troubles:\n" + "\n".join(troubles), pytrace=False)


def sign_in(page: Page, site: Site, username: str, password: str) -> None:
    """Through the log-in page, as a person does. Fails when the site does not let the person in."""
    page.goto(site.url("/login/"))
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def accessibility_violations(page: Page, within: str = "html") -> list[str]:
    """What axe finds wrong in the page under `within`, one line for each element; empty is good."""
    if not page.evaluate("() => Boolean(window.axe)"):
        # The developer tools' door: the page's own policy, which forbids foreign scripts, stays as it is.
        page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    told: dict[str, Any] = page.evaluate(
        "([within, tags]) => axe.run(within, {runOnly: {type: 'tag', values: tags}})",
        [within, AXE_TAGS],
    )
    return [
        f"{violation['id']}: {violation['help']} | {' '.join(map(str, node['target']))}"
        for violation in told["violations"]
        for node in violation["nodes"]
    ]


def take_screenshot(page: Page, name: str, *, whole: bool = False) -> Path:
    """Picture of the page as var/screenshots/<name>.png; returns its path."""
    path = ROOT / "var" / "screenshots" / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")
    return path
