"""What can be imported from a table: each app declares its kinds in its own `imports.py`."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

from ronda.company.domain import cells
from ronda.company.domain.cells import Cell
from ronda.company.domain.header_matching import SYNONYMS, FieldNames
from ronda.company.imports.records import Trace, snapshot
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

Parse = Callable[[Cell, str], Any]


class TooLong(Refusal):
    code = "company.cell_too_long"


class UnknownKind(Refusal):
    code = "company.import_kind_unknown"


class UnknownWord(Refusal):
    code = "company.cell_unknown_word"


def text(longest: int = 200) -> Parse:
    """A text of at most so many characters; figures of a spreadsheet as they are shown there."""

    def parse(value: Cell, locale: str) -> str:
        read = format(value, "f") if isinstance(value, Decimal) else str(value)
        tidy = " ".join(read.split()) if longest <= 500 else read.strip()
        if len(tidy) > longest:
            message = _("“%(read)s…” has more than %(longest)d characters. Shorten it.")
            raise TooLong(message % {"read": tidy[:40], "longest": longest})
        return tidy

    return parse


def date_cell(value: Cell, locale: str) -> Any:
    """A date by the conventions of the company's language."""
    return cells.parse_date(value, locale)


def decimal_cell(value: Cell, locale: str) -> Any:
    """A number by the conventions of the company's language."""
    return cells.parse_decimal(value, locale)


def bool_cell(value: Cell, locale: str) -> bool:
    """Yes or no in any of the languages."""
    return cells.parse_bool(value)


def word(words: Mapping[str, Any]) -> Parse:
    """One of some words, whatever their case."""

    def parse(value: Cell, locale: str) -> Any:
        read = " ".join(str(value).split()).casefold()
        if read not in words:
            shown = ", ".join(dict.fromkeys(list(words)[:8]))
            message = _("“%(read)s” is not known here. Write one of: %(words)s.")
            raise UnknownWord(message % {"read": str(value)[:40], "words": shown})
        return words[read]

    return parse


@dataclass(frozen=True, slots=True)
class ImportField:
    """A column that may be given. `alike` names the usual headers in `header_matching.SYNONYMS`."""

    name: str
    label: Any
    parse: Parse = field(default_factory=text)
    required: bool = False
    help: Any = ""
    example: str = ""
    alike: tuple[str, ...] = ()

    def names(self) -> FieldNames:
        usual = tuple(name for known in self.alike for name in SYNONYMS.get(known, (known,)))
        return FieldNames(self.name, (str(self.label), *usual))


@dataclass(frozen=True, slots=True)
class Facts:
    """One row, read: the cells that say something, by the name of their field."""

    number: int
    values: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row is refused (or, with `warning`, what to look at). `field` is its label."""

    row: int
    field: str
    read: str
    reason: str
    warning: bool = False

    def as_list(self) -> list[Any]:
        return [self.row, self.field, self.read, self.reason, self.warning]


@dataclass(slots=True)
class ChunkRun:
    """Some rows being written. The importer says of each row what became of it."""

    company: Company
    by: str
    importer: "Importer"
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)

    def refuse(self, facts: Facts, reason: Any, name: str = "") -> None:
        """The row is not imported; `name` is the field to correct."""
        self.refused_rows.add(facts.number)
        self._note(facts, reason, name, warning=False)

    def warn(self, facts: Facts, reason: Any, name: str = "") -> None:
        """The row is imported, but a person should look."""
        self._note(facts, reason, name, warning=True)

    def _note(self, facts: Facts, reason: Any, name: str, *, warning: bool) -> None:
        told = str(reason.message) if isinstance(reason, Refusal) else str(reason)
        name = name or (getattr(reason, "field", None) or "")
        label = next((str(one.label) for one in self.importer.fields if one.name == name), name)
        read = str(facts.get(name, ""))[:80]
        self.errors.append(RowError(facts.number, label, read, told, warning))

    def made(self, facts: Facts, record: Model, names: Sequence[str], *, counts: bool = True) -> None:
        """A new record; `names` are the columns that tell whether somebody touched it since."""
        self.traces.append(Trace(facts.number, record, snapshot(record, names)))
        self.created += counts

    def altered(self, facts: Facts, record: Model, before: Mapping[str, Any], *, counts: bool = True) -> None:
        """A known record with other values; `before` holds those it had."""
        self.traces.append(Trace(facts.number, record, snapshot(record, before), before))
        self.changed += counts

    def same(self, facts: Facts) -> None:
        """The record says this already."""
        self.unchanged += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One kind of table. `write` gets some hundred rows at a time, in a transaction, and writes them with
    a constant number of statements through the services of its app; what it may not write it refuses.

    key: what a row is told from others by; a later row with the same key is refused.
    group: rows with the same answer are handed over together (lines of one contract).
    permission: a full permission name.
    """

    kind: str
    label: Any
    fields: tuple[ImportField, ...]
    write: Callable[[Sequence[Facts], ChunkRun], None]
    permission: str
    key: Callable[[Facts], Hashable | None] = lambda facts: None
    group: Callable[[Facts], Hashable] | None = None
    help: Any = ""
    list_url: str = ""
    order: int = 100

    def field(self, name: str) -> ImportField | None:
        return next((one for one in self.fields if one.name == name), None)


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> None:
    """Make a kind of table known; called in `imports.py` of an app."""
    _importers[importer.kind] = importer


@cache
def discover() -> None:
    """Load the `imports.py` of every app, once."""
    autodiscover_modules("imports")


def importers() -> list[Importer]:
    """Every kind of table, in the order in which they are usually brought in."""
    discover()
    return sorted(_importers.values(), key=lambda one: (one.order, one.kind))


def importer_for(kind: str) -> Importer:
    """The importer of a kind, or UnknownKind with those there are."""
    discover()
    if kind not in _importers:
        message = _("“%(kind)s” cannot be imported. There are: %(kinds)s.")
        raise UnknownKind(message % {"kind": kind, "kinds": ", ".join(sorted(_importers))})
    return _importers[kind]
