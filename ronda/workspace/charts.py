"""Charts drawn by the server: SVG with classes for colours, words for who cannot see it, the numbers below.

    Chart("mrr", _("Per month"), labels, [Series(_("Fees"), amounts)], form="line", unit="EUR")

In a template: `{% load charts %}{% draw chart %}`. Pure functions: no clock, no request, no style attribute.
Every chart is drawn twice, for wide and for narrow places, because letters of a scaled drawing become
unreadable; the style sheet shows the one that fits and hides the other from everybody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ronda.workspace.display import money, number

Form = Literal["line", "bars", "stacked"]
Value = Decimal | int | None
ZERO = Decimal(0)
COLOURS = 6
_PREFIXES = ((12, "T"), (9, "G"), (6, "M"), (3, "k"))
_LARGEST = Decimal("1e15")
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Series:
    """A row of values, one per label; None where there is none. `colour`: 1 to 6, by position if 0."""

    name: Any
    values: Sequence[Value]
    colour: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn.

    name: unique on its page, of letters, digits and hyphens. unit: a currency ("EUR"), "%", or "" for counts.
    first: the heading of the labels in the table. more: what the drawing shows, in a sentence.
    """

    name: str
    title: Any
    labels: Sequence[Any]
    series: Sequence[Series]
    form: Form = "line"
    unit: str = ""
    first: Any = ""
    more: Any = ""


class Size(NamedTuple):
    """A drawing's box, in its own units; `letter` is the width of one."""

    css: str
    width: int
    height: int
    left: int
    letter: int
    ticks: int


WIDE = Size("chart-wide", 760, 260, 52, 7, 5)
NARROW = Size("chart-narrow", 360, 240, 50, 7, 4)
TOP, BOTTOM, RIGHT = 12, 26, 8


class Scale(NamedTuple):
    """The values of the axis, ascending; the first and the last are its ends."""

    ticks: tuple[Decimal, ...]

    def share(self, value: Decimal) -> Decimal:
        """0 at the bottom, 1 at the top."""
        low, high = self.ticks[0], self.ticks[-1]
        return (value - low) / (high - low)


def draw(chart: Chart) -> SafeString:
    """The whole figure: title, legend, drawings, numbers. Without any value a sentence says so."""
    body = "".join(_svg(chart, size) for size in (WIDE, NARROW)) if has_values(chart) else _nothing()
    return mark_safe(
        f'<figure class="chart"><figcaption class="chart-head"><span class="chart-title">'
        f"{escape(chart.title)}</span>{_legend(chart)}</figcaption>{body}"
        f"{_numbers(chart) if has_values(chart) else ''}</figure>"
    )


def has_values(chart: Chart) -> bool:
    return any(value is not None for one in chart.series for value in one.values)


def sparkline(title: Any, values: Sequence[Value]) -> SafeString:
    """A small line without axes, for a cell or a card; the title says what it shows."""
    known = [Decimal(value) for value in values if value is not None]
    if not known:
        return mark_safe("")
    scale = scale_of(known, 2, from_zero=False)
    places = [
        (_spaced(at, len(known), 2, 96), _up(scale.share(value), 2, 20)) for at, value in enumerate(known)
    ]
    path = _path(places) if len(places) > 1 else ""
    x, y = places[-1]
    return mark_safe(
        f'<svg class="sparkline" viewBox="0 0 100 24" role="img"><title>{escape(title)}</title>{path}'
        f'<circle class="chart-dot chart-1" cx="{_n(x)}" cy="{_n(y)}" r="2"/></svg>'
    )


def scale_of(values: Sequence[Decimal], most: int, *, from_zero: bool = True) -> Scale:
    """Round ticks (1, 2, 2.5 or 5 times a power of ten) around the values, about `most` of them."""
    low, high = min(values), max(values)
    if from_zero or low == high:
        low, high = min(low, ZERO), max(high, ZERO)
    if low == high:
        return Scale((ZERO, Decimal(1)))
    step = _step((high - low) / most)
    first, last = (
        int((low / step).to_integral_value("ROUND_FLOOR")),
        int((high / step).to_integral_value("ROUND_CEILING")),
    )
    return Scale(tuple(step * at for at in range(first, last + 1)))


def _step(least: Decimal) -> Decimal:
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * one for one in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * one >= least)


def short(value: Decimal) -> str:
    """A number for an axis, in few signs: 1,200,000 is 1.2M; k, M, G and T are read in every language."""
    size = abs(value)
    if size >= _LARGEST:
        return f"{value.normalize():.0E}".replace("E+", "e")
    for power, prefix in _PREFIXES:
        if size >= Decimal(1).scaleb(power):
            return f"{number(value.scaleb(-power).normalize())}{prefix}"
    return number(value.normalize() if size < 1 else value)


