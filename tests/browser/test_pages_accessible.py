"""The main screens for everybody: nothing for axe to find, nothing to scroll sideways on a phone."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.desk import OWNERS, Desk
from tests.support.browser import PHONE, OpenBrowser, accessibility_violations
from tests.support.site import Site

pytestmark = pytest.mark.browser
Screen = tuple[str, str]

#: Name of a screen and the address name it has; a star stands for the first record of the list.
SCREENS: dict[str, Screen] = {
    "home": ("home", ""),
    "customers": ("party-list", ""),
    "customer": ("party-detail", "party-list"),
    "customer form": ("party-add", ""),
    "contracts": ("contract-list", ""),
    "contract": ("contract-detail", "contract-list"),
    "contract form": ("contract-add", ""),
    "month": ("month", ""),
    "run": ("billingrun-detail", "billingrun-list"),
    "document": ("document-detail", "document-list"),
    "due dates": ("instalment-list", ""),
    "payment form": ("payment-add", ""),
    "trial balance": ("trial-balance", ""),
    "settings": ("settings", ""),
    "jobs": ("job-list", ""),
    "import": ("import-new", ""),
    "monthly analysis": ("analysis-months", ""),
    "yearly by service": ("analysis-services", ""),
    "trends": ("analysis-trends", ""),
    "forecast": ("analysis-forecast", ""),
}
# Colours that are still changing into others have no contrast yet.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((one) => one.finished))"
NOTHING_UNDER_WAY = "() => !document.querySelector('main ui-progress')"
WIDER_THAN_THE_WINDOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"


def visit(desk: Desk) -> Iterator[str]:
    """Each screen in turn, open in the window."""
    for screen, (address, its_list) in SCREENS.items():
        desk.open(its_list or address)
        if its_list:
            link = desk.page.locator(f"main tbody a[href^='{desk.path(its_list)}']").first
            answer = desk.page.goto(desk.site.url(link.get_attribute("href") or ""))
            assert answer is not None
            assert answer.status == 200, screen
        # A page that computes comes again by itself when it is done.
        desk.page.wait_for_function(NOTHING_UNDER_WAY)
        desk.page.wait_for_load_state("networkidle")
        yield screen


def found_on(desk: Desk, look: Callable[[Desk], list[str]]) -> list[str]:
    return [f"{screen}: {fault}" for screen in visit(desk) for fault in look(desk)]


def violations_by_theme(desk: Desk) -> list[str]:
    """What axe finds in light and in dark; the page follows the system's choice without a reload."""
    found = []
    for theme in ("light", "dark"):
        desk.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        desk.page.evaluate(SETTLED)
        found += [f"{theme}: {fault}" for fault in accessibility_violations(desk.page)]
    return found


@pytest.mark.parametrize("language", ["it", "fr"])
def test_main_screens_are_accessible(language: str, site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser(language), site, language, OWNERS[language])

    assert found_on(desk, violations_by_theme) == []


@pytest.mark.parametrize("language", ["it", "fr"])
def test_main_screens_fit_on_a_phone(language: str, site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser(language, size=PHONE, touch=True), site, language, OWNERS[language])

    def too_wide(here: Desk) -> list[str]:
        wider = int(here.page.evaluate(WIDER_THAN_THE_WINDOW))
        return [f"{wider} px wider than the window"] if wider > 0 else []

    assert found_on(desk, too_wide) == []
