"""Where a search of flows goes on. The caller keeps the cursor in the transaction of what it read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: `updatedAfter` is strict and two flows may be updated in one instant: look back, skip what was seen.
OVERLAP = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Lane:
    """One search. after: lower bound; page: the platform's own cursor; seen: flows of the last instants."""

    after: str = ""
    page: str = ""
    top: str = ""
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """Opaque to the caller: `str(cursor)` to keep it, `Cursor.parse` to have it back; empty at first."""

    lanes: Mapping[str, Lane] = field(default_factory=dict)

    def lane(self, name: str) -> Lane:
        """The lane called `name`, from its beginning when it was never read."""
        return self.lanes.get(name, Lane())

    def with_lane(self, name: str, lane: Lane) -> "Cursor":
        """The same cursor with one lane moved on."""
        return Cursor({**self.lanes, name: lane})

    def __str__(self) -> str:
        lanes = {name: [lane.after, lane.page, lane.top, *lane.seen] for name, lane in self.lanes.items()}
        return json.dumps(lanes, separators=(",", ":")) if lanes else ""

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor kept as `text`; the beginning for an empty or unreadable one: duplicates harm nobody."""
        try:
            rows = json.loads(text) if text else {}
            lanes = {
                str(name): Lane(row[0], row[1], row[2], tuple(map(str, row[3:])))
                for name, row in rows.items()
            }
            for lane in lanes.values():
                for moment in (lane.after, lane.top, *(mark.rpartition("@")[2] for mark in lane.seen)):
                    _moment(moment).astimezone()
        except (ValueError, AttributeError, IndexError, TypeError, OverflowError):
            return cls()
        return cls(lanes)


def mark_of(flow: Mapping[str, Any]) -> str:
    """A flow in the state it has now: changed flows come again under another mark."""
    return f"{flow['flowId']}@{flow['updatedAt']}"


def moved_on(lane: Lane, flows: list[Mapping[str, Any]], next_page: str) -> Lane:
    """The lane after a page of `flows`; `next_page` is empty at the end of the search."""
    top = max([lane.top, *(str(flow["updatedAt"]) for flow in flows)], key=_moment)
    since = _moment(top) - OVERLAP if top else None
    marks = dict.fromkeys([*lane.seen, *map(mark_of, flows)])
    kept = tuple(mark for mark in marks if since is None or _moment(mark.rpartition("@")[2]) > since)
    if next_page:
        return Lane(lane.after, next_page, top, kept)
    return Lane(since.isoformat() if since else lane.after, "", top, kept)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.fromisoformat("1970-01-01T00:00:00+00:00")
