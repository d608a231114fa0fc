"""From a customer to his balance, through every screen of the month, in Italian and in French."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.desk import ACCOUNTANTS, CLERKS, Desk, new_name, plain
from tests.support.browser import OpenBrowser, Watch
from tests.support.site import Site

pytestmark = pytest.mark.browser

MONTH_END = "30/11/2026"  # after all that the demonstration has billed
MONTH_START = "01/11/2026"


@dataclass(frozen=True)
class Country:
    """What differs between the firms: a town, and amounts with the country's VAT."""

    language: str
    town: str
    postcode: str
    city: str
    province: str
    yearly: str
    month: list[str]
    credited: str
    owes: list[str]


ITALY = Country(
    "it", "25063", "25063", "Gardone Val Trompia", "BS",
    yearly="1.560,00 €", month=["1", "130,00 €", "158,60 €", "0"], credited="122,00",
    owes=["16,60", "0,00", "16,60"],
)  # fmt: skip
FRANCE = Country(
    "fr", "69100", "69100", "Villeurbanne", "69",
    yearly="1 560,00 €", month=["1", "130,00 €", "156,00 €", "0"], credited="120,00",
    owes=["16,00", "0,00", "16,00"],
)  # fmt: skip
both_countries = pytest.mark.parametrize("country", [ITALY, FRANCE], ids=lambda one: one.language)


def make_customer(desk: Desk, name: str, country: Country) -> int:
    """A customer of whom the person knows name, street and postcode."""
    desk.open("party-add")
    desk.fill(name=name, street="Via Roma 1")
    postcode = desk.page.locator("#id_postcode")
    postcode.press_sequentially(country.town)
    desk.page.locator(".suggestions [role=option]", has_text=country.city).first.click()
    address = [desk.page.locator(f"#id_{part}").input_value() for part in ("postcode", "city", "province")]
    assert address == [country.postcode, country.city, country.province]
    return desk.save()


def make_contract(desk: Desk, name: str) -> int:
    """A contract of two monthly fees, 100 and 30."""
    desk.open("contract-add")
    desk.choose("party", name)
    desk.fill(title="Manutenzione", starts_on=MONTH_START)
    desk.page.locator("ui-formset [data-add]").click()
    for row, (text, price) in enumerate([("Canone", "100"), ("Reperibilità", "30")]):
        item = desk.page.locator(f"#id_contractline-{row}-item option").nth(1).text_content() or ""
        desk.choose(f"contractline-{row}-item", item)
        desk.fill(**{f"contractline-{row}-text": text, f"contractline-{row}-price": price})
    return desk.save()


def preview_month(desk: Desk, name: str) -> int:
    """The preview of the month for one payer; the id of the run."""
    desk.open("month")
    desk.fill(as_of=MONTH_END)
    desk.choose("party", name)
    run = desk.leave_for("main form.card .btn-primary")
    expect(desk.page.locator(confirm_button(run))).to_be_visible(timeout=30_000)
    return run


def confirm_button(run: int) -> str:
    return f"form[action$='/{run}/confirm/'] button"


def show_derivation(desk: Desk) -> str:
    """Open the first "how this amount came about"; its text."""
    more = desk.page.locator("details.derivation-more").first
    more.locator("summary").click()
    expect(more.locator(".derivation")).to_be_visible()
    return plain(more.locator(".derivation").inner_text())


@both_countries
def test_from_a_new_customer_to_his_balance(country, site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser(country.language), site, country.language, CLERKS[country.language])
    name = new_name("Condominio Belvedere")

    party = make_customer(desk, name, country)
    make_contract(desk, name)
    assert desk.stats()[0] == country.yearly

    run = preview_month(desk, name)
    assert desk.stats() == country.month
    desk.page.locator("main table.table a.row-link", has_text=name).click()
    assert "100,00" in show_derivation(desk)
    desk.open("billingrun-detail", run)
    desk.page.locator(confirm_button(run)).click()
    document = desk.page.locator("main td a[href*='/document/']")
    expect(document).to_be_visible(timeout=30_000)

    document.click()
    invoice = desk.record
    assert "100,00" in show_derivation(desk)
    pdf = desk.page.request.get(desk.url("document-pdf", invoice))
    assert (pdf.status, pdf.headers["content-type"], pdf.body()[:4]) == (200, "application/pdf", b"%PDF")

    desk.open("document-credit", invoice)
    desk.fill(on=MONTH_END)
    desk.page.locator("input[name^=quantity-]").nth(1).fill("")
    desk.save()
    assert plain(desk.page.locator(".document-sheet tfoot .strong").first.inner_text()).startswith(
        country.credited
    )

    desk = Desk.of(open_browser(country.language), site, country.language, ACCOUNTANTS[country.language])
    desk.open("payment-add", query=f"party={party}")
    desk.fill(amount="20", date=MONTH_END)
    desk.choose("method", desk.page.locator("#id_method option").nth(1).text_content() or "")
    desk.save()
    desk.open("party-detail", party, query="tab=money")
    assert desk.stats() == country.owes


def test_two_clerks_confirm_the_same_preview_once(site: Site, open_browser: OpenBrowser, watch: Watch):
    first = Desk.of(open_browser("it"), site, "it", CLERKS["it"])
    second = Desk.of(open_browser("it"), site, "it", "admin")
    name = new_name("Condominio Due Mani")
    make_customer(first, name, ITALY)
    make_contract(first, name)
    run = preview_month(first, name)
    second.open("billingrun-detail", run)

    first.page.locator(confirm_button(run)).click()
    expect(first.page.locator("main td a[href*='/document/']")).to_be_visible(timeout=30_000)
    second.page.locator(confirm_button(run)).click()

    expect(second.page.locator("ui-toasts .toast, .alert-bad, .form-errors").first).to_contain_text(
        CLERKS["it"]
    )
    second.open("document-list", query=f"q={name}")
    assert len(second.rows()) == 1
    assert re.search(r"158,60", second.rows()[0])
