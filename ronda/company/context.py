"""Who acts and for which company, for code that is called without being told.

Set by the middleware for a request and by the worker for a job. Services still take `by`;
this only fills in what a row or a job would otherwise not know.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acting:
    company_id: int | None = None
    by: str = ""
    # The till, desk or tablet in front of the person; none in jobs and for programs.
    workstation_id: int | None = None


_NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("ronda_acting", default=_NOBODY)


def acting() -> Acting:
    """The company and person of the request or job under way."""
    return _acting.get()


@contextmanager
def acting_for(company_id: int | None, by: str, workstation_id: int | None = None) -> Iterator[None]:
    """Everything inside is done for that company by that person, at that workstation."""
    token = _acting.set(Acting(company_id, by, workstation_id))
    try:
        yield
    finally:
        _acting.reset(token)
