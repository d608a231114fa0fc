"""Layouts written by people: Liquid with hard limits, over plain dictionaries.

A layout can read what it is given and nothing else. No files, no loading of other layouts, no
filter whose result can be much larger than what goes in; loops, depth, memory and output end
at fixed limits. What is wrong is a `LayoutError` with the line.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from liquid import Environment, StrictUndefined
from liquid.builtin import DictLoader
from liquid.context import RenderContext
from liquid.exceptions import (
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
)
from liquid.template import BoundTemplate
from markupsafe import Markup

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.reports.domain import formats

LARGEST_LAYOUT = 100_000
LARGEST_OUTPUT = 4_000_000
MOST_REPEATS = 20_000
_LONGEST_TEXT = 100_000
_TAGS = frozenset(
    [
        "#",
        "assign",
        "break",
        "capture",
        "case",
        "comment",
        "content",
        "continue",
        "cycle",
        "echo",
        "for",
        "if",
        "illegal",
        "output",
        "raw",
        "unless",
    ]
)
_PLAIN_FILTERS = frozenset(
    [
        "abs",
        "at_least",
        "at_most",
        "capitalize",
        "ceil",
        "default",
        "divided_by",
        "downcase",
        "escape",
        "first",
        "floor",
        "last",
        "minus",
        "modulo",
        "plus",
        "round",
        "size",
        "strip",
        "times",
        "truncate",
        "upcase",
    ]
)
_PLAIN = (str, int, Decimal, date, type(None))

REASONS: Mapping[str, Any] = {
    "long": _("The layout is too long: %(what)s characters at most."),
    "deep": _("The layout is nested too deeply."),
    "loops": _("A loop repeats too often. Loop over the lines of the document only."),
    "output": _("The layout writes too much. Shorten what it repeats."),
    "memory": _("The layout keeps too much in its variables. Use fewer or shorter ones."),
    "mistake": _("Mistake in the layout: %(what)s."),
    "fetch": _(
        "“%(what)s” would load something from elsewhere. Layouts may not: use the logo, or data: images."
    ),
    "element": _("“%(what)s” is not allowed in a layout."),
    "pages": _("The layout makes more than %(what)s pages of a short document."),
    "slow": _("The layout takes too long to print. Simplify it."),
    "style": _("Mistake in the style: %(what)s."),
}


class LayoutError(Refusal):
    """A layout that cannot be used; `line` is counted from 1, 0 where there is none to point at.

    `reason` is a key of REASONS; `field` is "html" or "css".
    """

    code = "reports.layout_error"

    def __init__(self, reason: str, what: object = "", *, line: int = 0, field: str = "html") -> None:
        super().__init__(REASONS[reason] % {"what": what}, field=field, line=line)
        self.reason, self.what, self.line = reason, str(what), line


class _Counting(RenderContext):
    """Counts what loops repeat over the whole layout; the library counts nested loops only."""

    repeats = 0

    def raise_for_loop_limit(self, length: int = 1) -> None:
        super().raise_for_loop_limit(length)
        self.repeats += length
        if self.repeats > MOST_REPEATS:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)


class _Template(BoundTemplate):
    context_class = _Counting


class _Limited(Environment):
    """The library takes its limits from class attributes."""

    loop_iteration_limit = MOST_REPEATS
    output_stream_limit = LARGEST_OUTPUT
    local_namespace_limit = 1_000_000
    context_depth_limit = 20
    block_nesting_limit = 20
    template_class = _Template


@lru_cache(maxsize=8)
def environment(language: str, *, escape: bool = True) -> Environment:
    """The environment of a document's language, with its money, number and day filters."""
    made = _Limited(undefined=StrictUndefined, loader=DictLoader({}), autoescape=escape)
    made.tags = {name: tag for name, tag in made.tags.items() if name in _TAGS}
    made.filters = {name: made.filters[name] for name in _PLAIN_FILTERS}
    made.filters |= _own_filters(language)
    return made


def _own_filters(language: str) -> dict[str, Callable[..., Any]]:
    def money(value: Any, currency: Any = "") -> str:
        return formats.money(_decimal(value), language, str(currency)[:3])

    def number(value: Any, places: Any = 0) -> str:
        return formats.number(_decimal(value), language, min(int(places), 8))

    def day(value: Any, style: Any = "") -> str:
        return formats.day(value, language, str(style)) if isinstance(value, date) else ""

    return {"money": money, "number": number, "day": day, "lines": _lines, "css": css_text, "iban": _iban}


def _lines(value: Any) -> Markup:
    """Line ends as they were typed."""
    return Markup("<br>").join(str(value)[:_LONGEST_TEXT].splitlines())


def css_text(value: Any) -> Markup:
    """A text as a string of a style sheet: all but letters, digits and spaces escaped, so nothing ends it."""
    text = " ".join(str(value)[:_LONGEST_TEXT].split())
    # Six digits each, spaces too: a space after an escape would be taken as its end.
    safe = "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{safe}"')


def _iban(value: Any) -> str:
    return formats.iban(str(value)[:34])


def _decimal(value: Any) -> Decimal:
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal(0)


@lru_cache(maxsize=256)
def parsed(source: str, language: str, *, escape: bool = True) -> BoundTemplate:
    """The layout ready to be filled, compiled once; LayoutError with the line of a mistake."""
    if len(source) > LARGEST_LAYOUT:
        raise LayoutError("long", LARGEST_LAYOUT)
    try:
        return environment(language, escape=escape).from_string(source)
    except LiquidError as error:
        raise _told(error) from error
    except RecursionError as error:
        raise LayoutError("deep") from error


def fill(source: str, context: Mapping[str, Any], *, language: str) -> str:
    """The layout with the values of `context` (plain dictionaries and lists only), escaped.

    LayoutError when the layout is wrong, asks for what does not exist, or exceeds a limit.
    """
    return _filled(parsed(source, formats.known(language)), context)


def fill_text(source: str, context: Mapping[str, Any], *, language: str) -> str:
    """Like `fill`, for mails and other plain text: nothing is escaped."""
    return _filled(parsed(source, formats.known(language), escape=False), context)


def _filled(template: BoundTemplate, context: Mapping[str, Any]) -> str:
    try:
        return template.render(**context)
    except LiquidError as error:
        raise _told(error) from error
    except RecursionError as error:
        raise LayoutError("deep") from error
    except (ArithmeticError, ValueError, TypeError) as error:
        raise LayoutError("mistake", error) from error


def _told(error: LiquidError) -> LayoutError:
    line = 0
    if error.token is not None and error.token.start_index >= 0:
        line = error.token.source.count("\n", 0, error.token.start_index) + 1
    if isinstance(error, LoopIterationLimitError):
        return LayoutError("loops", line=line)
    if isinstance(error, OutputStreamLimitError):
        return LayoutError("output", line=line)
    if isinstance(error, LocalNamespaceLimitError):
        return LayoutError("memory", line=line)
    return LayoutError("mistake", error.message, line=line)


def require_plain(value: Any, path: str = "") -> None:
    """TypeError unless `value` is made of dictionaries, lists, texts, numbers and dates only."""
    if isinstance(value, dict):
        for key, inner in value.items():
            require_plain(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            require_plain(inner, f"{path}[{index}]")
    elif not isinstance(value, _PLAIN) or isinstance(value, datetime):
        raise TypeError(f"{path} is a {type(value).__name__}: layouts get plain values only")
