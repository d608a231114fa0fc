"""A table of index values, one row per month, as statistics offices publish them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.domain import cells
from ronda.company.domain.cells import Cell
from ronda.company.imports.declare import (
    NOTHING,
    ChunkRun,
    Facts,
    Importer,
    ImportField,
    decimal_cell,
    register_importer,
    text,
)
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.renewals.domain.shipped import SERIES
from ronda.renewals.models import IndexSeries, IndexValue
from ronda.renewals.services.register import add_shipped, first_day, register_values

TRACKED = ("value", "base", "published", "published_two_years", "link")


def month_cell(value: Cell, locale: str) -> date:
    """A month as 2025-09, 09/2025, T3 2025 or any day in it."""
    read = str(value).strip().upper()
    parts = read.replace("T", "Q").replace("/", "-").replace(" ", "-").split("-")
    if len(parts) == 2:
        year, other = sorted(parts, key=len, reverse=True)
        if year.isdecimal() and len(year) == 4:
            if other.startswith("Q") and other[1:] in {"1", "2", "3", "4"}:
                return date(int(year), int(other[1:]) * 3 - 2, 1)
            if other.isdecimal() and 1 <= int(other) <= 12:
                return date(int(year), int(other), 1)
    day: date = cells.parse_date(value, locale)
    return day.replace(day=1)


FIELDS = (
    ImportField("series", _("index"), text(20), required=True, example="FOI",
                alike=("indice", "serie", "series", "code", "codice")),
    ImportField("month", _("month"), month_cell, required=True, example="2025-09",
                alike=("mese", "mois", "periodo", "periode", "period", "trimestre")),
    ImportField("value", _("value"), decimal_cell, required=True, example="121,7",
                alike=("valore", "valeur", "indice generale", "index")),
    ImportField("base", _("base"), text(20), example="2015", alike=("base", "anno base")),
    ImportField("published", _("published over 12 months, %"), decimal_cell, example="1,4", empty=NOTHING,
                alike=("variazione", "variazione annua", "variation", "glissement annuel")),
    ImportField("published_two_years", _("published over 24 months, %"), decimal_cell, empty=NOTHING,
                alike=("variazione biennale",)),
    ImportField("link", _("coefficient to the base before"), decimal_cell, empty=NOTHING,
                alike=("raccordo", "coefficiente di raccordo", "coefficient de raccordement")),
    ImportField("source", _("source"), text(200), alike=("fonte", "source")),
)  # fmt: skip


SHOWN = ("month", "value", "base", "published", "published_two_years", "link", "source")


def value_rows(company: Company, values: Sequence[IndexValue]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Index values as rows of their table."""
    codes = dict(IndexSeries.objects.filter(company=company).values_list("pk", "code"))
    for one in values:
        yield one.pk, {name: getattr(one, name) for name in SHOWN} | {"series": codes[one.series_id]}


def write_values(given: Sequence[Facts], run: ChunkRun) -> None:
    """Values of the company's indices; an index known to the program is added to the register by itself."""
    known = {one.code.casefold(): one for one in IndexSeries.objects.filter(company=run.company)}
    shipped = {one.code.casefold(): one for one in SERIES}
    by_series: dict[int, list[Facts]] = {}
    for row in given:
        code = row["series"].casefold()
        if code not in known and code in shipped:
            known[code] = add_shipped(run.company, shipped[code])
        if code not in known:
            run.refuse(row, _("No index has this code. Add it to the register first."), "series")
        elif row["value"] <= 0:
            run.refuse(row, _("An index is above zero."), "value")
        else:
            by_series.setdefault(known[code].pk, []).append(row)
    for series in known.values():
        _write(series, by_series.get(series.pk, ()), run)


def _write(series: IndexSeries, rows: Sequence[Facts], run: ChunkRun) -> None:
    days = {first_day(series, row["month"]) for row in rows}
    known = {one.month: one for one in IndexValue.objects.filter(series=series, month__in=days)}
    rows = _wanted(series, rows, known, run)
    if not rows:
        return
    months = [first_day(series, row["month"]) for row in rows]
    before = {month: _columns(one) for month, one in known.items()}
    values = [{name: value for name, value in row.values.items() if name != "series"} for row in rows]
    try:
        new, changed, _same = register_values(series, values, by=run.by)
    except Refusal as refusal:
        for row in rows:
            run.refuse(row, refusal)
        return
    made = {one.month: one for one in new}
    altered = {one.month: one for one in changed}
    for row, month in zip(rows, months, strict=True):
        if month in made:
            run.made(row, made[month], TRACKED)
        elif month in altered:
            run.altered(row, altered[month], before[month])
        else:
            run.same(row, known[month])


def _wanted(
    series: IndexSeries, rows: Sequence[Facts], known: Mapping[date, IndexValue], run: ChunkRun
) -> list[Facts]:
    """The rows to write: new ones, known ones, or both, as chosen."""
    wanted = []
    for row in rows:
        if run.updates if first_day(series, row["month"]) in known else run.adds:
            wanted.append(row)
        else:
            run.leave(row)
    return wanted


def _columns(value: IndexValue) -> dict[str, Any]:
    return {name: getattr(value, name) for name in TRACKED}


register_importer(
    Importer(
        kind="index_values",
        label=_("Index values"),
        fields=FIELDS,
        write=write_values,
        key=lambda facts: (facts["series"].casefold(), facts["month"]),
        permission="renewals.add_indexvalue",
        change="renewals.change_indexvalue",
        model=IndexValue,
        rows=value_rows,
        help=_("One row per index and month; known by these two."),
        list_url="indexvalue-list",
        order=60,
    )
)
