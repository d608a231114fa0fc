"""The local platform over HTTP on 127.0.0.1, with the addresses of the two OpenAPI files of XP Z12-013.

/flow-service/v1, /directory-service/v1, /token for OAuth, and /control for the person who plays platform:
POST /control/{step,plan,deliver,fault,directory}, GET /control/flows.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ronda.countries.fr.platform.fake.callbacks import Callbacks
from ronda.countries.fr.platform.fake.checks import Check
from ronda.countries.fr.platform.fake.control import control
from ronda.countries.fr.platform.fake.directory import Directory
from ronda.countries.fr.platform.fake.platform import USUAL_LIFE, FakePlatform, Refused
from ronda.countries.fr.platform.fake.store import Record

HOST = "127.0.0.1"
FLOWS = "/flow-service/v1"
DIRECTORY = "/directory-service/v1"
MAX_BYTES = 100 * 1024 * 1024

Reply = tuple[int, Any]


class FakeServer(ThreadingHTTPServer):
    """One platform behind one port."""

    daemon_threads = True

    def __init__(self, platform: FakePlatform, port: int, *, max_bytes: int = MAX_BYTES) -> None:
        super().__init__((HOST, port), Handler)
        self.platform = platform
        self.directory = Directory(platform.store)
        self.callbacks = Callbacks(platform.store)
        self.max_bytes = max_bytes

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nobody's mistake; anything else is told as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the platform, writes JSON; a planned fault goes before everything."""

    server: FakeServer
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024  # head and body in one packet: two would wait for each other

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        length = self.headers.get("Content-Length") or "0"
        size = int(length) if length.isascii() and length.isdigit() else 0
        body = self.rfile.read(min(size, self.server.max_bytes + 1))
        platform = self.server.platform
        if fault := platform.take_fault(path, ["status"]):
            return self._write(fault["status"], _error("INJECTED_FAULT", "as planned"))
        dropped = platform.take_fault(path, ["drop"])
        try:
            self._check_size(size)
            status, data = self._route(method, path, query, body)
        except Refused as refused:
            status, data = refused.status, _error(refused.code, refused.message)
        if dropped:
            self.close_connection = True
            return None
        return self._write(status, data)

    def _check_size(self, size: int) -> None:
        if size > self.server.max_bytes:
            self.close_connection = True
            raise Refused(413, "FILE_SIZE_EXCEEDED", "the file is too large")

    def _route(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Reply:
        if path == "/token":
            return self._token(body)
        if path.startswith("/control/"):
            return control(self.server, method, path.removeprefix("/control/"), _json(body))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.server.platform.store.state.tokens:
            raise Refused(401, "MISSING_TOKEN", "sign in at /token")
        if path.startswith(FLOWS + "/"):
            return self._flow_service(method, path.removeprefix(FLOWS), query, body)
        if path.startswith(DIRECTORY + "/"):
            return self._directory_service(method, path.removeprefix(DIRECTORY), body)
        raise Refused(404, "MISSING_RESOURCE", "no such address")

    def _token(self, body: bytes) -> Reply:
        form = parse_qs(body.decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"] or not form.get("client_secret"):
            return 401, {"error": "invalid_client"}
        store = self.server.platform.store
        with self.server.platform.lock:
            token = store.new_identifier("token")
            store.state.tokens.append(token)
            store.save()
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def _flow_service(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Reply:
        platform = self.server.platform
        match method, path.strip("/").split("/"):
            case "GET", ["healthcheck"]:
                return 200, None
            case "POST", ["flows"]:
                info, content = _parts(self.headers.get("Content-Type") or "", body)
                return 202, platform.submit(info, content)
            case "POST", ["flows", "search"]:
                return 200, platform.search(_json(body))
            case "GET", ["flows", flow_id]:
                return self._flow(unquote(flow_id), query.get("docType", ["Metadata"])[0])
            case _, ["webhooks", *rest]:
                return self._webhooks(method, rest, body)
        raise Refused(404, "MISSING_RESOURCE", "no such address")

    def _flow(self, flow_id: str, kind: str) -> Reply:
        if kind == "Metadata":
            return 200, self.server.platform.flow(flow_id)
        if kind != "Original":
            raise Refused(404, "MISSING_RESOURCE", f"no {kind} of this flow")
        return 200, self.server.platform.content(flow_id)

    def _webhooks(self, method: str, rest: Sequence[str], body: bytes) -> Reply:
        callbacks = self.server.callbacks
        with self.server.platform.lock:
            if method == "GET" and not rest:
                return 200, callbacks.all()
            if method == "DELETE" and rest and callbacks.end(rest[0]):
                return 204, None
            if method == "POST" and not rest:
                asked = _json(body)
                if not isinstance(asked, dict) or not isinstance(asked.get("callbackUrl"), str):
                    raise Refused(400, "MISSING_REQUIRED_FIELD", "callbackUrl")
                return 201, callbacks.subscribe(asked)
        raise Refused(404, "MISSING_RESOURCE", "no such subscription")

    def _directory_service(self, method: str, path: str, body: bytes) -> Reply:
        directory = self.server.directory
        match method, path.strip("/").split("/"):
            case "GET", ["healthcheck"]:
                return 200, None
            case "POST", ["siren" | "siret" | "routing-code" | "directory-line" as resource, "search"]:
                return 200, directory.search(resource, _json(body))
            case "GET", [resource, *keys]:
                parts = [unquote(key).partition(":")[2] for key in keys]
                known = resource in {"siren", "siret", "routing-code", "directory-line"}
                found = directory.get(resource, "/".join(parts)) if known else None
                if found is not None:
                    return 200, found
        raise Refused(404, "MISSING_RESOURCE", "not in the directory")

    def _write(self, status: int, data: Any) -> None:
        if isinstance(data, tuple):
            name, content = data
            kind = "application/octet-stream"
        else:
            name, kind = "", "application/json"
            content = b"" if data is None else json.dumps(data, ensure_ascii=False).encode()
        self.send_response(status)
        if content or status == 200:
            self.send_header("Content-Type", kind)
        if name:
            self.send_header("Content-Disposition", f'attachment;filename="{name}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what happened is in the folder."""


def _error(code: str, message: str) -> Record:
    return {"errorCode": code, "errorMessage": message}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        raise Refused(400, "INVALID_REQUEST", "the body is no JSON") from None


def _parts(kind: str, body: bytes) -> tuple[Any, bytes]:
    """flowInfo and file of a multipart body."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, bytes] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        found[str(name)] = payload if isinstance(payload, bytes) else b""
    if "flowInfo" not in found or "file" not in found:
        raise Refused(400, "MISSING_REQUIRED_FIELD", "flowInfo and file are needed")
    return _json(found["flowInfo"]), found["file"]


def serve(
    folder: Path,
    port: int,
    *,
    checks: Sequence[Check] = (),
    life: Sequence[str] = USUAL_LIFE,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Be the platform until interrupted; `ready` is told the address once it listens. 0: any free port."""
    with FakeServer(FakePlatform(folder, checks=checks, life=life), port) as server:
        if ready:
            ready(server.url)
        server.serve_forever(poll_interval=0.1)


@contextmanager
def running(
    folder: Path,
    *,
    checks: Sequence[Check] = (),
    life: Sequence[str] = USUAL_LIFE,
    max_bytes: int = MAX_BYTES,
) -> Iterator[FakeServer]:
    """The platform in a thread of this process, on a free port."""
    server = FakeServer(FakePlatform(folder, checks=checks, life=life), 0, max_bytes=max_bytes)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
