"""Records named in cells: by code, number, name, or the parts of a key with " / " between them.

Only records among the choices of a form are found, and a form's choices are those of the company: what
another company has does not exist.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Model, QuerySet

from ronda.company.imports.records import model_of, plain
from ronda.workspace.registry import registry

BETWEEN = " / "
FEW = 2_000  # up to so many choices are read whole; of more, those the rows may mean
AT_ONCE = 400
OTHER_NAMES = ("code", "number", "username", "tax_id", "registration_id", "iban", "email", "name", "title")
_SPACES = re.compile(r"\s+")


def key_of(model: type[Model]) -> tuple[str, ...]:
    """The fields that tell the records of a model apart within a company; () when nothing does."""
    workspace = registry.of(model)
    if workspace is not None and workspace.import_key:
        return tuple(workspace.import_key)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
            fields = tuple(name for name in constraint.fields if name != "company")
            if fields:
                return fields
    return tuple(
        field.name for field in model._meta.concrete_fields if field.unique and not field.primary_key
    )[:1]


@cache
def _leaves_of(label: str) -> tuple[str, ...]:
    return _leaves(model_of(label))


def leaves(model: type[Model]) -> tuple[str, ...]:
    """The columns that write a record out, through the keys of what it hangs on; ("pk",) without a key."""
    return _leaves_of(model._meta.label_lower)


def _leaves(model: type[Model]) -> tuple[str, ...]:
    found: list[str] = []
    for name in key_of(model):
        field = model._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            found += [f"{name}__{leaf}" for leaf in leaves(field.related_model)]  # type: ignore[arg-type]
        else:
            found.append(name)
    return tuple(found) or ("pk",)


def written(values: Iterable[Any]) -> str:
    """The parts of a key as one text; parts at the end that are blank are left out."""
    text = BETWEEN.join("" if value is None else str(plain(value)) for value in values)
    return tidy(text)


def tidy(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ").removesuffix("/").rstrip(" /")


def texts_of(records: QuerySet[Any], pks: Collection[Any]) -> dict[Any, str]:
    """How records are written in a cell, by primary key; one query per few hundred."""
    model = records.model
    found: dict[Any, str] = {}
    ordered = sorted(pks)
    for start in range(0, len(ordered), AT_ONCE):
        rows = model._base_manager.filter(pk__in=ordered[start : start + AT_ONCE])
        for pk, *values in rows.values_list("pk", *leaves(model)):
            found[pk] = f"#{pk}" if leaves(model) == ("pk",) else written(values)
    return found


class Named:
    """Which record of a choice each text of some rows means."""

    def __init__(self, choices: QuerySet[Any]) -> None:
        self.choices = choices.order_by()
        self._found: dict[str, set[Any]] = defaultdict(set)
        self._asked: set[str] = set()
        self._whole: bool | None = None

    def look_up(self, texts: Iterable[str]) -> None:
        """Read what the texts may mean, in a constant number of queries per few hundred texts."""
        if self._whole is None:
            self._whole = self.choices.values_list("pk")[: FEW + 1].count() <= FEW
            if self._whole:
                self._keep(self.choices)
        if self._whole:
            return
        new = {tidy(text) for text in texts} - self._asked - {""}
        self._asked |= new
        self._look_up_some(sorted(new))

    def _look_up_some(self, texts: list[str]) -> None:
        first = leaves(self.choices.model)[0]
        starts = sorted({start for text in texts for start in _starts(text)})
        for name, values in [(first, starts), *((other, texts) for other in self._others())]:
            if name == "pk":
                continue
            for at in range(0, len(values), AT_ONCE):
                self._keep(self.choices.filter(**{f"{name}__in": values[at : at + AT_ONCE]}))

    def _others(self) -> list[str]:
        names = {field.name for field in self.choices.model._meta.concrete_fields}
        return [name for name in OTHER_NAMES if name in names and name not in leaves(self.choices.model)]

    def _keep(self, records: QuerySet[Any]) -> None:
        own, others = leaves(self.choices.model), self._others()
        for pk, *values in records.values_list("pk", *own, *others):
            key = f"#{pk}" if own == ("pk",) else written(values[: len(own)])
            self._found[f"key {key}"].add(pk)
            self._found[f"folded {key.casefold()}"].add(pk)
            for value in values[len(own) :]:
                if value:
                    self._found[f"other {tidy(str(value)).casefold()}"].add(pk)

    def meant(self, text: str) -> set[Any]:
        """The primary keys of those a text may mean: by the key as written, in any case, or by name."""
        read = tidy(text)
        for known in (f"key {read}", f"folded {read.casefold()}", f"other {read.casefold()}"):
            if found := self._found.get(known):
                return found
        return set()


def _starts(text: str) -> list[str]:
    """What the first part of a key may be."""
    parts = text.split(BETWEEN)
    return [BETWEEN.join(parts[:count]) for count in range(1, len(parts) + 1)]


def column_of(model: type[Model], name: str) -> str | None:
    """The column behind a form field (`party_id` for a foreign key); None when it is not one."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return getattr(field, "attname", None) if getattr(field, "concrete", False) else None


def describe(model: type[Model]) -> str:
    """How a record of the model is written in a cell, in words: "customer (code) / name"."""
    return BETWEEN.join(_leaf_in_words(model, leaf) for leaf in leaves(model))


def _leaf_in_words(model: type[Model], leaf: str) -> str:
    if leaf == "pk":
        return "#"
    parts = leaf.split("__")
    names = []
    for part in parts:
        field: Any = model._meta.get_field(part)
        names.append(str(field.verbose_name))
        model = field.related_model or model
    return names[0] if len(names) == 1 else f"{names[-2]} ({names[-1]})"
