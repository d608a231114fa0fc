"""Finding, sorting out and doing things to many records at once: what every list and record offers."""

import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.desk import OWNERS, Desk, new_name, words
from tests.support.browser import OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser
DROP = """([selector, name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, {type: "text/plain"}));
  const event = new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.fixture
def desk(site: Site, open_browser: OpenBrowser) -> Desk:
    """The owner of the Italian firm at his desk."""
    return Desk.of(open_browser("it"), site, "it", OWNERS["it"])


def make_customers(desk: Desk, *names: str) -> list[int]:
    found = []
    for name in names:
        desk.open("party-add")
        desk.fill(name=name, street="Via Roma 1", postcode="25063", city="Gardone Val Trompia", province="BS")
        found.append(desk.save())
    return found


def test_the_palette_finds_a_customer_from_any_page(desk: Desk):
    name = new_name("Falegnameria Palette")
    (party,) = make_customers(desk, name)
    desk.open("month")

    desk.page.keyboard.press("Control+k")
    desk.page.locator("dialog.palette input").press_sequentially(name)
    expect(desk.page.locator("dialog.palette [role=option]").first).to_contain_text(name)
    desk.page.keyboard.press("Enter")

    desk.page.wait_for_url(desk.url("party-detail", party))


def test_the_slash_goes_to_the_search_and_typing_narrows_the_list(desk: Desk):
    name = new_name("Tipografia Barra")
    make_customers(desk, name)
    desk.open("party-list")

    desk.page.keyboard.press("/")
    expect(desk.page.locator("main input[name=q]")).to_be_focused()
    desk.page.keyboard.type(name)

    expect(desk.page.locator("main tbody tr")).to_have_count(1)
    expect(desk.page.locator("main tbody tr")).to_contain_text(name)
    assert "q=" in desk.page.url


def test_language_and_theme_are_chosen_from_ones_own_menu(desk: Desk):
    desk.open("home")
    desk.page.locator(".user-button").click()
    with desk.page.expect_navigation():
        desk.page.locator("#user-menu button[name=language][value=fr]").click()
    assert desk.page.locator("html").get_attribute("lang") == "fr"
    expect(desk.page.locator("main h1")).to_have_text(words("fr", "Today"))

    desk.page.locator(".user-button").click()
    desk.page.locator("ui-theme button[data-theme-value=dark]").click()
    expect(desk.page.locator("html")).to_have_attribute("data-theme", "dark")
    desk.page.reload()
    expect(desk.page.locator("html")).to_have_attribute("data-theme", "dark")

    desk.page.locator(".user-button").click()
    with desk.page.expect_navigation():
        desk.page.locator("#user-menu button[name=language][value=it]").click()
    assert desk.page.locator("html").get_attribute("lang") == "it"


def test_a_kept_view_brings_the_same_rows_back(desk: Desk):
    name, view = new_name("Cartiera Vista"), new_name("Vista")
    make_customers(desk, name)
    desk.open("party-list", query=f"q={name}")
    desk.page.locator("[popovertarget=views-menu]").click()
    menu = desk.page.locator("#views-menu form").last
    menu.locator("input[name=name]").fill(view)
    with desk.page.expect_navigation():
        menu.locator("button").click()

    desk.open("party-list", query="view=")
    desk.page.locator("[popovertarget=views-menu]").click()
    desk.page.locator("#views-menu a", has_text=view).click()

    expect(desk.page.locator("main tbody tr")).to_have_count(1)
    expect(desk.page.locator("main tbody tr")).to_contain_text(name)


def test_export_downloads_the_rows_that_are_seen(desk: Desk):
    name = new_name("Vetreria Esportata")
    make_customers(desk, name)
    desk.open("party-list", query=f"q={name}")

    with desk.page.expect_download() as downloading:
        desk.page.locator("[popovertarget=export-menu]").click()
        desk.page.locator("#export-menu a[download]").first.click()

    assert downloading.value.suggested_filename.endswith(".xlsx")
    with zipfile.ZipFile(io.BytesIO(downloading.value.path().read_bytes())) as book:
        assert name in "".join(book.read(part).decode() for part in book.namelist())


def test_an_action_on_ticked_rows_asks_first_and_then_obeys(desk: Desk):
    shared = new_name("Gelateria")
    make_customers(desk, f"{shared} uno", f"{shared} due")
    desk.open("party-list", query=f"q={shared}")
    expect(desk.page.locator("main .bulk-bar")).to_be_hidden()

    desk.page.locator("main thead input[type=checkbox]").check()
    expect(desk.page.locator("main .bulk-bar")).to_be_visible()
    desk.page.locator(f"main .bulk-bar button[formaction*='{desk.path('party-deactivate')}']").click()
    expect(desk.page.locator("main form[data-action] li")).to_have_count(2)
    desk.page.locator("main form[data-action] .form-actions button").click()

    desk.page.wait_for_url("**/party/**")
    desk.open("party-list", query=f"q={shared}&active=0")
    expect(desk.page.locator("main tbody tr")).to_have_count(2)


def test_a_file_dropped_on_a_record_is_kept_with_it(desk: Desk):
    (party,) = make_customers(desk, new_name("Archivio Carte"))
    desk.open("party-detail", party, query="tab=files")

    desk.page.evaluate(DROP, ["#files ui-dropzone", "contratto firmato.txt", "Firmato a Brescia"])

    kept = desk.page.locator("#files tbody tr a.row-link")
    expect(kept).to_have_text("contratto firmato.txt")
    file = int((kept.get_attribute("href") or "").strip("/").rpartition("/")[2])
    answer = desk.page.request.get(desk.url("attachment-download", file))
    assert (answer.status, answer.body()) == (200, b"Firmato a Brescia")
