"""The fields a company added to its records, in tables whose importer knows only those of the program."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.domain.cells import Cell
from ronda.company.imports.declare import ChunkRun, Facts, Importer
from ronda.company.models import Company
from ronda.workspace import extras


def write(importer: Importer, rows: Sequence[Facts], run: ChunkRun) -> None:
    """Write some rows by their importer, then what they say of the company's own fields."""
    if not importer.own or importer.model is None:
        importer.write(rows, run)
        return
    given = {row.number: {name: row[name] for name in importer.own if name in row} for row in rows}
    importer.write([_without(row, importer.own) for row in rows], run)
    records = run.known | {
        trace.row: trace.record for trace in run.traces if isinstance(trace.record, importer.model)
    }
    _save(importer, {row.number: row for row in rows}, given, records, run)


def _without(row: Facts, names: Sequence[str]) -> Facts:
    return Facts(row.number, {name: value for name, value in row.values.items() if name not in names})


def _save(
    importer: Importer,
    rows: Mapping[int, Facts],
    given: Mapping[int, Mapping[str, Any]],
    records: Mapping[int, Any],
    run: ChunkRun,
) -> None:
    model, company_id = importer.model, run.company.pk
    assert model is not None
    wanted = {
        records[number].pk: (number, values)
        for number, values in given.items()
        if values and number in records
    }
    if not run.updates:
        wanted = {pk: one for pk, one in wanted.items() if one[0] not in run.known}
    held = extras.values_of(model, company_id, list(wanted))
    changed: dict[int, dict[str, Any]] = {}
    for pk, (number, values) in wanted.items():
        now = held.get(pk, {})
        different = {name: value for name, value in values.items() if now.get(name) != value}
        if not different:
            continue
        changed[pk] = different
        if number in run.known:
            run.unchanged -= 1
    extras.save(model, company_id, changed, by=run.by)
    for pk in changed:
        number = wanted[pk][0]
        before = {name: held.get(pk, {}).get(name) for name in changed[pk]}
        made = any(trace.before is None and trace.record is records[number] for trace in run.traces)
        if not made:
            run.altered(rows[number], records[number], before, counts=number in run.known)


def shown(importer: Importer, company: Company, records: Sequence[Any]) -> dict[int, dict[str, Any]]:
    """What the records hold in these fields, by primary key; choices by their code."""
    if not importer.own or importer.model is None:
        return {}
    return extras.values_of(importer.model, company.pk, [record.pk for record in records])


def cell_of(value: Any) -> Cell | Any:
    """A value of such a field as it is written in a table."""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return value
