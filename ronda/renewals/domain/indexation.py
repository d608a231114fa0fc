"""Prices that follow an index (R18): which values count, how far the price moves, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

from ronda.billing.domain.derivation import Step, number
from ronda.kernel.i18n import _
from ronda.kernel.money import CENT, ZERO
from ronda.kernel.periods import add_months, month_start

Mode = Literal["index", "fixed"]
HUNDRED = Decimal(100)
YEAR = 12
TWO_YEARS = 24
# Variations that the statistics office publishes itself, by the months they span.
PUBLISHED_SPANS = (YEAR, TWO_YEARS)
# Digits kept of a variation nobody rounds: far more than a price can show.
FINEST = Decimal("0.0000000001")

# The steps a new price may be rounded to, by their stable names.
ROUNDINGS: Mapping[str, Decimal] = {
    "ten_thousandth": Decimal("0.0001"),
    "cent": CENT,
    "five_cents": Decimal("0.05"),
    "unit": Decimal(1),
}


class Value(NamedTuple):
    """The index of a month, as published.

    `base` names its base ("2015"). `published` and `published_two_years` are the variations in per cent
    over 12 and 24 months that the office published itself. `link` is the coefficient that turns values
    of this base into those of the base before it; one value of the base may carry it for all.
    """

    month: date
    value: Decimal
    base: str = ""
    published: Decimal | None = None
    published_two_years: Decimal | None = None
    link: Decimal | None = None


class Pending(NamedTuple):
    """An adjustment that is due but cannot be computed yet. Never taken for "no change"."""

    code: str
    args: dict[str, str | int]


@dataclass(frozen=True)
class Series:
    """An index with its values. `decimals` of a computed variation in per cent: FOI 1; None: not rounded.

    `every` is 1 for monthly and 3 for quarterly series; quarters are known by their first month.
    """

    code: str
    values: Sequence[Value] = ()
    decimals: int | None = None
    every: int = 1

    @cached_property
    def by_month(self) -> Mapping[date, Value]:
        return {value.month: value for value in self.values}

    @cached_property
    def _bases(self) -> tuple[list[str], Mapping[str, Decimal]]:
        """Bases from the oldest to the newest, and the coefficient of each to the one before it."""
        order: list[str] = []
        links: dict[str, Decimal] = {}
        for value in sorted(self.values):
            if value.base not in order:
                order.append(value.base)
            if value.link is not None:
                links.setdefault(value.base, value.link)
        return order, links

    def period(self, month: date) -> date:
        """The first day of the month, or of the quarter it is in, that values are kept under."""
        first = month_start(month)
        return add_months(first, -((first.month - 1) % self.every))

    def link(self, newer: str, older: str) -> Decimal | None:
        """The product of the coefficients from one base back to an older one; None where one is missing."""
        order, links = self._bases
        product = Decimal(1)
        for base in order[order.index(older) + 1 : order.index(newer) + 1]:
            if base not in links:
                return None
            product *= links[base]
        return product


@dataclass(frozen=True)
class Clause:
    """What was agreed about adjustments. Percentages are per cent: `share` 75 is three quarters.

    `floor` and `cap` limit the change of the price, after the share; None: no limit.
    `reference_month` 1-12 is the month whose index counts, the last one `lag_months` before the due day;
    None: the month of the due day itself, less the lag.
    The first adjustment is due `first_after_months` after `anchor`, the next ones every `every_months`.
    `last_on` and `last_month`: the due day done last, and the month of the index it used.
    """

    anchor: date
    mode: Mode = "index"
    share: Decimal = HUNDRED
    fixed: Decimal = ZERO
    reference_month: int | None = None
    lag_months: int = 0
    floor: Decimal | None = ZERO
    cap: Decimal | None = None
    rounding: str = "cent"
    every_months: int = YEAR
    first_after_months: int = YEAR
    last_on: date | None = None
    last_month: date | None = None


@dataclass(frozen=True)
class Change:
    """By how much prices move: `percent`, after share and limits, and the steps that lead to it.

    `factor` is exact: 1 + share × variation. `month` and `base_month` are those of the index.
    """

    factor: Decimal
    month: date | None
    base_month: date | None
    steps: tuple[Step, ...] = field(default=())

    @property
    def percent(self) -> Decimal:
        return (self.factor - 1) * HUNDRED


def due_on(clause: Clause, as_of: date) -> date | None:
    """The latest due day up to `as_of` that was not done yet; counted from the anchor, R18."""
    months = (as_of.year - clause.anchor.year) * 12 + as_of.month - clause.anchor.month
    k = (months - clause.first_after_months) // clause.every_months
    if _due(clause, k) > as_of:
        k -= 1
    if k < 0:
        return None
    found = _due(clause, k)
    return found if clause.last_on is None or found > clause.last_on else None


def next_due(clause: Clause, after: date) -> date:
    """The first due day later than `after` and later than the one done last."""
    limit = max(after, clause.last_on) if clause.last_on else after
    k = 0
    while (found := _due(clause, k)) <= limit:
        k += 1
    return found


def _due(clause: Clause, k: int) -> date:
    return add_months(clause.anchor, clause.first_after_months + clause.every_months * k)


def reference(clause: Clause, due: date) -> date:
    """The month whose index counts for a due day: the reference month, not after due day less lag."""
    latest = add_months(month_start(due), -clause.lag_months)
    if clause.reference_month is None:
        return latest
    return add_months(latest, -((latest.month - clause.reference_month) % 12))


def change(clause: Clause, series: Series | None, due: date) -> Change | Pending:
    """How prices move on a due day, or what is missing to say so.

    Variations are measured from the month used last time, so that no month counts twice and none is
    lost (R18: 1000 × 114.25/105.65 = 1081.40 = 1045.91 × 114.25/110.5).
    """
    if clause.mode == "fixed":
        return _limited(clause, clause.fixed, None, None, [Step("fixed", {}, number(clause.fixed))])
    if series is None:
        return Pending("pending.series", {})
    month = series.period(reference(clause, due))
    base_month = series.period(clause.last_month or add_months(month, -clause.every_months))
    found = variation(series, month, base_month)
    if isinstance(found, Pending):
        return found
    percent, steps = found
    steps.append(Step("share", {}, number(clause.share)))
    return _limited(clause, percent * clause.share / HUNDRED, month, base_month, steps)


def variation(series: Series, month: date, base_month: date) -> tuple[Decimal, list[Step]] | Pending:
    """The variation in per cent between two months with its steps: as published, else computed."""
    current, before = series.by_month.get(month), series.by_month.get(base_month)
    span = (month.year - base_month.year) * 12 + month.month - base_month.month
    if current is not None and (percent := _published(current, span)) is not None:
        facts: dict[str, str | int] = {"series": series.code, "month": _month(month), "months": span}
        return percent, [Step("published", facts, number(percent))]
    for value, wanted in ((before, base_month), (current, month)):
        if value is None or not value.value:
            return Pending("pending.value", {"series": series.code, "month": _month(wanted)})
    assert current is not None
    assert before is not None
    link = series.link(current.base, before.base)
    if link is None:
        facts = {"series": series.code, "base": current.base, "before": before.base}
        return Pending("pending.link", facts)
    return _computed(series, current, before, link)


def _computed(
    series: Series, current: Value, before: Value, link: Decimal
) -> tuple[Decimal, list[Step]] | Pending:
    exact = (current.value * link / before.value - 1) * HUNDRED
    step = FINEST if series.decimals is None else Decimal(1).scaleb(-series.decimals)
    percent = exact.quantize(step, ROUND_HALF_UP)
    steps = [_reading("before", series, before), _reading("current", series, current)]
    if link != 1:
        steps.append(Step("link", {"base": current.base, "before": before.base}, number(link)))
    steps.append(Step("variation", {}, number(percent)))
    return percent, steps


def _reading(code: str, series: Series, value: Value) -> Step:
    facts: dict[str, str | int] = {"series": series.code, "month": _month(value.month), "base": value.base}
    return Step(code, facts, number(value.value))


def _published(value: Value, span: int) -> Decimal | None:
    if span == YEAR:
        return value.published
    return value.published_two_years if span == TWO_YEARS else None


def _limited(
    clause: Clause, percent: Decimal, month: date | None, base_month: date | None, steps: list[Step]
) -> Change:
    if clause.floor is not None and percent < clause.floor:
        percent = clause.floor
        steps.append(Step("floor", {}, number(percent)))
    if clause.cap is not None and percent > clause.cap:
        percent = clause.cap
        steps.append(Step("cap", {}, number(percent)))
    steps.append(Step("change", {}, number(percent)))
    return Change(1 + percent / HUNDRED, month, base_month, tuple(steps))


def new_price(price: Decimal, moved: Change, rounding: str = "cent") -> Decimal:
    """The price after the change, half away from zero to the step agreed (R18: 1000, +2.0 %, 75 % → 1015.00).

    A price that does not move is not rounded either. Raises KeyError for an unknown rounding.
    """
    if moved.factor == 1:
        return price
    step = ROUNDINGS[rounding]
    return ((price * moved.factor) / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _month(month: date) -> str:
    return f"{month:%Y-%m}"


# What each step says, with its facts by name; translated when shown.
_LABELS: dict[str, Any] = {
    "published": _("variation of %(series)s published for %(month)s, over %(months)s months, per cent"),
    "before": _("%(series)s of %(month)s, base %(base)s"),
    "current": _("%(series)s of %(month)s, base %(base)s"),
    "link": _("coefficient from base %(base)s to base %(before)s"),
    "variation": _("variation, per cent"),
    "fixed": _("change agreed, per cent"),
    "share": _("share of the variation, per cent"),
    "floor": _("never less than, per cent"),
    "cap": _("never more than, per cent"),
    "change": _("change of the price, per cent"),
    "pending.series": _("The clause names no index."),
    "pending.value": _("%(series)s of %(month)s is not in the register yet."),
    "pending.link": _("The coefficient of %(series)s from base %(base)s to base %(before)s is missing."),
    "pending.moved": _("The prices were changed after this preview: prepare it again."),
    "pending.later": _("A later change of these fees is agreed already: adjust them there by hand."),
    "pending.ended": _("The contract ended meanwhile."),
}


def words(code: str, args: Mapping[str, str | int]) -> str:
    """A step or a reason in the current language; months as 09/2025."""
    label = _LABELS.get(code)
    if label is None:
        return code
    facts = {name: _shown(str(v)) if name == "month" else v for name, v in args.items()}
    return str(label) % facts


def _shown(month: str) -> str:
    year, _dash, number_ = month.partition("-")
    return f"{number_}/{year}"


def rows(steps: Iterable[Step], show: Callable[[Decimal], str] = number) -> list[tuple[str, str]]:
    """(words, number) of each step: one row of a table on screen or paper; `show` writes the numbers."""
    return [(words(step.code, step.args), show(Decimal(step.value))) for step in steps]


def in_short(steps: Iterable[Step], show: Callable[[Decimal], str] = number) -> str:
    """The steps on one line, without words: "1.4 % × 75 %"."""
    wanted = ("published", "variation", "fixed", "share")
    return " × ".join(f"{show(Decimal(step.value))} %" for step in steps if step.code in wanted)


__all__ = [
    "ROUNDINGS",
    "Change",
    "Clause",
    "Pending",
    "Series",
    "Value",
    "change",
    "due_on",
    "in_short",
    "new_price",
    "next_due",
    "reference",
    "rows",
    "variation",
    "words",
]
