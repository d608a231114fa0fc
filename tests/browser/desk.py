"""A person at a desk: signed in, reading pages in a language, filling in forms as people do.

The helpers know addresses and fields by their names, and words by what the language of the page calls them:
a test stays green when a label is said better.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from ronda.site.demo import DEMO_LOGINS
from tests.support.browser import sign_in
from tests.support.site import Site

PASSWORDS = {login.username: login.password for login in DEMO_LOGINS}
OWNERS = {"it": "admin", "fr": "claire"}
CLERKS = {"it": "laura", "fr": "julie"}
ACCOUNTANTS = {"it": "paolo", "fr": "sophie"}
NEEDS_SEARCH = """(select) => {
  const box = select.closest("ui-combobox");
  return Boolean(box) && (Boolean(box.dataset.url) || select.multiple || select.options.length >= 8);
}"""


def new_name(words: str) -> str:
    """A name no other record has, so that a test can be repeated on the same site."""
    return f"{words} {secrets.token_hex(3)}"


def words(language: str, text: str) -> str:
    """What the page says for a text of the program in a language."""
    with translation.override(language):
        return translation.gettext(text)


@dataclass
class Desk:
    """A window of somebody who is signed in."""

    page: Page
    site: Site
    language: str

    @classmethod
    def of(cls, page: Page, site: Site, language: str, username: str) -> "Desk":
        sign_in(page, site, username, PASSWORDS[username])
        return cls(page, site, language)

    def say(self, text: str) -> str:
        return words(self.language, text)

    def path(self, name: str, *args: Any) -> str:
        return reverse(name, args=args)

    def url(self, name: str, *args: Any, query: str = "") -> str:
        return self.site.url(self.path(name, *args)) + (f"?{query}" if query else "")

    def open(self, name: str, *args: Any, query: str = "") -> None:
        """Go to the page of that name; it must answer with 200."""
        answer = self.page.goto(self.url(name, *args, query=query))
        assert answer is not None
        assert answer.status == 200, answer.url

    def fill(self, **values: str) -> None:
        """Type into the fields of those names and leave each, as Tab does."""
        for name, value in values.items():
            field = self.page.locator(f"#id_{name}")
            field.fill(value)
            field.blur()

    def choose(self, name: str, text: str) -> None:
        """Choose from a list of records or words, typing where it is a searchable one."""
        select = self.page.locator(f"select[name='{name}']")
        if not select.evaluate(NEEDS_SEARCH):
            value = select.locator("option", has_text=text).first.get_attribute("value")
            select.select_option(value)
            return
        box = self.page.locator("ui-combobox", has=self.page.locator(f"select[name='{name}']"))
        box.locator(".ts-control").click()
        box.locator("input").press_sequentially(text)
        box.locator(".ts-dropdown [role=option]", has_text=text).first.click()
        expect(select.locator("option:checked")).to_contain_text(text)

    def press(self, text: str) -> None:
        """Press the button that says so, in the page's language."""
        self.page.locator("main").get_by_role("button", name=self.say(text), exact=True).click()

    def do(self, verb: str) -> None:
        """Press the button of the small form that leads to `…/<verb>/`, and wait for its answer."""
        with self.page.expect_navigation():
            self.page.locator(f"main form[action$='/{verb}/'] button").last.click()

    def save(self) -> int:
        """Save the form; the id of the record whose page opens."""
        return self.leave_for("main form .form-actions .btn-primary")

    def leave_for(self, selector: str) -> int:
        """Press what leads to the page of a record; its id."""
        before = self.page.url
        self.page.locator(selector).first.click()
        self.page.wait_for_url(lambda url: url != before and bool(re.search(r"/\d+/(\?.*)?$", url)))
        return self.record

    @property
    def record(self) -> int:
        """The id of the record on the page."""
        found = re.search(r"/(\d+)/", self.page.url)
        assert found, self.page.url
        return int(found[1])

    def stats(self) -> list[str]:
        """The figures at the top of the page, without currency and with plain blanks."""
        return [plain(text) for text in self.page.locator("main .stat-value").all_inner_texts()]

    def amounts(self, selector: str = "main .stat-value") -> list[str]:
        """Those figures, or others, also without marks of thousands: written alike in every language."""
        return [bare(text) for text in self.page.locator(selector).all_inner_texts()]

    def rows(self, selector: str = "main table.table tbody tr") -> list[str]:
        """The rows of a table, cell by cell, on one line each."""
        return [plain(row) for row in self.page.locator(selector).all_inner_texts()]

    def toast(self) -> Locator:
        return self.page.locator("ui-toasts .toast").first


def plain(text: str) -> str:
    """A text with single ordinary blanks."""
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())


def bare(text: str) -> str:
    """An amount as 1830,00 whether it is shown as 1.830,00 € or as 1 830,00 €."""
    return re.sub(r"[.€\s]", "", text)
