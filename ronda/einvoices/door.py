"""What countries bring: formats of legal documents, and channels to whoever takes them.

    register_format("IT", Fatturapa())                       # in AppConfig.ready() of a country pack
    register_channel(ChannelKind("pec", _("…"), open=Pec))

The core asks by the company's country and by the document, and never which country it is.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.einvoices.domain.exchange import (
    Deadline,
    Handed,
    Incoming,
    LegalFile,
    Outgoing,
    ReceiptFacts,
    Standing,
    Verdict,
)
from ronda.einvoices.domain.findings import Finding
from ronda.einvoices.domain.settings import Setting
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class LegalFormat(Protocol):
    """One way to write legal documents, and to understand what comes back.

    Functions that take documents take those of one company, and cost the same number of queries for one as
    for many. `code` is stable: it is stored.
    """

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> Any: ...

    def applies(self, document: Document) -> bool:
        """Whether documents like this one go out in this format."""

    def preflight(self, documents: Sequence[Document], *, on: date) -> Mapping[int, list[Finding]]:
        """By document: what the exchange would object to, if it were sent on that day. Drafts as well."""

    def transmitter(self, company: Company) -> str:
        """Whose file names are counted; the same text for whoever shares the numbers."""

    def write(
        self, documents: Sequence[Document], *, numbers: Mapping[int, int], corrected: Collection[int] = ()
    ) -> Mapping[int, "LegalFile | Refusal"]:
        """By document: its file, or why there is none. `numbers`: the number of each file, never used before.

        `corrected` are documents whose earlier file was rejected: they state the customer as he is known now.
        """

    def read_receipt(self, name: str, content: bytes) -> ReceiptFacts:
        """What a message says; a Refusal when it is none of this format."""

    def label_of(self, kind: str) -> Any:
        """The kind of a receipt in people's words."""

    def judge(self, receipts: Collection[ReceiptFacts], *, sent: bool, facts: Mapping[str, Any]) -> Verdict:
        """The state of one file, a function of the *set* of its receipts (R42)."""

    def deadlines(self, standing: Standing, receipts: Collection[ReceiptFacts]) -> Sequence[Deadline]:
        """What is still to happen, soonest first."""


class Channel(Protocol):
    """A way to the exchange and back. It moves bytes and names, reads nothing and tries nothing twice.

    Calls may block, so they belong into jobs. A Refusal of `send` or `fetch` is about the whole call.
    `fetch` brings again whatever was not acknowledged.
    """

    def send(self, files: Sequence[Outgoing]) -> Sequence[Handed]:
        """Hand over: one answer per file, in their order."""

    def fetch(self) -> Iterator[Incoming]:
        """What waits, oldest first. One odd thing never stops the rest."""

    def acknowledge(self, incoming: Incoming) -> None:
        """It is stored: do not bring it again. Repeating this is harmless."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a channel is told: `fields`, kept in section `table` of `file` in the company's folder.

    `check` is given what the section would hold and refuses what cannot work, naming the field.
    """

    file: str
    table: str
    fields: tuple[Setting, ...]
    check: Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A channel as options name it; `open` makes it ready for a company, or refuses.

    settings: what people enter about it; None where there is nothing to enter. try_out: asks whether it
    works with the settings that are kept, within seconds, without sending or taking anything; what was found,
    in words, or a refusal. practice: nothing leaves this computer, and answers come at once. short: the label
    where several stand side by side.
    """

    code: str
    label: Any
    open: Callable[[Company], Channel]
    countries: frozenset[str] = frozenset()
    help: Any = ""
    settings: Callable[[], ChannelSettings] | None = None
    try_out: Callable[[Company], Any] | None = None
    practice: bool = False
    short: Any = ""


class NoChannel(Refusal):
    """The company has not chosen how its files leave."""

    code = "einvoices.no_channel"


#: Takes what is no receipt, such as a supplier's invoice; False when it is nothing for it either.
Taker = Callable[[Company, Incoming, str], bool]

_formats: dict[str, list[LegalFormat]] = {}
_channels: dict[str, ChannelKind] = {}
_takers: dict[str, Taker] = {}


def register_format(country: str, legal_format: LegalFormat) -> None:
    """For country packs: a format of companies of that country; the first that applies is taken."""
    known = [one for one in _formats.get(country, []) if one.code != legal_format.code]
    _formats[country] = [*known, legal_format]


def register_channel(kind: ChannelKind) -> None:
    """A further way for files to leave; of the same code, the last one counts."""
    _channels[kind.code] = kind


def register_taker(code: str, taker: Taker) -> None:
    """Who is asked about incoming files that are no receipts."""
    _takers[code] = taker


def formats_of(company: Company) -> list[LegalFormat]:
    """The formats of the company's country."""
    return list(_formats.get(company.country, ()))


def format_for(document: Document) -> LegalFormat | None:
    """The format a document goes out in; None when the law of its country asks for no file."""
    return next((one for one in formats_of(document.company) if one.applies(document)), None)


def format_called(code: str) -> LegalFormat | None:
    """A format by its stored code."""
    return next((one for every in _formats.values() for one in every if one.code == code), None)


def takers() -> list[Taker]:
    """In the order in which they were registered."""
    return list(_takers.values())


def channel_choices() -> list[tuple[str, Any]]:
    """For the option: none, then every channel there is."""
    return [
        ("", _("none: files are fetched by hand")),
        *((one.code, one.label) for one in _channels.values()),
    ]


def channels_of(company: Company) -> list[ChannelKind]:
    """The ways a company of its country may choose."""
    return [one for one in _channels.values() if not one.countries or company.country in one.countries]


def channel_kind(company: Company, code: str) -> ChannelKind | None:
    """The kind of that code, if the company may choose it."""
    return next((one for one in channels_of(company) if one.code == code), None)


def channel_label(code: str) -> Any:
    return _channels[code].label if code in _channels else code


def company_folder(company: Company) -> Path:
    """Where the installation keeps what this company needs for its legal documents."""
    return Path(settings.EINVOICES_ROOT) / str(company.pk)


def open_channel(company: Company, code: str) -> Channel:
    """The channel of that code, ready for the company; NoChannel, or the refusal of its settings."""
    kind = channel_kind(company, code)
    if kind is None:
        raise NoChannel(
            _("Choose how e-invoices leave: Settings → Options → E-invoices → Channel."), field="channel"
        )
    return kind.open(company)
