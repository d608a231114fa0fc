"""What is wrong with the numbers of documents: the report of O5 to O7, and what `check-data` asks.

One walk through the numbers of each kind, by window functions: the database compares each with the one
before it, and only what stands out comes back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Lag

from ronda.company.models import Company, CounterChange, NumberSeries
from ronda.company.numbering import NumberedKind, numbered_kinds

MISSING, TWICE, BACKWARDS, BEHIND = "missing", "twice", "backwards", "behind"
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first`..`last` of a counter that no document carries."""

    series: NumberSeries
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd in the numbers of a series and year.

    `what`: "missing" (`first`..`last` are on no document), "twice" (a number on two documents), "backwards"
    (a document dated before the one with the number before), "behind" (documents beyond the counter).
    `change` is the counter's change by hand that explains missing numbers.
    """

    kind: str
    series: str
    year: int
    what: str
    first: int
    last: int
    document: str = ""
    pk: int | None = None
    on: date | None = None
    previous: date | None = None
    change: CounterChange | None = None


@dataclass(frozen=True, slots=True)
class SeriesState:
    """A series in a year: its counter, what is in use, and what stands out (O7)."""

    kind: str
    label: Any
    series: str
    year: int
    counter: NumberSeries | None
    used: int
    highest: int
    document: str
    findings: tuple[Finding, ...]

    @property
    def next_number(self) -> int:
        """What the next document gets."""
        return (self.counter.last_number if self.counter else 0) + 1


def series_states(company_id: int, year: int | None = None) -> list[SeriesState]:
    """Every series of a company with its findings, the newest year first; four statements for each kind."""
    found: list[SeriesState] = []
    changes = _changes(company_id)
    for numbered in numbered_kinds():
        counters = _counters(company_id, numbered.kind, year)
        used = _used(numbered, company_id, year)
        odd = _odd(numbered, company_id, year)
        for key in sorted({*counters, *used}):
            counter, (count, highest) = counters.get(key), used.get(key, (0, 0))
            if counter is not None and not counter.last_number and not count:
                continue
            findings = [*odd.get(key, ()), *_ends(numbered.kind, key, counter, highest)]
            found.append(
                SeriesState(
                    numbered.kind, numbered.label, *key, counter, count, highest,
                    getattr(counter, "last_document", "") or "",
                    tuple(_explained(findings, changes.get(counter.pk, ()) if counter else ())),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (-one.year, str(one.label), one.series))


def numbering_findings(company_id: int, year: int | None = None) -> list[Finding]:
    """What stands out in the numbers of a company: gaps, numbers used twice, dates that go back."""
    return [finding for state in series_states(company_id, year) for finding in state.findings]


def gaps(company: Company) -> list[Gap]:
    """Numbers given by a counter that no document carries, for every registered kind (O6)."""
    return [
        Gap(state.counter, finding.first, finding.last)
        for state in series_states(company.pk)
        for finding in state.findings
        if finding.what == MISSING and state.counter is not None
    ]


def with_last_document(counters: "QuerySet[NumberSeries]") -> "QuerySet[NumberSeries]":
    """The counters with `last_document`, the label of that with the highest number: no query more."""
    whens = [
        When(
            kind=numbered.kind,
            then=Subquery(_of_counter(numbered.rows).order_by("-number", "-pk").values("label")[:1]),
        )
        for numbered in numbered_kinds()
    ]
    return counters.annotate(last_document=Case(*whens, default=Value("")))


def _of_counter(rows: Any) -> "QuerySet[Any]":
    found: QuerySet[Any] = rows(OuterRef("company_id"))
    return found.filter(series=OuterRef("code"), year=OuterRef("year"))


def _counters(company_id: int, kind: str, year: int | None) -> dict[tuple[str, int], NumberSeries]:
    rows = with_last_document(NumberSeries.objects.filter(company=company_id, kind=kind))
    rows = rows.select_related("branch")
    rows = rows if year is None else rows.filter(year=year)
    return {(counter.code, counter.year): counter for counter in rows}


def _rows(numbered: NumberedKind, company_id: int, year: int | None) -> "QuerySet[Any]":
    rows = numbered.rows(company_id).order_by()
    return rows if year is None else rows.filter(year=year)


def _used(
    numbered: NumberedKind, company_id: int, year: int | None
) -> Mapping[tuple[str, int], tuple[int, int]]:
    sums = _rows(numbered, company_id, year).values_list("series", "year")
    return {
        (series, of_year): (count, highest)
        for series, of_year, count, highest in sums.annotate(Count("pk"), Max("number"))
    }


def _odd(
    numbered: NumberedKind, company_id: int, year: int | None
) -> Mapping[tuple[str, int], list[Finding]]:
    """What stands out between a number and the one before it, by series and year."""
    window = {"partition_by": [F("series"), F("year")], "order_by": [F("number").asc(), F("pk").asc()]}
    rows = (
        _rows(numbered, company_id, year)
        .annotate(
            number_before=Window(Lag("number", default=0), **window),  # type: ignore[arg-type]
            date_before=Window(Lag("date"), **window),  # type: ignore[arg-type]
        )
        .filter(
            Q(number__gt=F("number_before") + 1) | Q(number=F("number_before")) | Q(date__lt=F("date_before"))
        )
        .order_by("series", "year", "number", "pk")
        .values_list("pk", "series", "year", "number", "date", "label", "number_before", "date_before")
    )
    found: dict[tuple[str, int], list[Finding]] = {}
    for row in rows:
        found.setdefault((row[1], row[2]), []).extend(_between(numbered.kind, row))
    return found


def _between(kind: str, row: Sequence[Any]) -> Iterator[Finding]:
    pk, series, year, number, on, label, number_before, date_before = row
    if number > number_before + 1:
        yield Finding(kind, series, year, MISSING, number_before + 1, number - 1)
    if number == number_before:
        yield Finding(kind, series, year, TWICE, number, number, label, pk, on)
    if on and date_before and on < date_before:
        yield Finding(kind, series, year, BACKWARDS, number, number, label, pk, on, date_before)


def _ends(kind: str, key: tuple[str, int], counter: NumberSeries | None, highest: int) -> Iterator[Finding]:
    """What the counter gave and no document carries at the end, or documents beyond the counter."""
    last = counter.last_number if counter else 0
    if last > highest:
        yield Finding(kind, *key, MISSING, highest + 1, last)
    if highest > last:
        yield Finding(kind, *key, BEHIND, last + 1, highest)


def _changes(company_id: int) -> dict[int, list[CounterChange]]:
    """Counters raised by hand, by counter."""
    found: dict[int, list[CounterChange]] = {}
    rows = CounterChange.objects.filter(counter__company=company_id, after__gt=F("before")).order_by("pk")
    for change in rows:
        found.setdefault(change.counter_id, []).append(change)
    return found


def _explained(findings: Sequence[Finding], changes: Sequence[CounterChange]) -> Iterator[Finding]:
    """The findings; missing numbers split where a change by hand explains some of them."""
    for finding in findings:
        if finding.what != MISSING or not changes:
            yield finding
            continue
        yield from _split(finding, changes)


def _split(finding: Finding, changes: Sequence[CounterChange]) -> Iterator[Finding]:
    at = finding.first
    while at <= finding.last:
        change = next((one for one in reversed(changes) if one.before < at <= one.after), None)
        if change is not None:
            last = min(finding.last, change.after)
        else:
            later = [one.before for one in changes if at <= one.before < finding.last]
            last = min([finding.last, *later])
        yield Finding(finding.kind, finding.series, finding.year, MISSING, at, last, change=change)
        at = last + 1
