"""Pictures of the main screens for the documentation: `python -m tools.screenshots` (make screenshots).

A site with the whole demonstration is started in a folder that goes away; the pictures are written to
docs/screenshots under names that stay, so that a change of a screen is a change of its picture.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
import django

django.setup()

# Addresses by name need Django to be ready.
from django.urls import reverse  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from ronda.site.demo import DEMO_LOGINS  # noqa: E402
from tests.support.browser import CHROMIUM_OPTIONS, DESKTOP, LOCALES, PHONE, sign_in  # noqa: E402
from tests.support.site import ROOT, Site, running_site  # noqa: E402
from tools.ensure_chromium import find_chromium  # noqa: E402
from tools.small_png import shrink  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 200 * 1024
PEOPLE = {"it": "admin", "fr": "claire"}
PASSWORDS = {login.username: login.password for login in DEMO_LOGINS}


class Shot(NamedTuple):
    """A picture: its file's name, the address by name, and the first record of which list it shows."""

    name: str
    address: str
    of: str = ""
    query: str = ""
    tab: str = ""
    open: str = ""


#: Computed by the worker when first looked at: looked at first, taken last.
COMPUTED = (Shot("trends", "analysis-trends"), Shot("forecast", "analysis-forecast"))
LIGHT = (
    *COMPUTED,
    Shot("home", "home"),
    Shot("customers", "party-list"),
    Shot("customer", "party-detail", of="party-list"),
    Shot("customer-money", "party-detail", of="party-list", tab="money"),
    Shot("customer-form", "party-add"),
    Shot("contracts", "contract-list"),
    # One of several fees that began before its firm used Ronda: days of every kind in its strips.
    Shot(
        "contract",
        "contract-detail",
        of="contract-list",
        query="status=active&q=telesoccorso+e+verifiche&sort=-starts_on",
    ),
    Shot("contract-form", "contract-add"),
    Shot("contracts-by-service", "contracts-by-service"),
    Shot("month", "month"),
    Shot("run", "billingrun-detail", of="billingrun-list"),
    Shot("documents", "document-list"),
    Shot(
        "document",
        "document-detail",
        of="document-list",
        query="status=issued&kind=invoice&sort=date",
        open="details.derivation-more",
    ),
    Shot("due-dates", "instalment-list", query="state=overdue"),
    Shot("payment-form", "payment-add"),
    Shot("trial-balance", "trial-balance", query="start=01/01/2026&end=31/12/2026"),
    Shot("settings", "settings"),
    Shot("import", "import-new"),
    Shot("past-invoices", "it-import-invoices"),
    Shot("renewals", "renewals", query="months=24"),
    Shot("amendment", "amendment-detail", of="amendment-list", query="kind=change"),
    Shot("quote", "quote-detail", of="quote-list", query="state=accepted"),
    Shot("package", "package-detail", of="package-list"),
    Shot("deferrals", "deferrals"),
    Shot("agent", "agent-detail", of="agent-list"),
    *COMPUTED,
)
DARK = (
    Shot("run-dark", "billingrun-detail", of="billingrun-list"),
    Shot("trends-dark", "analysis-trends"),
)
ON_A_PHONE = (
    Shot("customers-phone", "party-list"),
    Shot("contract-phone", "contract-detail", of="contract-list", query="status=active&sort=-starts_on"),
)
FRENCH = (
    Shot("contracts-french", "contract-list"),
    Shot("einvoices-fr", "einvoice-desk"),
)
#: Italian ones whose names say so: the French firm has pictures of its own.
ITALIAN = (
    Shot("einvoices-it", "einvoice-desk"),
    Shot(
        "einvoice-rejected-it",
        "einvoice-detail",
        of="einvoice-list",
        query="state=rejected&attempts=last",
    ),
    Shot("channel-it", "einvoice-channel", query="kind=sdi_pec"),
    Shot(
        "supplier-invoice-it",
        "supplierinvoice-detail",
        of="supplierinvoice-list",
        query="q=Ricambi",
        tab="document",
    ),
)
#: Taken in Italian and in French: the pictures' names end in the language.
IN_BOTH = (
    Shot("role-matrix", "role-detail", of="role-list", query="sort=name", tab="matrix"),
    Shot("options", "settings"),
    Shot("log", "operation-list"),
    Shot("jobs", "job-list"),
)


def main() -> int:
    """Take them all; 1 when there is no browser or a picture is too large."""
    path = find_chromium()
    if path is None:
        sys.stderr.write("There is no Chromium on this computer: sudo apt-get install chromium\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_site({"RONDA_DEMO_SIZE": "full"}) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        taken = [*_series(browser, site, LIGHT), *_series(browser, site, DARK, theme="dark")]
        taken += _series(browser, site, ITALIAN)
        taken += _series(browser, site, ON_A_PHONE, size=PHONE)
        taken += _series(browser, site, FRENCH, language="fr")
        for language in PEOPLE:
            shots = tuple(shot._replace(name=f"{shot.name}-{language}") for shot in IN_BOTH)
            taken += _series(browser, site, shots, language=language)
        browser.close()
    for picture in taken:
        if picture.stat().st_size > LARGEST:
            shrink(picture)
    large = [picture for picture in taken if picture.stat().st_size > LARGEST]
    for picture in large:
        sys.stderr.write(
            f"{picture.name} has {picture.stat().st_size // 1024} KB: more than {LARGEST // 1024}\n"
        )
    return 1 if large else 0


def _series(
    browser: Browser,
    site: Site,
    shots: tuple[Shot, ...],
    *,
    language: str = "it",
    theme: str = "light",
    size: tuple[int, int] = DESKTOP,
) -> list[Path]:
    """Pictures taken in one window."""
    with _window(browser, language, theme, size) as page:
        sign_in(page, site, PEOPLE[language], PASSWORDS[PEOPLE[language]])
        return [_take(page, site, shot) for shot in shots]


@contextmanager
def _window(browser: Browser, language: str, theme: str, size: tuple[int, int]) -> Iterator[Page]:
    context = browser.new_context(
        locale=LOCALES[language],
        timezone_id="Europe/Rome",
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        viewport={"width": size[0], "height": size[1]},
        has_touch=size == PHONE,
    )
    yield context.new_page()
    context.close()


def _take(page: Page, site: Site, shot: Shot) -> Path:
    query = f"?{shot.query}" if shot.query else ""
    page.goto(site.url(reverse(shot.of or shot.address) + query))
    if shot.of:
        record = page.locator(f"main tbody a[href^='{reverse(shot.of)}']").first
        page.goto(site.url((record.get_attribute("href") or "") + (f"?tab={shot.tab}" if shot.tab else "")))
    if shot.open:
        page.locator(f"{shot.open} summary").first.click()
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{shot.name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    return path


if __name__ == "__main__":
    sys.exit(main())
