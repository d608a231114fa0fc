"""From the file to the facts of its rows."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.company.domain.cells import is_clearing, without_guard
from ronda.company.domain.header_matching import suggest_mapping
from ronda.company.domain.tables import Row, Table, read_table
from ronda.company.imports.declare import NOTHING, Facts, Importer, ImportField, RowError
from ronda.company.models import Company, ImportBatch, ImportMapping
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

SHOWN_ROWS = 5
REMEMBERED = 500
UNCHANGING = frozenset({str, bool, int, Decimal, date})


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows and the columns, for the page where they are confirmed."""

    table: Table
    rows: list[Row]


def open_table(batch: ImportBatch, stream: Any) -> Table:
    """The table of a batch, from its sheet and row of headers. Raises a `TableRefused`."""
    return read_table(stream, batch.name, sheet=batch.sheet or None, header_row=batch.header_row)


def preview(batch: ImportBatch) -> Preview:
    """Headers and first rows of the batch's file."""
    with batch.file.open("rb") as stream:
        table = open_table(batch, stream)
        rows = [row for _at, row in zip(range(SHOWN_ROWS), table.rows, strict=False)]
    return Preview(table, rows)


def fingerprint(headers: tuple[str, ...]) -> str:
    """Equal for files with the same columns in the same order."""
    return hashlib.sha256("\x1f".join(header.casefold() for header in headers).encode()).hexdigest()


def suggested(company: Company, importer: Importer, headers: tuple[str, ...]) -> dict[str, int]:
    """Field → column: as it was confirmed for such a file before, else by the names of the columns."""
    known = ImportMapping.objects.filter(
        company=company, kind=importer.kind, fingerprint=fingerprint(headers)
    ).first()
    if known is not None:
        names = {field.name for field in importer.fields}
        return {name: at for name, at in known.mapping.items() if name in names and at < len(headers)}
    found = suggest_mapping(headers, [field.names() for field in importer.fields])
    return {name: match.position for name, match in found.items()}


def read_rows(
    table: Table, importer: Importer, mapping: Mapping[str, int], locale: str
) -> Iterator[Facts | list[RowError]]:
    """Each row as facts, or as all that is wrong with it; a blank cell says nothing."""
    columns = [_Column(field, mapping[field.name]) for field in importer.fields if field.name in mapping]
    seen: dict[Any, int] = {}
    for row in table.rows:
        errors = [RowError(row.number, "", "", str(problem.message)) for problem in row.problems]
        values: dict[str, Any] = {}
        cells = row.cells
        for column in columns:
            cell = cells[column.at]
            if isinstance(cell, str) and cell in column.known:
                values[column.name] = column.known[cell]
                continue
            try:
                column.read(cell, locale, values)
            except Refusal as refusal:
                shown = str(cell).strip()[:80]
                errors.append(RowError(row.number, str(column.field.label), shown, str(refusal.message)))
        facts = Facts(row.number, values)
        if not errors:
            errors = _repeated(facts, importer, seen)
        yield errors or facts


class _Column:
    """A column being read. Towns, units and rates come again and again: `known` are the first ones read."""

    __slots__ = ("at", "field", "known", "name")

    def __init__(self, field: ImportField, at: int) -> None:
        self.field, self.name, self.at = field, field.name, at
        self.known: dict[Any, Any] = {}

    def read(self, cell: Any, locale: str, values: dict[str, Any]) -> None:
        """Put what the cell says among the values, if it says anything. Raises what is wrong with it."""
        field = self.field
        if not isinstance(cell, str):
            values[self.name] = field.parse(cell, locale)
            return
        bare = cell.strip()
        if not bare:
            if field.required and not field.later:
                text = _("%(column)s is empty: fill it in, or remove the row.")
                raise CellMissing(text % {"column": field.label})
            return
        value = values[self.name] = _read(field, cell, bare, locale)
        # Only what nobody can change in one row for another.
        if len(self.known) < REMEMBERED and type(value) in UNCHANGING:
            self.known[cell] = value


class CellMissing(Refusal):
    code = "company.cell_missing"


class CannotBeEmptied(Refusal):
    code = "company.cell_cannot_be_emptied"


def _read(field: ImportField, cell: Any, bare: str, locale: str) -> Any:
    """What a text says; the word for "empty" empties the field, where it may be empty."""
    if not is_clearing(bare):
        return field.parse(without_guard(cell) if bare[0] == "'" else cell, locale)
    if field.empty is NOTHING or field.required:
        text = _("%(column)s cannot be empty. Write a value, or leave the cell blank to keep what is there.")
        raise CannotBeEmptied(text % {"column": field.label})
    return field.empty


def _repeated(facts: Facts, importer: Importer, seen: dict[Any, int]) -> list[RowError]:
    key = importer.key(facts)
    if key is None:
        return []
    first = seen.setdefault(key, facts.number)
    if first == facts.number:
        return []
    reason = _("This row is about the same as row %(row)d. Keep one of the two.") % {"row": first}
    return [RowError(facts.number, "", "", str(reason))]
