"""The list of who was anonymised, kept beside the database so that it outlives a restore.

One line a customer: company, key, when the record was made and when it was anonymised. It says nothing of who
it was. Older backups still hold the person; after one is restored the list is applied again.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from ronda.privacy.models import Anonymisation

FILE = "anonymised.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One customer of the list; `made` tells him from another one with the same key."""

    company_id: int
    party_id: int
    made: datetime
    at: datetime


def place() -> Path:
    return Path(settings.VAR) / FILE


def note_down(rows: Iterable[Anonymisation]) -> None:
    """Add customers to the list; it is on the disk when this returns."""
    text = "".join(
        json.dumps(
            {
                "company": row.company_id,
                "party": row.party_id,
                "made": row.party.created_at.isoformat(),
                "at": row.at.isoformat(),
            }
        )
        + "\n"
        for row in rows
    )
    if not text:
        return
    target = place()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a+b") as opened:
        # A line that a crash cut off is closed first, so that it does not swallow this one.
        if opened.tell():
            opened.seek(-1, os.SEEK_END)
            text = text if opened.read(1) == b"\n" else f"\n{text}"
        opened.write(text.encode())
        opened.flush()
        os.fsync(opened.fileno())


def listed() -> list[Line]:
    """The list, each customer once; a line that a crash cut off is passed over."""
    try:
        text = place().read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    found: dict[tuple[int, int], Line] = {}
    for raw in text.splitlines():
        try:
            told = json.loads(raw)
            line = Line(
                int(told["company"]),
                int(told["party"]),
                datetime.fromisoformat(told["made"]),
                datetime.fromisoformat(told["at"]),
            )
        except (ValueError, KeyError, TypeError):
            continue
        found[line.company_id, line.party_id] = line
    return list(found.values())
