"""{% derivation line.derivation %}: how an amount came about, as a small table."""

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ronda.billing.domain.derivation import from_json, rows
from ronda.workspace.display import day

register = template.Library()


@register.simple_tag
def derivation(steps: list[list[Any]]) -> SafeString:
    """The steps kept with a line, in the reader's language."""
    body = format_html_join(
        "",
        "<tr><td>{}</td><td class='num'>{}</td></tr>",
        rows(from_json(steps), lambda text: day(date.fromisoformat(text))),
    )
    return format_html("<table class='derivation'><tbody>{}</tbody></table>", body)
