"""Filters and tags of every template: {% load ronda %}."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from ronda.workspace import display
from ronda.workspace.registry import url_of
from ronda.workspace.templatetags.assets import icon

register = template.Library()
LONG_WORDS = 24
_MARKUP = re.compile(r"<[^>]*>")


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
        html = conditional_escape(cell.html)
        opened = _opened(cell.label, numeric=cell.numeric, muted=cell.muted)
        parts.append(f"{opened}{_whole(html, cell)}>{html}</td>")
    parts.append("</tr>")
    return "".join(parts)


@lru_cache(maxsize=1024)
def _opened(label: str, *, numeric: bool, muted: bool) -> str:
    css = ' class="num"' if numeric else ' class="muted"' if muted else ""
    return f'<td data-label="{escape(label)}"{css}'


def _whole(html: str, cell: Any) -> str:
    """Long words are cut on a wide screen, so that rows keep one line: the whole is in the title."""
    if cell.numeric or len(html) <= LONG_WORDS:
        return ""
    words = _MARKUP.sub("", html).strip()  # ours, escaped: what remains is escaped as well
    return f' title="{words}"' if len(words) > LONG_WORDS else ""


@register.simple_tag
def navigation_links(items: Iterable[dict[str, Any]]) -> SafeString:
    """The entries of one area of the navigation, put together here: every page has fifty of them."""
    return mark_safe(
        "".join(
            [
                _link(item["url"], icon(item["icon"]) if item["icon"] else "", item["label"], item["current"])
                for item in items
            ]
        )
    )


@lru_cache(maxsize=2048)
def _link(url: str, drawn: str, label: str, current: bool) -> str:  # noqa: FBT001 -- a cache key
    marked = ' aria-current="page"' if current else ""
    return (
        f'<li><a class="nav-link" href="{escape(url)}"{marked}>{drawn}<span>{escape(label)}</span></a></li>'
    )


@register.filter
def key(value: Any) -> str:
    """A number for addresses and hidden inputs: never with thousands signs."""
    return str(value)
