"""What is typed in a form is never lost: tabs save it, other links ask first (E45)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Dialog, expect

from tests.browser.desk import OWNERS, Desk, new_name
from tests.support.browser import OpenBrowser, Watch
from tests.support.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(site: Site, open_browser: OpenBrowser) -> Desk:
    """The owner of the Italian firm at his desk."""
    return Desk.of(open_browser("it"), site, "it", OWNERS["it"])


def make_customer(desk: Desk) -> int:
    desk.open("party-add")
    desk.fill(name=new_name("Officina Schede"), street="Via Roma 1", postcode="25063")
    desk.fill(city="Gardone Val Trompia", province="BS")
    return desk.save()


@contextmanager
def answering(desk: Desk, *, leave: bool) -> Iterator[list[str]]:
    """Answer the browser's questions; the kinds of questions asked."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    desk.page.on("dialog", answer)
    yield asked
    desk.page.remove_listener("dialog", answer)


def click_tab(desk: Desk, code: str) -> None:
    desk.page.locator(f"main .tabs button[value='tab:{code}']").click()


def test_moving_between_tabs_saves_what_was_typed(desk: Desk, watch: Watch):
    watch.expect("status of 422")
    party = make_customer(desk)
    desk.open("party-edit", party)
    with answering(desk, leave=False) as asked:
        desk.fill(street="Via Milano 2")
        click_tab(desk, "history")
        desk.page.wait_for_url(f"**{desk.path('party-detail', party)}?tab=history")
        expect(desk.page.locator("main .tabs [aria-current]")).to_contain_text(desk.say("History"))
        entries = desk.page.locator("#tab tbody tr, #tab .timeline > li").count()
        assert entries

        desk.open("party-edit", party)
        assert desk.page.locator("#id_street").input_value() == "Via Milano 2"
        click_tab(desk, "history")  # nothing was changed: nothing is written
        desk.page.wait_for_url("**?tab=history")
        assert desk.page.locator("#tab tbody tr, #tab .timeline > li").count() == entries

        desk.open("party-edit", party)
        desk.fill(name="", street="Via Torino 3")
        click_tab(desk, "history")
        expect(desk.page.locator("#id_name_error")).to_be_visible()
        assert desk.page.locator("#id_street").input_value() == "Via Torino 3"
    assert asked == []


def test_enter_saves_and_opens_the_record_not_a_tab(desk: Desk):
    party = make_customer(desk)
    desk.open("party-edit", party)
    desk.fill(street="Via Milano 2")
    desk.page.locator("#id_street").press("Enter")

    desk.page.wait_for_url(f"**{desk.path('party-detail', party)}")


def test_leaving_a_changed_form_by_a_link_asks_first(desk: Desk):
    party = make_customer(desk)
    desk.open("party-edit", party)
    edit = desk.page.url
    with answering(desk, leave=False) as asked:
        desk.fill(street="Via Milano 2")
        desk.page.locator(".sidebar a[href='/contract/']").click()
        expect(desk.page.locator("#id_street")).to_have_value("Via Milano 2")
        assert (asked, desk.page.url) == (["beforeunload"], edit)

    with answering(desk, leave=True) as asked:
        desk.page.locator("main .form-actions a").click()
        desk.page.wait_for_url(f"**{desk.path('party-detail', party)}")
    assert asked == ["beforeunload"]


def test_an_untouched_form_and_a_change_taken_back_are_left_without_a_question(desk: Desk):
    party = make_customer(desk)
    with answering(desk, leave=True) as asked:
        for typed in ("", "Via Milano 2"):
            desk.open("party-edit", party)
            street = desk.page.locator("#id_street").input_value()
            desk.fill(street=typed or street)
            desk.fill(street=street)
            desk.page.locator(".sidebar a[href='/contract/']").click()
            desk.page.wait_for_url("**/contract/")
    assert asked == []


def test_a_contract_in_which_nothing_was_touched_is_left_without_a_trace(desk: Desk):
    desk.open("contract-list")
    desk.page.locator("main tbody a.row-link").first.click()
    desk.page.wait_for_url("**/contract/*/")
    contract = desk.record
    with answering(desk, leave=True) as asked:
        for _again in range(2):
            desk.open("contract-edit", contract)
            expect(desk.page.locator("main .ts-wrapper").first).to_be_visible()
            click_tab(desk, "history")
            desk.page.wait_for_url("**?tab=history")
            expect(desk.page.locator("ui-toasts .toast")).to_have_count(0)
    assert asked == []
