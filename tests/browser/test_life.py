"""A contract that rests at the desk: what was billed for the days of rest is given back."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.desk import CLERKS, Desk, new_name
from tests.browser.test_journeys import (
    FRANCE,
    ITALY,
    MONTH_END,
    Country,
    confirm_button,
    make_contract,
    make_customer,
    preview_month,
)
from tests.support.browser import OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Rest:
    """The credit note of ten days of November: VAT and total."""

    country: Country
    vat: str
    total: str


# 100.00 × 20/30 = 66.67 and 30.00 × 20/30 = 20.00 are still owed: 33.33 and 10.00 come back.
IN_ITALY = Rest(ITALY, vat="9,53", total="52,86")
IN_FRANCE = Rest(FRANCE, vat="8,67", total="52,00")


def bill_november(desk: Desk, name: str) -> None:
    """Issue the month of one payer: the fees of November, 100 and 30."""
    run = preview_month(desk, name)
    desk.page.locator(confirm_button(run)).click()
    expect(desk.page.locator("main td a[href*='/document/']")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("rest", [IN_ITALY, IN_FRANCE], ids=lambda one: one.country.language)
def test_days_on_which_a_billed_contract_rests_are_credited(
    rest: Rest, open_browser: OpenBrowser, site: Site
) -> None:
    language = rest.country.language
    desk = Desk.of(open_browser(language), site, language, CLERKS[language])
    name = new_name("Condominio Riposo")
    make_customer(desk, name, rest.country)
    contract = make_contract(desk, name)
    bill_november(desk, name)

    desk.open("contract-suspend", query=f"id={contract}")
    desk.fill(starts_on="21/11/2026", ends_on=MONTH_END, decided_on=MONTH_END)
    desk.page.locator("main form .form-actions button").first.click()
    expect(desk.page.locator("main form .alert")).to_contain_text(rest.total)
    desk.leave_for("main form .form-actions button")

    assert re.search(r"/amendment/\d+/", desk.page.url)
    assert desk.amounts("main tfoot td.num") == ["43,33", rest.vat, rest.total]
    desk.open("contract-detail", contract)
    for state, days in (("cov-billed", "20"), ("cov-suspended", "10")):
        legend = desk.page.locator(".legend", has=desk.page.locator(f".{state}"))
        expect(legend).to_have_count(2)
        expect(legend.first).to_contain_text(days)
