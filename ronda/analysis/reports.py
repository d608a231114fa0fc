"""What the pages show, put together from the figures: tables, charts and a few numbers of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from ronda.analysis import queries
from ronda.analysis.domain.movements import MOVEMENTS, Change, Counted, rate
from ronda.analysis.models import Calculation, Figure
from ronda.analysis.queries import Restriction
from ronda.analysis.services import MONTHS
from ronda.analysis.tables import Head, Table
from ronda.contracts.domain.summary import shown as frequency
from ronda.kernel.money import ZERO
from ronda.kernel.periods import add_months, month_start
from ronda.workspace.charts import Chart, Series
from ronda.workspace.display import money, number, signed

Measure = Figure.Measure
Sums = Mapping[tuple[date, str], Counted]
NOTHING = Counted()
YEAR = 12
# Colours of charts: more is green, less is red, what was is gray.
BLUE, GRAY, GREEN, RED, VIOLET, ORANGE = range(1, 7)
COLOURS = {"new": GREEN, "reactivated": BLUE, "expansion": VIOLET, "contraction": ORANGE, "lost": RED}
SERVICES_DRAWN = 12
DISTINCT_COLOURS = 6
FREQUENCIES = "MBQFHY"


@dataclass(frozen=True, slots=True)
class Stat:
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    tables: Sequence[Table] = field(default=())
    charts: Sequence[Chart] = field(default=())
    stats: Sequence[Stat] = field(default=())
    notes: Sequence[str] = field(default=())

    @property
    def empty(self) -> bool:
        return not any(table.rows for table in self.tables)


def in_words(month: date) -> str:
    """A month with its year; Italian writes it in small letters."""
    return _small(date_format(month, "YEAR_MONTH_FORMAT"))


def in_figures(month: date) -> str:
    return f"{month.month:02d}/{month.year % 100:02d}"


def _small(text: str) -> str:
    return text.lower() if (get_language() or "").startswith("it") else text


def percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{number(value, 1)}\u00a0%"


# --- billed by month


def billed(
    calculation: Calculation, year: int, by: str, only: Restriction, *, on: date, currency: str
) -> Report:
    """A year month by month beside the one before, and by service, family or branch (E30)."""
    measures = (Measure.INVOICES, Measure.CREDITS)
    sums = queries.sums_by_month(calculation, measures, only)
    months = [date(year, number, 1) for number in range(1, YEAR + 1)]
    until = on.month if year == on.year else YEAR
    now = [_net(sums, month) for month in months]
    before = [_net(sums, month.replace(year=year - 1)) for month in months]
    comparable = [day for month in months[:until] for day in (month, month.replace(year=year - 1))]
    divided = queries.sums_by_year(calculation, by, comparable, only)
    named = queries.names(by, {key for key, _year in divided})
    tables = [
        _months_table(sums, months, year, count=only.item is None and only.owner is None),
        _divided_table(divided, named, by, year),
    ]
    chart = Chart(
        "billed", _("Billed net by month"), [_small(date_format(month, "M")) for month in months],
        [Series(str(year), now, BLUE), Series(str(year - 1), before, GRAY)], "bars", currency,
    )  # fmt: skip
    return Report(tables, [chart], _billed_stats(sums, months[:until], currency, part=until < YEAR))


def _net(sums: Sums, month: date) -> Decimal:
    return (
        sums.get((month, Measure.INVOICES), NOTHING).amount
        + sums.get((month, Measure.CREDITS), NOTHING).amount
    )


def _months_table(sums: Sums, months: Sequence[date], year: int, *, count: bool) -> Table:
    heads = [
        Head(_("Month"), "month"), Head(_("Documents"), "number"), Head(_("Invoices"), "money"),
        Head(_("Credit notes"), "money"), Head(_("Net"), "money"), Head(str(year - 1), "money"),
        Head(_("Difference"), "money"), Head(_("Variation"), "percent"),
    ]  # fmt: skip
    rows: list[list[Any]] = []
    for month in months:
        invoices = sums.get((month, Measure.INVOICES), NOTHING)
        credits = sums.get((month, Measure.CREDITS), NOTHING)
        net, before = _net(sums, month), _net(sums, month.replace(year=year - 1))
        rows.append(
            [
                in_words(month), invoices.count + credits.count, invoices.amount, credits.amount,
                net, before, net - before, rate(net - before, before),
            ]
        )  # fmt: skip
    total = [_("Total"), *(sum(row[at] for row in rows) for at in range(1, 7))]
    total.append(rate(total[6], total[5]))
    if not any(any(row[1:6]) for row in rows):
        rows, total = [], []
    keep = [at for at in range(len(heads)) if count or at != 1]
    return Table(
        _("Billed by month"),
        [heads[at] for at in keep],
        [[row[at] for at in keep] for row in rows],
        [total[at] for at in keep] if total else [],
    )


def _divided_table(
    sums: Mapping[tuple[Any, int], Decimal], named: Mapping[Any, str], by: str, year: int
) -> Table:
    titles = {"item": _("By service"), "item__family": _("By family"), "branch": _("By branch")}
    firsts = {"item": _("Service"), "item__family": _("Family"), "branch": _("Branch")}
    whole = sum((amount for (_key, of), amount in sums.items() if of == year), ZERO)
    whole_before = sum((amount for (_key, of), amount in sums.items() if of == year - 1), ZERO)
    rows: list[list[Any]] = []
    for key in {key for key, _year in sums}:
        now, before = sums.get((key, year), ZERO), sums.get((key, year - 1), ZERO)
        name = named.get(key) or _("not stated")
        rows.append([name, now, rate(now, whole), before, now - before, rate(now - before, before)])
    rows.sort(key=lambda row: (-row[1], row[0]))
    heads = [
        Head(firsts[by]), Head(str(year), "money"), Head(_("Share"), "percent"), Head(str(year - 1), "money"),
        Head(_("Difference"), "money"), Head(_("Variation"), "percent"),
    ]  # fmt: skip
    difference = whole - whole_before
    total: list[Any] = [
        _("Total"),
        whole,
        rate(whole, whole),
        whole_before,
        difference,
        rate(difference, whole_before),
    ]
    return Table(titles[by], heads, rows, total if rows else [])


def _billed_stats(sums: Sums, months: Sequence[date], currency: str, *, part: bool) -> list[Stat]:
    invoices = sum((sums.get((month, Measure.INVOICES), NOTHING).amount for month in months), ZERO)
    credits = sum((sums.get((month, Measure.CREDITS), NOTHING).amount for month in months), ZERO)
    year = months[0].year
    before = sum((_net(sums, month.replace(year=year - 1)) for month in months), ZERO)
    net = invoices + credits
    note = _("to %(month)s") % {"month": in_words(months[-1])} if part else str(year)
    change = rate(net - before, before)
    return [
        Stat(_("Invoices"), money(invoices, currency), note),
        Stat(_("Credit notes"), money(credits, currency), note),
        Stat(_("Net"), money(net, currency), note),
        Stat(
            _("Same months of %(year)s") % {"year": year - 1}, money(before, currency),
            _("%(amount)s, %(percent)s") % {"amount": signed(net - before), "percent": percent(change)},
        ),
    ]  # fmt: skip


# --- what the contracts come to in a year


class ServiceYear(NamedTuple):
    """A service with what it comes to in a year, by frequency."""

    code: str
    name: str
    contracts: int
    lines: int
    amounts: Mapping[str, Decimal]
    total: Decimal


def services(calculation: Calculation, only: Restriction, *, currency: str) -> Report:
    """Per service: contracts, lines, yearly amount in all and by frequency, share (E32)."""
    if calculation.on is None:
        return Report()
    month = month_start(calculation.on)
    found = queries.sums_by_item(calculation, month, (Measure.YEARLY, Measure.MRR), only)
    contracts = {item: one.count for item, measure, _rhythm, one in found if measure == Measure.MRR}
    lines = [(item, rhythm, one) for item, measure, rhythm, one in found if measure == Measure.YEARLY]
    rows = _service_years(lines, contracts)
    letters = sorted({rhythm for _item, rhythm, _one in lines}, key=_by_length)
    table = _services_table(rows, letters, contracts.get(only.item, 0))
    if not rows:
        return Report([table])
    whole = sum((row.total for row in rows), ZERO)
    stats = [
        Stat(_("Per year"), money(whole, currency), _("net, of all lines in force")),
        Stat(_("Contracts"), number(contracts.get(only.item, 0))),
        Stat(_("Lines"), number(sum(row.lines for row in rows))),
    ]
    return Report([table], [_services_chart(rows[:SERVICES_DRAWN], letters, currency)], stats)


def _service_years(
    lines: Sequence[tuple[int | None, str, Counted]], contracts: Mapping[int | None, int]
) -> list[ServiceYear]:
    """The services, the largest first."""
    amounts: dict[int | None, dict[str, Decimal]] = {}
    counts: dict[int | None, int] = {}
    for item, rhythm, one in lines:
        amounts.setdefault(item, {})[rhythm] = one.amount
        counts[item] = counts.get(item, 0) + one.count
    named = queries.items_named(amounts)
    rows = [
        ServiceYear(*named[item], contracts.get(item, 0), counts[item], own, sum(own.values(), ZERO))
        for item, own in amounts.items()
        if item is not None
    ]
    return sorted(rows, key=lambda row: (-row.total, row.name))


def _by_length(code: str) -> tuple[int, str]:
    """Months first, then two, three, four, six, a year, then what is rare."""
    at = FREQUENCIES.find(code)
    return (at if at >= 0 else len(FREQUENCIES), code)


def _services_table(rows: Sequence[ServiceYear], letters: Sequence[str], contracts: int) -> Table:
    heads = [
        Head(_("Code"), "code"), Head(_("Service")),
        Head(_("Contracts"), "number"), Head(_("Lines"), "number"),
        *(Head(frequency(code), "money") for code in letters),
        Head(_("Per year"), "money"), Head(_("Share"), "percent"),
    ]  # fmt: skip
    whole = sum((row.total for row in rows), ZERO)
    body = [
        [
            row.code, row.name, row.contracts, row.lines, *(row.amounts.get(code, ZERO) for code in letters),
            row.total, rate(row.total, whole),
        ]
        for row in rows
    ]  # fmt: skip
    sums = [sum((row.amounts.get(code, ZERO) for row in rows), ZERO) for code in letters]
    lines = sum(row.lines for row in rows)
    total = ["", _("Total"), contracts, lines, *sums, whole, rate(whole, whole)]
    return Table(_("Per year by service"), heads, body, total if rows else [])


def _services_chart(rows: Sequence[ServiceYear], letters: Sequence[str], currency: str) -> Chart:
    """As many frequencies as there are colours; the smallest ones together."""
    sums = {code: sum((row.amounts.get(code, ZERO) for row in rows), ZERO) for code in letters}
    own = list(letters)
    if len(own) > DISTINCT_COLOURS:
        largest = sorted(own, key=lambda code: -sums[code])[: DISTINCT_COLOURS - 1]
        own = [code for code in own if code in largest]
    series = [Series(frequency(code), [row.amounts.get(code, ZERO) for row in rows]) for code in own]
    if len(own) < len(letters):
        rest = [code for code in letters if code not in own]
        series.append(
            Series(
                pgettext("frequencies", "others"),
                [sum((row.amounts.get(code, ZERO) for code in rest), ZERO) for row in rows],
            )
        )
    more = _("The %(count)d largest services.") % {"count": len(rows)}
    labels = [row.code for row in rows]
    title = _("Per year by service and frequency")
    return Chart("services", title, labels, series, "stacked", currency, _("Service"), more)


# --- trends


def trends(calculation: Calculation, only: Restriction, *, currency: str) -> Report:
    """24 months of recurring revenue with its movements, churn and average value (E33)."""
    if calculation.on is None:
        return Report()
    sums = queries.sums_by_month(calculation, (Measure.MRR, *MOVEMENTS), only, whole=True)
    months = [add_months(month_start(calculation.on), at - MONTHS + 1) for at in range(MONTHS)]
    changes = [change_of(sums, month) for month in months]
    if not any(one.before.count or one.after.count for one in changes):
        return Report([Table(_("Trends"), [Head(_("Month"), "month")])])
    return Report(
        [_movements_table(months, changes), _contracts_table(months, changes)],
        _trend_charts([in_figures(month) for month in months], changes, currency),
        _trend_stats(changes, currency),
        [
            _(
                "Each month is measured on its last day, this one today. A contract that rests or ended is "
                "lost on the first such day it is missing, one that comes back is reactivated; a renewed "
                "contract goes on."
            )
        ],
    )


def change_of(sums: Sums, month: date) -> Change:
    """The change of a month, from the kept sums."""
    return Change(
        before=sums.get((add_months(month, -1), Measure.MRR), NOTHING),
        after=sums.get((month, Measure.MRR), NOTHING),
        **{name: sums.get((month, name), NOTHING) for name in MOVEMENTS},
    )


def movement_names() -> dict[str, str]:
    return {
        "new": pgettext("contracts of a month", "New"),
        "reactivated": pgettext("contracts of a month", "Reactivated"),
        "expansion": pgettext("contracts of a month", "Increased"),
        "contraction": pgettext("contracts of a month", "Reduced"),
        "lost": pgettext("contracts of a month", "Lost"),
    }


def _movements_table(months: Sequence[date], changes: Sequence[Change]) -> Table:
    heads = [
        Head(_("Month"), "month"), Head(_("At the start"), "money"),
        *(Head(name, "money") for name in movement_names().values()),
        Head(_("At the end"), "money"),
        Head(_("Share lost"), "percent"), Head(_("Share lost or reduced"), "percent"),
    ]  # fmt: skip
    rows = [
        [
            in_words(month), one.before.amount, *(getattr(one, name).amount for name in MOVEMENTS),
            one.after.amount, one.revenue_churn, one.revenue_given_up,
        ]
        for month, one in reversed(list(zip(months, changes, strict=True)))
    ]  # fmt: skip
    sums = [sum((getattr(one, name).amount for one in changes), ZERO) for name in MOVEMENTS]
    total = [_("Total"), changes[0].before.amount, *sums, changes[-1].after.amount, "", ""]
    return Table(_("Monthly recurring revenue"), heads, rows, total)


def _contracts_table(months: Sequence[date], changes: Sequence[Change]) -> Table:
    heads = [
        Head(_("Month"), "month"), Head(_("At the start"), "number"),
        *(Head(name, "number") for name in movement_names().values()),
        Head(_("At the end"), "number"), Head(_("Churn"), "percent"),
        Head(_("Average per month"), "money"),
    ]  # fmt: skip
    rows = [
        [
            in_words(month), one.before.count, *(getattr(one, name).count for name in MOVEMENTS),
            one.after.count, one.churn, one.average,
        ]
        for month, one in reversed(list(zip(months, changes, strict=True)))
    ]  # fmt: skip
    sums = [sum(getattr(one, name).count for one in changes) for name in MOVEMENTS]
    total = [_("Total"), changes[0].before.count, *sums, changes[-1].after.count, "", changes[-1].average]
    return Table(_("Contracts"), heads, rows, total)


def _trend_charts(labels: Sequence[str], changes: Sequence[Change], currency: str) -> list[Chart]:
    names = movement_names()
    moved = [Series(names[m], [getattr(c, m).amount for c in changes], COLOURS[m]) for m in MOVEMENTS]
    churn = [
        Series(_("Contracts"), [one.churn for one in changes], VIOLET),
        Series(pgettext("recurring", "Revenue"), [one.revenue_churn for one in changes], RED),
    ]
    counts = [
        Series(names["new"], [one.new.count for one in changes], GREEN),
        Series(names["lost"], [one.lost.count for one in changes], RED),
    ]
    mrr = [Series(_("Recurring per month"), [one.after.amount for one in changes], BLUE)]
    return [
        Chart("mrr", _("Monthly recurring revenue"), labels, mrr, "line", currency),
        Chart("movements", _("What changed it"), labels, moved, "stacked", currency),
        Chart("churn", _("Lost in the month, per cent"), labels, churn, "line", "%"),
        Chart("counts", _("New and lost contracts"), labels, counts, "bars"),
    ]


def _trend_stats(changes: Sequence[Change], currency: str) -> list[Stat]:
    now, year = changes[-1], changes[-YEAR:]
    lost = Decimal(sum(one.lost.count for one in year))
    amount = sum((-one.lost.amount for one in year), ZERO)
    return [
        Stat(
            _("Monthly recurring revenue"), money(now.after.amount, currency),
            _("%(amount)s this month") % {"amount": signed(now.difference)},
        ),
        Stat(_("Contracts in force"), number(now.after.count), _("%(amount)s each per month, on average") % {
            "amount": money(now.average, currency) if now.average is not None else "–"}),
        Stat(
            _("Contracts lost in 12 months"), percent(rate(lost, Decimal(year[0].before.count))),
            _("%(lost)s of %(count)s") % {"lost": number(lost), "count": number(year[0].before.count)},
        ),
        Stat(
            _("Revenue lost in 12 months"), percent(rate(amount, year[0].before.amount)),
            _("%(amount)s a month") % {"amount": money(amount, currency)},
        ),
    ]  # fmt: skip


# --- forecast


def forecast(calculation: Calculation, only: Restriction, *, currency: str) -> Report:
    """What the contracts will bill in 24 months, by day of invoice and by the days it is for (E22)."""
    if calculation.on is None:
        return Report()
    sums = queries.sums_by_month(calculation, (Measure.INVOICED, Measure.EARNED), only)
    months = [add_months(month_start(calculation.on), at) for at in range(MONTHS)]
    invoiced = [sums.get((month, Measure.INVOICED), NOTHING).amount for month in months]
    earned = [sums.get((month, Measure.EARNED), NOTHING).amount for month in months]
    if not any(invoiced) and not any(earned):
        return Report([Table(_("Forecast"), _forecast_heads())], notes=_forecast_notes(calculation, currency))
    rows: list[list[Any]] = [
        [in_words(month), invoiced[at], sum(invoiced[: at + 1]), earned[at], sum(earned[: at + 1])]
        for at, month in enumerate(months)
    ]
    total: list[Any] = [_("Total"), sum(invoiced), "", sum(earned), ""]
    series = [Series(_("To invoice"), invoiced, BLUE), Series(_("Earned"), earned, GREEN)]
    labels = [in_figures(month) for month in months]
    return Report(
        [Table(_("Forecast"), _forecast_heads(), rows, total)],
        [Chart("forecast", _("Forecast of 24 months"), labels, series, "bars", currency)],
        _forecast_stats(months, invoiced, earned, currency),
        _forecast_notes(calculation, currency),
    )


def _forecast_heads() -> list[Head]:
    return [
        Head(_("Month"), "month"),
        Head(_("To invoice"), "money"),
        Head(_("Invoiced since the start"), "money"),
        Head(_("Earned"), "money"),
        Head(_("Earned since the start"), "money"),
    ]


def _forecast_stats(
    months: Sequence[date], invoiced: Sequence[Decimal], earned: Sequence[Decimal], currency: str
) -> list[Stat]:
    first = _("from %(month)s") % {"month": in_words(months[0])}
    second = _("from %(month)s") % {"month": in_words(months[YEAR])}
    return [
        Stat(_("To invoice in 12 months"), money(sum(invoiced[:YEAR]), currency), first),
        Stat(_("To invoice in the 12 after them"), money(sum(invoiced[YEAR:]), currency), second),
        Stat(_("Earned in 12 months"), money(sum(earned[:YEAR]), currency), first),
        Stat(_("Earned in the 12 after them"), money(sum(earned[YEAR:]), currency), second),
    ]


def _forecast_notes(calculation: Calculation, currency: str) -> list[str]:
    notes = [
        _(
            "Invoiced by the day of the invoice, earned by the days it is for. What is agreed today: lines "
            "with a last day stop there, open-ended ones go on, renewals and adjustments to come are not "
            "assumed. This month counts whole, billed or not."
        )
    ]
    if held := calculation.facts.get("held"):
        amount = money(Decimal(calculation.facts["held_amount"]), currency)
        notes.append(
            _("Contracts not billed for now are left out: %(count)s, with %(amount)s a year.")
            % {"count": number(held), "amount": amount}
        )
    return notes
