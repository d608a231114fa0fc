"""One POST to an address somebody typed in: never into our own network, never further than asked."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from ronda.api.domain.addresses import Address, is_public, parse

SECONDS = 10  # for each step; slower ones end at SECONDS_IN_ALL
SECONDS_IN_ALL = 30
ANSWER_KEPT = 2000  # bytes of the answer that are read


class NotSent(Exception):
    """No answer came; the text says why, for the log of deliveries."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: the address that was checked, and the name it was found by."""

    https: bool
    host: str
    port: int
    address: str
    path: str

    @property
    def name(self) -> str:
        """The header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.https else 80) else f"{host}:{self.port}"


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_http: bool = False,
    guard: Callable[[Address], bool] = is_public,
) -> Answer:
    """Send `body` and return what was answered; a redirect is an answer like any other.

    Raises NotSent when the address is refused, and when no answer comes in time.
    """
    target = resolve(url, allow_http=allow_http, guard=guard)
    try:
        with closing(_connection(target)) as connection:
            return _talk(connection, target, body, headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSent(f"{type(error).__name__}: {error}"[:300]) from error


def _talk(
    connection: http.client.HTTPConnection, target: Target, body: bytes, headers: Mapping[str, str]
) -> Answer:
    hurry = threading.Timer(SECONDS_IN_ALL, _cut, [connection])
    hurry.daemon = True
    hurry.start()
    try:
        connection.request("POST", target.path, body, {"Host": target.name, **headers})
        answer = connection.getresponse()
        text = answer.read(ANSWER_KEPT).decode(errors="replace")
    finally:
        hurry.cancel()
    return Answer(answer.status, text.replace("\x00", ""))


def resolve(url: str, *, allow_http: bool, guard: Callable[[Address], bool]) -> Target:
    """Look the name up once; every address it has must be allowed, and the first is the one used."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotSent("The address cannot be read.") from error
    if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
        raise NotSent("Only https addresses are allowed.")
    if not parts.hostname or parts.username or parts.password:
        raise NotSent("The address needs a host and no user name.")
    https = parts.scheme == "https"
    port = port or (443 if https else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"The host is not known: {error}"[:300]) from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(guard(parse(one)) for one in addresses):
        raise NotSent("The address is in a private network and is refused.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(https, parts.hostname, port, addresses[0], path)


def _connection(target: Target) -> http.client.HTTPConnection:
    """Connected to the address that was checked; the certificate is checked against the name."""
    sock: socket.socket = socket.create_connection((target.address, target.port), SECONDS)
    if target.https:
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = sock
    return connection


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a conversation that takes too long, whoever is waiting in it."""
    if connection.sock is not None:
        connection.sock.shutdown(socket.SHUT_RDWR)
