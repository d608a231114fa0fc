"""Figures are asked for, computed in the background and kept. They are derived: nothing else reads them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.analysis import queries
from ronda.analysis.domain.forecast import Forecast, Months
from ronda.analysis.domain.movements import MOVEMENTS, Lasting, trend
from ronda.analysis.events import CalculationRequested
from ronda.analysis.models import Calculation, Figure
from ronda.analysis.queries import FeeRow, Place
from ronda.company.bulk import insert, row
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company, Job
from ronda.kernel.bus import publish
from ronda.kernel.money import ZERO
from ronda.kernel.periods import add_months, month_last_day, month_start

Kind = Calculation.Kind
Measure = Figure.Measure
Cell = dict[str, Any]
MONTHS = 24
CONTRACTS_AT_ONCE = 1000
# A page that is looked at asks again by itself after this long, if something changed meanwhile.
RESTING = timedelta(minutes=10)
_OVER = (Job.State.DONE, Job.State.FAILED, Job.State.STOPPED)


@transaction.atomic
def request(company: Company, kind: str, *, by: str) -> Calculation:
    """Have the figures computed in the background; once while they are being computed."""
    found, _made = Calculation.objects.get_or_create(company=company, kind=kind)
    found = Calculation.objects.select_for_update().get(pk=found.pk)
    if found.round and found.state == Calculation.State.WAITING and _at_work(found):
        return found
    found.round += 1
    found.state = Calculation.State.WAITING
    found.save(update_fields=["round", "state"])
    publish(CalculationRequested(found.pk, company.pk, found.job_key, by))
    return found


def _at_work(found: Calculation) -> bool:
    return Job.objects.filter(key=found.job_key).exclude(state__in=_OVER).exists()


def latest(company: Company, kind: str, *, on: date, now: datetime, by: str) -> Calculation:
    """The figures there are, and others on their way when there are none, or they are of another day."""
    found = Calculation.objects.filter(company=company, kind=kind).first()
    if found is None or (found.state == Calculation.State.DONE and is_outdated(found, on=on, now=now)):
        return request(company, kind, by=by)
    return found


def is_outdated(found: Calculation, *, on: date, now: datetime) -> bool:
    """Whether to compute again without being asked to: another day, or changes some minutes old."""
    if found.made_at is None or found.on != on:
        return True
    return found.made_at + RESTING < now and has_changed(found)


def has_changed(found: Calculation) -> bool:
    """Whether something was written since the figures were computed."""
    if found.made_at is None or found.kind == Kind.BILLED:
        return found.stale
    changed = queries.contracts_changed(found.company_id)
    return changed is not None and changed > found.made_at


def request_all(*, by: str) -> int:
    """Ask for every kind of figures that a company ever asked for; how many."""
    found = list(Calculation.objects.select_related("company").order_by("company", "kind"))
    for one in found:
        request(one.company, one.kind, by=by)
    return len(found)


def mark_stale(company_id: int) -> None:
    """Documents were issued: what was billed is no longer all."""
    Calculation.objects.filter(company=company_id, kind=Kind.BILLED, stale=False).update(stale=True)


def calculate(
    calculation: Calculation,
    *,
    on: date,
    now: datetime,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> Calculation:
    """Compute the figures as of a day and put them in the place of the former ones.

    `now` is when the facts are read: what is written later makes the figures old.
    """
    if calculation.kind == Kind.BILLED:
        Calculation.objects.filter(pk=calculation.pk).update(stale=False)
    facts, cells = _COMPUTED[calculation.kind](calculation.company_id, on, progress)
    with transaction.atomic():
        fence()
        found = Calculation.objects.select_for_update().get(pk=calculation.pk)
        found.figures.all().delete()
        insert([row(Figure, calculation_id=found.pk, **cell) for cell in cells])
        found.facts, found.on, found.made_at = facts, on, now
        found.state = Calculation.State.DONE
        found.save(update_fields=["facts", "on", "made_at", "state"])
    return found


Computed = tuple[dict[str, Any], list[Cell]]


def _cell(month: date, measure: str, place: Place, amount: Decimal, count: int = 0, rhythm: str = "") -> Cell:
    return {
        "month": month,
        "measure": measure,
        "rhythm": rhythm,
        "branch_id": place.branch,
        "owner_id": place.owner,
        "item_id": place.item,
        "amount": amount,
        "count": count,
    }


def _billed(company_id: int, on: date, progress: Progress) -> Computed:
    sums: dict[tuple[date, str, Place], Decimal] = {}
    for month, measure, place, amount in queries.billed(company_id):
        sums[month, measure, place] = sums.get((month, measure, place), ZERO) + amount
    progress(1, 2)
    numbers: dict[tuple[date, str, int | None], int] = {}
    for month, measure, branch, count in queries.documents_issued(company_id):
        numbers[month, measure, branch] = numbers.get((month, measure, branch), 0) + count
    cells = [_cell(month, measure, place, amount) for (month, measure, place), amount in sums.items()]
    cells += [
        _cell(month, measure, Place(branch, None, None), ZERO, count)
        for (month, measure, branch), count in numbers.items()
    ]
    return {}, cells


def trend_days(on: date, months: int = MONTHS) -> list[date]:
    """The last day of each month before, and the day itself: one more than there are months."""
    first = month_start(on)
    return [*(month_last_day(add_months(first, -back)) for back in range(months, 0, -1)), on]


def _trend(company_id: int, on: date, progress: Progress) -> Computed:
    fees = queries.recurring_fees(company_id)
    days = trend_days(on)
    places: dict[Place, list[Lasting]] = {}
    for fee in fees:
        places.setdefault(fee.place, []).append(fee.lasting)
        places.setdefault(fee.place._replace(item=None), []).append(fee.lasting)
    cells = _yearly(fees, on)
    for done, (place, lines) in enumerate(places.items(), start=1):
        cells += _movement_cells(place, lines, days)
        progress(done, len(places))
    return {"months": len(days) - 1}, cells


def _movement_cells(place: Place, lines: Sequence[Lasting], days: Sequence[date]) -> Iterable[Cell]:
    changes = trend(lines, days)
    opening = changes[0].before
    if opening.count:
        yield _cell(month_start(days[0]), Measure.MRR, place, opening.amount, opening.count)
    for day, change in zip(days[1:], changes, strict=True):
        for measure in (*MOVEMENTS, "after"):
            counted = getattr(change, measure)
            if counted.count:
                name = Measure.MRR if measure == "after" else measure
                yield _cell(month_start(day), name, place, counted.amount, counted.count)


def _yearly(fees: Iterable[FeeRow], on: date) -> list[Cell]:
    """Yearly amounts and lines in force, by frequency."""
    sums: dict[tuple[Place, str], tuple[Decimal, int]] = {}
    for place, lasting, amount, rhythm in fees:
        if lasting.starts_on <= on and (lasting.ends_on is None or lasting.ends_on >= on):
            total, lines = sums.get((place, rhythm), (ZERO, 0))
            sums[place, rhythm] = total + amount, lines + 1
    return [
        _cell(month_start(on), Measure.YEARLY, place, amount, lines, rhythm)
        for (place, rhythm), (amount, lines) in sums.items()
    ]


def _forecast(company_id: int, on: date, progress: Progress) -> Computed:
    months = Months(month_start(on), MONTHS)
    contracts = queries.forecast_contracts(company_id)
    waived = queries.given_up(company_id, months.first)
    found: dict[Place, Forecast] = {}
    ids = list(contracts)
    for start in range(0, len(ids), CONTRACTS_AT_ONCE):
        progress(start, len(ids))
        for line in queries.rows_of(ids[start : start + CONTRACTS_AT_ONCE]):
            place = Place(*contracts[line.contract_id], line.item_id)
            if place not in found:
                found[place] = Forecast(months)
            found[place].add(line.terms(), waived.get(line.pk, ()))
    progress(len(ids), len(ids))
    held, held_amount = queries.on_hold(company_id)
    facts = {"held": held, "held_amount": str(held_amount)}
    return facts, [cell for place, one in found.items() for cell in _forecast_cells(place, one)]


def _forecast_cells(place: Place, found: Forecast) -> Iterable[Cell]:
    for month, invoiced, earned in found.amounts():
        if invoiced:
            yield _cell(month, Measure.INVOICED, place, invoiced)
        if earned:
            yield _cell(month, Measure.EARNED, place, earned)


_COMPUTED: dict[str, Callable[[int, date, Progress], Computed]] = {
    Kind.BILLED: _billed,
    Kind.TREND: _trend,
    Kind.FORECAST: _forecast,
}
