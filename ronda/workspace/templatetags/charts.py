"""{% load charts %}: `{% draw chart %}` for a `workspace.charts.Chart`, `{% sparkline title values %}`."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from ronda.workspace import charts

register = template.Library()


@register.simple_tag
def draw(chart: charts.Chart) -> SafeString:
    """The figure of a chart, in the language of the page."""
    return charts.draw(chart)


@register.simple_tag
def sparkline(title: Any, values: Sequence[charts.Value]) -> SafeString:
    """A small line for a cell or a card."""
    return charts.sparkline(title, values)
