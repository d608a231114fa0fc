"""An intermediary that offers a web service: addresses, headers and names of fields are settings.

Every intermediary has a service of its own, and they differ in little more than names. The defaults are
those of the local simulator. Redirects are not followed, so a secret header never travels to another host.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import requests

from ronda.countries.it.exchange.channel import (
    ChannelError,
    ChannelRefused,
    ChannelSettingsError,
    ChannelUncertain,
    ChannelUnreachable,
    failed,
    refuse_names,
)
from ronda.einvoices.domain.exchange import Found, Handed, Incoming, Outgoing
from ronda.kernel.i18n import _

MAX_BYTES = 60 * 1024 * 1024
_CHUNK = 64 * 1024
TRYING = 6.0  # seconds that somebody waits who tries the settings
_BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass(frozen=True, slots=True)
class RestSettings:
    """Where the service is and how it calls things.

    Addresses are added to `base_url`; `{id}` stands for the identifier of a waiting file. Fields may lie
    deeper: "data.id". `extra` is sent along with every file. `content_address` empty: the list holds the
    contents (base64). `acknowledge_method` empty: reading is acknowledging. `certificate`, `key`: files,
    for services that ask for them; `authorities`: a file with the authorities to trust, empty for the usual
    ones.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    send_address: str = "/invoices"
    list_address: str = "/messages"
    content_address: str = ""
    acknowledge_address: str = "/messages/{id}"
    acknowledge_method: str = "DELETE"
    name_field: str = "name"
    content_field: str = "content"
    extra: Mapping[str, str] = field(default_factory=dict)
    answer_id_field: str = "id"
    answer_sdi_field: str = "sdi_id"
    items_field: str = "messages"
    item_id_field: str = "id"
    item_name_field: str = "name"
    item_content_field: str = "content"
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    certificate: str = ""
    key: str = ""
    authorities: str = ""
    plain_http: bool = False  # only for a service on this computer


class Rest:
    """A `Channel` to an intermediary's web service."""

    name = "rest"

    def __init__(self, settings: RestSettings) -> None:
        self._settings = settings
        local = settings.plain_http and settings.base_url.startswith(("http://127.0.0.1", "http://localhost"))
        if not settings.base_url.startswith("https://") and not local:
            message = _("The address of the service must begin with https://. Correct it in the settings.")
            raise ChannelSettingsError(message, field="base_url")

    def try_out(self) -> None:
        """Ask what waits, within seconds; raises a ChannelError that says what is wrong.

        Where reading is acknowledging, it is only asked whether somebody answers and lets us in.
        """
        short = replace(self._settings, connect_timeout=TRYING, read_timeout=TRYING)
        with self._session() as session:
            if self._settings.acknowledge_method:
                answer = Rest(short)._call(session, "GET", short.list_address)
                if not isinstance(_at(answer, short.items_field), list):
                    raise _not_understood()
                return
            with suppress(ChannelRefused):  # what it thinks of the question does not matter
                Rest(short)._call(session, "OPTIONS", short.list_address)

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        refuse_names(files)
        with self._session() as session:
            return [self._send_one(session, file) for file in files]

    def _send_one(self, session: requests.Session, file: Outgoing) -> Handed:
        settings = self._settings
        body = {
            **settings.extra,
            settings.name_field: file.name,
            settings.content_field: base64.b64encode(file.content).decode("ascii"),
        }
        try:
            answer = self._call(session, "POST", settings.send_address, body)
        except ChannelError as error:
            return failed(file.name, error)
        reference = _text(answer, settings.answer_id_field)
        return Handed(file.name, reference, _text(answer, settings.answer_sdi_field))

    def fetch(self) -> Iterator[Incoming]:
        settings = self._settings
        with self._session() as session:
            answer = self._call(session, "GET", settings.list_address)
            items = _at(answer, settings.items_field)
            if not isinstance(items, list):
                raise _not_understood()
            for item in items:
                yield self._incoming(session, item)

    def _incoming(self, session: requests.Session, item: Any) -> Incoming:
        """One waiting file; what cannot be understood is odd and stops nothing."""
        settings = self._settings
        token, name = _text(item, settings.item_id_field), _text(item, settings.item_name_field)
        found = item
        if settings.content_address and token:
            try:
                found = self._call(session, "GET", _filled(settings.content_address, token))
            except ChannelRefused as error:
                return Incoming(token, name, b"", Found.ODD, why=error.message)
        packed = "".join(_text(found, settings.item_content_field).split())
        try:
            content = base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            content = b""
        if not token or not name or not content:
            why = _("The service names a file that cannot be understood.")
            return Incoming(token, name, json.dumps(item)[:10_000].encode(), Found.ODD, why=why)
        return Incoming(token, name, content)

    def acknowledge(self, incoming: Incoming) -> None:
        settings = self._settings
        if not settings.acknowledge_method or not incoming.token:
            return
        with self._session() as session:
            address = _filled(settings.acknowledge_address, incoming.token)
            self._call(session, settings.acknowledge_method, address, gone_is_good=True)

    def _session(self) -> requests.Session:
        settings, session = self._settings, requests.Session()
        session.headers.update({"Accept": "application/json", **settings.headers})
        session.trust_env = False  # no password of .netrc, no proxy that nobody chose here
        session.verify = settings.authorities or True
        if settings.certificate:
            session.cert = (settings.certificate, settings.key) if settings.key else settings.certificate
        return session

    def _call(
        self,
        session: requests.Session,
        method: str,
        address: str,
        body: Mapping[str, str] | None = None,
        *,
        gone_is_good: bool = False,
    ) -> Any:
        """The JSON that is answered; every trouble is a ChannelError that says whether to try again."""
        timeout = (self._settings.connect_timeout, self._settings.read_timeout)
        url = self._settings.base_url.rstrip("/") + address
        try:
            with session.request(
                method, url, json=body, timeout=timeout, allow_redirects=False, stream=True
            ) as answer:
                content = _read(answer)
        except requests.ConnectTimeout as error:
            raise _unreachable(error) from error
        except requests.exceptions.SSLError as error:
            raise _wrong(error) from error
        except _BROKEN as error:
            raise _broken(error, sending=body is not None) from error
        except (requests.RequestException, OSError, ValueError) as error:
            raise _wrong(error) from error
        if gone_is_good and answer.status_code in {404, 410}:
            return {}
        _refuse_status(answer.status_code, content, sending=body is not None)
        return _json(content)


