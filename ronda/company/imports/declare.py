"""What can be imported from a table.

Every workspace with a form can: its importer is derived from the form (`derived.py`). An app whose records
need more than a form at a time, or many thousands in a few seconds, declares an importer in `imports.py`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import get_resolver
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import override

from ronda.company.domain import cells
from ronda.company.domain.cells import Cell
from ronda.company.domain.header_matching import SYNONYMS, FieldNames
from ronda.company.imports.records import Trace, snapshot
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.workspace import extras
from ronda.workspace.context import title_of
from ronda.workspace.registry import registry

Parse = Callable[[Cell, str], Any]
NOTHING = object()
LANGUAGES = ("it", "fr", "en")
UPSERT, CREATE, UPDATE = "upsert", "create", "update"
MODES = (
    (UPSERT, _("Add what is new, bring up to date what is known")),
    (CREATE, _("Only add what is new; known records stay as they are")),
    (UPDATE, _("Only bring up to date what is known; new rows are left out")),
)


class TooLong(Refusal):
    code = "company.cell_too_long"


class UnknownKind(Refusal):
    code = "company.import_kind_unknown"


class UnknownWord(Refusal):
    code = "company.cell_unknown_word"


def text(longest: int = 200) -> Parse:
    """A text of at most so many characters; figures of a spreadsheet as they are shown there."""

    in_one_line = longest <= 500

    def parse(value: Cell, locale: str) -> str:
        read = value if type(value) is str else _as_shown(value)
        tidy = " ".join(read.split()) if in_one_line else read.strip()
        if len(tidy) > longest:
            message = _("“%(read)s…” has more than %(longest)d characters. Shorten it.")
            raise TooLong(message % {"read": tidy[:40], "longest": longest})
        return tidy

    return parse


def _as_shown(value: Cell) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


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
    """A column that may be given. `alike` names the usual headers in `header_matching.SYNONYMS`.

    kind: what the cell holds, in a word for people; choices: what may be written.
    later: whether a blank cell of a required column is judged when the row is written: known records keep
    theirs.
    empty: what the word for "empty" writes (`cells.is_clearing`); NOTHING where a cell cannot be emptied.
    """

    name: str
    label: Any
    parse: Parse = field(default_factory=text)
    required: bool = False
    help: Any = ""
    example: str = ""
    alike: tuple[str, ...] = ()
    kind: Any = _("text")
    choices: Callable[[], Sequence[str]] | None = None
    empty: Any = ""
    later: bool = False

    def names(self) -> FieldNames:
        """The headers it is known by: its label in every language, and the usual ones."""
        usual = tuple(name for known in self.alike for name in SYNONYMS.get(known, (known,)))
        return FieldNames(self.name, (*self.labels(), *usual))

    def labels(self) -> tuple[str, ...]:
        """The label in the language in use, then in the others."""
        found = [str(self.label)]
        for language in LANGUAGES:
            with override(language):
                found.append(str(self.label))
        return tuple(dict.fromkeys(found))


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
    mode: str = UPSERT
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: list[RowError] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)
    known: dict[int, Model] = field(default_factory=dict)

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

    def same(self, facts: Facts, record: Model | None = None) -> None:
        """The record says this already."""
        self.unchanged += 1
        if record is not None:
            self.known[facts.number] = record

    def leave(self, facts: Facts) -> None:
        """The row is not wanted: a known record where only new ones are added, or the other way round."""
        self.skipped += 1

    @property
    def adds(self) -> bool:
        """Whether new records are wanted."""
        return self.mode != UPDATE

    @property
    def updates(self) -> bool:
        """Whether known records are to be changed."""
        return self.mode != CREATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One kind of table. `write` gets some hundred rows at a time, in a transaction, and writes them with
    a constant number of statements through the services of its app; what it may not write it refuses.

    key: what a row is told from others by; a later row with the same key is refused.
    group: rows with the same answer are handed over together (lines of one contract).
    permission: a full permission name; to change known records, `change` as well, where it is given.
    model: whose workspace the table belongs to.
    rows: the table as it is written out again: each row with the key of its record and its values by name of
    field; one record may fill several rows, the first says it whole.
    own: fields of the company's own, written beside it (`own_fields.py`).
    """

    kind: str
    label: Any
    fields: tuple[ImportField, ...]
    write: Callable[[Sequence[Facts], ChunkRun], None]
    permission: str
    change: str = ""
    model: type[Model] | None = None
    rows: Callable[[Company, Sequence[Any]], Iterable[tuple[int, Mapping[str, Any]]]] | None = None
    key: Callable[[Facts], Hashable | None] = lambda facts: None
    group: Callable[[Facts], Hashable] | None = None
    help: Any = ""
    list_url: str = ""
    order: int = 100
    own: tuple[str, ...] = ()

    def field(self, name: str) -> ImportField | None:
        return next((one for one in self.fields if one.name == name), None)


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> None:
    """Make a kind of table known; called in `imports.py` of an app."""
    _importers[importer.kind] = importer


