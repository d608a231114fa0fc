"""Markup that the browser would refuse in silence is refused before."""

import pytest

from tools.check_templates import findings


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>\n<a hx-on:click='x()'>", ["2: code in an attribute: hx-on:click='"]),
        ('<a onclick="x()">', ['1: code in an attribute: onclick="']),
        ('<a style="color: red">', ['1: a style attribute: style="']),
        ("<style>a {}</style>", ["1: a style element: <style"]),
        ("<script>x()</script>", ["1: a script in the page: <script"]),
        ("""<a hx-vals='js:{a: 1}'>""", ["1: an expression for eval: hx-vals='js:"]),
        ('<script type="module" src="/app.js"></script>', []),
        ("""<script id="x" type="application/json">{}</script><a hx-vals='{"a": 1}' data-on="x">""", []),
    ],
)
def test_code_and_style_inside_a_page_are_found_with_their_line(markup, expected):
    assert list(findings(markup)) == expected
