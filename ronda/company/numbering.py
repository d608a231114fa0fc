"""Numbers without gaps: taken last, in the transaction that writes the document.

R32: dates never go back inside a series and year. R33: the number is given at issue, under a
lock on the series' row; a rollback gives it back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.company.domain.numbers import missing_ranges
from ronda.company.models import Branch, Company, NumberSeries
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _


class DateBeforeLastNumber(Refusal):
    code = "numbering.date_before_last"


class CounterBelowIssued(Refusal):
    code = "numbering.counter_below_issued"


class CounterChanged(NeedsConfirmation):
    code = "numbering.counter_changed"


@dataclass(frozen=True, slots=True)
class NumberedKind:
    """A kind of document that takes numbers; `issued` lists those in use for a counter."""

    kind: str
    label: Any
    issued: Callable[[NumberSeries], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first`..`last` of a counter that no document carries."""

    series: NumberSeries
    first: int
    last: int


_kinds: dict[str, NumberedKind] = {}


def register_numbered(kind: str, *, label: Any, issued: Callable[[NumberSeries], Iterable[int]]) -> None:
    """For apps above: tell which numbers of a counter are in use (for the gap report, O6)."""
    _kinds[kind] = NumberedKind(kind, label, issued)


def kind_label(kind: str) -> Any:
    """The kind in the words of the app that registered it."""
    return _kinds[kind].label if kind in _kinds else kind


def take_number(
    company: Company, series: str, *, on: date, kind: str = "document", branch: Branch | None = None
) -> int:
    """Take the next number of `series` in the year of `on`; DateBeforeLastNumber if `on` goes back."""
    return take_numbers(company, series, on=on, count=1, kind=kind, branch=branch)[0]


def take_numbers(
    company: Company,
    series: str,
    *,
    on: date,
    count: int,
    kind: str = "document",
    branch: Branch | None = None,
) -> range:
    """Take `count` numbers in a row. The row stays locked until the commit: call it last.

    Raises DateBeforeLastNumber (field "on") when the series already has a later date.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("take_number needs the document's transaction")
    if count < 1:
        raise ValueError("count must be at least 1")
    counter = _locked(company, series, kind=kind, year=on.year, branch=branch)
    if counter.last_date and on < counter.last_date:
        raise DateBeforeLastNumber(
            _("Series %(series)s already has a document dated %(last)s. Use that date or a later one.")
            % {"series": series, "last": counter.last_date.strftime("%d/%m/%Y")},
            field="on",
            last=counter.last_date,
        )
    first = counter.last_number + 1
    counter.last_number += count
    counter.last_date = on
    counter.save(update_fields=["last_number", "last_date"])
    return range(first, first + count)


def _locked(company: Company, series: str, *, kind: str, year: int, branch: Branch | None) -> NumberSeries:
    key = {"company": company, "kind": kind, "code": series, "year": year}
    rows = NumberSeries.objects.select_for_update()
    counter = rows.filter(**key).first()
    if counter is None:
        NumberSeries.objects.get_or_create(**key, defaults={"branch": branch})
        counter = rows.get(**key)
    return counter


@transaction.atomic
def set_counter(
    counter: NumberSeries, *, last_number: int, by: str, confirmed: frozenset[str] = frozenset()
) -> NumberSeries:
    """Change a counter by hand (O5): never below a number in use, and only after a warning."""
    counter = NumberSeries.objects.select_for_update().get(pk=counter.pk)
    highest = max(_issued(counter), default=0)
    if last_number < highest:
        raise CounterBelowIssued(
            _("Number %(number)s is already on a document. Enter that number or a higher one.")
            % {"number": highest},
            field="last_number",
            highest=highest,
        )
    if last_number != counter.last_number and CounterChanged.code not in confirmed:
        raise CounterChanged(
            _(
                "The next document of series %(series)s will be number %(next)s, not %(was)s. "
                "Change the counter?"
            )
            % {"series": counter.code, "next": last_number + 1, "was": counter.last_number + 1},
            field="last_number",
        )
    before, counter.last_number = counter.last_number, last_number
    counter.save(update_fields=["last_number"])
    audit.record(by, "company.counter.changed", counter, last_number=[before, last_number])
    return counter


def gaps(company: Company) -> list[Gap]:
    """Numbers given by a counter that no document carries, for every registered kind (O6)."""
    counters = NumberSeries.objects.filter(company=company, kind__in=_kinds).order_by("kind", "code", "year")
    return [
        Gap(counter, first, last)
        for counter in counters
        for first, last in missing_ranges(_issued(counter), up_to=counter.last_number)
    ]


def _issued(counter: NumberSeries) -> Iterable[int]:
    known = _kinds.get(counter.kind)
    return list(known.issued(counter)) if known else []
