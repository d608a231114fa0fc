"""The register of indices: series, values, their import and what comes with the program."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.company.bulk import insert
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.periods import add_months, month_start
from ronda.renewals.domain.shipped import SERIES, Shipped, shipped_values
from ronda.renewals.models import IndexSeries, IndexValue


class NotAnIndexValue(Refusal):
    code = "renewals.not_an_index_value"


@transaction.atomic
def seed_series(company: Company, *, by: str) -> list[IndexSeries]:
    """The usual indices of the company's country with the values that come with the program.

    What is there already stays as it is; twice is once.
    """
    known = set(IndexSeries.objects.filter(company=company).values_list("code", flat=True))
    wanted = [one for one in SERIES if one.country == company.country and one.code not in known]
    made = [add_shipped(company, one) for one in wanted]
    by_code = {series.code: series for series in made}
    insert(
        [
            IndexValue(
                series=by_code[value.code],
                month=value.month,
                value=value.value,
                base=value.base,
                published=value.published,
                published_two_years=value.published_two_years,
                source=value.source,
            )
            for value in shipped_values()
            if value.code in by_code
        ]
    )
    audit.record_many(by, "renewals.indexseries.added", [(series, {"code": series.code}) for series in made])
    return made


def add_shipped(company: Company, one: Shipped) -> IndexSeries:
    """A series from its definition; the caller holds the transaction."""
    return IndexSeries.objects.create(
        company=company,
        code=one.code,
        name=one.name,
        country=one.country,
        every=one.every,
        base=one.base,
        decimals=one.decimals,
        source=one.source,
    )


def first_day(series: IndexSeries, month: date) -> date:
    """The day a value is kept under: the first of its month, or of the first month of its quarter."""
    first = month_start(month)
    return add_months(first, -((first.month - 1) % series.every))


@transaction.atomic
def register_values(
    series: IndexSeries, values: Iterable[Mapping[str, Any]], *, by: str
) -> tuple[list[IndexValue], list[IndexValue], int]:
    """Values of one index, by month, in bulk: (new, changed, unchanged).

    A value is a mapping with `month`, `value` and, where known, `base`, `published`,
    `published_two_years`, `link`, `source`. What a mapping does not name stays. NotAnIndexValue when a value
    is not above zero. Prices already adjusted stay as they are: the register is no reason to touch them.
    """
    IndexSeries.objects.select_for_update().get(pk=series.pk)
    known = {one.month: one for one in IndexValue.objects.filter(series=series)}
    new: list[IndexValue] = []
    changed: list[IndexValue] = []
    same = 0
    for given in values:
        facts = {name: value for name, value in given.items() if value is not None}
        facts["month"] = first_day(series, facts["month"])
        _require_positive(facts.get("value"))
        old = known.get(facts["month"])
        if old is None:
            new.append(IndexValue(series=series, **{"base": series.base, **facts}))
        elif _take(old, facts):
            changed.append(old)
        else:
            same += 1
    insert(new)
    columns = ["value", "base", "published", "published_two_years", "link", "source"]
    IndexValue.objects.bulk_update(changed, columns, batch_size=500)
    if new or changed:
        audit.record(by, "renewals.values.registered", series, new=len(new), changed=len(changed))
    return new, changed, same


def _require_positive(value: Decimal | None) -> None:
    if value is None or value <= 0:
        raise NotAnIndexValue(_("An index is above zero."), field="value")


def _take(value: IndexValue, facts: Mapping[str, Any]) -> bool:
    different = {name: fact for name, fact in facts.items() if getattr(value, name) != fact}
    for name, fact in different.items():
        setattr(value, name, fact)
    return bool(different)


def save_value(form: Any, *, by: str, company: Company) -> IndexValue:
    """The save of a value's form: the month is that of the series."""
    value: IndexValue = form.save(commit=False)
    value.month = first_day(value.series, value.month)
    value.base = value.base or value.series.base
    others = IndexValue.objects.filter(series=value.series, month=value.month).exclude(pk=value.pk)
    if others.exists():
        raise NotAnIndexValue(_("This month has a value already: change that one."), field="month")
    value.save()
    return value
