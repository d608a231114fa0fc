"""Log lines as JSON, with the request, the person and the company by number: no names, no addresses.

RONDA_LOG=json switches them on; RONDA_LOG_LEVEL says from which level on.
"""

import json
import logging
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_request: ContextVar[str] = ContextVar("ronda_request", default="")
_person: ContextVar[int | None] = ContextVar("ronda_person", default=None)
_company: ContextVar[int | None] = ContextVar("ronda_company", default=None)
requests = logging.getLogger("ronda.requests")


class JsonLines(logging.Formatter):
    """One JSON object a line. Values given as `extra={"facts": {…}}` come along."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": _request.get(),
            "user": _person.get(),
            "company": _company.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        kept = {name: value for name, value in line.items() if value not in ("", None)}
        return json.dumps(kept, ensure_ascii=False, default=str)


class RequestNumbers:
    """First of all: gives the request a number, also told in the answer. One line for each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tokens = (_request.set(secrets.token_hex(8)), _person.set(None), _company.set(None))
        try:
            response = self.get_response(request)
            response.headers[HEADER] = _request.get()
            # The path of an address, without what was searched for.
            facts = {"method": request.method, "path": request.path, "status": response.status_code}
            requests.info("answered", extra={"facts": facts})
            return response
        finally:
            _request.reset(tokens[0])
            _person.reset(tokens[1])
            _company.reset(tokens[2])


class WhoActs:
    """After the company is known: the lines of the rest of the request say for whom."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        company = getattr(request, "company", None)
        _person.set(request.user.pk if request.user.is_authenticated else None)
        _company.set(company.pk if company else None)
        return self.get_response(request)
