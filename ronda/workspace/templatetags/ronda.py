"""Filters and tags of every template: {% load ronda %}."""

from collections.abc import Iterable
from html import unescape
from typing import Any

from django import template
from django.utils.html import conditional_escape, escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from ronda.workspace import display
from ronda.workspace.registry import url_of

register = template.Library()
LONG_WORDS = 24


@register.filter
def money(value: Any, currency: str = "") -> str:
    """1234.5 → "1.234,50" (it); `{{ x|money:"EUR" }}` → "1.234,50 €"."""
    return display.money(value, currency)


@register.filter
def number(value: Any, places: Any = None) -> str:
    """A number with thousands and as many decimals as it needs, or as many as asked."""
    return display.number(value, None if places in (None, "") else int(places))


@register.filter
def price(value: Any) -> str:
    """A unit price: two decimals, or more where it has them."""
    return display.price(value)


@register.filter
def signed(value: Any) -> str:
    """An amount with its sign, also when it is positive: for differences."""
    return display.signed(value)


@register.filter
def day(value: Any, style: str = "short") -> str:
    """A day as 25/06/2026, or written out with "long"."""
    return display.day(value, style)


@register.filter
def badge(text: Any, colour: str = "gray") -> SafeString:
    """A word in a tinted badge: `{{ status|badge:"green" }}`."""
    return display.badge(text, colour)


@register.filter
def shown(value: Any) -> str:
    """Any value in words: dates, amounts and yes/no by the language in use."""
    return display.show_plain(value)


@register.filter
def link_of(record: Any) -> str:
    """The address of a record's page, or nothing."""
    return url_of(record) or ""


@register.simple_tag
def listing_rows(rows: Iterable[tuple[str, str, str, list[Any]]], ticked: Any) -> SafeString:
    """The body of a list, put together here: templates cost more than the query at this many cells."""
    return mark_safe(
        "\n".join([_row(pk, name, cells, ticked=bool(ticked)) for pk, name, _url, cells in rows])
    )


def _row(pk: str, name: str, cells: list[Any], *, ticked: bool) -> str:
    parts = ["<tr>"]
    if ticked:
        parts.append(
            f'<td class="check"><input type="checkbox" name="id" value="{escape(pk)}" '
            f'aria-label="{escape(name)}"></td>'
        )
    for cell in cells:
        css = ' class="num"' if cell.numeric else ' class="muted"' if cell.muted else ""
        html = conditional_escape(cell.html)
        parts.append(f'<td data-label="{escape(cell.label)}"{css}{_whole(html, cell)}>{html}</td>')
    parts.append("</tr>")
    return "".join(parts)


def _whole(html: str, cell: Any) -> str:
    """Long words are cut on a wide screen, so that rows keep one line: the whole is in the title."""
    if cell.numeric or len(html) <= LONG_WORDS:
        return ""
    words = strip_tags(html).strip()
    return f' title="{escape(unescape(words))}"' if len(words) > LONG_WORDS else ""


@register.filter
def key(value: Any) -> str:
    """A number for addresses and hidden inputs: never with thousands signs."""
    return str(value)
