"""One conversation with a platform over HTTP: signed in, limited in time and size, failures as refusals."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests  # type: ignore[import-untyped]

from ronda.countries.fr.platform.interface import (
    BadSettings,
    FlowRefused,
    NotSignedIn,
    OddAnswer,
    PlatformRefusal,
    PlatformUnreachable,
)
from ronda.kernel.i18n import _

#: The largest file of the API.
MAX_BYTES = 100 * 1024 * 1024
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """How to reach a platform. URLs end before /v1; organisation: for platforms that serve several firms.

    Either `token`, or `token_url` with client identifier and secret (OAuth 2, client credentials).
    connect_seconds and read_seconds are waited for each step of an answer.
    """

    flow_url: str
    directory_url: str
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    token: str = ""
    organisation: str = ""
    connect_seconds: float = 5.0
    read_seconds: float = 30.0

    def __repr__(self) -> str:
        return f"PlatformSettings({self.flow_url!r})"


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP; body: at most `MAX_BYTES`."""

    status: int
    body: bytes
    data: Any = None


class Gate:
    """Calls with the token of the settings; a token that ended is asked for again, once."""

    def __init__(
        self,
        settings: PlatformSettings,
        *,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for name in ("flow_url", "directory_url", "token_url"):
            _check_url(getattr(settings, name), name)
        self.settings = settings
        self._session = session or requests.Session()
        self._session.trust_env = False  # no password of .netrc, no proxy that nobody chose here
        self._clock = clock
        self._token, self._ends = settings.token, float("inf")

    def flows(self, method: str, path: str, **given: Any) -> Answer:
        """A call of the flow service; `path` begins with /v1."""
        return self._call(method, self.settings.flow_url.rstrip("/") + path, **given)

    def directory(self, method: str, path: str, **given: Any) -> Answer:
        """A call of the directory service; `path` begins with /v1."""
        return self._call(method, self.settings.directory_url.rstrip("/") + path, **given)

    def _call(self, method: str, url: str, *, none_when_missing: bool = False, **given: Any) -> Answer:
        answer = self._send(method, url, headers=self._headers(), **given)
        if answer.status == 401 and self.settings.token_url:
            self._token = ""
            answer = self._send(method, url, headers=self._headers(), **given)
        if answer.status == 404 and none_when_missing:
            return answer
        if not 200 <= answer.status < 300:
            raise refusal_of(answer)
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._signed_in()}"}
        if self.settings.organisation:
            headers["Organization-Id"] = self.settings.organisation
        return headers

    def _signed_in(self) -> str:
        if self._token and self._clock() < self._ends:
            return self._token
        if not self.settings.token_url:
            raise NotSignedIn(
                _("The platform needs a token. Enter it, or the address and the identifier to ask for one."),
                again=False,
            )
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret,
        }
        answer = self._send("POST", self.settings.token_url, data=form)
        token = answer.data.get("access_token") if isinstance(answer.data, dict) else None
        if answer.status >= 500:
            raise refusal_of(answer)
        if answer.status != 200 or not isinstance(token, str):
            raise _not_signed_in(answer)
        lasts = answer.data.get("expires_in")
        # A minute earlier than it says: a token must not end between two steps of a call.
        self._ends = self._clock() + max(0, lasts - 60) if isinstance(lasts, int | float) else float("inf")
        self._token = token
        return token

    def _send(self, method: str, url: str, **given: Any) -> Answer:
        wait = (self.settings.connect_seconds, self.settings.read_seconds)
        try:
            with self._session.request(
                method, url, timeout=wait, allow_redirects=False, stream=True, **given
            ) as response:
                return _read(response)
        except (requests.RequestException, OSError) as error:
            raise PlatformUnreachable(
                _("The platform does not answer. It is tried again; check the connection if it lasts."),
                again=True,
                reason=f"{type(error).__name__}: {error}"[:300],
            ) from error


def _read(response: requests.Response) -> Answer:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > MAX_BYTES:
            raise OddAnswer(_("The platform's answer is larger than 100 MB. Ask the platform."), again=False)
    data = None
    if "json" in response.headers.get("Content-Type", ""):
        try:
            data = json.loads(bytes(body))
        except ValueError:
            data = None
    return Answer(response.status_code, bytes(body), data)


def refusal_of(answer: Answer) -> PlatformRefusal:
    """What an answer of HTTP that is no success means for the person who waits for it."""
    error, details = _error_of(answer)
    facts: dict[str, Any] = {"status": answer.status, "error": error, "details": details}
    if answer.status in {401, 403}:
        return _not_signed_in(answer)
    if answer.status in {408, 429} or answer.status >= 500:
        message = _("The platform has no time now (%(status)s %(error)s). It is tried again.")
        return PlatformUnreachable(message % facts, again=True, **facts)
    if answer.status == 413:
        message = _("The file is too large for the platform. Send it without attachments.")
        return FlowRefused(message, again=False, **facts)
    if answer.status in {400, 404, 422}:
        message = _("The platform refuses it: %(error)s %(details)s. Correct it, then send it again.")
        return FlowRefused(message % facts, again=False, **facts)
    message = _(
        "The platform gave an answer nobody expected (%(status)s). Check the address in the settings."
    )
    return OddAnswer(message % facts, again=False, **facts)


def _error_of(answer: Answer) -> tuple[str, str]:
    data: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
    words = data.get("errorMessage") or data.get("details") or ""
    return str(data.get("errorCode") or "")[:100], str(words)[:500]


def _not_signed_in(answer: Answer) -> NotSignedIn:
    error, details = _error_of(answer)
    message = _("The platform does not let us in. Check identifier and secret in the settings.")
    return NotSignedIn(message, again=False, status=answer.status, error=error, details=details)


def _check_url(url: str, name: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if url and not ((parts.scheme == "https" and parts.hostname) or local):
        message = _("“%(url)s” is no address of a platform: it begins with https://.")
        raise BadSettings(message % {"url": url[:100]}, field=name, again=False)
