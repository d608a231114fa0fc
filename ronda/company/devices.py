"""Which workstation a browser stands at: a signed cookie says it, once for each company (O8, O69)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

COOKIE = "ronda_workstation"
SALT = "ronda.company.workstation"
YEARS = 5 * 365 * 24 * 3600


def workstation_of(request: HttpRequest, company_id: int | None) -> int | None:
    """The key of the workstation this browser was told to be in the company. No query.

    A workstation that is gone meanwhile has no options of its own, so it changes nothing.
    """
    return _chosen(request).get(company_id) if company_id is not None else None


def remember(
    request: HttpRequest, response: HttpResponse, company_id: int, workstation_id: int | None
) -> None:
    """Tell this browser which workstation it is in the company; None: no particular one."""
    chosen: dict[int, int] = {**_chosen(request)}
    if workstation_id is None:
        chosen.pop(company_id, None)
    else:
        chosen[company_id] = workstation_id
    if not chosen:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    facts: dict[str, Any] = {"samesite": "Lax", "secure": request.is_secure(), "httponly": True}
    told = ".".join(f"{company}-{station}" for company, station in sorted(chosen.items()))
    response.set_signed_cookie(COOKIE, told, salt=SALT, max_age=YEARS, **facts)


def _chosen(request: HttpRequest) -> Mapping[int, int]:
    told = request.get_signed_cookie(COOKIE, default="", salt=SALT) or ""
    pairs = (pair.partition("-") for pair in told.split(".") if pair)
    return {int(company): int(station) for company, _dash, station in pairs}
