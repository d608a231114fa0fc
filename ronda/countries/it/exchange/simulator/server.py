"""The simulator's web service, on this computer only. Its shape is the default of the channel `rest`.

POST   /invoices        {"name", "content" (base64)}               -> {"id", "sdi_id", "received_at"}
GET    /messages        -> {"messages": [{"id", "name", "content"}], "step"}
DELETE /messages/<id>   the message has been stored
POST   /step            {"steps": 1}                               -> {"step"}
POST   /faults          {"copies": 2, …}, see `Faults`             -> the faults in force
POST   /recipients      {"recipient", "conduct"}, see `Conduct`
POST   /suppliers       {"name", "content", "recipient"}: an invoice for the firm -> {"sdi_id"}
"""

import base64
import binascii
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ronda.countries.it.domain.sdi.examining import Check
from ronda.countries.it.domain.sdi.exchange import Conduct, Lost
from ronda.countries.it.exchange.simulator.service import Simulator, read_faults, schema_from
from ronda.kernel.errors import Refusal

HOST = "127.0.0.1"
MAX_BODY = 12 * 1024 * 1024
MAX_STEPS = 10_000
MOST_MESSAGES = 2000  # in one answer; the others come with the next
SECONDS = 30  # of silence before a connection is given up


class BadRequest(Exception):
    """What was asked makes no sense; the text says why."""


class Hangup(Exception):
    """The connection is to break here."""


class Server:
    """The web service in a thread of its own; `url` once it runs. Port 0 takes any that is free."""

    def __init__(self, simulator: Simulator, port: int = 0, token: str = "") -> None:
        handler = type("Handler", (_Handler,), {"simulator": simulator, "token": token})
        self._server = ThreadingHTTPServer((HOST, port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve(
    folder: Path,
    port: int,
    *,
    opening: datetime,
    check: Check | None = None,
    schema_path: Path | None = None,
    own_codes: frozenset[str] = frozenset(),
    token: str = "",
    step_on_fetch: bool = True,
    sweep_seconds: float = 0,
    firm: Path | None = None,
    clock: Callable[[], datetime] | None = None,
    told: Callable[[str], None] = lambda _url: None,
    stop: threading.Event | None = None,
) -> None:
    """Run the simulator until `stop` is set, or the process is interrupted.

    `sweep_seconds`: how often the folders of `firm` are looked at, 0 never. `told` hears the address once
    it listens.
    """
    schema = schema_from(schema_path) if schema_path else None
    simulator = Simulator(
        folder,
        opening=opening,
        check=check,
        schema=schema,
        own_codes=own_codes,
        step_on_fetch=step_on_fetch,
        firm=firm,
        clock=clock,
    )
    stop = stop or threading.Event()
    try:
        with Server(simulator, port, token) as server:
            told(server.url)
            while not stop.wait(sweep_seconds or None):
                simulator.sweep()
    finally:
        simulator.close()


class _Handler(BaseHTTPRequestHandler):
    simulator: Simulator
    token: str
    timeout = SECONDS
    server_version, sys_version = "sdi-simulator", ""

    def do_GET(self) -> None:
        self._serve("GET", {"/messages": self._list, "/": self._status})

    def do_DELETE(self) -> None:
        self._serve("DELETE", {})

    def do_POST(self) -> None:
        posts = {
            "/invoices": self._take,
            "/step": self._step,
            "/faults": self._faults,
            "/recipients": self._recipients,
            "/suppliers": self._suppliers,
        }
        self._serve("POST", posts)

    def log_message(self, *_message: object) -> None:
        """Nothing on the terminal for every request."""

    def _serve(self, method: str, pages: Mapping[str, Callable[[], Any]]) -> None:
        try:
            answer = self._answer(method, pages)
        except BadRequest as wrong:
            self._say(400, {"error": str(wrong)})
        except Refusal as refusal:
            self._say(422, {"error": str(refusal.message), "code": refusal.code})
        except Hangup:
            self.close_connection = True
        else:
            self._say(*answer)

    def _answer(self, method: str, pages: Mapping[str, Callable[[], Any]]) -> tuple[int, Any]:
        if not self._allowed():
            return 401, {"error": "the key is wrong"}
        if method == "DELETE" and self.path.startswith("/messages/"):
            self.simulator.drop(_number(self.path.rsplit("/", 1)[-1]))
            return 204, None
        page = pages.get(self.path)
        return (200, page()) if page else (404, {"error": "there is no such address"})

    def _allowed(self) -> bool:
        """The key, if there is one; and no page of a browser that was led here under another name."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        told = self.headers.get("Authorization", "").encode("utf-8", "replace")
        known = not self.token or hmac.compare_digest(told, f"Bearer {self.token}".encode())
        return known and host in {HOST, "localhost"}

    def _say(self, status: int, answer: Any) -> None:
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _asked(self) -> dict[str, Any]:
        if self.headers.get_content_type() != "application/json":
            raise BadRequest("send JSON (Content-Type: application/json)")
        size = _number(self.headers.get("Content-Length", ""))
        if size > MAX_BODY:
            self.close_connection = True
            raise BadRequest("too long")
        try:
            asked = json.loads(self.rfile.read(size))
        except (ValueError, RecursionError):
            raise BadRequest("this is not JSON") from None
        if not isinstance(asked, dict):
            raise BadRequest("an object is expected")
        return asked

    def _status(self) -> Any:
        return {"step": self.simulator.step, "faults": asdict(self.simulator.faults)}

    def _list(self) -> Any:
        parcels = self.simulator.waiting()[:MOST_MESSAGES]
        messages = [
            {"id": str(parcel.number), "name": parcel.name, "content": _encoded(parcel.content)}
            for parcel in parcels
        ]
        return {"messages": messages, "step": self.simulator.step}

    def _take(self) -> Any:
        asked = self._asked()
        taken = self.simulator.submit(_text(asked, "name"), _bytes(asked))
        if taken.lost is not Lost.NO:
            raise Hangup
        moment = taken.received_at.isoformat()
        return {"id": taken.sdi_id, "sdi_id": taken.sdi_id, "received_at": moment}

    def _step(self) -> Any:
        steps = self._asked().get("steps", 1)
        if not isinstance(steps, int) or not 0 <= steps <= MAX_STEPS:
            raise BadRequest("steps is a number of days")
        return {"step": self.simulator.advance(steps)}

    def _faults(self) -> Any:
        self.simulator.order_faults(read_faults(self._asked()))
        return asdict(self.simulator.faults)

    def _recipients(self) -> Any:
        asked = self._asked()
        try:
            conduct = Conduct(str(asked.get("conduct")))
        except ValueError:
            raise BadRequest(f"conduct is one of {', '.join(Conduct)}") from None
        self.simulator.conduct(_text(asked, "recipient"), conduct)
        return {}

    def _suppliers(self) -> Any:
        asked = self._asked()
        name, recipient = _text(asked, "name"), _text(asked, "recipient")
        return {"sdi_id": self.simulator.hand_in(name, _bytes(asked), recipient)}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise BadRequest("a number is expected")
    return int(text)


def _text(asked: dict[str, Any], name: str) -> str:
    text = asked.get(name)
    if not isinstance(text, str) or not text:
        raise BadRequest(f"{name} is missing")
    return text


def _bytes(asked: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(asked["content"], validate=True)
    except (KeyError, binascii.Error, ValueError, TypeError):
        raise BadRequest("content is not base64") from None


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