def shown(value: Value, unit: str) -> str:
    """A value in the table, by the language in use."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{number(value, 1)}\u00a0%"
    return money(value, unit) if unit else number(value)


def _svg(chart: Chart, size: Size) -> str:
    base = f"{chart.name}-{size.css}"
    return (
        f'<svg class="chart-drawing {size.css}" viewBox="0 0 {size.width} {size.height}" role="img" '
        f'aria-labelledby="{escape(base)}-title {escape(base)}-desc">'
        f'<title id="{escape(base)}-title">{escape(chart.title)}</title>'
        f'<desc id="{escape(base)}-desc">{escape(_in_words(chart))}</desc>'
        f"{''.join(_drawn(chart, size))}</svg>"
    )


def _in_words(chart: Chart) -> str:
    """First, last, smallest and largest value of each series."""
    parts = [str(chart.more)] if chart.more else []
    for one in chart.series:
        known = [(value, at) for at, value in enumerate(one.values) if value is not None]
        if known:
            facts = {
                "name": one.name,
                "first": shown(known[0][0], chart.unit), "last": shown(known[-1][0], chart.unit),
                "least": shown(min(known)[0], chart.unit), "least_at": chart.labels[min(known)[1]],
                "most": shown(max(known)[0], chart.unit), "most_at": chart.labels[max(known)[1]],
            }  # fmt: skip
            parts.append(
                _(
                    "%(name)s: from %(first)s to %(last)s; "
                    "least %(least)s (%(least_at)s), most %(most)s (%(most_at)s)."
                )
                % facts
            )
    return " ".join(parts)


def _drawn(chart: Chart, size: Size) -> Iterator[str]:
    scale = scale_of(_extremes(chart), size.ticks)
    yield from _axes(chart, size, scale)
    if chart.form == "line":
        for at, one in enumerate(chart.series):
            yield from _line(chart, size, scale, one, colour_of(one, at), area=len(chart.series) == 1)
    else:
        yield from _bars(chart, size, scale)
    zero = _n(_y(ZERO, size, scale))
    yield f'<line class="chart-zero" x1="{size.left}" x2="{size.width - RIGHT}" y1="{zero}" y2="{zero}"/>'


def colour_of(one: Series, at: int) -> int:
    return one.colour if 1 <= one.colour <= COLOURS else at % COLOURS + 1


def _extremes(chart: Chart) -> list[Decimal]:
    """What the axis must hold: single values, or what is piled up above and below zero."""
    if chart.form != "stacked":
        return [Decimal(value) for one in chart.series for value in one.values if value is not None]
    found = [ZERO]
    for at in range(len(chart.labels)):
        column = [Decimal(one.values[at] or 0) for one in chart.series]
        found += [sum((v for v in column if v > 0), ZERO), sum((v for v in column if v < 0), ZERO)]
    return found


def _axes(chart: Chart, size: Size, scale: Scale) -> Iterator[str]:
    percent = "\u00a0%" if chart.unit == "%" else ""
    for tick in scale.ticks:
        y = _y(tick, size, scale)
        yield (
            f'<line class="chart-grid" x1="{size.left}" x2="{size.width - RIGHT}" y1="{_n(y)}" y2="{_n(y)}"/>'
            f'<text class="chart-tick" x="{size.left - 6}" y="{_n(y + 4)}" text-anchor="end">'
            f"{escape(short(tick))}{percent}</text>"
        )
    yield from _label_texts(chart, size)


def _label_texts(chart: Chart, size: Size) -> Iterator[str]:
    """The labels below that have room, each kept inside the drawing."""
    free_from = Decimal(-1)
    for at in range(0, len(chart.labels), _every(chart, size)):
        text = _cut(chart.labels[at], size)
        x, wide = _x(at, chart, size), Decimal(len(text) * size.letter)
        start = min(max(x - wide / 2, ZERO), size.width - wide)
        if start <= free_from:
            continue
        free_from = start + wide
        yield (
            f'<text class="chart-tick" x="{_n(start + wide / 2)}" y="{size.height - 8}" text-anchor="middle">'
            f"{escape(text)}</text>"
        )


def _cut(label: Any, size: Size) -> str:
    """At most a third of the drawing, so that two labels always have room."""
    text, most = str(label), size.width // 3 // size.letter
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _every(chart: Chart, size: Size) -> int:
    """Every how many labels one is written: two never touch."""
    if len(chart.labels) < 2:
        return 1
    longest = max(len(_cut(label, size)) for label in chart.labels)
    between = (size.width - size.left - RIGHT) / Decimal(len(chart.labels))
    return int(Decimal(longest + 2) * size.letter / between) + 1


def _line(chart: Chart, size: Size, scale: Scale, one: Series, colour: int, *, area: bool) -> Iterator[str]:
    dots = len(chart.labels) <= 40
    for run in _runs(one.values):
        places = [(_x(at, chart, size), _y(Decimal(value), size, scale)) for at, value in run]
        if len(places) > 1:
            if area:
                zero = _y(ZERO, size, scale)
                edge = [(places[0][0], zero), *places, (places[-1][0], zero)]
                yield f'<polygon class="chart-area chart-{colour}" points="{_points(edge)}"/>'
            yield _path(places, colour)
        if dots or len(places) == 1:
            for (x, y), (at, value) in zip(places, run, strict=True):
                words = f"{chart.labels[at]}: {shown(value, chart.unit)}"
                yield (
                    f'<circle class="chart-dot chart-{colour}" cx="{_n(x)}" cy="{_n(y)}" r="2.5">'
                    f"<title>{escape(words)}</title></circle>"
                )


def _runs(values: Sequence[Value]) -> Iterator[list[tuple[int, Decimal | int]]]:
    """Neighbouring values; a missing one interrupts the line."""
    run: list[tuple[int, Decimal | int]] = []
    for at, value in enumerate(values):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _bars(chart: Chart, size: Size, scale: Scale) -> Iterator[str]:
    slot = _slot(chart, size)
    room = slot * Decimal("0.72")
    wide = room if chart.form == "stacked" else room / len(chart.series)
    for label_at, label in enumerate(chart.labels):
        left = size.left + slot * label_at + (slot - room) / 2
        above, below = ZERO, ZERO
        for at, one in enumerate(chart.series):
            value = Decimal(one.values[label_at] or 0)
            if not value:
                continue
            start = ZERO if chart.form == "bars" else above if value > 0 else below
            above, below = (above + value, below) if value > 0 else (above, below + value)
            x = left + (wide * at if chart.form == "bars" else ZERO)
            ends = _y(start, size, scale), _y(start + value, size, scale)
            words = f"{one.name}, {label}: {shown(one.values[label_at], chart.unit)}"
            yield (
                f'<rect class="chart-bar chart-{colour_of(one, at)}" x="{_n(x)}" y="{_n(min(ends))}" '
                f'width="{_n(wide)}" height="{_n(abs(ends[0] - ends[1]))}">'
                f"<title>{escape(words)}</title></rect>"
            )


def _slot(chart: Chart, size: Size) -> Decimal:
    return Decimal(size.width - size.left - RIGHT) / max(1, len(chart.labels))


def _x(at: int, chart: Chart, size: Size) -> Decimal:
    return size.left + _slot(chart, size) * (at + Decimal("0.5"))


def _y(value: Decimal, size: Size, scale: Scale) -> Decimal:
    return _up(scale.share(value), TOP, size.height - TOP - BOTTOM)


def _up(share: Decimal, top: int, height: int) -> Decimal:
    return top + (1 - share) * height


def _spaced(at: int, count: int, left: int, width: int) -> Decimal:
    return left + Decimal(width) * at / max(1, count - 1)


def _n(value: Decimal | int) -> str:
    """A coordinate, to a tenth."""
    return f"{Decimal(value).quantize(_TENTH):f}"


def _points(places: Sequence[tuple[Decimal, Decimal]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in places)


def _path(places: Sequence[tuple[Decimal, Decimal]], colour: int = 1) -> str:
    return f'<polyline class="chart-line chart-{colour}" points="{_points(places)}"/>'


def _legend(chart: Chart) -> SafeString:
    if len(chart.series) < 2:
        return mark_safe("")
    rows = ((colour_of(one, at), one.name) for at, one in enumerate(chart.series))
    return format_html(
        '<span class="chart-legend">{}</span>',
        format_html_join("", '<span><span class="chart-key chart-{}"></span>{}</span>', rows),
    )


def _nothing() -> SafeString:
    return format_html('<p class="chart-nothing">{}</p>', _("There are no figures yet."))


def _numbers(chart: Chart) -> SafeString:
    """The same data as a table."""
    heads = format_html_join("", '<th scope="col" class="num">{}</th>', ((one.name,) for one in chart.series))
    rows = format_html_join("", "<tr>{}{}</tr>", (_row(chart, at) for at in range(len(chart.labels))))
    return format_html(
        '<details class="chart-numbers"><summary>{}</summary>'
        '<div class="table-wrap" tabindex="0" role="group" '
        'aria-label="{}"><table class="table table-figures"><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>",
        _("Show the numbers"),
        chart.title,
        chart.first or _("Month"),
        heads,
        rows,
    )


def _row(chart: Chart, at: int) -> tuple[SafeString, SafeString]:
    cells = ((shown(one.values[at], chart.unit),) for one in chart.series)
    return (
        format_html('<th scope="row">{}</th>', chart.labels[at]),
        format_html_join("", '<td class="num">{}</td>', cells),
    )
