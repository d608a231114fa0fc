"""An approved platform played on this computer, as a channel: for practice and for the demonstration.

It is the local platform without HTTP: `PracticeGate` answers what `Gate` would, so that everything above it
is the real thing. What it remembers is in the folder `practice` of the company; `lives.json` there says by
the buyer's electronic address what becomes of invoices: {"123456789": ["200", {"status": "213", "reasons":
[["ADR_ERR", "NIN"]]}]}. Each look at what has come moves every invoice three statuses on.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.utils import timezone

from ronda.company.models import Company
from ronda.countries.fr.platform.afnor import AfnorPlatform
from ronda.countries.fr.platform.channel import PlatformChannel
from ronda.countries.fr.platform.fake.directory import Directory
from ronda.countries.fr.platform.fake.platform import FakePlatform, Refused
from ronda.countries.fr.platform.gate import Answer, Gate, refusal_of
from ronda.einvoices.domain.exchange import Handed, Incoming, Outgoing
from ronda.einvoices.door import company_folder

CODE, FOLDER, PLACE, LIVES = "fr_practice", "practice", "cursor", "lives.json"
#: Deposited, sent on, received, approved.
LIFE = ("200", "201", "202", "205")
STEPS = 3


class PracticeGate(Gate):
    """The calls of `Gate`, answered by a platform in `folder`; one process at a time."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = timezone.now) -> None:
        self._folder, self._now = folder, clock
        self._known: FakePlatform | None = None
        self._read_as: Any = None
        self._inside = False

    @contextmanager
    def playing(self) -> Iterator[FakePlatform]:
        """The platform itself, for whoever makes something happen there; others wait."""
        if self._inside:
            assert self._known is not None
            yield self._known
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._known is None or self._read_as != self._written():
                lives = _lives(self._folder / LIVES)
                self._known = FakePlatform(self._folder, life=LIFE, lives=lives, clock=self._now)
            self._inside = True
            try:
                with self._known.store.together():
                    yield self._known
            finally:
                self._inside = False
                self._read_as = self._written()

    def _written(self) -> Any:
        """Tells one state of the platform's memory from another; a new one is a new file."""
        path = self._folder / "state.json"
        return (path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else None

    def flows(self, method: str, path: str, **given: Any) -> Answer:
        """A call of the flow service."""
        return self._answered(lambda platform: _flow_service(platform, method, path, given), given)

    def directory(self, method: str, path: str, **given: Any) -> Answer:
        """A call of the directory service; only addresses can be looked up."""
        resource = path.split("/")[2]
        return self._answered(
            lambda platform: Directory(platform.store).search(resource, given.get("json")), given
        )

    def _answered(self, ask: Callable[[FakePlatform], Any], given: dict[str, Any]) -> Answer:
        with self.playing() as platform:
            try:
                found = ask(platform)
            except Refused as refused:
                told = {"errorCode": refused.code, "errorMessage": refused.message}
                answer = Answer(refused.status, b"", told)
                if refused.status == 404 and given.get("none_when_missing"):
                    return answer
                raise refusal_of(answer) from refused
        return Answer(200, found, None) if isinstance(found, bytes) else Answer(200, b"", found)


def _lives(path: Path) -> Any:
    return json.loads(path.read_bytes()) if path.exists() else {}


def _flow_service(platform: FakePlatform, method: str, path: str, given: dict[str, Any]) -> Any:
    match method, path.strip("/").split("/")[1:]:
        case "GET", ["healthcheck"]:
            return None
        case "POST", ["flows"]:
            info, file = given["files"]["flowInfo"][1], given["files"]["file"][1]
            return platform.submit(json.loads(info), file)
        case "POST", ["flows", "search"]:
            # What is told must not change while it is read: as it would be over a wire.
            return json.loads(json.dumps(platform.search(given["json"])))
        case "GET", ["flows", flow_id]:
            return platform.content(unquote(flow_id))[1]
    raise Refused(404, "MISSING_RESOURCE", "no such address")


class PracticeChannel(PlatformChannel):
    """The played platform as a channel."""

    name = "practice"

    def __init__(self, gate: PracticeGate, place: Path) -> None:
        super().__init__(
            AfnorPlatform(gate),
            load=lambda: place.read_text(encoding="utf-8") if place.exists() else "",
            keep=lambda text: _keep(place, text),
        )
        self.gate = gate

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        with self.gate.playing():
            return super().send(files)

    def fetch(self) -> Iterator[Incoming]:
        with self.gate.playing() as platform:
            platform.step(STEPS)
        yield from super().fetch()


def practice_of(company: Company, clock: Callable[[], datetime] = timezone.now) -> PracticeChannel:
    """The played platform of a company."""
    folder = company_folder(company) / FOLDER
    return PracticeChannel(PracticeGate(folder, clock), folder / PLACE)


def _keep(place: Path, text: str) -> None:
    partial = place.with_suffix(".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(place)
