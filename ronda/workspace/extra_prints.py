"""Extra fields on paper: texts by code for layouts, and the pairs a print shows by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import translation

from ronda.workspace import extras
from ronda.workspace.extra_values import plain
from ronda.workspace.extras import ExtraField

_EXAMPLES: dict[str, Any] = {
    "number": Decimal("12.5"),
    "amount": Decimal("1250.00"),
    "date": date(2026, 3, 2),
    "yes_no": True,
    "link": "https://example.com",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed of a record: texts by code, and (label, text) of what a print shows by itself."""

    custom: dict[str, str] = field(default_factory=dict)
    details: list[tuple[str, str]] = field(default_factory=list)


class Prints:
    """What is printed of some records of a company, read in a constant number of queries."""

    def __init__(self, model: type[Model], company_id: int, ids: Collection[int]) -> None:
        with extras.kept():
            self.fields = extras.fields_of(model, company_id)
            self.codes = extras.codes_of(model, company_id)
            self.values = extras.values_of(model, company_id, ids) if self.fields else {}

    def of(self, pk: int, language: str) -> Printed:
        """The fields of one of the records in a language; every code is there, also of fields out of use."""
        with translation.override(language):
            return _printed(self.fields, self.codes, self.values.get(pk, {}))


def invented(model: type[Model], company_id: int, *, language: str) -> Printed:
    """An example of every field, for a layout that is being written."""
    fields = extras.fields_of(model, company_id)
    examples = {one.key: _example(one) for one in fields}
    with translation.override(language):
        return _printed(fields, extras.codes_of(model, company_id), examples)


def _example(one: ExtraField) -> Any:
    if one.kind == "choice":
        return one.choices[0][0] if one.choices else ""
    return _EXAMPLES.get(one.kind, one.label)


def _printed(fields: Collection[ExtraField], codes: Collection[str], values: dict[str, Any]) -> Printed:
    texts = {one.key: str(plain(one, values.get(one.key))) for one in fields}
    custom = {code: texts.get(f"{extras.PREFIX}{code}", "") for code in codes}
    return Printed(custom, [(one.label, texts[one.key]) for one in fields if one.in_print and texts[one.key]])
