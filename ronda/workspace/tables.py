"""Tables that come in and go out: what the app that reads them offers to every list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from ronda.workspace.declare import Workspace
    from ronda.workspace.listing import Listing

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class TableDoor:
    """What is offered, as functions.

    import_url: where this person brings in the records of a workspace; "" where that is not done or allowed.
    rows: the rows of a listing as that import reads them, headers first; None where there is no import.
    """

    import_url: Callable[[type[Workspace], HttpRequest], str]
    rows: Callable[[Listing, HttpRequest], Rows | None]
    write_csv: Callable[[IO[bytes], Rows, HttpRequest], Any]
    write_xlsx: Callable[[IO[bytes], Rows, str], Any]


_doors: list[TableDoor] = []


def offer_tables(offered: TableDoor) -> None:
    """For the app above: give every list its import, the tables for it, and text files."""
    _doors[:] = [offered]


def door() -> TableDoor | None:
    """What is offered; None where no app reads tables."""
    return _doors[0] if _doors else None


def import_url(workspace: type[Workspace], request: HttpRequest) -> str:
    """Where the records of a list are brought in, for who may."""
    return _doors[0].import_url(workspace, request) if _doors else ""
