"""Rows in which words are found, by indexes where the models have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from ronda.workspace import text_index
from ronda.workspace.paths import field_at, is_many

WORDS = 6


def search(
    rows: QuerySet[Any], lookups: Iterable[str], text: str, beside: Callable[[str], Q] | None = None
) -> QuerySet[Any]:
    """Rows where each word of `text` is found in one of the look-ups, or by `beside`."""
    words = text.split()[:WORDS]
    lookups = list(lookups)
    if not words or not lookups:
        return rows
    wanted = Q()
    for word in sorted(words, key=_rarity, reverse=True):
        found = _found(rows, lookups, word)
        wanted &= found | beside(word) if beside else found
    if any(is_many(rows.model, lookup) for lookup in lookups):
        keys = rows.model._base_manager.filter(wanted).values("pk")
        return rows.filter(pk__in=keys)
    return rows.filter(wanted)


def _rarity(word: str) -> tuple[bool, bool, int]:
    """The database starts from the first word: numbers say more than words, long words more than short."""
    return len(word) >= text_index.SHORTEST, any(letter.isdigit() for letter in word), len(word)


def _found(rows: QuerySet[Any], lookups: Sequence[str], word: str) -> Q:
    """The word in one of the look-ups, those of each related model together."""
    found = Q()
    for path, ends in groupby(sorted(lookups, key=_path), key=_path):
        fields = [lookup.rpartition("__")[2] for lookup in ends]
        model = _model_at(rows.model, path)
        indexed = text_index.covers(model, fields)
        if indexed and len(word) >= text_index.SHORTEST:
            found |= Q(**{f"{path or 'pk'}__in": text_index.keys_with(model, fields, word, using=rows.db)})
        elif indexed and path:  # its few rows once, not once for each of ours
            few = model._base_manager.filter(_inside(fields, word)).values("pk")
            found |= Q(**{f"{path}__in": few})
        else:
            found |= _inside([f"{path}__{field}" if path else field for field in fields], word)
    return found


def _inside(lookups: Iterable[str], word: str) -> Q:
    found = Q()
    for lookup in lookups:
        found |= Q(**{f"{lookup}__icontains": word})
    return found


def _path(lookup: str) -> str:
    return lookup.rpartition("__")[0]


def _model_at(model: type[models.Model], path: str) -> type[models.Model]:
    field = field_at(model, path) if path else None
    return model if field is None else field.related_model