def _read(answer: requests.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise ValueError("too long an answer")
    return bytes(content)


def _refuse_status(status: int, content: bytes, *, sending: bool) -> None:
    if 200 <= status < 300:
        return
    facts: dict[str, Any] = {"status": status, "reason": content[:300].decode("utf-8", "replace")}
    if status in {401, 403}:
        message = _("The service does not let us in (%(status)s). Correct the key in the settings.")
        raise ChannelSettingsError(message % facts, **facts)
    if sending and status in {500, 502, 504}:  # it may have been taken before something broke
        message = _("The service did not say whether it took the file (%(status)s). It is sent once more.")
        raise ChannelUncertain(message % facts, **facts)
    if status in {408, 425, 429} or status >= 500:
        message = _("The service is busy or out of order (%(status)s). It is tried again.")
        raise ChannelUnreachable(message % facts, **facts)
    message = _("The service does not take it (%(status)s): %(reason)s")
    raise ChannelRefused(message % facts, **facts)


def _json(content: bytes) -> Any:
    if not content.strip():
        return {}
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _not_understood() from None


def _at(answer: Any, path: str) -> Any:
    """What lies at "data.items"; the answer itself for an empty path."""
    for step in filter(None, path.split(".")):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


def _text(answer: Any, path: str) -> str:
    found = _at(answer, path) if path else None
    return str(found) if isinstance(found, str | int) else ""


def _filled(address: str, identifier: str) -> str:
    return address.replace("{id}", quote(identifier, safe=""))


def _unreachable(error: Exception) -> ChannelUnreachable:
    message = _("The service cannot be reached (%(reason)s). It is tried again.")
    return ChannelUnreachable(message % {"reason": type(error).__name__})


def _broken(error: Exception, *, sending: bool) -> ChannelError:
    """A connection that was never made took nothing; one that broke may have."""
    if not sending or _never_connected(error):
        return _unreachable(error)
    message = _("The connection broke while sending (%(reason)s). The same file is sent once more.")
    return ChannelUncertain(message % {"reason": type(error).__name__})


def _never_connected(error: Exception) -> bool:
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _wrong(error: Exception) -> ChannelSettingsError:
    message = _("The service cannot be used (%(reason)s). Check address and certificates in the settings.")
    return ChannelSettingsError(message % {"reason": str(error)[:200]})


def _not_understood() -> ChannelUnreachable:
    message = _("The service answers something that cannot be understood. Check the names of the fields.")
    return ChannelUnreachable(message)
