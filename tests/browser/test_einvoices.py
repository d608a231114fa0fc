"""Electronic invoices from issue to their end; the exchanges of both countries are played here."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from ronda.site.demo import numbers
from ronda.site.demo.exchanged import NOBODY
from tests.browser.desk import ACCOUNTANTS, CLERKS, Desk, new_name, plain
from tests.support.browser import OpenBrowser, take_screenshot
from tests.support.site import Site, running_site

pytestmark = pytest.mark.browser

# The last day of the demonstration: a document dated ahead of today would not be sent yet.
START, DAY = "01/10/2026", "31/10/2026"
PATIENCE = 40_000  # milliseconds
LOOKS, A_LOOK = 30, 1_000


@pytest.fixture(scope="module")
def exchange_site() -> Iterator[Site]:
    """A site of its own: nobody has issued documents of a later day there."""
    with running_site() as started:
        yield started


def await_words(desk: Desk, path: str, *words: str, before: Callable[[], object] = lambda: None) -> None:
    """Look again and again until the page at `path` says all the words: jobs work in the background."""
    for _look in range(LOOKS):
        before()
        desk.page.goto(desk.site.url(path))
        try:
            for word in words:
                expect(desk.page.locator("main")).to_contain_text(word, timeout=A_LOOK)
        except AssertionError:
            continue
        return
    pytest.fail(f"{path} never said {words}:\n{plain(desk.page.locator('main').inner_text())}")


def make_customer(desk: Desk, name: str, **facts: str) -> int:
    desk.open("party-add")
    desk.fill(name=name, **facts)
    return desk.save()


def issue_one(desk: Desk, name: str) -> int:
    """A contract of one monthly fee and the invoice of its month; the id of the document."""
    desk.open("contract-add")
    desk.choose("party", name)
    desk.fill(title="Manutenzione", starts_on=START)
    item = desk.page.locator("#id_contractline-0-item option").nth(1).text_content() or ""
    desk.choose("contractline-0-item", item)
    desk.fill(**{"contractline-0-text": "Canone", "contractline-0-price": "100"})
    desk.save()
    desk.open("month")
    desk.fill(as_of=DAY)
    desk.choose("party", name)
    run = desk.leave_for("main form.card .btn-primary")
    confirm = desk.page.locator(f"form[action$='/{run}/confirm/'] button")
    expect(confirm).to_be_visible(timeout=PATIENCE)
    confirm.click()
    document = desk.page.locator("main td a[href*='/document/']")
    expect(document).to_be_visible(timeout=PATIENCE)
    document.click()
    return desk.record


def tab_of(desk: Desk, document: int) -> str:
    return reverse("document-detail", args=[document]) + "?tab=einvoice"


def send(desk: Desk, document: int) -> None:
    """The action of the document's page, answered as people do."""
    desk.open("document-send-einvoice", query=f"id={document}")
    with desk.page.expect_navigation():
        desk.page.locator("main form .form-actions .btn-primary").click()


def fetch(desk: Desk) -> None:
    desk.open("einvoice-desk")
    with desk.page.expect_navigation():
        desk.page.locator(f"form[action='{reverse('einvoice-fetch')}'] button").click()


def number_of(desk: Desk, document: int) -> str:
    desk.open("document-detail", document)
    return plain(desk.page.locator("main h1").inner_text())


def test_p32_a_rejected_invoice_is_corrected_and_delivered_under_its_number(
    exchange_site: Site, open_browser: OpenBrowser
):
    desk = Desk.of(open_browser("it"), exchange_site, "it", CLERKS["it"])
    name, number = new_name("Officine Prova"), numbers.partita_iva(Random().randrange(50_000, 89_000))
    address = {"street": "Via Roma 1", "postcode": "25121", "city": "Brescia", "province": "BS"}
    facts = {"tax_id": number, "registration_id": number, "recipient_code": NOBODY}
    party = make_customer(desk, name, **address, **facts)
    document = issue_one(desk, name)
    before = number_of(desk, document)

    send(desk, document)
    await_words(desk, tab_of(desk, document), "00311")
    take_screenshot(desk.page, "einvoice-rejected-it")
    desk.open("einvoice-desk")
    assert name in desk.page.locator("main").inner_text()

    desk.open("party-edit", party)
    desk.fill(recipient_code="ABC1234")
    desk.save()
    send(desk, document)
    await_words(desk, tab_of(desk, document), "00311", "RC")
    take_screenshot(desk.page, "einvoice-delivered-it", whole=True)
    assert number_of(desk, document) == before
    desk.open("einvoice-list", query=f"q={name}&state=delivered")
    assert len(desk.rows()) == 1


def test_a_french_invoice_is_approved_paid_and_said_to_be_collected(
    exchange_site: Site, open_browser: OpenBrowser
):
    desk = Desk.of(open_browser("fr"), exchange_site, "fr", CLERKS["fr"])
    siren = numbers.siren(Random().randrange(100_000, 900_000))
    name = new_name("Atelier Essai")
    address = {"street": "1 rue de la République", "postcode": "69001", "city": "Lyon", "province": "69"}
    facts = {"tax_id": numbers.french_vat(siren), "registration_id": numbers.siret(siren)}
    party = make_customer(desk, name, **address, **facts, recipient_code=siren)
    document = issue_one(desk, name)

    send(desk, document)
    await_words(desk, tab_of(desk, document), "Déposée")
    fetch(desk)
    await_words(desk, tab_of(desk, document), "Approuvée")

    other = Desk.of(open_browser("fr"), exchange_site, "fr", ACCOUNTANTS["fr"])
    other.open("payment-add", query=f"party={party}")
    other.fill(amount="120", date=DAY)
    other.choose("method", other.page.locator("#id_method option").nth(1).text_content() or "")
    other.save()

    # The status leaves by a job; it counts once the platform has said that it has it.
    await_words(desk, tab_of(desk, document), "Encaissée", before=lambda: fetch(desk))
    take_screenshot(desk.page, "einvoice-collected-fr", whole=True)
