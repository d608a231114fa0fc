"""A person's browser as far as the server sees one: cookies, forms with their tokens, redirects."""

import http.client
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

#: Seconds; an answer that takes longer counts as none.
PATIENCE = 120


@dataclass(slots=True)
class Answer:
    status: int
    body: str
    location: str
    milliseconds: float


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes and what a browser would send."""

    action: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, values: dict[str, str]) -> list[tuple[str, str]]:
        """What is sent when a person writes these values."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        return [*kept, *values.items()]

    @property
    def names(self) -> set[str]:
        return {name for name, _value in self.fields}


class Forms(HTMLParser):
    """The forms of a page that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.open: Form | None = None
        self.select = self.area = ""
        self.chosen: str | None = None
        self.text = ""
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self.skipped += 1
        elif tag == "form" and given.get("method", "").lower() == "post":
            self.open = Form(given.get("action", ""))
            self.found.append(self.open)
        elif self.open is not None and not self.skipped:
            self._field(self.open, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self.select, self.chosen = name, None
        elif tag == "option" and self.select and (self.chosen is None or "selected" in given):
            self.chosen = given.get("value", "")
        elif tag == "textarea":
            self.area, self.text = name, ""
        elif tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text").lower()
            ticked = kind not in ("checkbox", "radio") or "checked" in given
            if kind not in ("submit", "file", "button", "image") and ticked:
                form.fields.append((name, given.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.skipped -= 1
        elif tag == "form":
            self.open = None
        elif tag == "select" and self.select and self.open is not None:
            if self.chosen is not None:
                self.open.fields.append((self.select, self.chosen))
            self.select = ""
        elif tag == "textarea" and self.area and self.open is not None:
            self.open.fields.append((self.area, self.text.lstrip("\n")))
            self.area = ""


def form_of(page: str) -> Form:
    """The form a page is about: the one with the most fields."""
    reader = Forms()
    reader.feed(page)
    if not reader.found:
        raise ValueError("the page has no form")
    return max(reader.found, key=lambda form: len(form.fields))


class Browser:
    """One client: a connection that stays open, its cookies, its session."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies: dict[str, str] = {}

    def close(self) -> None:
        """The window is shut; nothing more can be asked."""
        self.connection.close()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """Send a form as a page would: its own token is among the fields."""
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}{path}",
            }
        started = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A connection that was kept too long: browsers open another one and ask again, if it only reads.
            self.connection.close()
            if method != "GET":
                raise
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        page = response.read().decode("utf-8", "replace")
        took = (time.perf_counter() - started) * 1000
        self._keep_cookies(response.headers.get_all("Set-Cookie") or [])
        return Answer(response.status, page, response.headers.get("Location", ""), took)

    def _keep_cookies(self, given: list[str]) -> None:
        for line in given:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()

    def log_in(self, username: str, password: str) -> None:
        """Raises ValueError when the server does not let the person in."""
        page = self.get("/login/")
        form = form_of(page.body)
        names = form.names
        user = "login" if "login" in names else "username"
        answer = self.post("/login/", form.filled({user: username, "password": password}))
        if answer.status != 302:
            raise ValueError(f"{username} cannot log in: {answer.status}")