@cache
def discover() -> None:
    """Load the `imports.py` of every app and the workspaces of the site, once."""
    autodiscover_modules("imports")
    list(get_resolver().url_patterns)  # mounts the workspaces, also where no page was asked for yet


def importers(company: Company | None = None) -> list[Importer]:
    """Every kind of table, in the order in which they are usually brought in, as the company sees them."""
    from ronda.company.imports.derived import derive, is_importable  # noqa: PLC0415 -- it declares with this

    discover()
    own = [with_extras(one, company) for one in _importers.values()]
    taken = {one.model for one in own}
    made = [
        with_extras(derive(workspace, company), company)
        for workspace in registry
        if workspace.model not in taken and is_importable(workspace)
    ]
    return sorted([*own, *made], key=lambda one: one.order)


def importer_for(kind: str, company: Company | None = None) -> Importer:
    """The importer of a kind, or UnknownKind with those there are."""
    from ronda.company.imports.derived import derive, is_importable  # noqa: PLC0415 -- it declares with this

    discover()
    if kind in _importers:
        return with_extras(_importers[kind], company)
    workspace = registry.get(kind)
    if workspace is None or not is_importable(workspace):
        message = _("“%(kind)s” cannot be imported. There are: %(kinds)s.")
        raise UnknownKind(message % {"kind": kind, "kinds": ", ".join(one.kind for one in importers())})
    if (special := special_of(workspace.model)) is not None:
        return with_extras(special, company)
    return with_extras(derive(workspace, company), company)


def label_of(kind: str) -> Any:
    """What a kind of table is called; the kind itself when the program no longer knows it."""
    discover()
    if kind in _importers:
        return _importers[kind].label
    workspace = registry.get(kind)
    return title_of(workspace) if workspace is not None else kind


def special_of(model: type[Model]) -> Importer | None:
    """The importer an app declared for a model, if any."""
    discover()
    return next((one for one in _importers.values() if one.model is model), None)


def with_extras(importer: Importer, company: Company | None) -> Importer:
    """The importer with the company's own fields of its records (`own_fields.py` writes them)."""
    if importer.model is None or company is None:
        return importer
    known = {one.name for one in importer.fields}
    own = [one for one in extras.fields_of(importer.model, company.pk) if one.key not in known]
    if not own:
        return importer
    return replace(
        importer,
        fields=(*importer.fields, *map(extra_field, own)),
        own=tuple(one.key for one in own),
    )


def extra_field(extra: extras.ExtraField) -> ImportField:
    """A field of the company's own as a column."""

    def parse(value: Cell, locale: str) -> Any:
        read = read_extra(extra.kind, value, locale)
        try:
            return extras.clean(extra, read)
        except ValidationError as error:
            raise UnknownWord(" ".join(error.messages)) from None

    labels = tuple(label for _code, label in extra.choices)
    return ImportField(
        extra.key,
        extra.label,
        parse,
        required=extra.required,
        help=extra.help,
        kind=EXTRA_KINDS.get(extra.kind, _("text")),
        choices=(lambda: labels) if labels else None,
        empty=None,
    )


EXTRA_KINDS = {
    "number": _("number"), "amount": _("number"), "date": _("date"), "yes_no": _("yes or no"),
    "choice": _("choice"),
}  # fmt: skip


def read_extra(kind: str, value: Cell, locale: str) -> Any:
    """A cell by the habits of people, as the keeper of the fields takes it."""
    if kind in ("number", "amount"):
        return cells.parse_decimal(value, locale)
    if kind == "date":
        return cells.parse_date(value, locale)
    if kind == "yes_no":
        return cells.parse_bool(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value).strip()
