"""What the database knows of a customer, declared by each app in its `personal.py`, read by `privacy`.

    declare("parties.Site", party=("party",), blank={"name": NAMED, "street": ""}, kept={"city": STATISTICS})

Every text of every model is declared: what becomes of it when a customer is anonymised, or why it says
nothing of one. A test reads the models and fails for a text that nobody declared.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.utils.module_loading import autodiscover_modules

#: A new text made of the record's key: "Anonymised 12", "ANON-12", "12".
NAMED, CODED, KEYED = "named", "coded", "keyed"
#: What stands in place of a text that cannot be empty.
MASK = "•••"

OURS = "given by the firm or the program, not taken from a person"
STATISTICS = "kept for statistics: it names no person"
STAFF = "about people who work in the firm, not about customers"
TECHNICAL = "a technical value, random or computed"
SETTINGS = "settings and catalogue of the firm"


@dataclass(frozen=True, slots=True)
class NewText:
    """A text made of the key of its own record; `how` is NAMED, CODED or KEYED."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """How one model hangs on a customer and what becomes of it.

    party: paths to the customer; the first one is also what an export follows.
    held: in words what it is, when a customer who has one cannot be anonymised (R51).
    within: the held model it is a part of. remove: its rows are deleted. export: whether a person gets it.
    blank: field to what replaces it. files: fields whose bytes are deleted. erased: fields an eraser takes
    care of. swept: fields of any record of the company in which the customer's words are masked.
    hidden: fields an export leaves out. kept: field to the reason why it stays.
    nothing: why the whole model says nothing of customers.
    """

    model: str
    party: tuple[str, ...] = ()
    held: Any = ""
    within: str = ""
    remove: bool = False
    export: bool = True
    blank: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    company: str = "company"
    nothing: Any = ""

    def rows(self) -> type[Model]:
        return apps.get_model(self.model)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a customer cannot be anonymised now (`stops`), or what to think of before."""

    party_id: int
    code: str
    text: Any
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer about to be anonymised: his records by label, and the words he is known by elsewhere."""

    company_id: int
    party_id: int
    records: Mapping[str, tuple[int, ...]]
    words: tuple[str, ...]

    def with_records(self, label: str, ids: Iterable[int]) -> "Subject":
        more = tuple(dict.fromkeys((*self.records.get(label, ()), *ids)))
        return Subject(self.company_id, self.party_id, {**self.records, label: more}, self.words)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an export beside the declared models: rows in plain values, and files with their names."""

    code: str
    title: Any
    rows: list[dict[str, Any]]
    files: list[tuple[str, FieldFile]] = field(default_factory=list)


#: Removes what is not found by a path; returns how many records it changed, by label.
Eraser = Callable[[Subject], Mapping[str, Collection[int]]]
Obstacles = Callable[[int, Collection[int]], Iterable[Obstacle]]
Exporter = Callable[[int, int, Mapping[str, tuple[int, ...]]], Part]

_declared: dict[str, Personal] = {}
_erasers: list[tuple[int, Eraser]] = []
_obstacles: list[Obstacles] = []
_exporters: list[Exporter] = []


def declare(model: str, **facts: Any) -> None:
    """Say what becomes of a model's texts; see `Personal`."""
    _declared[model] = Personal(model=model, **facts)


def says_nothing(why: Any, *models: str) -> None:
    """These models say nothing of customers, and why."""
    for model in models:
        declare(model, nothing=why, export=False)


def eraser(order: int = 50) -> Callable[[Eraser], Eraser]:
    """Register a function that removes what hangs on no path; lower orders first."""

    def add(function: Eraser) -> Eraser:
        _erasers.append((order, function))
        return function

    return add


def holds_back(function: Obstacles) -> Obstacles:
    """Register a function that says, for many customers at once, what stands against anonymising them."""
    _obstacles.append(function)
    return function


def exports(function: Exporter) -> Exporter:
    """Register a part of the export of a person's data beside the declared models."""
    _exporters.append(function)
    return function


def discover() -> None:
    """Import every app's declarations, once."""
    autodiscover_modules("personal")


def declared() -> Mapping[str, Personal]:
    discover()
    return dict(_declared)


def erasers() -> list[Eraser]:
    discover()
    return [function for _order, function in sorted(_erasers, key=lambda one: one[0])]


def obstacles_of(company_id: int, party_ids: Collection[int]) -> Iterator[Obstacle]:
    """What the apps have against anonymising these customers, in a constant number of queries."""
    discover()
    for function in _obstacles:
        yield from function(company_id, party_ids)


def exporters() -> list[Exporter]:
    discover()
    return list(_exporters)
