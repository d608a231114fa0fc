"""Filters and tags of every template: {% load ronda %}."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from ronda.workspace import display
from ronda.workspace.registry import url_of

register = template.Library()


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


@register.filter
def key(value: Any) -> str:
    """A number for addresses and hidden inputs: never with thousands signs."""
    return str(value)
