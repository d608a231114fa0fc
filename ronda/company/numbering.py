"""Numbers without gaps: taken last, in the transaction that writes the document.

R32: dates never go back inside a series and year. R33: the number is given at issue, under a
lock on the series' row; a rollback gives it back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from ronda.company import audit
from ronda.company.models import Branch, Company, CounterChange, NumberSeries
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _


class DateBeforeLastNumber(Refusal):
    code = "numbering.date_before_last"


class CounterBelowIssued(Refusal):
    code = "numbering.counter_below_issued"


class CounterChanged(NeedsConfirmation):
    code = "numbering.counter_changed"


class ReasonMissing(Refusal):
    code = "numbering.reason_missing"


@dataclass(frozen=True, slots=True)
class NumberedKind:
    """A kind of document that takes numbers.

    `rows` gives those of a company that carry one, a row for each number, with `series`, `year`, `number`,
    `date` and `label`: columns, or annotations of that name.
    """

    kind: str
    label: Any
    rows: Callable[[int], "QuerySet[Any]"]


_kinds: dict[str, NumberedKind] = {}


def register_numbered(kind: str, *, label: Any, rows: Callable[[int], "QuerySet[Any]"]) -> None:
    """For apps above: tell which numbers are in use (for the table of the last ones and the gap report)."""
    _kinds[kind] = NumberedKind(kind, label, rows)


def numbered_kinds() -> list[NumberedKind]:
    """Every kind that takes numbers, in the order in which the apps said so."""
    return list(_kinds.values())


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
    counter: NumberSeries,
    *,
    last_number: int,
    by: str,
    reason: str = "",
    confirmed: frozenset[str] = frozenset(),
) -> NumberSeries:
    """Change a counter by hand (O5): with a reason that is kept, and after a warning that says what follows.

    Raises CounterBelowIssued (field "last_number") where a number would come twice, ReasonMissing (field
    "reason"), and asks CounterChanged.
    """
    counter = NumberSeries.objects.select_for_update().get(pk=counter.pk)
    highest = highest_in_use(counter)
    if last_number < highest:
        raise CounterBelowIssued(
            _("Number %(number)s is already on a document. Enter that number or a higher one.")
            % {"number": highest},
            field="last_number",
            highest=highest,
        )
    if last_number == counter.last_number:
        return counter
    if not reason.strip():
        raise ReasonMissing(
            _("Say why: the reason stands in the report of the numbers beside what it causes."),
            field="reason",
        )
    if CounterChanged.code not in confirmed:
        raise CounterChanged(_consequence(counter, last_number), field="last_number")
    before, counter.last_number = counter.last_number, last_number
    counter.save(update_fields=["last_number"])
    CounterChange.objects.create(
        counter=counter, before=before, after=last_number, reason=reason.strip(), by=by
    )
    audit.record(
        by, "company.counter.changed", counter, last_number=[before, last_number], reason=reason.strip()
    )
    return counter


def _consequence(counter: NumberSeries, last_number: int) -> str:
    """What a change of the counter does to the numbers, as the question that is asked."""
    facts = {
        "series": counter.code,
        "year": counter.year,
        "next": last_number + 1,
        "first": min(counter.last_number, last_number) + 1,
        "last": max(counter.last_number, last_number),
    }
    if last_number > counter.last_number:
        text = _(
            "Numbers %(first)s to %(last)s of series %(series)s %(year)s will be missing: no document gets "
            "them any more, and the gap has to be explained to whoever inspects the books. The next document "
            "will be number %(next)s. Change the counter?"
        )
    else:
        text = _(
            "Numbers %(first)s to %(last)s of series %(series)s %(year)s are on no document and will be "
            "given again. Go on only if no paper with these numbers was handed out. The next document will "
            "be number %(next)s. Change the counter?"
        )
    return text % facts


def highest_in_use(counter: NumberSeries) -> int:
    """The highest number of the counter on a document, 0 when there is none."""
    known = _kinds.get(counter.kind)
    if known is None:
        return 0
    rows = known.rows(counter.company_id).filter(series=counter.code, year=counter.year)
    return int(rows.aggregate(highest=Max("number"))["highest"] or 0)
