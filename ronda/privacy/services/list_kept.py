"""The list of who was anonymised, kept beside the database so that it outlives a restore.

One line a customer: company, key, when the record was made and when it was anonymised. It says nothing of who
it was. Older backups still hold the person; after one is restored the list is applied again.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from ronda.parties.models import Contact
from ronda.privacy.models import Anonymisation, AnonymisedContact

FILE = "anonymised.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One customer of the list; `made` tells him from another one with the same key."""

    company_id: int
    party_id: int
    made: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One person at a customer's; one of the marks tells him from another one with the same key."""

    company_id: int
    contact_id: int
    marks: frozenset[str]


def place() -> Path:
    return Path(settings.VAR) / FILE


def note_down(rows: Iterable[Anonymisation]) -> None:
    """Add customers to the list; it is on the disk when this returns."""
    _append(
        {
            "company": row.company_id,
            "party": row.party_id,
            "made": row.party.created_at.isoformat(),
            "at": row.at.isoformat(),
        }
        for row in rows
    )


def note_down_contacts(rows: Iterable[tuple[AnonymisedContact, Sequence[str]]]) -> None:
    """Add people at customers' to the list, each with the marks that tell him in an older backup."""
    _append(
        {
            "company": row.company_id,
            "contact": row.contact_id,
            "marks": list(marks),
            "at": row.at.isoformat(),
        }
        for row, marks in rows
    )


def marks_of(contact: Contact) -> list[str]:
    """What tells this person from another one with the same key, and says nothing without the secret key."""
    said = (contact.name, contact.email, contact.phone, contact.mobile)
    return [
        salted_hmac("ronda.privacy.contact", f"{contact.pk}:{one.casefold()}", algorithm="sha256").hexdigest()
        for one in said
        if one
    ]


def _append(lines: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
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
    found: dict[tuple[int, int], Line] = {}
    for told in _told():
        try:
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


def listed_contacts() -> list[ContactLine]:
    """The people at customers' of the list, each once."""
    found: dict[int, ContactLine] = {}
    for told in _told():
        try:
            line = ContactLine(int(told["company"]), int(told["contact"]), frozenset(told["marks"]))
        except (ValueError, KeyError, TypeError):
            continue
        found[line.contact_id] = line
    return list(found.values())


def _told() -> Iterator[Mapping[str, Any]]:
    """The lines; one that a crash cut off is passed over."""
    try:
        text = place().read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for raw in text.splitlines():
        try:
            told = json.loads(raw)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told
