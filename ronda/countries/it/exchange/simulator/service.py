"""The exchange with its memory in a folder, for one caller at a time.

<folder>/exchange.sqlite   what it remembers
<folder>/recipients.json   {"ABC123": "refuses"}: what becomes of invoices, by recipient's code
<folder>/faults.json       {"copies": 2, "newest_first": true}: what goes wrong
<firm>/outbox, inbox       as the firm calls them: it puts files into one and finds answers in the other
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from ronda.company.domain import safe_xml
from ronda.countries.it.domain.sdi.examining import Check, Schema
from ronda.countries.it.domain.sdi.exchange import (
    Conduct,
    Exchange,
    Faults,
    Lost,
    Parcel,
    Rules,
    Submission,
)
from ronda.countries.it.exchange.drop import DropSettings, FileDrop, free_name, write_whole
from ronda.countries.it.exchange.simulator.store import SqliteMemory
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class BadSimulatorSettings(Refusal):
    """A file of settings, or faults that were ordered, cannot be understood."""

    code = "sdi.simulator_settings"


def schema_from(path: Path) -> Schema:
    """Validation against the schema of invoices in `path`, which may import only files beside it."""
    judge = etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))

    def mistakes(content: bytes) -> list[str]:
        root = safe_xml.parse(content)
        if judge.validate(root):
            return []
        found: Any = judge.error_log
        return [str(entry.message) for entry in found]

    return mistakes


class Simulator:
    """The local exchange. Its methods may be called by any thread."""

    def __init__(
        self,
        folder: Path,
        *,
        opening: datetime,
        check: Check | None = None,
        schema: Schema | None = None,
        own_codes: frozenset[str] = frozenset(),
        step_on_fetch: bool = False,
        firm: Path | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`opening`: the aware instant at which a new folder begins. `step_on_fetch`: looking for messages
        lets a day pass while some are still to come, so that a demonstration needs nobody to move the
        clock. `firm`: where its outbox and
        inbox are, if not in `folder`. `clock`: see `Rules`."""
        self._firm = firm or folder
        for part in (folder, self._firm / "outbox", self._firm / "inbox"):
            part.mkdir(parents=True, exist_ok=True)
        self.folder, self._step_on_fetch, self._lock = folder, step_on_fetch, threading.Lock()
        self._memory = SqliteMemory(folder / "exchange.sqlite")
        recipients = _recipients(folder / "recipients.json")
        rules = Rules(self._memory.opening(opening), check, schema, recipients, own_codes, clock)
        self._exchange = Exchange(rules, self._memory, read_faults(_json(folder / "faults.json")))

    @contextmanager
    def _working(self) -> Iterator[Exchange]:
        with self._lock, self._memory.writing():
            yield self._exchange

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._memory.close()

    @property
    def step(self) -> int:
        """The logical clock, in days since the opening."""
        with self._working() as exchange:
            return exchange.step

    @property
    def faults(self) -> Faults:
        """What goes wrong now."""
        return self._exchange.faults

    def order_faults(self, faults: Faults) -> None:
        """From now on this goes wrong; kept for the next start."""
        with self._working() as exchange:
            exchange.faults = faults
        partial = self.folder / ".faults.json.part"
        partial.write_text(json.dumps(asdict(faults)))
        os.replace(partial, self.folder / "faults.json")

    def conduct(self, recipient: str, conduct: Conduct) -> None:
        """What becomes of invoices to this code from now on."""
        with self._working() as exchange:
            table = {**exchange.rules.recipients, recipient: conduct}
            exchange.rules = replace(exchange.rules, recipients=table)

    def submit(self, name: str, content: bytes) -> Submission:
        """Take a file, as `Exchange.submit`."""
        with self._working() as exchange:
            return exchange.submit(name, content)

    def waiting(self) -> list[Parcel]:
        """What the firm may fetch."""
        with self._working() as exchange:
            found = exchange.waiting()
            if self._step_on_fetch and not found and exchange.busy:
                exchange.advance()
                found = exchange.waiting()
            return found

    def drop(self, number: int) -> None:
        """The firm has it."""
        with self._working() as exchange:
            exchange.drop(number)

    def advance(self, steps: int = 1) -> int:
        """Let days pass; the day reached."""
        with self._working() as exchange:
            return exchange.advance(steps)

    def move_on(self) -> None:
        """Let a day pass if something is still to come: whoever looks often does not hurry the clock."""
        with self._working() as exchange:
            if exchange.busy:
                exchange.advance()

    def hand_in(self, name: str, content: bytes, recipient: str) -> str:
        """A supplier's invoice for the firm; its identifier."""
        with self._working() as exchange:
            return exchange.hand_in(name, content, recipient)

    def sweep(self) -> int:
        """Take what lies in the outbox, put what is due into the inbox; how many files were moved."""
        moved = 0
        inbox, outbox = self._firm / "inbox", self._firm / "outbox"
        settings = DropSettings(inbox, outbox, self._firm / "taken", 0)
        firm = FileDrop(settings)
        for incoming in firm.fetch():
            if self.submit(incoming.name, incoming.content).lost is not Lost.BEFORE:
                firm.acknowledge(incoming)
                moved += 1
        for parcel in self.waiting():
            write_whole(inbox, free_name(inbox, parcel.name).name, parcel.content)
            self.drop(parcel.number)
            moved += 1
        return moved


def read_faults(told: Any) -> Faults:
    """Faults from JSON. Raises `BadSimulatorSettings` on names and values there are none of."""
    known: dict[str, Callable[[Any], bool]] = {
        field.name: _is_flag if field.type is bool else _is_count for field in fields(Faults)
    }
    if not isinstance(told, dict) or any(name not in known or not known[name](told[name]) for name in told):
        message = _("The faults cannot be understood. Possible are: %(names)s.")
        raise BadSimulatorSettings(message % {"names": ", ".join(known)})
    return Faults(**told)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000


def _recipients(path: Path) -> dict[str, Conduct]:
    try:
        return {str(code): Conduct(conduct) for code, conduct in _json(path).items()}
    except (ValueError, AttributeError):
        message = _("“%(file)s” cannot be understood. It holds codes of recipients and one of: %(names)s.")
        facts = {"file": path.name, "names": ", ".join(Conduct)}
        raise BadSimulatorSettings(message % facts) from None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        message = _("“%(file)s” cannot be read. Correct it or take it away.")
        raise BadSimulatorSettings(message % {"file": path.name}) from None
