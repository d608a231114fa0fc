"""Charts of the server: right at the extremes, harmless with any words, readable without seeing."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ronda.workspace import charts
from ronda.workspace.charts import NARROW, WIDE, Chart, Series, draw, scale_of, short, sparkline

FORMS = ("line", "bars", "stacked")
HOSTILE = "</title><script>alert(1)</script>\"'&\x00"
SVG = "{http://www.w3.org/2000/svg}"


def months(count):
    return [f"{at % 12 + 1:02d}/{26 + at // 12}" for at in range(count)]


def chart(*rows, form="line", labels=None, unit="EUR"):
    labels = labels if labels is not None else months(len(rows[0]) if rows else 0)
    return Chart("c", "Fees", labels, [Series(f"S{at}", row) for at, row in enumerate(rows)], form, unit)


def parsed(made):
    """The figure as XML: whatever is not well-formed raises."""
    return etree.fromstring(str(draw(made)))


def drawings(made):
    return parsed(made).findall("svg")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "values",
    [
        [0, 0, 0],
        [Decimal("12.5")],
        [-5, -1, -7],
        [-5, 0, 7],
        [None, 3, None, 4, 5, None],
        [10**30, 1, -(10**30)],
        [Decimal("0.00001"), Decimal("0.00002")],
    ],
)
def test_every_drawing_stays_inside_its_box(form, values):
    for svg in drawings(chart(values, values, form=form)):
        _left, _top, width, height = map(int, svg.get("viewBox").split())
        for one in svg.iter():
            for name, most in (("x", width), ("cx", width), ("x1", width), ("y", height), ("cy", height)):
                assert 0 <= float(one.get(name, 0)) <= most
            assert float(one.get("height", 0)) >= 0
            assert float(one.get("y", 0)) + float(one.get("height", 0)) <= height


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("made", [(), ([],), ([None, None],)])
def test_without_values_a_sentence_stands_where_the_drawing_would(form, made):
    figure = parsed(chart(*made, form=form))

    assert figure.findall("svg") == []
    assert figure.findtext("p") == "There are no figures yet."


def test_bars_stand_on_zero_and_are_as_high_as_their_values():
    svg = drawings(chart([100, -50], form="bars"))[0]
    up, down = list(svg.iter("rect"))
    zero = float(svg.find("line[@class='chart-zero']").get("y1"))

    assert float(up.get("y")) + float(up.get("height")) == pytest.approx(zero, abs=0.11)
    assert float(down.get("y")) == pytest.approx(zero, abs=0.11)
    assert float(up.get("height")) == pytest.approx(2 * float(down.get("height")), abs=0.2)


def test_stacked_bars_pile_up_above_and_below_zero():
    svg = drawings(chart([30], [20], [-10], form="stacked"))[0]
    first, second, below = [(float(one.get("y")), float(one.get("height"))) for one in svg.iter("rect")]

    assert second[0] + second[1] == pytest.approx(first[0], abs=0.11)
    assert below[0] == pytest.approx(first[0] + first[1], abs=0.11)


def test_a_missing_value_interrupts_the_line():
    svg = drawings(chart([1, 2, None, 3, 4]))[0]

    assert len(svg.findall("polyline")) == 2
    assert len(svg.findall("circle")) == 4


@pytest.mark.parametrize("form", FORMS)
def test_hostile_words_stay_words(form):
    made = Chart("c", HOSTILE, [HOSTILE, "b"], [Series(HOSTILE, [1, 2])], form, HOSTILE, HOSTILE, HOSTILE)

    html = str(draw(made)) + str(sparkline(HOSTILE, [1, 2]))

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    etree.HTML(html)


@pytest.mark.parametrize("form", FORMS)
def test_the_content_policy_has_nothing_to_refuse(form):
    html = str(draw(chart([1, 2, 3], [4, 5, 6], form=form))) + str(sparkline("x", [1, 2]))

    assert " style=" not in html
    assert " on" not in html.replace(" one", "").replace("only", "")
    assert "href" not in html


def test_who_cannot_see_hears_the_title_and_the_figures_and_reads_the_numbers():
    with translation.override("it"):
        figure = parsed(chart([Decimal("1234.50"), Decimal("1500.00")], labels=["gen", "feb"]))

    svg = figure.find("svg")
    told = {one.get("id"): one.text for one in svg if one.tag in ("title", "desc")}
    assert svg.get("role") == "img"
    assert set(svg.get("aria-labelledby").split()) == set(told)
    assert "1.234,50\u00a0€" in "".join(told.values())
    cells = [[cell.text for cell in row] for row in figure.iterfind("details//tbody/tr")]
    assert cells == [["gen", "1.234,50\u00a0€"], ["feb", "1.500,00\u00a0€"]]


def extents(svg, size):
    """Left and right end of each label of the axis below."""
    for one in svg.iterfind("text"):
        if float(one.get("y")) == size.height - 8:
            x, wide = float(one.get("x")), len(one.text) * 6.2
            yield x - wide / 2, x + wide / 2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 30))
def test_labels_of_the_axis_never_touch(count, letters):
    made = chart([1] * count, labels=["m" * letters] * count)

    for svg, size in zip(drawings(made), (WIDE, NARROW), strict=True):
        ends = list(extents(svg, size))
        assert ends
        assert all(one[1] < other[0] for one, other in zip(ends, ends[1:], strict=False))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.decimals(-(10**18), 10**18, places=2), min_size=1, max_size=8), st.integers(2, 8))
def test_the_axis_holds_every_value_with_few_round_ticks(values, most):
    scale = scale_of(values, most)

    assert scale.ticks[0] <= min(values)
    assert max(values) <= scale.ticks[-1]
    assert Decimal(0) in scale.ticks
    assert len(scale.ticks) <= most + 3
    assert all(0 <= scale.share(value) <= 1 for value in values)


@pytest.mark.parametrize(
    ("value", "told"),
    [("0", "0"), ("2.5", "2,5"), ("950", "950"), ("1200", "1,2k"), ("-25000", "-25k"),
     ("1500000", "1,5M"), ("2000000000", "2G"), ("3E12", "3T"), ("5E30", "5e30")],
)  # fmt: skip
def test_numbers_of_the_axis_are_short_and_localized(value, told):
    with translation.override("it"):
        assert short(Decimal(value)) == told


@pytest.mark.parametrize("values", [[], [None]])
def test_a_sparkline_of_nothing_is_nothing(values):
    assert sparkline("x", values) == ""


@pytest.mark.parametrize("values", [[1], [0, 0], [3, None, -4], [10**20, 1]])
def test_a_sparkline_stays_inside(values):
    svg = etree.fromstring(str(sparkline("Trend", values)))

    assert svg.findtext("title") == "Trend"
    assert 0 <= float(svg.find("circle").get("cy")) <= 24


def test_templates_draw_with_a_tag():
    page = Template("{% load charts %}{% draw chart %}{% sparkline 'Trend' values %}")

    html = page.render(Context({"chart": chart([1, 2]), "values": [1, 2]}))

    assert html.count("<svg") == 3
    assert str(charts.draw(chart([1, 2]))) in html
