"""Forms as people use them: fields that follow each other, and nothing hidden behind the bar of buttons."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.desk import OWNERS, Desk
from tests.support.browser import OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser

BEHIND_THE_BAR = """() => {
  const field = document.activeElement, bar = document.querySelector("main .form-actions");
  const wanted = field.closest("main form") && !bar.contains(field);
  const bottom = field.getBoundingClientRect().bottom;
  return wanted && bottom > bar.getBoundingClientRect().top + 1 ? field.outerHTML : "";
}"""


@pytest.fixture
def desk(site: Site, open_browser: OpenBrowser) -> Desk:
    """The owner of the Italian firm at his desk."""
    return Desk.of(open_browser("it"), site, "it", OWNERS["it"])


def combobox(desk: Desk, name: str) -> Locator:
    return desk.page.locator("ui-combobox", has=desk.page.locator(f"select[name='{name}']"))


def records(desk: Desk, model: str, **given: str) -> list[dict[str, str]]:
    """What a look-up finds, in its order."""
    query = "&".join(f"{name}={value}" for name, value in given.items())
    found: list[dict[str, str]] = desk.page.request.get(desk.url("lookup", model, query=query)).json()[
        "results"
    ]
    return found


def test_no_field_of_a_long_form_is_behind_the_bar_of_buttons(desk: Desk):
    desk.open("contract-add")
    expect(desk.page.locator("main .ts-wrapper").first).to_be_visible()
    desk.page.locator("#id_title").focus()
    for _field in range(30):
        desk.page.keyboard.press("Tab")
        assert desk.page.evaluate(BEHIND_THE_BAR) == ""


def test_the_list_of_customers_fits_the_screen_of_a_desk(desk: Desk):
    desk.open("party-list")
    wide, room = desk.page.locator("main .table-wrap").evaluate("(box) => [box.scrollWidth, box.clientWidth]")
    assert wide <= room


def test_the_sites_of_a_line_are_those_of_the_customer_chosen_last(desk: Desk):
    desk.open("contract-add")
    desk.page.locator("#id_title").focus()
    for party in records(desk, "parties.party")[:2]:
        desk.choose("party", party["text"])
        combobox(desk, "contractline-0-site").locator(".ts-control").click()
        sites = records(desk, "parties.site", **{"with": "party", "party": party["id"]})
        offered = combobox(desk, "contractline-0-site").locator(".ts-dropdown [role=option]")
        expect(offered).to_have_text([site["text"] for site in sites])
        desk.page.keyboard.press("Escape")


def test_the_way_to_pay_follows_the_customer_until_the_person_chooses_one(desk: Desk):
    desk.open("payment-add")
    method = desk.page.locator("select[name=method] option:checked")
    parties = records(desk, "parties.party")
    proposed = []
    for party in parties[:3]:
        with desk.page.expect_response("**/payments/proposal/**"):
            desk.choose("party", party["text"])
        expect(desk.page.locator("#proposal h2")).to_contain_text(party["text"])
        proposed.append(method.text_content())
    assert all(proposed)

    free = desk.page.locator("#id_method option").nth(1).text_content() or ""
    desk.choose("method", free)
    with desk.page.expect_response("**/payments/proposal/**"):
        desk.choose("party", parties[3]["text"])
    expect(desk.page.locator("#proposal h2")).to_contain_text(parties[3]["text"])
    expect(method).to_have_text(free)
