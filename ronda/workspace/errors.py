"""Pages for what went wrong: what happened in plain words, and what to do next."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403: the person is known but may not do this."""
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: nothing here, or nothing this person may see."""
    return _page(request, "404", 404)


def failure(request: HttpRequest) -> HttpResponse:
    """handler500: nothing was changed; a reference to quote. Uses no database and no shell."""
    reference = secrets.token_hex(4)
    logger.error("error page shown, reference %s, path %s", reference, request.path)
    return HttpResponse(render_to_string("workspace/errors/500.html", {"reference": reference}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the form is too old, or cookies are off."""
    return _page(request, "csrf", 403)


def _page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    return HttpResponse(render_to_string(f"workspace/errors/{name}.html", context, request), status=status)
