"""Hostile layouts are refused, whatever a layout asks for (infra.md §8)."""

import types
from decimal import Decimal

import pytest

from ronda.reports.domain import liquid
from ronda.reports.domain.documents import print_context
from ronda.reports.domain.liquid import LayoutError, fill, fill_text, require_plain
from ronda.reports.domain.samples import sample


def refused(source, **context):
    with pytest.raises(LayoutError) as caught:
        fill(source, {"items": list(range(1000)), **context}, language="it")
    return caught.value


def test_values_are_escaped_in_pages_and_not_in_mails():
    context = {"name": "<b>Rossi & figli</b>"}
    assert fill("{{ name }}", context, language="it") == "&lt;b&gt;Rossi &amp; figli&lt;/b&gt;"
    assert fill_text("{{ name }}", context, language="it") == "<b>Rossi & figli</b>"


def test_line_ends_are_kept_and_markup_between_them_escaped():
    assert fill("{{ t | lines }}", {"t": "a<\nb"}, language="it") == "a&lt;<br>b"


def test_money_follows_the_language_of_the_document():
    context = {"a": Decimal("1234.5")}
    assert fill("{{ a | money }}", context, language="it") == "1.234,50"
    assert fill("{{ a | money }}", context, language="en") == "1,234.50"


def test_a_text_in_a_style_sheet_cannot_end_its_string():
    written = fill("{{ t | css }}", {"t": 'a"; } body { x: url(//e) } </style>\n'}, language="it")
    assert not set(written[1:-1]) & set("\"';{}<>()/: \n")


def test_an_unknown_name_is_told_with_its_line():
    error = refused("one\ntwo {{ documnt.number }}")
    assert (error.reason, error.line) == ("mistake", 2)
    assert "documnt" in str(error.message)


def test_a_wrong_tag_is_told_with_its_line():
    assert refused("one\n\n{% fro x in y %}").line == 3


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in items %}{% for b in items %}{% for c in items %}.{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in (1..1000000000) %}.{% endfor %}",
        "{% for a in items %}.{% endfor %}" * 30,
    ],
)
def test_huge_loops_are_refused(source):
    assert refused(source).reason == "loops"


def test_an_output_bomb_is_refused():
    assert refused("{% for a in items %}{{ t }}{% endfor %}", t="x" * 10_000).reason == "output"


def test_a_memory_bomb_is_refused():
    doubled = "{% capture t %}{{ t }}{{ t }}{% endcapture %}"
    source = "{% assign t = 'xxxxxxxxxx' %}{% for a in items %}" + doubled + "{% endfor %}"
    assert refused(source).reason in {"memory", "output"}


def test_nesting_has_an_end():
    depth = 500
    assert refused("{% if true %}" * depth + "{% endif %}" * depth).reason in {"mistake", "deep"}


@pytest.mark.parametrize("tag", ["include 'x'", "render '/etc/passwd'", "liquid echo 'x'", "increment x"])
def test_other_files_and_further_tags_do_not_exist(tag):
    assert refused("{% " + tag + " %}").reason == "mistake"


@pytest.mark.parametrize(
    "source",
    [
        "'a' | replace: 'a', t",
        "t | append: t",
        "t | split: ''",
        "items | join: t",
        "t | safe",
        "t | base64_decode",
    ],
)
def test_filters_that_multiply_or_unescape_do_not_exist(source):
    assert refused("{{ " + source + " }}", t="x").reason == "mistake"


def test_a_layout_longer_than_the_limit_is_refused_before_it_is_read():
    assert refused("x" * (liquid.LARGEST_LAYOUT + 1)).reason == "long"


def test_python_stays_out_of_reach():
    for path in ("t.__class__", "t.upper", "items.__len__", "items.append"):
        assert refused("{{ " + path + " }}", t="x").reason == "mistake"


def test_only_plain_values_are_given_to_layouts():
    require_plain(print_context(sample("invoice", "it")))
    with pytest.raises(TypeError):
        require_plain({"a": [types.SimpleNamespace()]})
