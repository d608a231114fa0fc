"""SdI played on this computer, as a channel: for practice and for the demonstration. Nothing leaves.

It is the simulator without its web service. What it remembers is in the folder `practice` of the company:
`recipients.json` there says what becomes of invoices by recipient's code (see `simulator/service.py`).
Each look at what has come is a day for it, as long as something is still to come.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from ronda.company.models import Company
from ronda.countries.it.domain.preflight import objections
from ronda.countries.it.domain.sdi.messages import ROME
from ronda.countries.it.exchange.channel import ChannelRefused, failed, refuse_names
from ronda.countries.it.exchange.simulator.service import Simulator
from ronda.einvoices.domain.exchange import Handed, Incoming, Outgoing
from ronda.einvoices.door import company_folder
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

CODE = "sdi_practice"
FOLDER = "practice"


class Practice:
    """A `Channel` to a played exchange with its memory in `folder`. `clock` gives aware instants."""

    name = "practice"

    def __init__(self, folder: Path, clock: Callable[[], datetime] = timezone.now) -> None:
        self._folder, self._clock = folder, clock

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        refuse_names(files)
        with self.playing() as exchange:
            return [_send_one(exchange, file) for file in files]

    def fetch(self) -> Iterator[Incoming]:
        with self.playing() as exchange:
            exchange.move_on()
            parcels = exchange.waiting()
        for parcel in parcels:
            yield Incoming(str(parcel.number), parcel.name, parcel.content)

    def acknowledge(self, incoming: Incoming) -> None:
        with self.playing() as exchange:
            exchange.drop(int(incoming.token))

    @contextmanager
    def playing(self) -> Iterator[Simulator]:
        """The exchange itself, for whoever makes something happen there."""
        exchange = Simulator(
            self._folder,
            opening=self._clock(),
            check=lambda content: refused_because(content, now=self._clock()),
            clock=self._clock,
        )
        try:
            yield exchange
        finally:
            exchange.close()


def practice_of(company: Company, clock: Callable[[], datetime] = timezone.now) -> Practice:
    """The played exchange of a company."""
    return Practice(company_folder(company) / FOLDER, clock)


def refused_because(content: bytes, *, now: datetime) -> Iterator[tuple[str, str]]:
    """(code, text) of everything the checks before sending object to; 00200 for what is no invoice."""
    try:
        found = objections(content, on=now.astimezone(ROME).date())
    except Refusal as refusal:
        yield "00200", str(refusal.message)
        return
    yield from ((finding.code, str(finding.text)) for finding in found)


def _send_one(exchange: Simulator, file: Outgoing) -> Handed:
    try:
        taken = exchange.submit(file.name, file.content)
    except Refusal as refusal:
        text = _("The played exchange does not take it (%(reason)s).")
        return failed(file.name, ChannelRefused(text % {"reason": refusal.message}))
    return Handed(file.name, taken.sdi_id, taken.sdi_id)
