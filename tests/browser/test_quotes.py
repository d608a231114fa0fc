"""A quote from the desk to the customer's telephone, and back as a contract and an invoice."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.desk import OWNERS, Desk, new_name, plain
from tests.browser.test_pages_accessible import SETTLED
from tests.support.browser import PHONE, OpenBrowser, accessibility_violations
from tests.support.site import Site

pytestmark = pytest.mark.browser


def write_quote(desk: Desk, title: str, name: str) -> int:
    """For somebody who is no customer yet: 500 once, a fee of 40 a month, a guarantee of 90 to choose."""
    desk.open("quote-add")
    desk.fill(prospect_name=name, prospect_email="rossi@example.org", prospect_street="Via Po 1")
    desk.fill(prospect_city="Torino", title=title)
    for _row in range(2):
        desk.page.locator("ui-formset [data-add]").click()
    vat = desk.page.locator("#id_quoteline-0-vat_code option").nth(1).text_content() or ""
    item = desk.page.locator("#id_quoteline-1-item option").nth(1).text_content() or ""
    desk.fill(**{"quoteline-0-text": "Montaggio", "quoteline-0-unit_price": "500"})
    desk.choose("quoteline-0-vat_code", vat)
    desk.choose("quoteline-1-item", item)
    desk.fill(**{"quoteline-1-text": "Canone", "quoteline-1-unit_price": "40"})
    desk.page.locator("#id_quoteline-1-rhythm").select_option("month-1")
    desk.fill(**{"quoteline-2-text": "Garanzia", "quoteline-2-unit_price": "90"})
    desk.choose("quoteline-2-vat_code", vat)
    desk.page.locator("#id_quoteline-2-is_option").check()
    return desk.save()


def sign(page: Page) -> None:
    """Draw in the box with the mouse."""
    box = page.locator("ui-signature canvas")
    box.scroll_into_view_if_needed()
    at = box.bounding_box()
    assert at
    page.mouse.move(at["x"] + 30, at["y"] + 60)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(at["x"] + 30 + step * 30, at["y"] + 60 + (25 if step % 2 else -25))
    page.mouse.up()
    expect(page.locator("ui-signature[data-signed]")).to_have_count(1)


@pytest.mark.parametrize("language", ["it", "fr"])
def test_a_quote_is_signed_on_a_telephone_and_becomes_contract_and_invoice(
    language, site: Site, open_browser: OpenBrowser
):
    desk = Desk.of(open_browser(language), site, language, OWNERS[language])
    name = new_name("Officine Rossi")
    quote = write_quote(desk, "Impianto e assistenza", name)
    desk.open("quote-send-page", quote)
    desk.leave_for("main form .btn-primary")
    link = desk.page.locator(".quote-link a").get_attribute("href") or ""
    assert re.search(r"/quote/[\w-]{43}/$", link)

    phone = open_browser(language, size=PHONE, touch=True)
    assert phone.goto(link).status == 200
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    before = plain(phone.locator("#totals").inner_text())
    phone.locator("input[name=option]").check()
    expect(phone.locator("#totals")).to_contain_text("590,00")
    assert "500,00" in before
    phone.locator("#id_signer").fill("Carlo Rossi")
    sign(phone)
    phone.locator(".offer-accept").click()
    expect(phone.locator(".offer-done")).to_contain_text("Carlo Rossi")
    expect(phone.locator(".offer-done")).to_contain_text(desk.say("Thank you: the offer is accepted"))
    # The picture comes after its page.
    expect(phone.locator(".quote-signature")).to_have_js_property("naturalWidth", 600)

    desk.open("quote-detail", quote)
    desk.page.locator(".page-actions .btn-primary").click()
    desk.leave_for("main form .btn-primary")
    assert "480,00" in desk.stats()[0].replace(".", "")
    desk.open("quote-detail", quote)
    desk.page.locator(f"a[href*='{reverse('document-list')}']").last.click()
    assert "590,00" in plain(desk.page.locator(".document-sheet").inner_text())


def test_the_customers_page_has_no_barrier(site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser("it"), site, "it", OWNERS["it"])
    quote = write_quote(desk, "Impianto accessibile", new_name("Officine Verdi"))
    desk.open("quote-send-page", quote)
    desk.leave_for("main form .btn-primary")
    phone = open_browser("it", size=PHONE)
    phone.goto(desk.page.locator(".quote-link a").get_attribute("href") or "")
    for theme in ("light", "dark"):
        phone.emulate_media(color_scheme=theme)
        phone.evaluate(SETTLED)
        assert accessibility_violations(phone) == [], theme
