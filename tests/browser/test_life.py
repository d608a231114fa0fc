"""The life of a contract at the desk: a change from a past day, a rest, an early end."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import CLERKS, Desk, new_name, plain
from tests.browser.test_journeys import (
    ITALY,
    MONTH_END,
    confirm_button,
    make_contract,
    make_customer,
    preview_month,
)
from tests.support.browser import OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser


def bill_november(desk: Desk, name: str) -> None:
    """Issue the month of one payer: the fees of November, 100 and 30."""
    run = preview_month(desk, name)
    desk.page.locator(confirm_button(run)).click()
    expect(desk.page.locator("main td a[href*='/document/']")).to_be_visible(timeout=30_000)


def act(desk: Desk, action: str, contract: int, **values: str) -> None:
    """Fill in what a button of the contract asks and send it; the money is asked about."""
    desk.open(f"contract-{action}", query=f"id={contract}")
    desk.fill(**values, decided_on=MONTH_END)
    desk.page.locator("main form .form-actions button").first.click()
    expect(desk.page.locator("main form .alert")).to_be_visible()


def test_a_contract_is_changed_from_a_past_day_rests_and_ends(open_browser: OpenBrowser, site: Site) -> None:
    desk = Desk.of(open_browser("it"), site, "it", CLERKS["it"])
    name = new_name("Condominio Vita")
    make_customer(desk, name, ITALY)
    contract = make_contract(desk, name)
    bill_november(desk, name)

    # From 16 November 130 instead of 100: 15 days of 30 are 15.00 more, with 22 % of VAT 18.30.
    desk.open("contract-change", contract)
    desk.fill(effective_on="16/11/2026", decided_on=MONTH_END, reason="Accordo")
    price = desk.page.locator("input[name$='-price']").first
    price.fill("130")
    desk.page.locator("button[value=preview]").click()
    expect(desk.page.locator("input[name=digest]")).to_be_attached()
    assert any("18,30" in figure for figure in desk.stats())
    desk.leave_for("button[value=confirm]")
    assert re.search(r"/amendment/\d+/", desk.page.url)
    assert any("18,30" in figure for figure in desk.stats())

    act(desk, "suspend", contract, starts_on="21/11/2026", ends_on="30/11/2026")
    desk.leave_for("main form .form-actions button")

    # What is left of November after the 18th: credited.
    act(desk, "terminate", contract, ends_on="18/11/2026")
    assert desk.say("credit note") in plain(desk.page.locator("main").inner_text()).lower()
    desk.leave_for("main form .form-actions button")

    desk.open("contract-detail", contract)
    expect(desk.page.locator("main")).to_contain_text("18/11/2026")
    assert desk.page.locator("main details summary", has_text="2").count() >= 1
