"""State of the local platform in a folder: one JSON file, the files it was given, a clock that only ticks."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

#: The first moment of the logical clock; each change takes it one second further.
START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)

Record = dict[str, Any]


@dataclass
class State:
    """flows: metadata as the API tells it, with what only the platform knows under "private"."""

    ticks: int = 0
    serial: int = 0
    flows: dict[str, Record] = field(default_factory=dict)
    webhooks: dict[str, Record] = field(default_factory=dict)
    lines: list[Record] = field(default_factory=list)
    units: dict[str, Record] = field(default_factory=dict)
    plans: dict[str, list[Record]] = field(default_factory=dict)
    faults: list[Record] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    calls: list[Record] = field(default_factory=list)


class Store:
    """Reads the state of `folder` when made, writes it whole after each change."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] | None = None) -> None:
        """`clock`: aware instants, where the logical clock is never to be behind the real one."""
        self._folder, self._clock = folder, clock
        self._held = self._changed = False
        (folder / "files").mkdir(parents=True, exist_ok=True)
        self._path = folder / "state.json"
        self.state = State()
        if self._path.exists():
            self.state = State(**json.loads(self._path.read_text(encoding="utf-8")))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Many changes are saved once, at the end; also when something goes wrong between."""
        self._held, outer = True, self._held
        try:
            yield
        finally:
            self._held = outer
            if self._changed and not outer:
                self.save()

    def save(self) -> None:
        """The state on disk: whole or not at all."""
        self._changed = self._held
        if self._held:
            return
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(vars(self.state), ensure_ascii=False), encoding="utf-8")
        os.replace(temporary, self._path)

    def tick(self) -> datetime:
        """The moment of a change: later than all before."""
        self.state.ticks += 1
        if self._clock is not None:
            real = int((self._clock() - START).total_seconds())
            self.state.ticks = max(self.state.ticks, real)
        return START + timedelta(seconds=self.state.ticks)

    def stamp(self) -> str:
        """The moment of a change as the API writes it."""
        return self.tick().isoformat().replace("+00:00", "Z")

    def new_identifier(self, kind: str) -> str:
        """An identifier in the form of a UUID, counted up."""
        self.state.serial += 1
        letter = {"flow": "a", "webhook": "b", "token": "c"}[kind]
        return f"{self.state.serial:08x}-0000-4000-8000-{letter * 12}"

    def keep(self, flow_id: str, content: bytes) -> None:
        """The file of a flow."""
        (self._folder / "files" / flow_id).write_bytes(content)

    def content(self, flow_id: str) -> bytes:
        """The file of a flow."""
        return (self._folder / "files" / flow_id).read_bytes()
