"""{% deferral_steps line.derivation %}: how a deferral was computed, as a small table."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ronda.accounting.domain.explaining import rows
from ronda.billing.domain.derivation import from_json
from ronda.workspace.display import day
from ronda.workspace.parsing import show_amount

register = template.Library()
NUMBER = re.compile(r"\d+\.\d+")


@register.simple_tag
def deferral_steps(steps: list[list[Any]]) -> SafeString:
    """The steps kept with a line, in the reader's language."""
    body = format_html_join(
        "",
        "<tr><td>{}</td><td class='num'>{}</td></tr>",
        (
            (words, NUMBER.sub(lambda found: show_amount(Decimal(found[0])), value))
            for words, value in rows(from_json(steps), lambda text: day(date.fromisoformat(text)))
        ),
    )
    return format_html("<table class='derivation'><tbody>{}</tbody></table>", body)
