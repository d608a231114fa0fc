"""Fields a company added to a kind of record, for whoever lists, filters, edits, imports or prints it.

The workspace knows no app that keeps such fields: one `Source` registers itself here. Without a source there
are no extra fields, and every function answers with nothing, at no cost. What values look like and how they
are read is in `extra_values`, how they stand in lists and forms in `extra_screens`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=type[Model])
Kind = Literal["text", "number", "amount", "date", "yes_no", "choice", "link"]
PREFIX = "custom_"
#: Where the values of a record read for a list, an export or the API are kept.
HELD = "_extra_values"


@dataclass(frozen=True)
class ExtraField:
    """One field of a company's own on one kind of record.

    `key` ("custom_plant") is stable: name of the column and of the form field. `choices` are pairs of code
    and label; `retired` are those that may stay where they are but are not offered any more. `internal`
    fields may still be written when their record is closed.
    """

    key: str
    label: str
    kind: Kind
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    retired: tuple[tuple[str, str], ...] = ()
    in_list: bool = False
    in_print: bool = True
    internal: bool = False
    active: bool = True
    id: int = 0

    @property
    def code(self) -> str:
        """The field's own code, without the prefix of `key`: its name in the API and in prints."""
        return self.key.removeprefix(PREFIX)


@dataclass(frozen=True)
class Wanted:
    """What values are looked for: from `first` to `last`, one of `among`, `word` inside the text."""

    first: Any = None
    last: Any = None
    among: tuple[str, ...] = ()
    word: str = ""


class Source(Protocol):
    """Who keeps the fields and their values."""

    def fields_of(self, model: type[Model], company_id: int) -> tuple[ExtraField, ...]:
        """All of them, those out of use too."""
        ...

    def values_of(
        self, model: type[Model], company_id: int, ids: Collection[int]
    ) -> dict[int, dict[str, Any]]: ...

    def having(self, fields: Sequence[ExtraField], wanted: Wanted) -> QuerySet[Any]: ...

    def sort_value(self, field: ExtraField) -> Any: ...

    def save(
        self, model: type[Model], company_id: int, values: Mapping[int, Mapping[str, object]], *, by: str
    ) -> None: ...

    def erase(self, model: type[Model], company_id: int, ids: Collection[int]) -> int: ...


_sources: list[Source] = []
_kinds: dict[type[Model], Q | None] = {}
_memory: ContextVar[dict[Any, Any] | None] = ContextVar("ronda_extra_fields", default=None)


def extensible(*, closed: Q | None = None) -> Callable[[M], M]:
    """Decorate a model whose records may get fields of a company's own.

    `closed` says which of its records do not change any more: only internal fields of those are written.
    """

    def remember(model: M) -> M:
        _kinds[model] = closed
        return model

    return remember


def kinds() -> tuple[type[Model], ...]:
    """The models whose records may get fields."""
    return tuple(_kinds)


def is_extensible(model: type[Model]) -> bool:
    return model in _kinds


def closed_records(model: type[Model]) -> Q | None:
    """Which records of the model do not change any more; None where all of them may."""
    return _kinds.get(model)


def provide(source: Source) -> None:
    """Make `source` the keeper of extra fields; called once, when its app is ready."""
    _sources[:] = [source]


@contextmanager
def kept(*, afresh: bool = False) -> Iterator[None]:
    """Inside, the fields of a company are read once: for a request (`afresh`), an import, a run of prints."""
    known = _memory.get()
    token = _memory.set({} if afresh or known is None else known)
    try:
        yield
    finally:
        _memory.reset(token)


def memory() -> dict[Any, Any] | None:
    """What is remembered until the end of the request; None outside of one."""
    return _memory.get()


def forget() -> None:
    """Read the fields afresh: called after they were changed."""
    known = _memory.get()
    if known is not None:
        known.clear()


def fields_of(model: type[Model], company_id: int | None) -> tuple[ExtraField, ...]:
    """The active fields of a kind of record in a company, in their order; empty when there are none."""
    if not _sources or company_id is None or model not in _kinds:
        return ()
    return tuple(field for field in _sources[0].fields_of(model, company_id) if field.active)


def codes_of(model: type[Model], company_id: int) -> tuple[str, ...]:
    """The codes of all fields, those out of use too: what a print may name."""
    known = _sources[0].fields_of(model, company_id) if _sources and model in _kinds else ()
    return tuple(field.code for field in known)


def values_of(model: type[Model], company_id: int, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Typed values by record and key, in one query; a record or a field without a value is left out.

    Decimal for numbers and amounts, date, bool, the code of a choice, else a text.
    """
    return _sources[0].values_of(model, company_id, ids) if ids and fields_of(model, company_id) else {}


def having(fields: Sequence[ExtraField], wanted: Wanted) -> QuerySet[Any]:
    """Keys of the records with such a value in one of the fields, for `pk__in`. Call it with fields only."""
    return _sources[0].having(fields, wanted)


def sort_value(field: ExtraField) -> Any:
    """What records are sorted by, to annotate them with: the value of the field, the place of a choice."""
    return _sources[0].sort_value(field)


def clean(field: ExtraField, raw: object) -> Any:
    """What a person or a file gives as the typed value of the field; None for nothing.

    Raises ValidationError, whose message says what to write instead.
    """
    from ronda.workspace.extra_values import clean as cleaned  # noqa: PLC0415 -- it reads ExtraField

    return cleaned(field, raw)


def save(model: type[Model], company_id: int, values: Mapping[int, Mapping[str, object]], *, by: str) -> None:
    """Write cleaned values by record and key in a constant number of statements; None removes a value.

    Keys that are not named stay as they are. Runs in the caller's transaction; the caller records it in the
    log. Refuses what would change a record that is closed, and keys that are no fields of the company.
    """
    if _sources and any(values.values()):
        _sources[0].save(model, company_id, values, by=by)


def erase(model: type[Model], company_id: int, ids: Collection[int]) -> int:
    """Remove all values of these records, those of fields out of use too: for the right to be forgotten.

    Answers how many values were removed. Closed records are not spared.
    """
    return _sources[0].erase(model, company_id, ids) if _sources and ids else 0


def pass_on(model: type[Model], company_id: int, pairs: Mapping[int, int], *, by: str) -> None:
    """Give the values of old records to new ones, `pairs` being old key to new key."""
    found = values_of(model, company_id, pairs.keys())
    save(model, company_id, {pairs[old]: values for old, values in found.items()}, by=by)


def hold(records: Collection[Any], fields: Sequence[ExtraField], company_id: int) -> None:
    """Put the values of these records of one model on them, in one query; `held` reads them."""
    if not records or not fields:
        return
    found = values_of(type(next(iter(records))), company_id, [record.pk for record in records])
    for record in records:
        record.__dict__[HELD] = found.get(record.pk, {})


def held(record: Any, key: str) -> Any:
    """A value that `hold` put on the record; None without one."""
    return record.__dict__.get(HELD, {}).get(key)
